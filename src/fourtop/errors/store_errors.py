"""Errors of a store: it cannot be reached, cannot be used, or lost its reply."""

# Annotations are real objects here, as in ``exceptions``.
import attrs

from fourtop.errors.code import Code
from fourtop.errors.exceptions import FourtopError


@attrs.define(slots=False, eq=False, repr=False)
class StoreUnavailable(FourtopError):
    """The store cannot be reached or gave up. Nothing was changed; try again later.

    Args:
        why: What happened.
        retry_after_seconds: The time to wait, in whole seconds, if other commands were in the way;
            ``None``: nobody knows.
    """

    default_code = Code.STORE_UNAVAILABLE

    why: str
    retry_after_seconds: int | None = None

    def __str__(self) -> str:
        return f"the store is unavailable: {self.why}"


@attrs.define(slots=False, eq=False, repr=False)
class ClockBehind(StoreUnavailable):
    """The clock is far behind the time that a restaurant was told. Nothing was changed.

    Either the clock is wrong now, or it was ahead when the time was told. Correct the clock; or, if
    it is right, set the restaurant's time back: ``fourtop clock reset``, or ``reset_clock`` of the
    store.

    Args:
        restaurant_id: The restaurant.
        told: The latest time that was told, ISO 8601 in UTC.
        now: The time of the clock, ISO 8601 in UTC.
    """

    default_code = Code.CLOCK_BEHIND

    why: str = attrs.field(default="the clock is behind", init=False)
    retry_after_seconds: int | None = attrs.field(default=None, init=False)
    restaurant_id: str
    told: str
    now: str

    def __str__(self) -> str:
        return (
            f"the clock says {self.now}, and the restaurant {self.restaurant_id!r} has been told"
            f" {self.told}"
        )


@attrs.define(slots=False, eq=False, repr=False)
class StoreMisconfigured(FourtopError):
    """The store is misconfigured and refuses to work. Fix every problem; a retry does not help.

    Args:
        problems: One sentence for each problem.
    """

    default_code = Code.STORE_MISCONFIGURED

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return f"the store cannot be used: {'; '.join(self.problems)}"


@attrs.define(slots=False, eq=False, repr=False)
class OutcomeUnknown(FourtopError):
    """The reply to the commit was lost, so its outcome is unknown. Retry once with the same key."""

    default_code = Code.OUTCOME_UNKNOWN

    command: str

    def __str__(self) -> str:
        return f"the reply to {self.command} was lost; repeat it with the same key"
