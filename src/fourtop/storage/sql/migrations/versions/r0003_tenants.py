"""Show each transaction only the rows of one restaurant: row-level security on PostgreSQL."""

from collections.abc import Iterable, Iterator
from typing import Final

from fourtop.storage.sql.migrations.step import Step

revision = "0003"
down_revision = "0002"

# The rights of the two roles. Jobs lock the rows that they move or delete. PostgreSQL requires the
# right to update for that; a policy that no updated row passes keeps the jobs from using it.
ALL: Final = "SELECT, INSERT, UPDATE, DELETE"
REPLACED: Final = "SELECT, INSERT, DELETE"
KEPT: Final = "SELECT, INSERT, UPDATE"
WRITTEN_ONCE: Final = "SELECT, INSERT"
TAKEN_AWAY: Final = "SELECT, UPDATE, DELETE"
RIGHTS: Final[dict[str, tuple[str, str]]] = {
    "restaurants": (KEPT, "SELECT"),
    "restaurant_policies": (KEPT, ""),
    "zones": (REPLACED, ""),
    "table_inventory": (REPLACED, ""),
    "table_adjacencies": (REPLACED, ""),
    "restaurant_service_periods": (REPLACED, ""),
    "restaurant_capacity_rules": (REPLACED, "SELECT"),
    "bookings": (KEPT, ""),
    "booking_table_assignments": (ALL, ""),
    "table_blocks": (ALL, ""),
    "table_holds": (KEPT, TAKEN_AWAY),
    "table_hold_members": (WRITTEN_ONCE, "SELECT, DELETE"),
    "allocations": (ALL, TAKEN_AWAY),
    "allocations_archive": ("SELECT", "INSERT"),
    "booking_confirmation_results": (WRITTEN_ONCE, TAKEN_AWAY),
    "command_results": (WRITTEN_ONCE, TAKEN_AWAY),
    "capacity_outbox": (WRITTEN_ONCE, TAKEN_AWAY),
}
# The tables where jobs have a right to some columns only.
ONLY: Final = {
    (
        "capacity_outbox",
        "UPDATE",
    ): "(attempts, next_us, lease, leased_until_us, delivered_us, dead_us)",
    ("restaurants", "SELECT"): "(id, is_active)",
    ("restaurant_capacity_rules", "SELECT"): "(restaurant_id)",
}


def upgrade(step: Step) -> None:
    """Make the policies and grant the rights of the two roles. SQLite has neither."""
    if not step.is_postgresql:
        return
    step.run_file("0003")
    for table, (app, jobs) in RIGHTS.items():
        secure(step, table, app, jobs)


def secure(step: Step, table: str, app: str, jobs: str) -> None:
    """Turn on row-level security of a table, make its policies and grant the two roles' rights."""
    _restrict(step, table)
    step.run(f"GRANT {app} ON {{schema}}.{table} TO fourtop_app")
    for verb, rows in _policies_of_jobs(table, jobs):
        columns = ONLY.get((table, verb), "")
        step.run(f"GRANT {verb} {columns} ON {{schema}}.{table} TO fourtop_jobs")
        policy = f"CREATE POLICY jobs_{verb.lower()} ON {{schema}}.{table}"
        step.run(f"{policy} FOR {verb} TO fourtop_jobs {rows}")


def bind_owner(step: Step, tables: Iterable[str], *, is_bound: bool) -> None:
    """Let the policies bind the tables' owner, or not: bound, the owner sees no row.

    A revision that reads or changes rows unbinds the owner before, and binds it again after.
    """
    if step.is_postgresql:
        verb = "FORCE" if is_bound else "NO FORCE"
        for table in tables:
            step.run(f"ALTER TABLE {{schema}}.{table} {verb} ROW LEVEL SECURITY")


def _restrict(step: Step, table: str) -> None:
    key = "id" if table == "restaurants" else "restaurant_id"
    rows = f"{key} = (SELECT {{schema}}.tenant())"
    named = "(SELECT {schema}.tenant()) <> '*'"
    step.run(f"ALTER TABLE {{schema}}.{table} ENABLE ROW LEVEL SECURITY")
    step.run(f"ALTER TABLE {{schema}}.{table} FORCE ROW LEVEL SECURITY")
    step.run(
        f"CREATE POLICY tenant ON {{schema}}.{table} TO fourtop_app"
        f" USING ({rows}) WITH CHECK ({rows} AND {named})"
    )


def _policies_of_jobs(table: str, verbs: str) -> Iterator[tuple[str, str]]:
    for verb in filter(None, verbs.split(", ")):
        if verb == "INSERT":
            yield verb, "WITH CHECK (true)"
        elif verb == "UPDATE":
            yield (
                verb,
                f"USING (true) WITH CHECK ({'true' if table == 'capacity_outbox' else 'false'})",
            )
        else:
            yield verb, "USING (true)"


def downgrade(step: Step) -> None:
    """Drop the policies and revoke the rights."""
    if not step.is_postgresql:
        return
    bind_owner(step, RIGHTS, is_bound=False)
    for table, (_, jobs) in RIGHTS.items():
        for verb, _rows in _policies_of_jobs(table, jobs):
            step.run(f"DROP POLICY jobs_{verb.lower()} ON {{schema}}.{table}")
        step.run(f"DROP POLICY tenant ON {{schema}}.{table}")
        step.run(f"ALTER TABLE {{schema}}.{table} DISABLE ROW LEVEL SECURITY")
        step.run(f"REVOKE ALL ON {{schema}}.{table} FROM fourtop_app, fourtop_jobs")
    step.run_file("0003_down")
