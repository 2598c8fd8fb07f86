"""Booking rows: a booking on its way in or out of a store, with table numbers and local times."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

import attrs

from fourtop.errors import Code, InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.formats.json_codec import OUTSIDE
from fourtop.model import validators
from fourtop.model.booking import BookingStatus
from fourtop.model.calendar import as_moment
from fourtop.model.override import Override
from fourtop.model.request import ANY_TABLE, Preference, stay_minutes
from fourtop.model.service_period import as_optional_date, optional_date
from fourtop.model.window import MAX_WINDOW_DAYS

_MOST_OFFERS: Final = 1_000_000
_MOST_MINUTES: Final = MAX_WINDOW_DAYS * 24 * 60


_REMOVED: Final = "removed:"
# The longest label of a table (the name of a zone, a slash, a number), and of one that was removed.
_LONGEST_LABEL: Final = 101
_LONGEST_REMOVED: Final = len(_REMOVED) + 64


def removed_number(table_id: str) -> str:
    """Return the name, in rows, of a table that the floor no longer has.

    >>> removed_number("t9")
    'removed:t9'
    """
    return f"{_REMOVED}{table_id}"


def find_removed_id(number: str) -> str | None:
    """Return the id in the name of a removed table; ``None``: it is a number."""
    return number.removeprefix(_REMOVED) if number.startswith(_REMOVED) else None


def _number(value: object) -> str:
    is_removed = isinstance(value, str) and value.startswith(_REMOVED)
    longest = _LONGEST_REMOVED if is_removed else _LONGEST_LABEL
    return validators.check_text("tables", value, longest)


def _numbers(value: Iterable[str]) -> tuple[str, ...]:
    numbers = validators.as_members("tables", value, _number)
    if len({validators.casefold(number) for number in numbers}) < len(numbers):
        raise InvalidInput("tables", "must name each table once", safe_repr(numbers))
    return numbers


def _status(value: BookingStatus | str) -> BookingStatus:
    return validators.as_enum(BookingStatus, "status", value)


def _overrides(value: Iterable[Override]) -> tuple[Override, ...]:
    return validators.as_instances("overrides", value, Override)


def _codes(value: Iterable[Code | str]) -> tuple[Code, ...]:
    return validators.as_members(
        "would_refuse", value, lambda each: validators.as_enum(Code, "would_refuse", each)
    )


def _moment(_instance: object, attribute: validators.Named, value: Any) -> None:
    as_moment(value, attribute.name)


_optional_moment: Final = validators.optional(_moment)
_optional_id: Final = validators.optional(validators.identifier)
# ISO 8601 or a datetime; without an offset it is local time of the restaurant.
Moment = str | datetime


@attrs.frozen(repr=False)
class BookingRow:
    """A booking to import, or one that was exported. It has no restaurant, so it fits any store.

    Tables are numbers, and times may be local. The fields after ``channel`` are the history of a
    booking and what fourtop decided for it: an export fills them, so that an import loses nothing.

    Args:
        id: Of the booking; unique in the restaurant.
        party_size: The number of people (1–1,000).
        start: The time when they sit down: ISO 8601 or a datetime; without an offset, local time of
            the restaurant.
        end: The time when they leave, in the same form; ``None``: ``minutes`` or else the policy
            decides.
        tables: The numbers of its tables.
        status: The state in its life cycle.
        occasion: Key of an occasion; ``None``: the period's default.
        reference: The host's own id of the booking.
        channel: The way by which the booking came (an id).
        seated: When the party sat down; ``None``: at the start, if it sat down.
        left: When a completed party left; ``None``: at the end.
        ended: When the booking was cancelled or given up as a no-show; ``None``: before its start.
        created: When it was made; ``None``: at the import.
        minutes: The length of the stay that the request set (1–600).
        must: The required conditions of its tables.
        wish: The optional conditions of its tables.
        names_tables: Whether its tables were promised.
        past_reason: The host's code for accepting a start in the past.
        local_start: The local time of the start that the party was told; ``None``: its start.
        period: Key of its service period; ``None``: the one that is open at its start.
        service_date: The date of its service; ``None``: as for the period.
        stay_occasion: The occasion that decided its stay; ``None``: ``occasion``.
        turn_minutes: The turn time of its stay; ``None``: the length of the stay.
        is_clamped: Whether the stay was cut at the end of service.
        occupied_start: The start of its occupied window; ``None``: the buffer decides.
        occupied_end: The end of its occupied window; ``None``: as for the start.
        tables_start: From when its tables were taken; ``None``: from ``seated`` or the occupied
            window.
        tables_end: Until when its tables were taken; ``None``: until ``left``, ``ended`` or the end
            of the occupied window.
        is_pinned: Whether staff pinned it to its tables.
        overrides: The rules that staff broke for it, with their reasons.
        would_refuse: The codes of the rules in shadow mode that would have refused it.
        waits_from: The earliest start that it takes from the waitlist; ``None``: its start.
        waits_to: The latest start that it takes; ``None``: its start.
        waits_until: When it stops waiting; ``None``: at its start, if it waits.
        offers: How many offers it was made.
        line: The line of the CSV file that it was read from. It is not compared.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> BookingRow("b1", 4, "2026-05-01T19:00", tables=["Low 4a", "Low 4b"]).tables
    ('Low 4a', 'Low 4b')
    """

    id: str = attrs.field(validator=validators.identifier)
    party_size: int = attrs.field(converter=validators.as_integer, validator=validators.party_size)
    start: Moment = attrs.field(validator=_moment)
    end: Moment | None = attrs.field(default=None, kw_only=True, validator=_optional_moment)
    tables: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_numbers)
    status: BookingStatus = attrs.field(
        default=BookingStatus.CONFIRMED, kw_only=True, converter=_status
    )
    occasion: str | None = attrs.field(default=None, kw_only=True, validator=_optional_id)
    reference: str | None = attrs.field(default=None, kw_only=True, validator=_optional_id)
    channel: str | None = attrs.field(default=None, kw_only=True, validator=_optional_id)
    seated: Moment | None = attrs.field(default=None, kw_only=True, validator=_optional_moment)
    left: Moment | None = attrs.field(default=None, kw_only=True, validator=_optional_moment)
    ended: Moment | None = attrs.field(default=None, kw_only=True, validator=_optional_moment)
    created: Moment | None = attrs.field(default=None, kw_only=True, validator=_optional_moment)
    minutes: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=stay_minutes,
    )
    must: Preference = attrs.field(
        default=ANY_TABLE, kw_only=True, validator=validators.one_of(Preference)
    )
    wish: Preference = attrs.field(
        default=ANY_TABLE, kw_only=True, validator=validators.one_of(Preference)
    )
    names_tables: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    past_reason: str | None = attrs.field(default=None, kw_only=True, validator=_optional_id)
    local_start: Moment | None = attrs.field(default=None, kw_only=True, validator=_optional_moment)
    period: str | None = attrs.field(default=None, kw_only=True, validator=_optional_id)
    service_date: date | None = attrs.field(
        default=None, kw_only=True, converter=as_optional_date, validator=optional_date
    )
    stay_occasion: str | None = attrs.field(default=None, kw_only=True, validator=_optional_id)
    turn_minutes: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(0, _MOST_MINUTES)),
    )
    is_clamped: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    occupied_start: Moment | None = attrs.field(
        default=None, kw_only=True, validator=_optional_moment
    )
    occupied_end: Moment | None = attrs.field(
        default=None, kw_only=True, validator=_optional_moment
    )
    tables_start: Moment | None = attrs.field(
        default=None, kw_only=True, validator=_optional_moment
    )
    tables_end: Moment | None = attrs.field(default=None, kw_only=True, validator=_optional_moment)
    is_pinned: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    overrides: tuple[Override, ...] = attrs.field(default=(), kw_only=True, converter=_overrides)
    would_refuse: tuple[Code, ...] = attrs.field(default=(), kw_only=True, converter=_codes)
    waits_from: Moment | None = attrs.field(default=None, kw_only=True, validator=_optional_moment)
    waits_to: Moment | None = attrs.field(default=None, kw_only=True, validator=_optional_moment)
    waits_until: Moment | None = attrs.field(default=None, kw_only=True, validator=_optional_moment)
    offers: int = attrs.field(
        default=0,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, _MOST_OFFERS),
    )
    line: int | None = attrs.field(default=None, kw_only=True, eq=False, metadata={OUTSIDE: True})

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.id} at {iso_text(self.start)}",
            f"party of {self.party_size}",
            f"tables {'+'.join(self.tables)}" if self.tables else "",
            self.status.value,
        )


def iso_text(moment: Moment | None) -> str:
    """Return a moment of a row as text; empty without one."""
    return moment.isoformat() if isinstance(moment, datetime) else moment or ""


FIELDS: Final = tuple(
    field for field in attrs.fields(BookingRow) if not field.metadata.get(OUTSIDE)
)
COLUMNS: Final = tuple(field.name for field in FIELDS)
# The columns that every CSV file of rows has; the others follow if a row needs them.
BASE_COLUMNS: Final = COLUMNS[: COLUMNS.index("channel") + 1]
REQUIRED: Final = ("id", "party_size", "start")
MOMENTS: Final = frozenset(
    field.name for field in FIELDS if field.validator in (_moment, _optional_moment)
)
