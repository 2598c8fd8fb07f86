"""What is answered while jobs are at work on a database, and while none is."""

from __future__ import annotations

from contextlib import ExitStack

import attrs
import pytest

from fourtop import ManualClock
from fourtop.ports import Changes
from fourtop.storage.sql import SqlStore
from fourtop.testing.contract.samples import (
    HERE,
    NOON_US,
    a_booking,
    a_house,
    a_row,
    of_booking,
    span,
)
from tests.jobs.place import Place, write
from tests.unit.test_engine_housekeeping import DAYS, WEEK, Months

MONTH = span(-31 * 24 * 60, 0)


def months(place: Place, stack: ExitStack) -> Months:
    """Spend the months in a database, with the jobs dead for a week of them."""

    def made(clock: ManualClock) -> SqlStore:
        store = SqlStore(place.url, clock=clock)
        stack.callback(store.close)
        return store

    return Months({*range(DAYS)} - {*WEEK}, made=made).spend()


@pytest.mark.slow
def test_no_answer_changes_by_jobs_on_a_database_nor_by_a_week_without(place: Place) -> None:
    never = Months([]).spend()
    with ExitStack() as stack:
        spent = months(place, stack)
        assert spent.answers == never.answers
        assert spent.rows < never.rows
        in_memory = Months({*range(DAYS)} - {*WEEK}).spend()
        assert (spent.rows, spent.published) == (in_memory.rows, in_memory.published)
        assert place.count("allocations") == spent.rows
        assert place.count("allocations_archive") > 0


def test_a_row_that_has_the_id_of_an_archived_one_is_archived_too(place: Place) -> None:
    with place.opened() as store:
        store.add_restaurant(a_house(HERE))
        first, second = (a_row("a1", of_booking(), "t1", span(end - 1, end)) for end in (-20, -10))
        for row in (first, second, second):
            changes = Changes(bookings=() if row is not first else (a_booking(),), added=(row,))
            write(store, HERE, changes)
            assert store.archive_allocations(NOON_US, 9) == 1
        assert store.archived(HERE, MONTH) == (first, second, second)


def test_what_is_archived_is_as_it_was_to_the_microsecond(place: Place) -> None:
    with place.opened() as store:
        store.add_restaurant(a_house(HERE))
        odd = attrs.evolve(
            a_row("a1", of_booking(), "t1", span(-20.000_000_1, -10.000_000_1)), shadow=True
        )
        changes = Changes(bookings=(a_booking(),), added=(odd,))
        write(store, HERE, changes)
        assert store.archive_allocations(odd.window.end_us - 1, 9) == 0
        assert store.archive_allocations(odd.window.end_us, 9) == 1
        assert store.archived(HERE, MONTH) == (odd,)
