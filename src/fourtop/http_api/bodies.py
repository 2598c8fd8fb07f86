"""The bodies of requests that are no record of the model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from fourtop.engine import Move
from fourtop.model import validators
from fourtop.model.alternatives import AlternativeTerms
from fourtop.model.calendar import as_moment
from fourtop.model.override import Override, as_overrides
from fourtop.model.request import BookingRequest, as_table_ids
from fourtop.model.window import Window


@attrs.frozen
class WantedAlternatives:
    """A party, and the alternatives that it accepts.

    Args:
        request: The party.
        terms: The alternatives to look for; `null`: times within 15, 30, 60 and 120 minutes.
    """

    request: BookingRequest = attrs.field(validator=validators.one_of(BookingRequest))
    terms: AlternativeTerms | None = attrs.field(
        default=None, validator=validators.optional(validators.one_of(AlternativeTerms))
    )


def _moves(value: Iterable[Move]) -> tuple[Move, ...]:
    return validators.as_instances("moves", value, Move)


@attrs.frozen
class Moves:
    """Bookings that get other tables, all of them or none.

    Args:
        moves: One move or more, of different bookings.
    """

    moves: tuple[Move, ...] = attrs.field(converter=_moves)


@attrs.frozen
class Swap:
    """Two bookings that get each other's tables.

    Args:
        first: A booking.
        second: Another booking.
        overrides: Rules of the house that staff break for either, each with a reason.
    """

    first: str = attrs.field(validator=validators.identifier)
    second: str = attrs.field(validator=validators.identifier)
    overrides: tuple[Override, ...] = attrs.field(default=(), converter=as_overrides)


@attrs.frozen
class WantedTables:
    """The tables for a booking that waits for some.

    Args:
        tables: Exactly these tables; empty: the best.
        overrides: Rules of the house that staff break for them, each with a reason.
    """

    tables: tuple[str, ...] = attrs.field(default=(), converter=as_table_ids)
    overrides: tuple[Override, ...] = attrs.field(default=(), converter=as_overrides)


def _start(value: datetime | str) -> datetime:
    return as_moment(value, "start")


def _end(value: datetime | str) -> datetime:
    return as_moment(value, "end")


@attrs.frozen
class WantedBlock:
    """Tables, or all tables of a zone, that are out of use for a window.

    Args:
        start: The start of the window, with an offset.
        end: Its end.
        reason: For the staff (1–200 characters).
        tables: Table ids. Give these or `zone_id`.
        zone_id: A zone with tables.
    """

    start: datetime = attrs.field(converter=_start)
    end: datetime = attrs.field(converter=_end)
    reason: str
    tables: tuple[str, ...] = attrs.field(default=(), converter=as_table_ids)
    zone_id: str | None = attrs.field(
        default=None, validator=validators.optional(validators.identifier)
    )

    @property
    def window(self) -> Window:
        """The window.

        Raises:
            InvalidWindow: If it is empty, reversed or too long.
            NaiveDatetime: If a time has no offset.
        """
        return Window(self.start, self.end)
