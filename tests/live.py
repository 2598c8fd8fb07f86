"""A house with staff and a buffer for cleaning, for the tests of the live service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import Desk, Floor, ManualClock, Refusal, Refused
from fourtop.ports import Store
from tests.evening import STAFF, a_house, at, booked, one_table, open_desk


def staff_at(store: Store, floor: Floor | None = None, *, after: int = 0, **policy: Any) -> Desk:
    """Return the desk of staff in a house with a buffer for cleaning in minutes."""
    house = a_house(one_table() if floor is None else floor, **policy)
    periods = tuple(attrs.evolve(each, buffer_after_minutes=after) for each in house.policy.periods)
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, periods=periods))
    return open_desk(store, house, actor=STAFF)


def seated(desk: Desk, clock: ManualClock, text: str = "18:00", booking_id: str = "a") -> None:
    """Book a party of four for a time and seat it then."""
    booked(desk, 4, text, booking_id=booking_id)
    clock.move_to(at(text))
    desk.seat(booking_id)


def refused(call: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.refusal
