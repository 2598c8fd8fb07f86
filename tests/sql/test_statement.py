"""The number of statements of a command, counted at the driver, and their prepared plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from fourtop import CapacityRule, Desk, Floor, ManualClock, Quote, Refused
from fourtop.errors import StoreUnavailable
from fourtop.storage.sql import SqlStore
from tests.evening import NOW, a_house, held, open_desk, party_size
from tests.sql.emptied import emptied_database
from tests.sql.listening import Heard, heard_engine

AT_MOST = 5
CAPPED = (CapacityRule(max_covers=100, max_parties=50),)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def url() -> Iterator[str]:
    with emptied_database() as database:
        yield database.url()


@pytest.fixture(params=[(), CAPPED], ids=["no caps", "caps"])
def heard(
    request: pytest.FixtureRequest, url: str, clock: ManualClock
) -> Iterator[tuple[Desk, Heard]]:
    with heard_engine(url) as (engine, statements):
        desk = open_desk(SqlStore(engine, clock=clock), a_house(capacity_rules=request.param))
        statements.forget()
        yield desk, statements


def wider(floor: Floor) -> Floor:
    return attrs.evolve(
        floor, tables=[attrs.evolve(table, capacity=table.capacity + 1) for table in floor.tables]
    )


def hold_plainly(desk: Desk, _: ManualClock) -> Callable[[], object]:
    return lambda: held(desk, 4)


def hold_with_a_key_for_a_session(desk: Desk, _: ManualClock) -> Callable[[], object]:
    return lambda: held(desk, 4, key="k1", session="s1")


def hold_for_a_pending_booking(desk: Desk, _: ManualClock) -> Callable[[], object]:
    booking = desk.book(party_size(4), tables="later")
    return lambda: held(desk, 4, booking_id=booking.id, key="k1")


def hold_over_dead_rivals(desk: Desk, clock: ManualClock) -> Callable[[], object]:
    for _ in range(3):
        held(desk, 4)
    clock.advance(minutes=30)
    return lambda: held(desk, 6)


def hold_over_far_dead_rivals(desk: Desk, clock: ManualClock) -> Callable[[], object]:
    for text in ("17:00", "18:30", "20:00"):
        held(desk, 4, text)
    clock.advance(minutes=30)
    return lambda: held(desk, 6, "18:00")


def confirm_plainly(desk: Desk, _: ManualClock) -> Callable[[], object]:
    hold = held(desk, 4)
    return lambda: desk.confirm(hold.id)


def confirm_with_a_key(desk: Desk, _: ManualClock) -> Callable[[], object]:
    hold = held(desk, 6)
    return lambda: desk.confirm(hold.id, key="k1")


def confirm_a_pending_booking(desk: Desk, _: ManualClock) -> Callable[[], object]:
    booking = desk.book(party_size(4), tables="later")
    held(desk, 4, booking_id=booking.id)
    hold = held(desk, 4, booking_id=booking.id)
    return lambda: desk.confirm(hold.id, booking_id=booking.id, key="k1")


def confirm_with_a_new_quote(desk: Desk, clock: ManualClock) -> Callable[[], object]:
    held(desk, 2, tables=["5"])
    clock.advance(minutes=30)
    hold = held(desk, 4)
    desk.edit_floor(wider)
    return lambda: desk.confirm(hold.id, requote=True, key="k1")


def confirm_in_vain(desk: Desk, clock: ManualClock) -> Callable[[], object]:
    hold = held(desk, 4)
    clock.advance(minutes=30)

    def confirm() -> None:
        with pytest.raises(Exception, match="expired"):
            desk.confirm(hold.id, key="k1")

    return confirm


def confirm_again(desk: Desk, _: ManualClock) -> Callable[[], object]:
    hold = held(desk, 4)
    desk.confirm(hold.id, key="k1")
    return lambda: desk.confirm(hold.id, key="k1")


COMMANDS = [
    hold_plainly,
    hold_with_a_key_for_a_session,
    hold_for_a_pending_booking,
    hold_over_dead_rivals,
    hold_over_far_dead_rivals,
    confirm_plainly,
    confirm_with_a_key,
    confirm_a_pending_booking,
    confirm_with_a_new_quote,
    confirm_in_vain,
    confirm_again,
]


@pytest.mark.parametrize("command", COMMANDS)
def test_hold_and_confirm_take_five_statements_at_most(
    heard: tuple[Desk, Heard],
    clock: ManualClock,
    command: Callable[[Desk, ManualClock], Callable[[], object]],
) -> None:
    desk, statements = heard
    give = command(desk, clock)
    statements.forget()
    give()
    assert 3 <= len(statements.statements) <= AT_MOST
    assert statements.frames == ["BEGIN", "COMMIT"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_process_that_knows_nothing_of_the_house_takes_no_more(
    url: str, clock: ManualClock, command: Callable[[Desk, ManualClock], Callable[[], object]]
) -> None:
    with heard_engine(url) as (engine, statements):
        store = SqlStore(engine, clock=clock)
        give = command(open_desk(store, a_house(capacity_rules=CAPPED)), clock)
        store._snapshots.houses._houses.clear()
        statements.forget()
        give()
        assert len(statements.statements) <= AT_MOST


def test_a_quote_is_three_plain_selects(heard: tuple[Desk, Heard]) -> None:
    desk, statements = heard
    desk.house()
    for size in (2, 4, 6):
        statements.forget()
        desk.quote(party_size(size))
        assert len(statements.statements) <= 3
        assert all(text.startswith("SELECT ") for text in statements.statements)
        assert statements.frames == ["BEGIN", "COMMIT"]


def test_who_only_reads_says_so(heard: tuple[Desk, Heard]) -> None:
    desk, statements = heard
    desk.quote(party_size(2))
    assert statements.all[0][0] == "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


# ---- what a connection of its own has prepared


def prepared(store: SqlStore) -> dict[str, tuple[int, int]]:
    """Return the prepared statements of a store's one connection, with runs by plan: kept, new."""
    asked = "SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements"
    connection = store.engine.raw_connection()
    driver: Any = connection.driver_connection
    # A transaction of the driver's own would be rolled back by it, and then it forgets.
    driver.autocommit = True
    try:
        rows = driver.execute(asked, prepare=False).fetchall()
    finally:
        driver.autocommit = False
        connection.close()
    return {statement: (kept, new) for statement, kept, new in rows}


