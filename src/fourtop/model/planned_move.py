"""Planned moves: the tables of a booking before and after another party is seated."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from fourtop.errors.display import brief, some
from fourtop.model import validators


def _tables(field: str, value: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(validators.check_tables(field, value)))


def _before(value: Iterable[str]) -> tuple[str, ...]:
    return _tables("before", value)


def _after(value: Iterable[str]) -> tuple[str, ...]:
    return _tables("after", value)


@attrs.frozen(repr=False)
class PlannedMove:
    """A booking that gets other tables at its own time.

    Args:
        booking_id: The booking.
        version: Its version before the move.
        before: The ids of its tables before, in table order.
        after: The ids of its tables after.

    Raises:
        InvalidInput: If no table is named or the version is out of range.
        InvalidIdentifier: If an id is malformed.

    >>> PlannedMove("b1", 1, ["t1"], ["t2", "t3"])
    <PlannedMove b1 from t1 to t2+t3>
    """

    booking_id: str = attrs.field(validator=validators.identifier)
    version: int = attrs.field(converter=validators.as_integer, validator=validators.version)
    before: tuple[str, ...] = attrs.field(converter=_before)
    after: tuple[str, ...] = attrs.field(converter=_after)

    def __str__(self) -> str:
        before, after = (some(each, separator="+") for each in (self.before, self.after))
        return f"{self.booking_id} from {before} to {after}"

    def __repr__(self) -> str:
        return brief(self, str(self))
