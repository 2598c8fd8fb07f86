"""A rush of processes: 160 bookers, and rivals for one table, on a database that they share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from sqlalchemy import create_engine, make_url, text

from fourtop import (
    Booking,
    BookingRequest,
    Code,
    Desk,
    Engine,
    FourtopError,
    House,
    ManualClock,
    PacingRule,
    Refused,
    Spread,
)
from fourtop.storage.sql import SqlStore
from tests.database.furnished import postgresql_url, sqlite_url
from tests.database.session import cluster
from tests.evening import a_house, one_table
from tests.load import rush
from tests.load.crowd import Crowd, Meet
from tests.load.rush import OPENED, SEVEN, Call, Outcome, WatchedStore, book, grid, hold_and_confirm

SELF_JOIN = """
SELECT count(*) FROM {schema}allocations AS one
JOIN {schema}allocations AS other USING (restaurant_id, resource_type, resource_id)
WHERE one.id < other.id AND NOT one.shadow AND NOT other.shadow AND {overlap}
"""
ROUNDS = 30


@attrs.frozen
class Place:
    """A database, and how many processes share it."""

    url: str
    processes: int

    @contextmanager
    def store(self) -> Iterator[SqlStore]:
        store = SqlStore(self.url, clock=ManualClock(OPENED))
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def opened(self, house: House) -> Iterator[Desk]:
        with self.store() as store:
            yield Engine(store).add_restaurant(house)

    def overlaps(self) -> int:
        """Count the overlaps as operators do, who see all restaurants."""
        if self.url.startswith("sqlite"):
            overlap = "one.start_us < other.end_us AND other.start_us < one.end_us"
            engine = create_engine(self.url)
            with engine.connect() as connection:
                found: int = connection.execute(
                    text(SELF_JOIN.format(schema="", overlap=overlap))
                ).scalar_one()
            engine.dispose()
            return found
        name = make_url(self.url).database
        assert name is not None
        query = SELF_JOIN.format(schema="fourtop.", overlap='one."window" && other."window"')
        ((found,),) = cluster().execute(query, database=name)
        return int(found)


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    with Crowd(4, 8) as started:
        yield started


@pytest.fixture(params=["postgresql", "pgbouncer", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield Place(sqlite_url(tmp_path / "night.db"), 4)
        return
    with postgresql_url(by_bouncer=request.param == "pgbouncer") as url:
        yield Place(url, 8)


def book_at_once(place: Place, parties: list[int], call: Call, meet: Meet) -> list[Outcome]:
    """Book for some of the parties. Runs in each process, with a store of its own."""
    with place.store() as store:
        watched = WatchedStore(store)
        return rush.answers(watched, Engine(watched).desk("the-grid"), parties, call, meet=meet)


def answers(crowd: Crowd, place: Place, parties: list[int], call: Call) -> list[Outcome]:
    shares = [
        (place, parties[number :: place.processes], call) for number in range(place.processes)
    ]
    return [outcome for share in crowd.do(book_at_once, shares) for outcome in share]


@pytest.mark.slow
@pytest.mark.parametrize("call", [book, hold_and_confirm])
def test_160_bookers_from_processes_are_each_seated_or_rightly_refused(
    crowd: Crowd, place: Place, call: Call
) -> None:
    parties = rush.drawn_parties(1)
    with place.opened(grid()) as desk:
        outcomes = answers(crowd, place, parties, call)
        rush.check_each_is_seated_or_rightly_refused(desk, outcomes, parties)
    assert place.overlaps() == 0


@pytest.mark.slow
@pytest.mark.parametrize("call", [book, hold_and_confirm])
def test_100_parties_of_four_from_processes_into_40_covers_make_exactly_ten(
    crowd: Crowd, place: Place, call: Call
) -> None:
    parties = [4] * 100
    with place.opened(grid(max_covers=40)) as desk:
        outcomes = answers(crowd, place, parties, call)
        rush.check_exactly_ten_are_seated(desk, outcomes, parties)
    assert place.overlaps() == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "spread"), [(book, Spread.START), (hold_and_confirm, Spread.MEAL)]
)
def test_100_parties_from_processes_into_a_pacing_of_ten_make_exactly_ten(
    crowd: Crowd, place: Place, call: Call, spread: Spread
) -> None:
    parties = [2] * 100
    with place.opened(grid(pacing=[PacingRule(30, max_parties=10, spread=spread)])) as desk:
        outcomes = answers(crowd, place, parties, call)
        rush.check_exactly_ten_are_paced(desk, outcomes, parties)
    assert place.overlaps() == 0


def want_the_one_table(
    place: Place, meet: Meet
) -> tuple[list[Booking | FourtopError], dict[str, int]]:
    """Ask for the same table as the others each evening; return the answers and retries."""
    answered: list[Booking | FourtopError] = []
    with place.store() as store:
        desk = Engine(store).desk("house")
        for evening in range(ROUNDS):
            meet()
            try:
                answered.append(desk.book(BookingRequest(4, SEVEN + timedelta(days=evening))))
            except FourtopError as error:
                answered.append(error)
        return answered, store.metrics.retried


@pytest.mark.slow
def test_of_those_who_want_one_table_exactly_one_gets_it_each_time(
    crowd: Crowd, place: Place
) -> None:
    with place.opened(a_house(one_table())) as desk:
        done = crowd.do(want_the_one_table, [(place,)] * place.processes)
        assert desk.audit().allocations == ROUNDS
        assert desk.audit().is_clean
    for answered in zip(*(each for each, _ in done), strict=True):
        winners = [each for each in answered if isinstance(each, Booking)]
        refused = [each for each in answered if isinstance(each, Refused)]
        assert (len(winners), len(refused)) == (1, place.processes - 1)
        assert {each.code for each in refused} == {Code.TABLES_TAKEN}
    # The restaurant's row is locked first, so that there is nothing to be deadlocked on.
    assert not any("40P01" in retried for _, retried in done)
    assert place.overlaps() == 0