@pytest.fixture
def store(url: str, clock: ManualClock) -> Iterator[SqlStore]:
    made = SqlStore(url, clock=clock)
    yield made
    made.close()


def test_what_is_said_twice_is_prepared(store: SqlStore) -> None:
    desk = open_desk(store, a_house(capacity_rules=CAPPED))
    # The first reading of a house is another statement, here on another connection.
    desk.house()
    store.close()
    for _ in range(2):
        desk.quote(party_size(4))
    known = prepared(store)
    assert len(known) == 3, "naming the tenant, looking at the restaurant, and reading"
    assert {sum(times) for times in known.values()} <= {1, 2}


def test_what_is_said_often_is_planned_five_times(store: SqlStore) -> None:
    desk = open_desk(store, a_house(capacity_rules=CAPPED))
    desk.house()
    for _ in range(12):
        desk.quote(party_size(4))
    assert all(new <= 5 < kept for kept, new in prepared(store).values())


def test_a_connection_whose_statements_are_gone_is_given_up(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With statements sent together, the store prepares them anew, as tests of pipelines show."""
    monkeypatch.setattr("fourtop.storage.sql.connection.psycopg.supports_pipelines", lambda: False)
    desk = open_desk(store, a_house(capacity_rules=CAPPED))
    for _ in range(3):
        desk.quote(party_size(4))
    connection = store.engine.raw_connection()
    driver: Any = connection.driver_connection
    driver.pgconn.exec_(b"DEALLOCATE ALL")
    connection.close()
    with pytest.raises(StoreUnavailable, match="26000"):
        desk.quote(party_size(4))
    for _ in range(3):
        assert isinstance(desk.quote(party_size(4)), Quote)


def test_a_refusal_forgets_nothing_that_is_prepared(store: SqlStore) -> None:
    desk = open_desk(store, a_house(capacity_rules=CAPPED))
    for _ in range(2):
        held(desk, 2)
    before = prepared(store)
    with pytest.raises(Refused):
        held(desk, 60)
    after = prepared(store)
    assert before
    assert before.keys() <= after.keys()
    assert all(after[text] >= before[text] for text in before), "none was made again"
