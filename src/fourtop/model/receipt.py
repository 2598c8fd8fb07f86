"""Receipts: the further facts on the hold, booking or block that a command returns."""

from datetime import date, datetime
from typing import Final

import attrs

from fourtop.errors import Code
from fourtop.errors.display import brief, count_of
from fourtop.model.capacity_rules import Spread
from fourtop.model.direct_init import direct_init
from fourtop.model.plan import Plan
from fourtop.model.planned_move import PlannedMove
from fourtop.model.request import Relaxation
from fourtop.model.window import Window, from_micros


@attrs.frozen(repr=False)
class PacingUsage:
    """Covers and parties of one interval of a service against a pacing rule.

    Args:
        start_us: Start of the interval, in microseconds.
        end_us: Its end.
        spread: Whether parties count where they sit down or over their whole meal.
        booked_covers: The number of people.
        booked_parties: The number of bookings, and of holds without a booking.
        max_covers: The cap on covers, or ``None``.
        max_parties: The cap on parties, or ``None``.
    """

    start_us: int
    end_us: int
    spread: Spread
    booked_covers: int
    booked_parties: int
    max_covers: int | None = None
    max_parties: int | None = None

    @property
    def start(self) -> datetime:
        """Start of the interval, in UTC."""
        return from_micros(self.start_us)

    @property
    def end(self) -> datetime:
        """End of the interval, in UTC."""
        return from_micros(self.end_us)

    @property
    def utilisation_percent(self) -> int | None:
        """Booked covers, or else parties, in percent of the cap, halves rounded up."""
        if self.max_covers is not None:
            return percent_of(self.booked_covers, self.max_covers)
        return percent_of(self.booked_parties, self.max_parties)

    @property
    def is_overbooked(self) -> bool:
        """Tell whether the interval has more covers or parties than the rule allows."""
        return _is_over(self.booked_covers, self.max_covers) or _is_over(
            self.booked_parties, self.max_parties
        )

    def __repr__(self) -> str:
        window = Window.of_micros(self.start_us, self.end_us).brief()
        return brief(self, f"{window} {self.summary()}", self.spread.value)

    def summary(self) -> str:
        """Return the counts against the caps as text.

        >>> PacingUsage(0, 900_000_000, Spread.START, 3, 1, 5).summary()
        '3 of 5 covers, 1 party'
        """
        return _counts(self.booked_covers, self.booked_parties, self.max_covers, self.max_parties)


@attrs.frozen(repr=False)
class ZoneUsage:
    """Covers and parties of one zone in a service against the cap of the zone.

    Args:
        zone: The zone's id.
        booked_covers: The number of people who have a table there.
        booked_parties: The number of bookings, and of holds without a booking.
        max_covers: The cap on covers, or ``None``.
        max_parties: The cap on parties, or ``None``.
    """

    zone: str
    booked_covers: int
    booked_parties: int
    max_covers: int | None = None
    max_parties: int | None = None

    @property
    def is_overbooked(self) -> bool:
        """Tell whether the zone has more covers or parties than its cap allows."""
        return _is_over(self.booked_covers, self.max_covers) or _is_over(
            self.booked_parties, self.max_parties
        )

    def __repr__(self) -> str:
        return brief(self, f"{self.zone} {self.summary()}")

    def summary(self) -> str:
        """Return the counts against the caps as text.

        >>> ZoneUsage("terrace", 5, 2, 4).summary()
        '5 of 4 covers, 2 parties'
        """
        return _counts(self.booked_covers, self.booked_parties, self.max_covers, self.max_parties)


