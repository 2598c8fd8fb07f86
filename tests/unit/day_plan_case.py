"""Bookings of an evening for the tests of day plans, and plans as short texts."""

from __future__ import annotations

from typing import Any

from fourtop import DayPlan, Desk
from tests.evening import FRIDAY, booked, party_size, window


def waits(desk: Desk, name: str, size: int, text: str = "19:00", **wishes: Any) -> None:
    """Book a party that waits for tables."""
    desk.book(party_size(size, text, **wishes), booking_id=name, tables="later")


def moves(plan: DayPlan) -> dict[str, str]:
    return {each.booking_id: str(each).replace("table ", "") for each in plan.moves}


def left(plan: DayPlan) -> dict[str, str]:
    return {each.booking_id: str(each) for each in plan.left}


def planned(desk: Desk, **terms: Any) -> DayPlan:
    """Plan the Friday, with a search that is long enough for a few tables."""
    return desk.plan_day(FRIDAY, **{"node_budget": 300, **terms})


def booked_at(desk: Desk, table: str, size: int, name: str) -> None:
    """Book a party that the planner puts at one table: the request names none."""
    taken = {row.resource_id for row in desk.allocations(window("17:00", "23:00"))}
    others = {each.id for each in desk.house().floor.tables} - taken - {table}
    block = desk.block(window("17:00", "23:00"), tables=others, reason="for a test")
    booked(desk, size, booking_id=name)
    desk.unblock(block.id)
