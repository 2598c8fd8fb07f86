"""Every job, run twice at once: by two threads with a store each, and by two processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.evening import at_once
from tests.jobs.place import JOBS, Place, furnish
from tests.load.crowd import Crowd, Meet

# More than two batches of those jobs that take most at once.
ROWS = 1_100


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    with Crowd(2) as started:
        yield started


@pytest.fixture
def left(place: Place) -> Place:
    """A database with much left over."""
    with place.opened() as store:
        furnish(store, ROWS)
    return place


def in_threads(place: Place, name: str) -> list[int]:
    job = JOBS[name]
    with ExitStack() as stack:
        stores = [stack.enter_context(place.opened(job.now)) for _ in range(2)]
        done = at_once([lambda store=store: job.run(store) for store in stores])  # type: ignore[misc]  # Bound at once.
    assert all(isinstance(each, int) for each in done), done
    return [each for each in done if isinstance(each, int)]


def in_a_process(place: Place, name: str, meet: Meet) -> int:
    with place.opened(JOBS[name].now) as store:
        # The first connection takes a while; from here on they are at it together.
        store.now_us()
        meet()
        return JOBS[name].run(store)


@pytest.mark.slow
@pytest.mark.parametrize("by", ["threads", "processes"])
def test_each_job_run_twice_at_once_does_its_work_once(left: Place, crowd: Crowd, by: str) -> None:
    for name, job in JOBS.items():
        before = job.count(left)
        done = (
            in_threads(left, name)
            if by == "threads"
            else crowd.do(in_a_process, [(left, name)] * 2)
        )
        change = abs(job.count(left) - before)
        assert sum(done) == change, f"{name} has counted rows twice or not at all"
        assert change >= ROWS, f"{name} has left something"
        with left.opened(job.now) as store:
            assert job.run(store) == 0, f"{name} has left something"
    assert left.count("allocations_archive") == ROWS
    kept = (
        "allocations",
        "booking_confirmation_results",
        "command_results",
        "table_holds",
        "table_hold_members",
    )
    assert [left.count(table) for table in (*kept, "capacity_outbox")] == [0] * 6
    assert left.count("bookings") == 2
