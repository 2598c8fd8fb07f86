"""A party on its way through an evening."""

from __future__ import annotations

from collections.abc import Sequence

from fourtop.model.alternatives import AlternativeKind
from fourtop.model.booking import Booking
from fourtop.simulation.guests import Guest
from fourtop.simulation.visit import Outcome, Visit


class Party:
    """A guest and the state of its visit, while the evening is played.

    A party that takes a split has two bookings. It comes, sits down and leaves as one.

    Args:
        guest: The guest.
    """

    __slots__ = (
        "alternative",
        "arrived_us",
        "booking_ids",
        "code",
        "guest",
        "left_us",
        "moves",
        "outcome",
        "overstay_us",
        "seated_us",
        "start_us",
        "tables",
        "was_at_risk",
    )

    def __init__(self, guest: Guest) -> None:
        self.guest: Guest = guest
        self.booking_ids: tuple[str, ...] = ()
        self.alternative: AlternativeKind | None = None
        self.outcome: Outcome | None = None
        self.code: str = ""
        self.start_us: int = guest.start_us
        self.tables: tuple[str, ...] = ()
        self.arrived_us: int | None = None
        self.seated_us: int | None = None
        self.left_us: int | None = None
        self.was_at_risk: bool = False
        self.moves: int = 0
        self.overstay_us: int = 0

    def booking_id(self, place: int = 0) -> str:
        """Return the id to book with: of the whole party, or of a part of a split, from 0."""
        return f"g{self.guest.number}" if place == 0 else f"g{self.guest.number}-{place + 1}"

    def booked(self, bookings: Sequence[Booking]) -> None:
        """Note its bookings; code that books may have given them other ids."""
        self.booking_ids = tuple(each.id for each in bookings)
        self.start_us = bookings[0].stay.dining.start_us
        self.tables = tuple(table_id for each in bookings for table_id in each.tables)

    def seated(self, bookings: Sequence[Booking], now_us: int) -> None:
        """Note that it sat down."""
        self.booked(bookings)
        self.seated_us, self.outcome, self.code = now_us, Outcome.SEATED, ""

    def end(self, outcome: Outcome, code: str = "") -> None:
        """Note how its visit ended."""
        self.outcome, self.code = outcome, code

    def visit(self) -> Visit:
        """Return the record of its visit."""
        assert self.outcome is not None, "the visit of every party ends"
        has_booking = bool(self.booking_ids)
        return Visit(
            number=self.guest.number,
            channel=self.guest.channel,
            party_size=self.guest.party_size,
            wished_us=self.guest.start_us,
            asked_us=self.guest.asks_us,
            outcome=self.outcome,
            code=self.code,
            start_us=self.start_us if has_booking else None,
            tables=self.tables,
            arrived_us=self.arrived_us,
            seated_us=self.seated_us,
            left_us=self.left_us,
            was_at_risk=self.was_at_risk,
            moves=self.moves,
            overstay_us=self.overstay_us,
            revenue=self.guest.spend if self.outcome is Outcome.SEATED else 0.0,
            booking_ids=self.booking_ids,
            alternative=self.alternative if has_booking else None,
        )

    def __repr__(self) -> str:
        return f"<Party {self.guest!r} {self.outcome}>"
