"""Walk-ins: parties that come to the door without a booking."""

from __future__ import annotations

from typing import Final

import attrs

from fourtop.errors.display import brief, some
from fourtop.model import validators
from fourtop.model.override import Override, as_overrides, check_named
from fourtop.model.request import (
    ANY_TABLE,
    STAY_MINUTES,
    BookingRequest,
    Preference,
    Relaxation,
    as_relaxations,
    as_table_ids,
)
from fourtop.model.window import from_micros

# The channel of every walk-in.
WALK_IN: Final = "walk_in"


@attrs.frozen(repr=False)
class WalkIn:
    """A party at the door that wants a table now.

    Args:
        party_size: The number of people (1–1,000).
        occasion: Key of an occasion of the house; ``None``: the period's default.
        must: Conditions that every table must meet.
        wish: Conditions that add to the score for each table that does not meet them.
        tables: Exactly these tables and no others; empty: the planner chooses.
        minutes: The length of the stay (1–600); ``None``: the policy decides.
        reference: The host's own id of the booking.
        relax: Rules of the house to lift if the answer is a no; see ``BookingRequest``.
        overrides: Rules of the house that staff break for it; see ``BookingRequest``.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> WalkIn(4, tables=["t2"])
    <WalkIn party of 4, tables t2>
    """

    party_size: int = attrs.field(converter=validators.as_integer, validator=validators.party_size)
    occasion: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    must: Preference = attrs.field(
        default=ANY_TABLE, kw_only=True, validator=validators.one_of(Preference)
    )
    wish: Preference = attrs.field(
        default=ANY_TABLE, kw_only=True, validator=validators.one_of(Preference)
    )
    tables: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_table_ids)
    minutes: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(*STAY_MINUTES)),
    )
    reference: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    relax: tuple[Relaxation, ...] = attrs.field(default=(), kw_only=True, converter=as_relaxations)
    overrides: tuple[Override, ...] = attrs.field(default=(), kw_only=True, converter=as_overrides)

    @overrides.validator
    def _are_named(self, _attribute: object, overrides: tuple[Override, ...]) -> None:
        check_named(overrides, self.tables)

    def request_at(self, now_us: int) -> BookingRequest:
        """Return the request of the party at a time, in microseconds."""
        return BookingRequest(
            self.party_size,
            from_micros(now_us),
            occasion=self.occasion,
            must=self.must,
            wish=self.wish,
            tables=self.tables,
            channel=WALK_IN,
            minutes=self.minutes,
            reference=self.reference,
            relax=self.relax,
            overrides=self.overrides,
        )

    def __repr__(self) -> str:
        return brief(
            self,
            f"party of {self.party_size}",
            "" if self.occasion is None else f"occasion {self.occasion}",
            "" if self.minutes is None else f"{self.minutes} minutes",
            f"tables {some(self.tables, separator='+')}" if self.tables else "",
        )
