"""Pacing against brute force: an oracle that walks through every minute of the evening."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourtop import (
    BookingChange,
    BookingRequest,
    Code,
    CountedIds,
    Desk,
    Engine,
    ManualClock,
    MemoryStore,
    PacingRule,
    Refused,
    ServicePeriod,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import NOW, STAFF, a_house, at

OPENS: Final = at("17:00")
STAY: Final = 90
EVENING: Final = 9 * 60
DINNER: Final = ServicePeriod(
    "dinner", "17:00", "23:00", last_seating_minutes=30, overrun_allowed=True
)

Draw = Callable[[list[Any]], Any]


@attrs.define
class Guest:
    """A party of the oracle: its size, and the minute after the opening when it sits down."""

    size: int
    minute: int


class Oracle:
    """Counts heads minute by minute. It shares no code with the library."""

    def __init__(self, rules: list[PacingRule]) -> None:
        self.rules = rules
        self.guests: dict[str, Guest] = {}

    def refused(self, guest: Guest, own: str | None = None) -> set[tuple[str, str]]:
        """Return the spread and unit of each limit that a party would exceed."""
        before = self.guests.get(own) if own else None
        others = [each for name, each in self.guests.items() if name != own]
        found = set()
        for rule in self.rules:
            for first in range(0, EVENING, rule.interval_minutes):
                minutes = range(first, first + rule.interval_minutes)
                if not self._sits(guest, rule, minutes):
                    continue
                there = [each for each in others if self._sits(each, rule, minutes)]
                mine = [before] if before and self._sits(before, rule, minutes) else []
                for unit, most, count in (
                    ("covers", rule.max_covers, lambda some: sum(each.size for each in some)),
                    ("parties", rule.max_parties, len),
                ):
                    after, now = count([*there, guest]), count([*there, *mine])
                    if most is not None and after > most and after > now:
                        found.add((rule.spread.value, unit))
        return found

    @staticmethod
    def _sits(guest: Guest, rule: PacingRule, minutes: range) -> bool:
        if rule.spread.value == "start":
            return guest.minute in minutes
        return any(guest.minute <= minute < guest.minute + STAY for minute in minutes)


def play(store: Store, name: str, draw: Draw) -> int:
    """Play an evening of bookings, holds and changes; return how many were refused."""
    rules = draw_rules(draw)
    floor = sketch_floor({str(number): 4 for number in range(1, 41)})
    house = a_house(floor, name=name, periods=[DINNER], pacing_rules=rules)
    desk = Engine(store, ids=CountedIds("n")).add_restaurant(house, actor=STAFF)
    oracle, holds, refused = Oracle(rules), set[str](), 0
    for number in range(draw([4, 8, 12])):
        guest = Guest(draw([1, 2, 3, 4]), draw([0, 15, 29, 30, 44, 45, 90, 120, 121, 300, 330]))
        does = draw(["book", "book", "book", "hold", "reschedule", "cancel", "cap"])
        if does == "cap":
            oracle.rules = draw_rules(draw)
            set_rules(desk, oracle.rules)
            continue
        booked = [each for each in oracle.guests if each not in holds]
        own = draw(booked) if does in ("reschedule", "cancel") and booked else None
        if does == "cancel" and own:
            desk.cancel(own)
            del oracle.guests[own]
            continue
        said, made = answer(desk, guest, f"b{number}", (does, own))
        assert said == oracle.refused(guest, own), (does, guest, oracle.rules, oracle.guests)
        refused += bool(said)
        if made:
            oracle.guests[made] = guest
            holds |= {made} if does == "hold" else set()
    return refused


def set_rules(desk: Desk, rules: list[PacingRule]) -> None:
    desk.edit_policy(lambda policy: attrs.evolve(policy, pacing_rules=rules))


def draw_rules(draw: Draw) -> list[PacingRule]:
    spreads = draw([["start"], ["meal"], ["start", "meal"]])
    return [
        PacingRule(
            draw([15, 20, 30, 45, 60, 200]),
            max_covers=draw([None, 3, 6, 9]),
            max_parties=draw([1, 2, 3]),
            spread=spread,
        )
        for spread in spreads
    ]


def answer(
    desk: Desk, guest: Guest, name: str, wanted: tuple[str, str | None]
) -> tuple[set[tuple[str, str]], str | None]:
    """Return the refused limits, and the id of the booking or hold."""
    does, own = wanted
    request = BookingRequest(guest.size, OPENS + timedelta(minutes=guest.minute))
    try:
        if does == "hold":
            return set(), desk.hold(request).id
        if own:
            changed = BookingChange(party_size=guest.size, start=request.start)
            return set(), desk.reschedule(own, changed).id
        return set(), desk.book(request, booking_id=name, tables="later").id
    except Refused as refusal:
        reasons = refusal.refusal.reasons
        assert {reason.code for reason in reasons} == {Code.PACING_EXCEEDED}
        return {(reason.details["spread"], reason.details["unit"]) for reason in reasons}, None


@settings(max_examples=150)
@given(st.data())
def test_pacing_is_what_brute_force_says(data: st.DataObject) -> None:
    play(MemoryStore(ManualClock(NOW)), "House", lambda some: data.draw(st.sampled_from(some)))


@pytest.mark.parametrize("seed", range(3))
def test_pacing_is_what_brute_force_says_on_every_store(store: Store, seed: int) -> None:
    draw = random.Random(seed)
    refused = sum(play(store, f"House {number}", draw.choice) for number in range(4))
    assert refused
