"""A party on its way through an evening."""

from __future__ import annotations

from fourtop.model.booking import Booking
from fourtop.simulation.guests import Guest
from fourtop.simulation.visit import Outcome, Visit


class Party:
    """A guest and the state of its visit, while the evening is played.

    Args:
        guest: The guest.
    """

    __slots__ = (
        "arrived_us",
        "booking_id",
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
        self.booking_id: str = f"g{guest.number}"
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

    def booked(self, booking: Booking) -> None:
        """Note its booking; code that books may have given it another id."""
        self.booking_id = booking.id
        self.start_us, self.tables = booking.stay.dining.start_us, booking.tables

    def seated(self, booking: Booking, now_us: int) -> None:
        """Note that it sat down."""
        self.booked(booking)
        self.seated_us, self.outcome, self.code = now_us, Outcome.SEATED, ""

    def end(self, outcome: Outcome, code: str = "") -> None:
        """Note how its visit ended."""
        self.outcome, self.code = outcome, code

    def visit(self) -> Visit:
        """Return the record of its visit."""
        assert self.outcome is not None, "the visit of every party ends"
        has_booking = bool(self.tables)
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
            booking_id=self.booking_id if has_booking else "",
        )

    def __repr__(self) -> str:
        return f"<Party {self.guest!r} {self.outcome}>"
