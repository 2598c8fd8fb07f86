"""Staff under rivals: processes move the same parties, and none moves a pinned one.

They swap, rotate and shift parties, and commit plans of the same day.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
import pytest

from fourtop import (
    Booking,
    Code,
    Desk,
    Engine,
    FourtopError,
    ManualClock,
    Move,
    Refused,
    StaleVersion,
    sketch_floor,
)
from fourtop.storage.sql import SqlStore
from tests.database.furnished import postgresql_url, sqlite_url
from tests.evening import FRIDAY, STAFF, a_house, at, booked, party_size
from tests.load.crowd import Crowd, Meet

ROUNDS: Final = 10
NAMES: Final = ("a", "b", "c")
PINNED: Final = "pinned"
# Those of the three; the pinned party sits at table 4.
TABLES: Final = {"1", "2", "3", "5"}

Answer = tuple[Booking, ...] | FourtopError


@attrs.frozen
class Place:
    """A database, and how many processes share it."""

    url: str
    processes: int


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    with Crowd(4, 8) as started:
        yield started


@pytest.fixture(params=["postgresql", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield Place(sqlite_url(tmp_path / "night.db"), 4)
        return
    with postgresql_url() as url:
        yield Place(url, 8)


def tables_of(desk: Desk) -> list[str]:
    return ["+".join(desk.get_booking(name).tables) for name in (*NAMES, PINNED)]


def act(desk: Desk, number: int, seen: list[Booking], *, is_chain: bool) -> Answer:
    """Swap two, move three at the versions that were seen, or try to move the pinned one."""
    one, two, three = seen
    tables_seen = [each.tables[0] for each in seen]
    try:
        if number % 4 == 0:
            return desk.swap(one.id, two.id)
        if number % 4 == 1:
            return desk.swap(two.id, three.id)
        if number % 4 == 2:
            # A ring, and in every other round a chain that begins at the free table.
            first, *others = tables_seen
            (free,) = TABLES - {*tables_seen}
            targets = [free, *tables_seen[:-1]] if is_chain else [*others, first]
            places = zip(seen, targets, strict=True)
            return desk.move(
                [Move(each.id, [table], expected=each.version) for each, table in places]
            )
        return desk.swap(one.id, PINNED)
    except FourtopError as error:
        return error


def play(place: Place, number: int, meet: Meet) -> list[tuple[Answer, list[str]]]:
    """Play every round; return each answer, and from one process the tables after it."""
    found = list[tuple[Answer, list[str]]]()
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).desk("house", actor=STAFF)
        for round_number in range(ROUNDS):
            seen = [desk.get_booking(name) for name in NAMES]
            meet()
            answer = act(desk, number, seen, is_chain=round_number % 2 == 1)
            meet()
            found.append((answer, tables_of(desk) if number == 0 else []))
            meet()
    return found


@pytest.mark.slow
def test_swaps_rings_and_chains_are_atomic_under_rivals_and_a_pinned_party_stays(
    crowd: Crowd, place: Place
) -> None:
    house = a_house(sketch_floor(dict.fromkeys("12345", 4)))
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).add_restaurant(house, actor=STAFF)
        for name, table in zip((*NAMES, PINNED), "1234", strict=True):
            booked(desk, 4, tables=[table], booking_id=name)
        desk.pin(PINNED)

    done = crowd.do(play, [(place, number) for number in range(place.processes)])

    moved = 0
    for each in zip(*done, strict=True):
        after = each[0][1]
        assert after[-1] == "4"
        assert {*after[:-1]} < TABLES
        assert len({*after}) == len(after), "no table is taken twice"
        for number, (answer, _) in enumerate(each):
            if number % 4 == 3:
                assert isinstance(answer, Refused), answer
                assert answer.code is Code.BOOKING_PINNED
            elif number % 4 == 2:
                assert isinstance(answer, tuple | StaleVersion), answer
            else:
                # Commands of one house come one after the other, so each swap finds its tables.
                assert isinstance(answer, tuple), answer
            moved += len(answer) if isinstance(answer, tuple) else 0
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).desk("house")
        assert desk.audit().is_clean
        versions = [desk.get_booking(name).version for name in NAMES]
        assert sum(versions) == len(NAMES) + moved, "each move was counted once"


# ---- day plans


def commit(place: Place, number: int, meet: Meet) -> list[Answer]:
    """Plan the day and commit the plan in every round; one process clears the tables before it."""
    found = list[Answer]()
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).desk("house", actor=STAFF)
        for _ in range(ROUNDS):
            if number == 0:
                for name in NAMES:
                    if desk.get_booking(name).tables:
                        desk.unassign(name)
            meet()
            plan = desk.plan_day(FRIDAY, node_budget=20, seed=number)
            meet()
            try:
                found.append(desk.commit_day_plan(plan))
            except FourtopError as error:
                found.append(error)
            meet()
    return found


def test_of_rival_plans_of_one_day_one_is_committed_as_a_whole(crowd: Crowd, place: Place) -> None:
    house = a_house(sketch_floor(dict.fromkeys("1234", 4)))
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).add_restaurant(house, actor=STAFF)
        booked(desk, 4, tables=["4"], booking_id=PINNED)
        desk.pin(PINNED)
        for name in NAMES:
            desk.book(party_size(4), booking_id=name, tables="later")

    done = crowd.do(commit, [(place, number) for number in range(place.processes)])

    for each in zip(*done, strict=True):
        won = [answer for answer in each if isinstance(answer, tuple)]
        assert [len(answer) for answer in won] == [len(NAMES)]
        lost = [answer for answer in each if not isinstance(answer, tuple)]
        assert all(isinstance(answer, StaleVersion) for answer in lost), lost
    with SqlStore(place.url, clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).desk("house")
        assert desk.audit().is_clean
        assert sorted(tables_of(desk)) == ["1", "2", "3", "4"]
        assert desk.get_booking(PINNED).tables == ("4",)
