"""Validation of tables that staff chose by hand: a selection, and what every check says of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs

from fourtop.errors import Code, InvalidInput, Reason, safe_repr
from fourtop.errors.display import brief, count_of, html_table, tables_of
from fourtop.model import validators
from fourtop.model.override import OVERRIDABLE, Override, as_overrides
from fourtop.model.request import BookingRequest, as_table_ids
from fourtop.model.results import Versions
from fourtop.model.stay import Stay


@attrs.frozen(repr=False)
class Selection:
    """Tables that staff chose by hand, for a booking or for a new party.

    Args:
        tables: One table id or more.
        booking_id: A booking that is to get them. Give this or ``request``.
        request: A new party. Its own ``tables`` and ``overrides`` do not count.
        overrides: The rules of the house that staff are ready to break.

    Raises:
        InvalidInput: If no table is named, or not exactly one of booking and request is given.
        InvalidIdentifier: If an id is malformed.

    >>> Selection(["t2", "t1"], booking_id="b1").tables
    ('t1', 't2')
    """

    tables: tuple[str, ...] = attrs.field(converter=as_table_ids)
    booking_id: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    request: BookingRequest | None = attrs.field(
        default=None,
        kw_only=True,
        validator=validators.optional(validators.one_of(BookingRequest)),
    )
    overrides: tuple[Override, ...] = attrs.field(default=(), kw_only=True, converter=as_overrides)

    @tables.validator
    def _are_named(self, _attribute: object, tables: tuple[str, ...]) -> None:
        if not tables:
            raise InvalidInput("tables", "must name at least one table", safe_repr(tables))

    def __attrs_post_init__(self) -> None:
        if (self.booking_id is None) is (self.request is None):
            both = "neither" if self.request is None else "both"
            raise InvalidInput("booking_id", "must be given, or else a request", safe_repr(both))

    def __repr__(self) -> str:
        party = self.booking_id or repr(self.request)
        return brief(self, f"{tables_of(self.tables)} for {party}")


class CheckStatus(StrEnum):
    """What a check says of a selection. ``WARNING``: it breaks a rule that is overridden."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@attrs.frozen(repr=False)
class SelectionCheck:
    """What one check says of a selection.

    Args:
        check: The name of the check.
        status: Ok, warning or error.
        reasons: Why, unless it is ok.
        details: The facts that it looked at, as plain data.
    """

    check: str
    status: CheckStatus
    reasons: tuple[Reason, ...] = ()
    details: Mapping[str, Any] = attrs.field(factory=dict, hash=False)

    @property
    def is_overridable(self) -> bool:
        """Whether staff may break every rule that it names."""
        return all(each.code in OVERRIDABLE for each in self.reasons)

    def __str__(self) -> str:
        return "; ".join(map(str, self.reasons))

    def __repr__(self) -> str:
        return brief(self, f"{self.check} {self.status.value}", str(self))


@attrs.frozen(repr=False)
class Validation:
    """What every check says of tables that staff chose by hand. It is falsy with an error.

    Args:
        tables: Table ids, in table order.
        numbers: Their numbers.
        zone: The zone that they all stand in; ``None``: they stand in several.
        seats: The seats of the set, less the loss of joining.
        slack: The seats left over, or 0.
        party_size: The number of people.
        stay: The windows that the party would take; ``None`` outside of service hours.
        checks: Every check that could be made, in a fixed order.
        unneeded: The rules that an override names and that are not in the way.
        versions: Of the floor, policy and occupancy that it read.
    """

    tables: tuple[str, ...]
    numbers: tuple[str, ...]
    zone: str | None
    seats: int
    slack: int
    party_size: int
    stay: Stay | None
    checks: tuple[SelectionCheck, ...]
    unneeded: tuple[Code, ...]
    versions: Versions

    @property
    def errors(self) -> tuple[SelectionCheck, ...]:
        """The checks that are errors."""
        return tuple(each for each in self.checks if each.status is CheckStatus.ERROR)

    @property
    def warnings(self) -> tuple[SelectionCheck, ...]:
        """The checks that are warnings."""
        return tuple(each for each in self.checks if each.status is CheckStatus.WARNING)

    def get_check(self, name: str) -> SelectionCheck:
        """Return the check of that name.

        Raises:
            InvalidInput: If there is none; names those that there are.
        """
        for each in self.checks:
            if each.check == name:
                return each
        names = ", ".join(each.check for each in self.checks)
        raise InvalidInput("name", f"must be one of {names}", safe_repr(name))

    def __bool__(self) -> bool:
        return not self.errors

    def __repr__(self) -> str:
        counts = [
            count_of(len(self.errors), "error"),
            count_of(len(self.warnings), "warning"),
        ]
        return brief(
            self,
            f"{tables_of(self.tables)} for a party of {self.party_size}",
            count_of(self.seats, "seat"),
            *counts,
        )

    def _repr_html_(self) -> str:
        rows = [(each.check, each.status.value, each) for each in self.checks]
        caption = f"{tables_of(self.tables)} for a party of {self.party_size}"
        return html_table(caption, ("check", "status", "why"), rows)
