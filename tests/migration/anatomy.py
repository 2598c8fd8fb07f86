"""All that a database says of its tables, as lines of text that can be compared."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Final

from tests.migration.place import Place

# The version table is only there where migrations were.
_OURS: Final = "relnamespace = 'fourtop'::regnamespace AND relname <> 'fourtop_version'"
# By the order of columns too: rows are inserted by name, but operators look at them.
_TEMPLATES: Final = {
    "table": """SELECT relname, relkind, relrowsecurity, relforcerowsecurity,
            relreplident, reloptions, relpersistence,
            (SELECT array_agg(acl::text ORDER BY acl::text) FROM unnest(relacl) AS acl)
        FROM pg_class WHERE {ours} AND relkind NOT IN ('i', 'S')""",
    "sequence": "SELECT relname, relacl::text FROM pg_class WHERE {ours} AND relkind = 'S'",
    "column": """SELECT relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull,
            attidentity, attgenerated, pg_get_expr(adbin, adrelid), attstorage, attcompression,
            collname, attacl::text
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        LEFT JOIN pg_collation ON pg_collation.oid = attcollation
        WHERE {ours} AND relkind = 'r' AND attnum > 0 AND NOT attisdropped""",
    "constraint": """SELECT relname, conname, contype, condeferrable, condeferred, convalidated,
            pg_get_constraintdef(pg_constraint.oid)
        FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE {ours}""",
    "index": """SELECT pg_get_indexdef(indexrelid), indisvalid, indisunique, indisprimary
        FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE {ours}""",
    "policy": """SELECT relname, polname, polcmd, polpermissive, polroles::regrole[]::text,
            pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
        FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE {ours}""",
    "trigger": """SELECT relname, pg_get_triggerdef(pg_trigger.oid), tgenabled
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE {ours} AND NOT tgisinternal""",
    "function": """SELECT pg_get_functiondef(oid), proacl::text FROM pg_proc
        WHERE pronamespace = 'fourtop'::regnamespace""",
    "schema": "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname = 'fourtop'",
    "type": """SELECT typname FROM pg_type WHERE typnamespace = 'fourtop'::regnamespace
        AND typname NOT LIKE '%fourtop_version'""",
}


_QUERIES: Final = {kind: query.replace("{ours}", _OURS) for kind, query in _TEMPLATES.items()}


def anatomy(place: Place) -> list[str]:
    """Describe all tables of ours and what belongs to them, sorted."""
    if place.database == "sqlite":
        return _of_file(place)
    return sorted(
        f"{kind}: {row}" for kind, query in _QUERIES.items() for row in place.execute(query)
    )


def _of_file(place: Place) -> list[str]:
    found = []
    for kind, name, sql in place.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE name <> 'fourtop_version'"
    ):
        if "fourtop_version" in name:
            continue
        found.append(f"{kind} {name}: {_words(sql)}")
        if kind == "table":
            for pragma in ("table_xinfo", "foreign_key_list", "index_list"):
                # The numbers of keys and indexes follow the order in which they were made.
                rows = place.execute(f"PRAGMA {pragma}({name})")
                found += [
                    f"{kind} {name} {pragma}: {row[pragma != 'table_xinfo' :]}" for row in rows
                ]
        if kind == "index":
            found += [
                f"{kind} {name}: {row}" for row in place.execute(f"PRAGMA index_xinfo({name})")
            ]
    return sorted(found)


_ADDED_CHECK = re.compile(r"^(?!CONSTRAINT )(.*?) (CONSTRAINT \w+ CHECK)", re.MULTILINE)


def _words(sql: str | None) -> str:
    """Write a statement without line breaks and spaces, the parts of a table in a fixed order.

    SQLite puts an added column behind the constraints. ``table_xinfo`` has the order of columns.
    """
    if sql is None:
        return ""
    bare = (
        re.sub(r'[\s"]+', " ", sql)
        .replace("( ", "(")
        .replace(" )", ")")
        .replace(" ,", ",")
        .strip(" ;")
    )
    text = re.sub(r"\s*([(),])\s*", r"\1", bare)
    head, found, rest = text.partition("(")
    if not (head.startswith("CREATE TABLE") and found):
        return text
    depths = accumulate({"(": 1, ")": -1}.get(each, 0) for each in rest)
    parts = "".join(
        "\n" if each == "," and depth == 0 else each
        for each, depth in zip(rest, depths, strict=True)
    )
    # A check that was added with its column is one of the table for SQLite, too.
    parts = _ADDED_CHECK.sub(r"\1\n\2", parts.removesuffix(")"))
    return f"{head}({'; '.join(sorted(parts.splitlines()))}"
