"""Case 13: the default choice leaves the cluster that large parties need to them."""

from __future__ import annotations

from typing import Final

import pytest

from fourtop import Code, Desk, Quote, Refused, sketch_floor
from fourtop.ports import Store
from tests.evening import a_house, booked, open_desk, party_size

# Only the first two tables can be joined, and only together do they seat seven.
FLOOR: Final = sketch_floor(dict.fromkeys("1234", 4), joins=["1-2"])


@pytest.fixture
def desk(store: Store) -> Desk:
    """A house with four tables of four."""
    return open_desk(store, a_house(FLOOR))


def test_case_13_small_parties_eat_the_only_cluster_in_the_order_of_the_names(desk: Desk) -> None:
    for table in "12":
        booked(desk, 2, tables=[table])
    with pytest.raises(Refused) as caught:
        desk.book(party_size(7))
    assert caught.value.code is Code.TABLES_TAKEN


def test_case_13_small_parties_leave_the_only_cluster_that_seats_seven(desk: Desk) -> None:
    assert [booked(desk, 2).tables for _ in range(2)] == [("3",), ("4",)]
    assert booked(desk, 7).tables == ("1", "2")


def test_case_13_the_cluster_is_not_kept_from_small_parties(desk: Desk) -> None:
    assert [booked(desk, 2).tables for _ in range(4)] == [("3",), ("4",), ("1",), ("2",)]


def test_case_13_tables_that_cannot_be_joined_come_first_among_equals(desk: Desk) -> None:
    quote = desk.quote(party_size(2))
    assert isinstance(quote, Quote)
    plans = [quote.plan, *quote.others]
    assert [plan.tables for plan in plans][:4] == [("3",), ("4",), ("1",), ("2",)]
