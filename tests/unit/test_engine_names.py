"""Finding 6: a typo became a no. A name that the house does not have is an error that says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingChange,
    BookingRequest,
    Code,
    Desk,
    Occasion,
    Preference,
    Refused,
    UnknownName,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    a_house,
    booked,
    five_tables,
    held,
    open_desk,
    party_size,
    snapshot,
)

WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "a zone by its name": ({"must": Preference(zones={"Main"})}, "must.zones", "main"),
    "a wish for a zone": ({"wish": Preference(zones={"Main"})}, "wish.zones", "main"),
    "a feature": ({"must": Preference(features={"windows"})}, "must.features", "window"),
    "a seating": ({"must": Preference(seatings={"both"})}, "must.seatings", "standard"),
    "an area": ({"must": Preference(areas={"outdoor"})}, "must.areas", "indoor"),
    "an occasion": ({"occasion": "drink"}, "occasion", "drinks"),
    "a channel": ({"channel": "on-line"}, "channel", "walk_in"),
}


@pytest.fixture
def desk(store: Store) -> Desk:
    floor = five_tables()
    window = attrs.evolve(floor.get_table("5"), features={"window"})
    drinks = Occasion("drinks", [(None, 60)])
    return open_desk(store, a_house(floor.with_table(window), occasions=[drinks]))


@pytest.mark.parametrize("name", WRONG)
def test_finding_06_an_unknown_name_is_an_error_at_every_door(
    store: Store, desk: Desk, name: str
) -> None:
    given, field, known = WRONG[name]
    hold, booking = held(desk, 2), booked(desk, 2, "21:00")
    before = snapshot(store, desk)
    request = party_size(2, **given)
    doors: list[Callable[[BookingRequest], object]] = [
        desk.quote,
        desk.hold,
        desk.book,
        lambda request: desk.book(request, tables="later"),
        lambda request: desk.replace_hold(hold.id, request),
        lambda _: desk.reschedule(booking.id, BookingChange(**given)),
        lambda _: desk.availability(FRIDAY, 2, **given),
    ]
    for door in doors:
        with pytest.raises(UnknownName) as caught:
            door(request)
        assert (caught.value.field, caught.value.code) == (field, Code.INVALID_INPUT)
        assert known in caught.value.known
        assert known in str(caught.value)
    assert snapshot(store, desk) == before


def test_finding_06_a_known_name_that_no_free_table_has_is_a_refusal(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.book(party_size(8, must=Preference(features={"window"})))
    assert caught.value.code is Code.NO_TABLES_MATCH


def test_finding_06_a_house_without_features_says_so(store: Store) -> None:
    desk = open_desk(store)
    with pytest.raises(UnknownName, match="the house has none") as caught:
        desk.quote(party_size(2, must=Preference(features={"window"})))
    assert caught.value.known == ()
