"""Calls of every method of a desk, for the tests that compare its two forms."""

from __future__ import annotations

from typing import Any, Final

import attrs

from fourtop import (
    BookingRow,
    FeedTerms,
    Move,
    Override,
    Selection,
    Versions,
    WalkIn,
)
from tests.evening import (
    FRIDAY,
    MONTH,
    a_house,
    at,
    change,
    party_size,
    window,
)

Invocation = tuple[str, tuple[Any, ...], dict[str, Any]]


def call(name: str, *args: Any, **kwargs: Any) -> Invocation:
    return name, args, kwargs


# Moves the clock.
CLOCK: Final = "clock"

# Every method of a desk, with each kind of outcome: an answer, a replay, a refusal, an error.
EVENING: Final = (
    call("house"),
    call("versions"),
    call("quote", party_size(4)),
    call("quote", party_size(99)),
    call("explain", party_size(99)),
    call("alternatives", party_size(4)),
    call("offers", party_size(4)),
    call("utilisation", FRIDAY),
    call("rotations", FRIDAY),
    call("availability", FRIDAY, (2, 4)),
    call("availability", FRIDAY, 4, at=at("19:00"), spots_limit=3),
    call("hold", party_size(4), session="s1", key="k1"),
    call("hold", party_size(4), session="s1", key="k1"),
    call("hold", party_size(99)),
    call("hold", party_size(2), ttl_seconds=7),
    call("find_hold", "n1"),
    call("extend_hold", "n1", seconds=60),
    call("extend_hold", "n1", seconds=570),
    call("confirm", "n1", booking_id="b1"),
    call("confirm", "n1", booking_id="b1"),
    call("confirm", "nothing"),
    call("confirmations", "n1"),
    call("find_hold", "n1"),
    call("get_booking", "b1"),
    call("find_booking", "b2"),
    call("get_booking", "b2"),
    call("book", party_size(2), booking_id="b2"),
    call("book", party_size(2), booking_id="b3", tables="later"),
    call("hold", party_size(2), key="k2"),
    call("replace_hold", "n11", party_size(2, "18:00")),
    call("release_hold", "n12"),
    call("release_hold", "n12"),
    call("reschedule", "b2", change(2, "20:00")),
    call("move", [Move("b1", ("5",))]),
    call("move", []),
    call("cancel", "b3"),
    call("seat", "b1"),
    call("block", window("17:00", "18:00"), tables=("2",), reason="a leak", key="k3"),
    call("blocks", window("17:00", "18:00")),
    call("unblock", "n19"),
    call("book", party_size(2, "18:00"), booking_id="b4", tables="later"),
    call("validate", Selection(["1", "2"], booking_id="b4")),
    call("assign", "b4", ["2"], overrides=[Override("TOO_MANY_TABLES", "Never needed")]),
    call("swap", "b2", "b4"),
    call("pin", "b4"),
    call("swap", "b2", "b4"),
    call("unpin", "b4"),
    call("unassign", "b4"),
    call(CLOCK, at("19:00")),
    call("seat", "b1"),
    call("table_states"),
    call("at_risk"),
    call("prolong", "b1", minutes=10, key="k5"),
    call("prolong", "b1", minutes=10, key="k5"),
    call("prolong", "b1"),
    call("resize", "b1", 3),
    call("resize", "b1", 99),
    call("walk_in", WalkIn(2), booking_id="w1", key="k6"),
    call("walk_in", WalkIn(2), booking_id="w1", key="k6"),
    call("walk_in", WalkIn(99)),
    call("complete", "b1"),
    call("undo", "b1", key="k7"),
    call("undo", "b1", key="k7"),
    call("undo", "b1"),
    call("complete", "b1"),
    call("no_show", "b2"),
    call(CLOCK, at("20:15")),
    call("no_show", "b2"),
    call("no_show", "b2"),
    call(
        "import_bookings", [BookingRow("import:1", 2, at("17:00"), end=at("18:00"), tables=("1",))]
    ),
    call(
        "import_bookings", [BookingRow("import:1", 2, at("17:00"), end=at("18:00"), tables=("1",))]
    ),
    call(
        "import_bookings",
        [BookingRow("import:1", 2, at("17:00"), end=at("18:00"), tables=("1",))],
        shadow=True,
    ),
    call(
        "check_import",
        [BookingRow("import:1", 2, at("17:00"), end=at("18:00"), tables=("1",))],
        on_conflict="skip",
    ),
    call("export_rows", MONTH),
    call("export_icalendar", at("17:00").date()),
    call("shadow_conflicts", MONTH),
    call("shadow_report", MONTH),
    call("clear_shadows", MONTH),
    call("clear_shadows", booking_ids=["shadow:import:1"]),
    call("edit_floor", lambda floor: floor.without_table("4"), expected=1),
    call("edit_floor", lambda floor: floor.without_table("3"), expected=1),
    call("edit_policy", lambda _: 1),
    call("edit_policy", lambda policy: attrs.evolve(policy, past_grace_minutes=9)),
    call("edit_restaurant", lambda restaurant: attrs.evolve(restaurant, name="Another")),
    call("compare_house", a_house(name="Another")),
    call("compare_house", a_house()),
    call("preview"),
    call("preview", a_house(turn_minutes=60)),
    call("replace_house", a_house(turn_minutes=60), expected=Versions(1, 1, 0)),
    call("replace_house", a_house(turn_minutes=60)),
    call("bookings", MONTH),
    call("find_bookings", ["b1", "b2"]),
    call("list_bookings", limit=2),
    call("free_and_block", window("21:00", "22:00"), tables=("2",), reason="a leak", key="k9"),
    call("free_and_block", window("21:00", "22:00"), tables=("2",), reason="a leak", key="k9"),
    call("free_and_block", window("21:00", "22:00"), tables=("2",), reason="a leak"),
    call("day", FRIDAY),
    call("month", 2026, 5, 4),
    call("first_free_day", party_size(4)),
    call("feed", FeedTerms(FRIDAY, 2, [2, 4])),
    call("allocations", MONTH),
    call("audit"),
    call("join_waitlist", party_size(2, "21:00"), booking_id="w2", key="k8"),
    call("waitlist", FRIDAY),
    call("offer", FRIDAY, key="k9"),
    call("offer", FRIDAY, key="k9"),
    call("leave_waitlist", "w2"),
    call("open_slot", at("21:00"), 4, slot_id="s1"),
    call("reserve_slot", "s1", 3, expected=1, key="k10"),
    call("release_slot", "s1", 3),
    call("find_slot", "s1"),
    call("close_slot", "s1"),
    call("restaurant_id"),
    call("actor"),
)

CALLS: Final = tuple(each for each in EVENING if each[0] != CLOCK)
