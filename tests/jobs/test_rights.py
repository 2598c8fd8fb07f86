"""On PostgreSQL only members of the jobs' own role run the jobs; the service's role may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from fourtop import StoreMisconfigured
from fourtop.ports import Delivery
from fourtop.storage.sql import SqlStore
from fourtop.storage.sql.tables.security import APP_ROLE
from fourtop.testing.contract.job import about
from fourtop.testing.contract.samples import HERE, NOON_US
from tests.database.furnished import LOGIN, postgresql_database
from tests.database.session import cluster
from tests.jobs.place import Place, furnish

LONG_AFTER_US = NOON_US + 10**15
DELIVERY = Delivery(about("1", "b1"), 1, 0, "a-lease")
CALLS: dict[str, Callable[[SqlStore], object]] = {
    "expired_holds": lambda store: store.expired_holds(LONG_AFTER_US, 9),
    "archive_allocations": lambda store: store.archive_allocations(LONG_AFTER_US, 9),
    "delete_confirmations": lambda store: store.delete_confirmations(LONG_AFTER_US, 9),
    "delete_stored_results": lambda store: store.delete_stored_results(LONG_AFTER_US, 9),
    "delete_holds": lambda store: store.delete_holds(LONG_AFTER_US, 9),
    "delete_events": lambda store: store.delete_events(LONG_AFTER_US, 9),
    "claim": lambda store: store.claim(9, 1),
    "done": lambda store: store.done([DELIVERY]),
    "release": lambda store: store.release([DELIVERY]),
    "fail": lambda store: store.fail(DELIVERY, None),
    "dead_letters": lambda store: store.dead_letters(9),
}
TABLES = (
    "allocations",
    "allocations_archive",
    "booking_confirmation_results",
    "command_results",
    "table_holds",
)


@pytest.fixture
def logins() -> Iterator[tuple[Place, Place]]:
    """A database as the service sees it, and as a login with only the service's role sees it."""
    waiter = f"waiter_{next(_NUMBERS)}"
    server = cluster()
    with postgresql_database() as name:
        server.execute(f"CREATE ROLE {waiter} LOGIN NOINHERIT IN ROLE {APP_ROLE}")
        try:
            yield Place(server.url(name, user=LOGIN)), Place(server.url(name, user=waiter))
        finally:
            server.execute(f"DROP ROLE {waiter}")


_NUMBERS = count(1)


def test_who_has_only_the_role_of_the_service_runs_no_job(logins: tuple[Place, Place]) -> None:
    service, waiter = logins
    with service.opened() as store:
        furnish(store, 10)
    before = [service.count(table) for table in TABLES]
    with waiter.opened() as store:
        for name, call in CALLS.items():
            with pytest.raises(StoreMisconfigured, match="42501"):
                call(store)
            assert [service.count(table) for table in TABLES] == before, f"{name} did something"
        # It is the jobs that are refused, not the login.
        assert len(store.events(HERE)) == 9
    with service.opened() as store:
        done = {name: call(store) for name, call in CALLS.items()}
    assert (done["expired_holds"] != (), done["archive_allocations"], done["claim"] != ()) == (
        True,
        9,
        True,
    )
