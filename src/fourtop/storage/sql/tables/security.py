"""Guard the tables: triggers against overlap on SQLite, row-level security on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from fourtop.storage.sql.tables.allocation import NO_OVERLAP
from fourtop.storage.sql.tables.catalog import PLAIN_TABLES, Catalog
from fourtop.storage.sql.tables.columns import quoted

APP_ROLE: Final = "fourtop_app"
JOBS_ROLE: Final = "fourtop_jobs"
TENANT_SETTING: Final = "fourtop.restaurant_id"

# No restaurant has this id. A transaction that sets it may list the restaurants and sees nothing
# else.
EVERY_RESTAURANT: Final = "*"


@attrs.frozen
class Rights:
    """The rights of the two roles on a table. A role has no right that no statement of ours uses.

    Args:
        app: The rights of decisions, on the rows of their restaurant.
        jobs: The rights of jobs, on the rows of all restaurants. Jobs have UPDATE only to lock
            rows, except in the outbox.
    """

    app: tuple[str, ...]
    jobs: tuple[str, ...] = ()


_ALL: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
# The rows never change. They go when the restaurant is removed.
_WRITTEN_ONCE: Final = ("SELECT", "INSERT", "DELETE")
_TAKEN_AWAY: Final = ("SELECT", "UPDATE", "DELETE")

RIGHTS: Final[Mapping[str, Rights]] = {
    "restaurants": Rights(_ALL, ("SELECT",)),
    "restaurant_policies": Rights(_ALL),
    "zones": Rights(_ALL),
    "table_inventory": Rights(_ALL),
    "table_adjacencies": Rights(_ALL),
    "table_set_capacities": Rights(_ALL),
    "table_set_members": Rights(_ALL),
    "table_distances": Rights(_ALL),
    "table_aisles": Rights(_ALL),
    "restaurant_occasions": Rights(_ALL),
    "restaurant_service_periods": Rights(_ALL),
    "restaurant_period_occasions": Rights(_ALL),
    "restaurant_capacity_rules": Rights(_ALL, ("SELECT",)),
    "restaurant_booking_windows": Rights(_ALL),
    "restaurant_date_exceptions": Rights(_ALL),
    "restaurant_pacing_rules": Rights(_ALL),
    "restaurant_channel_shares": Rights(_ALL),
    "restaurant_zone_rules": Rights(_ALL),
    "restaurant_walk_in_rules": Rights(_ALL),
    "restaurant_walk_in_tables": Rights(_ALL),
    "restaurant_demand_profiles": Rights(_ALL),
    "bookings": Rights(_ALL),
    "booking_table_assignments": Rights(_ALL),
    **{each.name: Rights(_ALL) for each in PLAIN_TABLES},
    "table_holds": Rights(_ALL, _TAKEN_AWAY),
    "table_hold_members": Rights(_WRITTEN_ONCE, ("SELECT", "DELETE")),
    "allocations": Rights(_ALL, _TAKEN_AWAY),
    "allocations_archive": Rights(("SELECT", "DELETE"), ("INSERT",)),
    "booking_confirmation_results": Rights(_WRITTEN_ONCE, _TAKEN_AWAY),
    "booking_confirmation_tables": Rights(_WRITTEN_ONCE),
    "command_results": Rights(_WRITTEN_ONCE, _TAKEN_AWAY),
    "capacity_outbox": Rights(_WRITTEN_ONCE, _TAKEN_AWAY),
}
# The columns where jobs have a right to some columns only: the delivery of an event, and what the
# check at the start reads: which restaurants are active and which have a capacity rule.
ONLY: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("capacity_outbox", "UPDATE"): (
        "attempts",
        "next_us",
        "lease",
        "leased_until_us",
        "delivered_us",
        "dead_us",
    ),
    ("restaurants", "SELECT"): ("id", "is_active"),
    ("restaurant_capacity_rules", "SELECT"): ("restaurant_id",),
}
_REFUSAL: Final = (
    f"RAISE EXCEPTION 'no restaurant is named in {TENANT_SETTING}'"
    " USING ERRCODE = 'insufficient_privilege';"
)
_ROWS_OF_JOBS: Final[Mapping[str, str]] = {
    "SELECT": "USING (true)",
    "INSERT": "WITH CHECK (true)",
    "UPDATE": "USING (true) WITH CHECK (false)",
    "DELETE": "USING (true)",
}


def guards(catalog: Catalog) -> tuple[str, ...]:
    """Return the statements that guard new tables of a catalog. Run each once."""
    return tuple(_policies(catalog) if catalog.database == "postgresql" else _triggers())


def _triggers() -> Iterator[str]:
    """Compare a new row with the last stored one that starts before it ends.

    One neighbour is enough, because stored rows do not overlap each other.
    """
    neighbour = """
        SELECT end_us FROM allocations
        WHERE restaurant_id = NEW.restaurant_id AND resource_type = NEW.resource_type
            AND resource_id = NEW.resource_id AND NOT shadow AND start_us < NEW.end_us{besides}
        ORDER BY start_us DESC LIMIT 1"""
    judged = "restaurant_id, resource_type, resource_id, start_us, end_us, shadow"
    for occasion, verb, besides in (
        ("insert", "INSERT", ""),
        ("update", f"UPDATE OF {judged}", " AND rowid <> OLD.rowid"),
    ):
        yield f"""CREATE TRIGGER {NO_OVERLAP}_{occasion}
