"""What guards the tables beside their own constraints: triggers on SQLite, row level security on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fourtop.storage.sql.schema import NO_OVERLAP, Catalog

APP_ROLE: Final = "fourtop_app"
JOBS_ROLE: Final = "fourtop_jobs"
TENANT_SETTING: Final = "fourtop.restaurant_id"

# No restaurant has this id: under it a transaction may list the restaurants, and sees nothing else.
EVERY_RESTAURANT: Final = "*"


def guards(catalog: Catalog) -> tuple[str, ...]:
    """Return the statements that guard the tables of a catalog, to be run once when they are made."""
    return tuple(_policies(catalog) if catalog.database == "postgresql" else _triggers())


def _triggers() -> Iterator[str]:
    """One row's neighbour is enough to look at: those that are there do not overlap each other."""
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
        yield f"""CREATE TRIGGER {NO_OVERLAP}_{occasion} BEFORE {verb} ON allocations WHEN NOT NEW.shadow
BEGIN
    SELECT RAISE(ABORT, '{NO_OVERLAP}') WHERE ({neighbour.format(besides=besides)}
    ) > NEW.start_us;
END"""


def _policies(catalog: Catalog) -> Iterator[str]:
    """Each table shows a transaction the rows of the one restaurant that it has named, and no row of another."""
    schema = catalog.metadata.schema
    tenant = f"(SELECT {schema}.tenant())"
    yield f"""CREATE FUNCTION {schema}.tenant() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    named text := current_setting('{TENANT_SETTING}', true);
BEGIN
    IF named IS NULL OR named = '' THEN
        RAISE EXCEPTION 'no restaurant is named in {TENANT_SETTING}' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN named;
END
$$"""
    for name in catalog.names:
        table, key = f"{schema}.{name}", "id" if name == "restaurants" else "restaurant_id"
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY tenant ON {table} TO {APP_ROLE} USING ({key} = {tenant}) WITH CHECK ({key} = {tenant})"
        yield f"CREATE POLICY jobs ON {table} TO {JOBS_ROLE} USING (true) WITH CHECK (true)"
    listing = f"{tenant} = '{EVERY_RESTAURANT}'"
    yield f"CREATE POLICY listing ON {schema}.restaurants FOR SELECT TO {APP_ROLE} USING ({listing})"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {APP_ROLE}, {JOBS_ROLE}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {APP_ROLE}, {JOBS_ROLE}"
