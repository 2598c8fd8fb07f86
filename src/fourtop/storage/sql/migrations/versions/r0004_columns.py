"""Give houses and confirmation results real columns, rename columns, and make slugs unique."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from operator import itemgetter
from typing import Any, Final

from fourtop.storage.sql.migrations.house_documents import documents_of, dumps, rows_of
from fourtop.storage.sql.migrations.step import Step
from fourtop.storage.sql.migrations.stored_results import downgraded, upgraded
from fourtop.storage.sql.migrations.versions.r0003_tenants import (
    ALL,
    RIGHTS,
    TAKEN_AWAY,
    bind_owner,
    secure,
)

revision = "0004"
down_revision = "0003"

WRITTEN_ONCE: Final = "SELECT, INSERT, DELETE"
# The tables that this revision makes, each after those that it refers to, with the rights of the
# two roles.
MADE: Final[dict[str, tuple[str, str]]] = {
    "restaurant_policies": (ALL, ""),
    "zones": (ALL, ""),
    "table_inventory": (ALL, ""),
    "table_adjacencies": (ALL, ""),
    "table_set_capacities": (ALL, ""),
    "table_set_members": (ALL, ""),
    "restaurant_occasions": (ALL, ""),
    "restaurant_service_periods": (ALL, ""),
    "restaurant_period_occasions": (ALL, ""),
    "restaurant_capacity_rules": (ALL, "SELECT"),
    "booking_confirmation_results": (WRITTEN_ONCE, TAKEN_AWAY),
    "booking_confirmation_tables": (WRITTEN_ONCE, ""),
    "command_results": (WRITTEN_ONCE, TAKEN_AWAY),
}
# The tables of revision 0003 in their place, with their indexes.
REPLACED: Final[dict[str, tuple[str, ...]]] = {
    "restaurant_policies": (),
    "zones": (),
    "table_inventory": (),
    "table_adjacencies": (),
    "restaurant_service_periods": (),
    "restaurant_capacity_rules": (),
    "booking_confirmation_results": (
        "booking_confirmation_results_checked",
        "booking_confirmation_results_hold",
        "booking_confirmation_results_key",
        "booking_confirmation_results_once",
    ),
    "command_results": ("command_results_stored",),
}
# The further indexes of the tables that this revision makes.
INDEXES: Final[dict[str, tuple[str, ...]]] = {
    "zones": ("zones_name",),
    "table_inventory": ("table_inventory_number", "table_inventory_zone"),
    "table_adjacencies": ("table_adjacencies_second",),
    "table_set_members": ("table_set_members_table",),
}
# The app role may delete the rows of its restaurant, so that a restaurant can be removed.
DELETABLE: Final = (
    "restaurants",
    "bookings",
    "table_holds",
    "table_hold_members",
    "allocations_archive",
    "capacity_outbox",
)
# The other tables whose rows this revision reads or changes.
READ: Final = ("restaurants", "table_holds", "capacity_outbox")
HOUSE: Final = tuple(
    name for name in REPLACED if name.startswith(("restaurant_", "zones", "table"))
)


def upgrade(step: Step) -> None:
    """Make the new tables and carry every row over."""
    bind_owner(step, READ, is_bound=False)
    _separate_slugs(step)
    _set_aside(step, REPLACED)
    step.run_file("0004")
    if step.is_postgresql:
        for table, (app, jobs) in MADE.items():
            secure(step, table, app, jobs)
        bind_owner(step, MADE, is_bound=False)
    for restaurant in step.select("SELECT * FROM {place}restaurants ORDER BY id"):
        _upgrade_house(step, restaurant["id"])
    _upgrade_confirmations(step)
    _upgrade_results(step)
    _rename_words(step, _KEYS, _CONDITIONS)
    _settle(step)
    step.drop(*(f"old_{name}" for name in reversed(REPLACED)))
    bind_owner(step, (*READ, *MADE), is_bound=True)
    if step.is_postgresql:
        for table in DELETABLE:
            step.run(f"GRANT DELETE ON {{schema}}.{table} TO fourtop_app")


def downgrade(step: Step) -> None:
    """Write the documents of revision 0003 again.

    The window of a confirmation has no place there. A later upgrade takes it from the hold. A slug
    that the upgrade changed stays changed.
    """
    bind_owner(step, READ, is_bound=False)
    _set_aside(step, {name: INDEXES.get(name, REPLACED.get(name, ())) for name in MADE})
    step.run_file("0004_down")
    if step.is_postgresql:
        for table in REPLACED:
            secure(step, table, *RIGHTS[table])
        bind_owner(step, REPLACED, is_bound=False)
    for restaurant in step.select("SELECT * FROM {place}restaurants ORDER BY id"):
        _downgrade_house(step, restaurant)
    _downgrade_confirmations(step)
    _downgrade_results(step)
    _rename_words(step, _reversed(_KEYS), _reversed(_CONDITIONS))
    _settle(step)
    step.drop(*(f"old_{name}" for name in reversed(MADE)))
    bind_owner(step, (*READ, *REPLACED), is_bound=True)
    if step.is_postgresql:
        for table in DELETABLE:
            step.run(f"REVOKE DELETE ON {{schema}}.{table} FROM fourtop_app")


# ---- tables --------------------------------------------------------------------------------------


def _set_aside(step: Step, tables: Mapping[str, Iterable[str]]) -> None:
    """Rename tables to ``old_…`` and free the names of their indexes."""
    for table, indexes in tables.items():
        for index in indexes:
            step.run(f"DROP INDEX {{place}}{index}")
        step.run(f"ALTER TABLE {{place}}{table} RENAME TO old_{table}")
        if step.is_postgresql:
            step.run(f"ALTER INDEX {{schema}}.{table}_pkey RENAME TO old_{table}_pkey")
    bind_owner(step, (f"old_{table}" for table in tables), is_bound=False)


def _settle(step: Step) -> None:
    """Check the deferred foreign keys now: PostgreSQL alters no table with checks to come."""
    if step.is_postgresql:
        step.run("SET CONSTRAINTS ALL IMMEDIATE")


# ---- slugs ---------------------------------------------------------------------------------------

_LONGEST_SLUG: Final = 64


def _separate_slugs(step: Step) -> None:
    """Give each restaurant a slug of its own: of those that share one, the first id keeps it.

    The others get "-2", "-3" and so on in the order of their ids. Slugs that another restaurant
    has are skipped, and a long slug is cut.
    """
    rows = step.select("SELECT id, slug FROM {place}restaurants")
    taken = {row["slug"] for row in rows}
    kept: set[str] = set()
    changed = []
    for row in sorted(rows, key=itemgetter("id")):
        slug = row["slug"]
        if slug in kept:
            slug = next(each for each in _numbered(slug) if each not in taken)
            taken.add(slug)
            changed.append({"id": row["id"], "slug": slug})
        kept.add(slug)
    step.write("UPDATE {place}restaurants SET slug = :slug WHERE id = :id", changed)


def _numbered(slug: str) -> Iterator[str]:
    for number in count(2):
        end = f"-{number}"
        yield slug[: _LONGEST_SLUG - len(end)].rstrip("-") + end


# ---- houses --------------------------------------------------------------------------------------


def _upgrade_house(step: Step, restaurant_id: str) -> None:
    def read(table: str, columns: str, order: str) -> list[list[Any]]:
        rows = f"FROM {{place}}old_{table} WHERE restaurant_id = :id"
        query = f"SELECT {columns} {rows} {order}"
        found = step.select(query, id=restaurant_id)
        return [[json.loads(value) for value in row.values()] for row in found]

    columns = ("restaurant", "policy", "floor")
    documents: dict[str, list[Any]] = {
        "restaurant_policies": read("restaurant_policies", _texts(*columns), "")
    }
    if not documents["restaurant_policies"]:
        # Without it the restaurant has no house, and no store could read it.
        return
    for table in HOUSE[1:]:
        found = read(table, _texts("document"), "ORDER BY position")
        documents[table] = [document for (document,) in found]
    for table, rows in rows_of(documents).items():
        step.insert(table, [{"restaurant_id": restaurant_id, **row} for row in rows])


def _texts(*columns: str) -> str:
    """Select JSON columns as text: each driver reads JSON in its own way."""
    return ", ".join(f"CAST({name} AS TEXT) AS {name}" for name in columns)


# The orders of the entries in the documents.
_ORDERS: Final = {
    "zones": "sort_order, name",
    "table_inventory": "number, id",
    "restaurant_service_periods": 'start_time, "key"',
}
_JSON: Final = {
    "restaurant_policies": ("turn_bands", "closures", "score"),
    "table_inventory": ("features", "position"),
    "restaurant_occasions": ("turn_bands",),
    "restaurant_service_periods": ("weekdays", "dates", "turn_bands"),
}


def _downgrade_house(step: Step, restaurant: dict[str, Any]) -> None:
    rows = {}
    for table in list(MADE)[:10]:
        order = _ORDERS.get(table, "1, 2, 3")
        texts = "".join(f", CAST({name} AS TEXT) AS {name}" for name in _JSON.get(table, ()))
        query = f"""SELECT *{texts} FROM {{place}}old_{table}
            WHERE restaurant_id = :id ORDER BY {order}"""  # noqa: S608  # Our own names.
        rows[table] = step.select(query, id=restaurant["id"])
    if not rows["restaurant_policies"]:
        return
    documents = documents_of(restaurant, rows)
    ((own, policy, floor),) = documents.pop("restaurant_policies")
    row = {"restaurant": dumps(own), "policy": dumps(policy), "floor": dumps(floor)}
    step.insert("restaurant_policies", [{"restaurant_id": restaurant["id"], **row}])
    for table, entries in documents.items():
        step.insert(
            table,
            [
                {"restaurant_id": restaurant["id"], "position": place, "document": dumps(each)}
                for place, each in enumerate(entries)
            ],
        )


# ---- confirmation results ------------------------------------------------------------------------

_RESULT: Final = (
    "restaurant_id",
    "id",
    "hold_id",
    "booking_id",
    "idempotency_key",
    "confirmed",
    "checked_us",
    "code",
    "actor_id",
    "actor_role",
)


def _upgrade_confirmations(step: Step) -> None:
    windows = {
        (row["restaurant_id"], row["id"]): row
        for rows in step.by_restaurant(
            "table_holds", "restaurant_id, id, occupied_start_us, occupied_end_us"
        )
        for row in rows
    }
    columns = f"{', '.join(_RESULT)}, {_texts('tables', 'rivals', 'details')}"
    for rows in step.by_restaurant("old_booking_confirmation_results", columns):
        tables: list[dict[str, Any]] = []
        for row in rows:
            hold = windows.get((row["restaurant_id"], row["hold_id"]), {})
            row["occupied_start_us"] = hold.get("occupied_start_us")
            row["occupied_end_us"] = hold.get("occupied_end_us")
            tables += [
                {
                    "restaurant_id": row["restaurant_id"],
                    "result_id": row["id"],
                    "position": place,
                    **each,
                }
                for place, each in enumerate(json.loads(row.pop("tables")))
            ]
        step.insert("booking_confirmation_results", rows)
        step.insert("booking_confirmation_tables", tables)


def _downgrade_confirmations(step: Step) -> None:
    seen: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for rows in step.by_restaurant("old_booking_confirmation_tables", "*"):
        for row in sorted(rows, key=itemgetter("position")):
            seen.setdefault((row["restaurant_id"], row["result_id"]), []).append(
                {"table_id": row["table_id"], "capacity": row["capacity"]}
            )
    columns = f"{', '.join(_RESULT)}, {_texts('rivals', 'details')}"
    for rows in step.by_restaurant("old_booking_confirmation_results", columns):
        for row in rows:
            row["tables"] = dumps(seen.get((row["restaurant_id"], row["id"]), []))
        step.insert("booking_confirmation_results", rows)


# ---- stored results ------------------------------------------------------------------------------

_STORED: Final = "restaurant_id, command, idempotency_key, fingerprint, stored_us"


def _upgrade_results(step: Step) -> None:
    columns = f"{_STORED}, kind, {_texts('answer')}"
    for rows in step.by_restaurant("old_command_results", columns):
        for row in rows:
            row["result"] = upgraded(row.pop("kind"), json.loads(row.pop("answer")))
        step.insert("command_results", rows)


def _downgrade_results(step: Step) -> None:
    """Write the columns of revision 0003. The results of later commands are left out.

    Revision 0003 does not have these commands, so that their results have no use there.
    """
    confirmed = """SELECT restaurant_id, idempotency_key, hold_id
        FROM {place}booking_confirmation_results WHERE confirmed"""
    holds = {
        (row["restaurant_id"], row["idempotency_key"]): row["hold_id"]
        for row in step.select(confirmed)
    }
    for rows in step.by_restaurant("old_command_results", f"{_STORED}, result"):
        kept = []
        for row in rows:
            text, command = row.pop("result"), row["command"]
            key = row["restaurant_id"], row["idempotency_key"]
            hold_id = holds.get(key) if command == "confirm" else None
            try:
                kind, answer = downgraded(text, command=command, hold_id=hold_id)
            except KeyError:
                continue
            kept.append({**row, "kind": kind, "answer": dumps(answer)})
        step.insert("command_results", kept)


# ---- words in documents --------------------------------------------------------------------------

# The keys of events and details, and the names of the conditions of a party.
_KEYS: Final = {"party": "party_size", "previous_party": "previous_party_size"}
_CONDITIONS: Final = {"settings": "areas"}


def _rename_words(step: Step, keys: Mapping[str, str], conditions: Mapping[str, str]) -> None:
    """Rename keys and conditions in the JSON of events, evidence and holds."""

    def reworded(data: Any, names: Mapping[str, str]) -> Any:
        if isinstance(data, dict):
            return {
                names.get(key, key): [conditions.get(each, each) for each in value]
                if key == "conditions"
                else reworded(value, names)
                for key, value in data.items()
            }
        return [reworded(each, names) for each in data] if isinstance(data, list) else data

    _rewrite(step, "capacity_outbox", "sequence", ("data",), lambda data: reworded(data, keys))
    _rewrite(
        step,
        "booking_confirmation_results",
        "id",
        ("details",),
        lambda data: reworded(data, keys),
    )
    _rewrite(step, "table_holds", "id", ("must", "wish"), lambda data: reworded(data, conditions))


def _rewrite(
    step: Step, table: str, key: str, columns: tuple[str, ...], change: Callable[[Any], Any]
) -> None:
    """Change the JSON in some columns of a table. Rows that stay equal are not written."""
    values = ", ".join(f"{name} = :{name}" for name in columns)
    update = f"""UPDATE {{place}}{table} SET {values}
        WHERE restaurant_id = :restaurant_id AND {key} = :{key}"""  # noqa: S608  # Our own names.
    for rows in step.by_restaurant(table, f"restaurant_id, {key}, {_texts(*columns)}"):
        changed = []
        for row in rows:
            old = {name: json.loads(row[name]) for name in columns}
            new = {name: change(data) for name, data in old.items()}
            if new != old:
                changed.append({**row, **{name: dumps(data) for name, data in new.items()}})
        step.write(update, changed)


def _reversed(words: Mapping[str, str]) -> dict[str, str]:
    return {new: old for old, new in words.items()}