BEFORE {verb} ON allocations WHEN NOT NEW.shadow
BEGIN
    SELECT RAISE(ABORT, '{NO_OVERLAP}') WHERE ({neighbour.format(besides=besides)}
    ) > NEW.start_us;
END"""


def _policies(catalog: Catalog) -> Iterator[str]:
    """Show a transaction the rows of the restaurant that it has set, and no other row."""
    schema = quoted(catalog.metadata.schema or "")
    yield f"""CREATE FUNCTION {schema}.tenant() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    named text := pg_catalog.current_setting('{TENANT_SETTING}', true);
BEGIN
    IF named IS NULL OR named = '' THEN
        {_REFUSAL}
    END IF;
    RETURN named;
END
$$"""
    yield f"GRANT USAGE ON SCHEMA {schema} TO {APP_ROLE}, {JOBS_ROLE}"
    tenant = f"(SELECT {schema}.tenant())"
    named = f"{tenant} <> '{EVERY_RESTAURANT}'"
    for name in catalog.names:
        table, key = f"{schema}.{name}", "id" if name == "restaurants" else "restaurant_id"
        rows = f"{key} = {tenant}"
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield (
            f"CREATE POLICY tenant ON {table} TO {APP_ROLE}"
            f" USING ({rows}) WITH CHECK ({rows} AND {named})"
        )
        yield f"GRANT {', '.join(RIGHTS[name].app)} ON {table} TO {APP_ROLE}"
        for verb in RIGHTS[name].jobs:
            yield from _given_to_jobs(name, table, verb)
    listing = f"{tenant} = '{EVERY_RESTAURANT}'"
    yield (
        f"CREATE POLICY listing ON {schema}.restaurants FOR SELECT TO {APP_ROLE} USING ({listing})"
    )


def _given_to_jobs(name: str, table: str, verb: str) -> Iterator[str]:
    """Yield the policy and the grant of a verb.

    Locking a row takes the right to update it. The policy lets no updated row pass.
    """
    columns = ONLY.get((name, verb))
    rows = _ROWS_OF_JOBS[verb]
    if columns and verb == "UPDATE":
        rows = rows.replace("false", "true")
    yield f"CREATE POLICY jobs_{verb.lower()} ON {table} FOR {verb} TO {JOBS_ROLE} {rows}"
    some = f" ({', '.join(columns)})" if columns else ""
    yield f"GRANT {verb}{some} ON {table} TO {JOBS_ROLE}"
