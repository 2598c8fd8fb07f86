"""What availability and quote show can be booked at the same version, whoever asks for whatever.

For every occasion, channel and condition, for guests and staff, on every store.
"""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import product
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    GUEST,
    BookingRequest,
    BookingWindow,
    CountedIds,
    Desk,
    Engine,
    House,
    MemoryStore,
    Occasion,
    Preference,
    Quote,
    Refusal,
    Refused,
    Restaurant,
    ServicePeriod,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, STAFF, at
from tests.property.test_engine_availability import a_floor, a_policy

EVENINGS: Final = 12
EVENINGS_OF_A_DATABASE: Final = 2
SIZES: Final = (2, 4, 7)
OCCASIONS: Final = (None, "drinks", "feast")
CHANNELS: Final = (None, "online", "walk_in")
MUSTS: Final = (Preference(), Preference(features=["window"]), Preference(zones=["out"]))


def a_house(draw: random.Random, seed: int) -> House:
    policy = a_policy(draw)
    dinner = ServicePeriod(
        "dinner", "17:00", "22:30", last_seating_minutes=60, occasions=["drinks", "feast"]
    )
    policy = attrs.evolve(
        policy,
        periods=[dinner],
        occasions=[Occasion("drinks", [(None, 45)]), Occasion("feast", [(None, 180)])],
        channels=["online"],
        booking_windows=[BookingWindow(notice_minutes=360, channel="online")],
    )
    restaurant = Restaurant(f"h{seed}", "House", timezone="UTC", reservation_interval_minutes=30)
    return House(restaurant, a_floor(draw), policy)


def fill(desk: Desk, draw: random.Random) -> None:
    for _ in range(draw.randint(2, 12)):
        start = at("17:00") + timedelta(minutes=30 * draw.randint(0, 9))
        request = BookingRequest(draw.choice((2, 2, 4, 6)), start, occasion=draw.choice(OCCASIONS))
        try:
            desk.book(request)
        except Refused:
            continue


def asked(party_size: int, start: Any, terms: dict[str, Any]) -> BookingRequest:
    return BookingRequest(party_size, start, **terms)


@pytest.mark.slow
def test_what_is_shown_can_be_booked_for_every_occasion_channel_and_condition(
    store: Store,
) -> None:
    evenings = EVENINGS if isinstance(store, MemoryStore) else EVENINGS_OF_A_DATABASE
    shown = {True: 0, False: 0}
    for seed in range(evenings):
        draw = random.Random(seed)
        staff = Engine(store, ids=CountedIds(f"n{seed}-")).add_restaurant(
            a_house(draw, seed), actor=STAFF
        )
        fill(staff, draw)
        guest = Engine(store, ids=CountedIds(f"g{seed}-")).desk(f"h{seed}", actor=GUEST)
        for desk, occasion, channel, must in product((staff, guest), OCCASIONS, CHANNELS, MUSTS):
            terms = {"occasion": occasion, "channel": channel, "must": must}
            found = desk.availability(FRIDAY, SIZES, **terms)  # type: ignore[arg-type]  # Checked.
            for slot in draw.sample(found.slots, 4):
                request = asked(slot.party_size, slot.start, terms)
                shown[slot.is_bookable] += 1
                _check(desk, request, slot.refusal)
            assert desk.versions().floor == found.versions.floor
    assert min(shown.values()) > evenings


def _check(desk: Desk, request: BookingRequest, refusal: Refusal | None) -> None:
    quoted = desk.quote(request)
    if refusal is None:
        assert isinstance(quoted, Quote)
        hold = desk.hold(request)
        assert hold.tables == quoted.plan.tables
        desk.release_hold(hold.id)
        return
    assert isinstance(quoted, Refusal)
    # A slot has the reasons of the first check that refuses, a quote those of all checks.
    assert quoted.reasons[: len(refusal.reasons)] == refusal.reasons
    with pytest.raises(Refused) as caught:
        desk.hold(request)
    assert caught.value.refusal == refusal
