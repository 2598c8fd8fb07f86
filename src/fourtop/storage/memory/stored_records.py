"""Stored records: the rows that the state of a restaurant is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from fourtop.model.allocation import Allocation
from fourtop.model.booking import Booking
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.hold import Hold
from fourtop.ports import Changes, PlainRecord, StoredResult


class StoredRecords(TypedDict, total=False):
    """The rows that a state is made of; of events only the de-duplication keys.

    Each id occurs once, as do the success of a hold and the result of a command and key.
    """

    allocations: Iterable[Allocation]
    bookings: Iterable[Booking]
    holds: Iterable[Hold]
    records: Iterable[PlainRecord]
    confirmations: Iterable[ConfirmationResult]
    stored_results: Iterable[StoredResult]
    event_keys: Iterable[str]


def changes_of(kept: StoredRecords) -> Changes:
    """Return the changes that write all kept rows but the allocations and the keys of events."""
    return Changes(
        bookings=tuple(kept.get("bookings", ())),
        holds_added=tuple(kept.get("holds", ())),
        records_added=tuple(kept.get("records", ())),
        confirmations=tuple(kept.get("confirmations", ())),
        stored_results=tuple(kept.get("stored_results", ())),
    )
