"""The waitlist of a date: the parties that wait, in the order of the offers."""

from datetime import date

import attrs

from fourtop.errors.display import brief, count_of, html_table, tables_of
from fourtop.model.booking import Booking
from fourtop.model.hold import Hold
from fourtop.model.receipt import NO_RECEIPT, Receipt
from fourtop.model.restaurant import zone_info
from fourtop.model.results import Versions
from fourtop.model.window import brief_iso


@attrs.frozen(repr=False)
class Offer:
    """Tables that are kept for a party of the waitlist until the hold expires.

    ``confirm`` accepts it with the id of the hold.

    Args:
        booking: The party's booking, with the offer counted.
        hold: Keeps the tables. Its start may differ from that of the booking.
        receipt: Further facts from the command that returned it.
    """

    booking: Booking
    hold: Hold
    receipt: Receipt = attrs.field(default=NO_RECEIPT, eq=False, repr=False, kw_only=True)

    @property
    def replayed(self) -> bool:
        """Whether this is the stored result of an earlier call."""
        return self.receipt.replayed

    def __repr__(self) -> str:
        hold = self.hold
        start = brief_iso(hold.stay.dining.start_us)
        return brief(
            self,
            f"{self.booking.id} at {start}, {tables_of(hold.tables)}",
            f"until {brief_iso(hold.expires_us)}",
        )


@attrs.frozen(repr=False)
class WaitlistEntry:
    """A party on the waitlist, at its place.

    Args:
        place: Its place, from 1.
        booking: Its booking.
        offer: The live hold that it was offered, if any.
    """

    place: int
    booking: Booking
    offer: Hold | None = None

    def __repr__(self) -> str:
        start = brief_iso(self.booking.stay.dining.start_us)
        return brief(
            self,
            f"{self.place}. {self.booking.id}, party of {self.booking.party_size} at {start}",
            "" if self.offer is None else f"offered {tables_of(self.offer.tables)}",
        )


@attrs.frozen(repr=False)
class Waitlist:
    """The parties that wait for tables on a date, the one that has waited longest first.

    Args:
        on: The date, in the restaurant's calendar.
        entries: By the time at which they joined, then by id.
        versions: Of the floor, policy and occupancy that it read.
        timezone: Of the restaurant, for the times that a person sees.
    """

    on: date
    entries: tuple[WaitlistEntry, ...]
    versions: Versions
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    def __repr__(self) -> str:
        offered = sum(each.offer is not None for each in self.entries)
        waiting = count_of(len(self.entries), "party", "parties")
        return brief(self, f"on {self.on}: {waiting}", f"{count_of(offered, 'offer')} open")

    def _repr_html_(self) -> str:
        zone = zone_info(self.timezone)
        rows = [
            (
                each.place,
                each.booking.id,
                each.booking.party_size,
                brief_iso(each.booking.stay.dining.start_us, zone),
                "" if each.offer is None else ", ".join(each.offer.tables),
            )
            for each in self.entries
        ]
        caption = f"Waitlist on {self.on}, times in {self.timezone}"
        return html_table(caption, ("place", "id", "party", "start", "offered"), rows)
