"""Parties in the way of one more, for the tests of moves that make room."""

from __future__ import annotations

from typing import Any

from fourtop import Booking, BookingRequest, Desk, Move, Quote, Refusal, Reseating, sketch_floor
from fourtop.ports import Store
from tests.evening import STAFF, a_house, booked, open_desk

THREE = {"1": 2, "2": 4, "3": 4}


def desk_of(store: Store, seats: dict[str, Any] | None = None, *joins: str, **policy: Any) -> Desk:
    floor = sketch_floor(THREE if seats is None else seats, joins=joins)
    return open_desk(store, a_house(floor, **policy), actor=STAFF)


def seated_at(desk: Desk, size: int, table_id: str, text: str = "19:00", **how: Any) -> Booking:
    """A booking at a table that it was not promised."""
    booking = booked(desk, size, text, **how)
    if booking.tables != (table_id,):
        (booking,) = desk.move([Move(booking.id, [table_id])])
    return booking


def in_the_way(desk: Desk) -> Booking:
    """A party of two at the four next to a free two; the other four is taken."""
    seated_at(desk, 4, "3", booking_id="four")
    return seated_at(desk, 2, "2", booking_id="two")


def quoted(desk: Desk, request: BookingRequest, moves: int) -> Quote:
    answer = desk.quote(request, moves=moves)
    assert isinstance(answer, Quote)
    return answer


def reseated(desk: Desk, request: BookingRequest, moves: int = 1) -> Reseating:
    found = quoted(desk, request, moves).reseating
    assert found is not None
    return found


def refused(desk: Desk, request: BookingRequest, moves: int) -> Refusal:
    answer = desk.quote(request, moves=moves)
    assert isinstance(answer, Refusal)
    return answer
