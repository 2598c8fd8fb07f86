"""Covers held back for a channel, until they are used or released."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import (
    Booking,
    CapacityRule,
    ChannelShare,
    Code,
    Desk,
    ManualClock,
    Quote,
    Refusal,
    Refused,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    a_house,
    at,
    booked,
    change,
    held,
    open_desk,
    party_size,
    snapshot,
)

CHANNELS = ("online", "phone")


@pytest.fixture
def desk(store: Store) -> Desk:
    """The desk of a house with ten tables for four; it knows two channels."""
    floor = sketch_floor({str(number): 4 for number in range(1, 11)})
    return open_desk(store, a_house(floor, channels=CHANNELS))


def set_rules(desk: Desk, **rules: Any) -> None:
    desk.edit_policy(lambda policy: attrs.evolve(policy, **rules))


def book(desk: Desk, size: int, channel: str | None = None, text: str = "19:00") -> Booking:
    return desk.book(party_size(size, text, channel=channel), tables="later")


def room(desk: Desk, channel: str | None) -> int:
    """How many more people a channel may bring, one by one; they leave again."""
    names: list[str] = []
    while True:
        try:
            names.append(book(desk, 1, channel).id)
        except Refused:
            break
    for name in names:
        desk.cancel(name)
    return len(names)


def spots(desk: Desk, size: int, channel: str | None) -> int:
    """How many parties of a size an availability offers to a channel."""
    (slot,) = desk.availability(FRIDAY, size, at=at("19:00"), channel=channel, spots_limit=20).slots
    return slot.spots


# ---- shares --------------------------------------------------------------------------------------


def test_covers_are_held_back_for_a_channel(desk: Desk) -> None:
    set_rules(
        desk,
        capacity_rules=[CapacityRule(max_covers=20)],
        channel_shares=[ChannelShare("phone", 6, release_minutes=60)],
    )
    assert [room(desk, channel) for channel in (None, "online", "phone")] == [14, 14, 20]
    book(desk, 4, "phone")
    # What the channel has used is held back no longer.
    assert [room(desk, channel) for channel in ("online", "phone")] == [14, 16]
    book(desk, 14, "online")
    assert [room(desk, channel) for channel in ("online", "phone")] == [0, 2]


def test_a_refusal_names_the_held_back_covers(desk: Desk) -> None:
    shares = [ChannelShare("phone", 6, release_minutes=60), ChannelShare("online", 2)]
    set_rules(desk, capacity_rules=[CapacityRule(max_covers=20)], channel_shares=shares)
    book(desk, 10)
    quoted = desk.quote(party_size(4))
    assert isinstance(quoted, Refusal)
    assert quoted.code is Code.CHANNEL_SHARE_HELD_BACK
    assert str(quoted) == (
        "8 of 20 covers for dinner on 2026-05-01 are held back for phone, online"
        " until 2026-05-01T17:00+00:00; 2 are left, 4 asked for"
    )
    assert isinstance(desk.quote(party_size(4, channel="phone")), Quote)
    book(desk, 8, "phone")
    book(desk, 2, "online")
    quoted = desk.quote(party_size(1))
    assert isinstance(quoted, Refusal)
    assert quoted.code is Code.CAPACITY_EXCEEDED


def test_a_share_is_released_before_the_service(desk: Desk, clock: ManualClock) -> None:
    set_rules(
        desk,
        capacity_rules=[CapacityRule(max_covers=20)],
        channel_shares=[ChannelShare("phone", 6, release_minutes=60)],
    )
    clock.move_to(at("15:59"))
    assert room(desk, "online") == 14
    clock.move_to(at("16:00"))
    assert room(desk, "online") == 20


def test_the_most_specific_share_of_a_channel_counts(desk: Desk) -> None:
    shares = [
        ChannelShare("phone", 6),
        ChannelShare("phone", 9, weekday="friday"),
        ChannelShare("phone", 12, on="2026-05-02"),
    ]
    set_rules(desk, capacity_rules=[CapacityRule(max_covers=20)], channel_shares=shares)
    assert room(desk, "online") == 11


def test_a_share_without_a_cap_holds_nothing_back(desk: Desk) -> None:
    set_rules(
        desk,
        capacity_rules=[CapacityRule(max_parties=3)],
        channel_shares=[ChannelShare("phone", 50)],
    )
    assert room(desk, "online") == 3


def test_spots_leave_out_the_covers_held_back_for_other_channels(desk: Desk) -> None:
    set_rules(
        desk,
        capacity_rules=[CapacityRule(max_covers=20)],
        channel_shares=[ChannelShare("phone", 6)],
    )
    assert [spots(desk, 4, channel) for channel in (None, "online", "phone")] == [3, 3, 5]
    book(desk, 4, "phone")
    # 16 are left, and 2 of these are still held back.
    assert [spots(desk, 2, channel) for channel in ("online", "phone")] == [7, 8]


@pytest.mark.parametrize(
    ("caps", "expected"), [([], 10), ([CapacityRule(max_parties=3)], 3)], ids=["none", "parties"]
)
def test_a_share_without_a_cap_of_covers_leaves_all_spots(
    desk: Desk, caps: list[CapacityRule], expected: int
) -> None:
    set_rules(desk, capacity_rules=caps, channel_shares=[ChannelShare("phone", 50)])
    assert spots(desk, 4, "online") == expected


def test_shares_refuse_at_every_door(store: Store, desk: Desk) -> None:
    other = held(desk, 4, "17:00")
    set_rules(
        desk,
        capacity_rules=[CapacityRule(max_covers=12)],
        channel_shares=[ChannelShare("phone", 6)],
    )
    booked(desk, 2)
    before = snapshot(store, desk)
    request = party_size(4, channel="online")
    calls: tuple[Callable[[], object], ...] = (
        lambda: desk.hold(request),
        lambda: desk.book(request),
        lambda: desk.book(request, tables="later"),
        lambda: desk.replace_hold(other.id, party_size(5, channel="online")),
    )
    for call in calls:
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.code is Code.CHANNEL_SHARE_HELD_BACK
    assert snapshot(store, desk) == before
    # The hold counts no more once it is given up.
    assert desk.replace_hold(other.id, request).party_size == 4


def test_finding_07_a_share_refuses_only_a_rise(desk: Desk) -> None:
    for name in ("b1", "b2"):
        desk.book(party_size(4, channel="online"), booking_id=name, tables="later")
    set_rules(
        desk,
        capacity_rules=[CapacityRule(max_covers=8)],
        channel_shares=[ChannelShare("phone", 6)],
    )
    assert desk.reschedule("b1", change(3, "20:00", channel="online")).party_size == 3
    with pytest.raises(Refused) as caught:
        desk.reschedule("b1", change(4, channel="online"))
    assert caught.value.code is Code.CHANNEL_SHARE_HELD_BACK
    assert desk.confirm(held(desk, 4, booking_id="b2").id).tables