@direct_init
@attrs.frozen(repr=False)
class Usage:
    """Covers and parties of one service against its caps; live holds count like bookings.

    Args:
        period: Key of the service period.
        service_date: The date that it starts on.
        booked_covers: The number of people.
        booked_parties: The number of bookings, and of holds without a booking.
        max_covers: The cap on covers, or ``None``.
        max_parties: The cap on parties, or ``None``.
        pacing: The intervals of the stay that was asked about, where pacing applies; empty for a
            whole service. In a preview, the intervals that an edit leaves above a limit.
        zones: In a preview, the zones that an edit leaves above a cap of theirs; otherwise empty.

    >>> Usage("dinner", date(2026, 5, 1), 12, 3, 40, None).utilisation_percent
    30
    """

    period: str
    service_date: date
    booked_covers: int
    booked_parties: int
    max_covers: int | None = None
    max_parties: int | None = None
    pacing: tuple[PacingUsage, ...] = ()
    zones: tuple[ZoneUsage, ...] = ()

    @property
    def available_covers(self) -> int | None:
        """Covers left, at least 0; ``None`` without a cap."""
        return None if self.max_covers is None else max(self.max_covers - self.booked_covers, 0)

    @property
    def utilisation_percent(self) -> int | None:
        """Booked covers in percent of the cap, halves rounded up; ``None`` without a cap."""
        return percent_of(self.booked_covers, self.max_covers)

    @property
    def fullest_percent(self) -> int | None:
        """The percentage of the fullest limit, of the service or of an interval.

        ``None`` without a limit.
        """
        of_service = self.utilisation_percent
        if self.max_covers is None:
            of_service = percent_of(self.booked_parties, self.max_parties)
        found = (of_service, *(each.utilisation_percent for each in self.pacing))
        return max((each for each in found if each is not None), default=None)

    @property
    def is_overbooked(self) -> bool:
        """Tell whether the service, an interval or a zone has more than a cap allows."""
        return (
            _is_over(self.booked_covers, self.max_covers)
            or _is_over(self.booked_parties, self.max_parties)
            or any(each.is_overbooked for each in self.pacing)
            or any(each.is_overbooked for each in self.zones)
        )

    def __repr__(self) -> str:
        return brief(self, f"{self.period} on {self.service_date}", self.summary())

    def summary(self) -> str:
        """Return the counts against the caps as text.

        >>> Usage("dinner", date(2026, 5, 1), 12, 3, 40, None).summary()
        '12 of 40 covers, 3 parties'
        """
        return _counts(self.booked_covers, self.booked_parties, self.max_covers, self.max_parties)


def _counts(
    booked_covers: int, booked_parties: int, max_covers: int | None, max_parties: int | None
) -> str:
    covers = "" if max_covers is None else f" of {max_covers:,}"
    parties = "" if max_parties is None else f" of {max_parties:,}"
    noun = "party" if booked_parties == 1 and not parties else "parties"
    covers_noun = "cover" if booked_covers == 1 and not covers else "covers"
    return f"{booked_covers:,}{covers} {covers_noun}, {booked_parties:,}{parties} {noun}"


def _is_over(booked: int, maximum: int | None) -> bool:
    return maximum is not None and booked > maximum


def percent_of(booked: int, maximum: int | None) -> int | None:
    """Return a number in percent of a maximum, halves rounded up; ``None`` without a maximum.

    >>> percent_of(1, 8), percent_of(3, 0)
    (13, None)
    """
    return (200 * booked + maximum) // (2 * maximum) if maximum else None


@direct_init
@attrs.frozen(kw_only=True, repr=False)
class Receipt:
    """Further facts from a command. A record that a query returns carries an empty receipt.

    Args:
        replayed: Whether this is the stored result of an earlier call.
        usage: The usage of the service after the command, where the command counts covers.
        plan: The chosen plan, where the command chose tables.
        relaxed: The rules of the house that were lifted; see ``BookingRequest.relax``.
        unneeded: The rules that an override named and that were not in the way.
        moves: The bookings that the command gave other tables to make room.
    """

    replayed: bool = False
    usage: Usage | None = None
    plan: Plan | None = None
    relaxed: tuple[Relaxation, ...] = ()
    unneeded: tuple[Code, ...] = ()
    moves: tuple[PlannedMove, ...] = ()

    def __repr__(self) -> str:
        return brief(
            self,
            "replayed" if self.replayed else "",
            "" if self.plan is None else f"tables {'+'.join(self.plan.tables)}",
            "" if self.usage is None else f"{self.usage.period} {self.usage.summary()}",
            f"{count_of(len(self.moves), 'booking')} moved" if self.moves else "",
        )


NO_RECEIPT: Final = Receipt()
