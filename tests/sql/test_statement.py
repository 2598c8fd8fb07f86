"""How many statements a command takes, counted at the driver, and that each finds its rows by an index."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import pytest

from fourtop import CapacityRule, Desk, Floor, ManualClock
from fourtop.storage.sql import SqlStore
from tests.evening import NOW, a_house, held, open_desk, party
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
def heard(request: pytest.FixtureRequest, url: str, clock: ManualClock) -> Iterator[tuple[Desk, Heard]]:
    with heard_engine(url) as (engine, statements):
        desk = open_desk(SqlStore(engine, clock=clock), a_house(capacity_rules=request.param))
        statements.forget()
        yield desk, statements


def wider(floor: Floor) -> Floor:
    return attrs.evolve(floor, tables=[attrs.evolve(table, capacity=table.capacity + 1) for table in floor.tables])


def hold_plainly(desk: Desk, _: ManualClock) -> Callable[[], object]:
    return lambda: held(desk, 4)


def hold_with_a_key_for_a_session(desk: Desk, _: ManualClock) -> Callable[[], object]:
    return lambda: held(desk, 4, key="k1", session="s1")


def hold_for_a_pending_booking(desk: Desk, _: ManualClock) -> Callable[[], object]:
    booking = desk.book(party(4), tables="later").booking
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
    booking = desk.book(party(4), tables="later").booking
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
    heard: tuple[Desk, Heard], clock: ManualClock, command: Callable[[Desk, ManualClock], Callable[[], object]]
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
        store._houses._kept.clear()
        statements.forget()
        give()
        assert len(statements.statements) <= AT_MOST


def test_a_quote_is_three_plain_selects(heard: tuple[Desk, Heard]) -> None:
    desk, statements = heard
    desk.house()
    for size in (2, 4, 6):
        statements.forget()
        desk.quote(party(size))
        assert len(statements.statements) <= 3
        assert all(text.startswith("SELECT ") for text in statements.statements)
        assert statements.frames == ["BEGIN", "COMMIT"]


def test_who_only_reads_says_so(heard: tuple[Desk, Heard]) -> None:
    desk, statements = heard
    desk.quote(party(2))
    assert statements.all[0][0] == "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
