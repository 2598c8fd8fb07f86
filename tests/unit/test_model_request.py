"""Requests: the channel, the stay of its own length and the host's reference."""

from __future__ import annotations

from typing import Any

import pytest

from fourtop import BookingRequest, InvalidIdentifier, InvalidInput
from tests.evening import at


def request(**other: Any) -> BookingRequest:
    return BookingRequest(4, at("19:00"), **other)


def test_a_request_has_no_channel_no_length_and_no_reference_unless_given() -> None:
    asked = request()
    assert (asked.channel, asked.minutes, asked.reference) == (None, None, None)


@pytest.mark.parametrize("minutes", [1, 45, 600])
def test_a_stay_of_its_own_has_1_to_600_minutes(minutes: int) -> None:
    assert request(minutes=minutes).minutes == minutes
    assert f"{minutes} minutes" in repr(request(minutes=minutes))


@pytest.mark.parametrize("minutes", [0, -5, 601, 2_000, 45.0, "45", True])
def test_a_stay_of_0_or_of_2000_minutes_is_an_error(minutes: Any) -> None:
    with pytest.raises(InvalidInput, match=r"minutes: must be a whole number from 1 to 600"):
        request(minutes=minutes)


@pytest.mark.parametrize("name", ["channel", "reference"])
def test_a_channel_and_a_reference_are_ids(name: str) -> None:
    assert getattr(request(**{name: "R-77"}), name) == "R-77"
    for wrong in ("", "two words", 7):
        with pytest.raises(InvalidIdentifier, match=name):
            request(**{name: wrong})
