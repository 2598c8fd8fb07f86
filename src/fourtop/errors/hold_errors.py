"""Errors of holds: a hold that ended, differs, has drifted, or is one too many."""

# Annotations are real objects here, as in ``exceptions``.
import attrs

from fourtop.errors.code import Code
from fourtop.errors.exceptions import FourtopError


@attrs.define(slots=False, eq=False, repr=False)
class HoldExpired(FourtopError):
    """The hold has expired. Make a new hold; an expired hold cannot be revived."""

    default_code = Code.HOLD_EXPIRED

    hold_id: str
    expired_at: str

    def __str__(self) -> str:
        return f"the hold {self.hold_id!r} expired at {self.expired_at}"


@attrs.define(slots=False, eq=False, repr=False)
class HoldEnded(FourtopError):
    """The hold was released, replaced or confirmed before. Make a new hold."""

    default_code = Code.HOLD_ENDED

    hold_id: str
    state: str

    def __str__(self) -> str:
        return f"the hold {self.hold_id!r} is {self.state}"


@attrs.define(slots=False, eq=False, repr=False)
class HoldMismatch(FourtopError):
    """The hold and the booking do not belong together.

    Args:
        hold_id: The hold; ``None``: the request for a hold was refused.
        booking_id: The booking that was named.
        differs: The fields that differ: ``booking`` (the hold is for another one), ``party_size``,
            ``start``.
    """

    default_code = Code.HOLD_MISMATCH

    hold_id: str | None
    booking_id: str
    differs: tuple[str, ...] = ("booking",)

    def __str__(self) -> str:
        hold = (
            "the hold that was asked for" if self.hold_id is None else f"the hold {self.hold_id!r}"
        )
        if self.differs == ("booking",):
            return f"{hold} is for another booking than {self.booking_id!r}"
        return (
            f"{hold} has another {' and '.join(self.differs)} than the booking {self.booking_id!r}"
        )


@attrs.define(slots=False, eq=False, repr=False)
class HoldLimit(FourtopError):
    """A limit on holds is reached. Wait until other holds end, or make a new hold.

    Args:
        limit: ``live_per_restaurant``, ``live_per_session`` or ``lifetime_seconds``.
        maximum: The limit's value.
    """

    default_code = Code.HOLD_LIMIT

    limit: str
    maximum: int

    @property
    def is_retryable(self) -> bool:
        """Tell whether retrying may succeed: other holds end, but this hold only gets older."""
        return self.limit != "lifetime_seconds"

    def __str__(self) -> str:
        return f"the limit {self.limit} of {self.maximum} is reached"


@attrs.define(slots=False, eq=False, repr=False)
class HoldRateLimit(FourtopError):
    """Too many holds were made for one booking. Wait ``retry_after_seconds``, then try again.

    Args:
        booking_id: The booking.
        maximum: The largest number of holds in one window.
        window_seconds: The length of the window.
        retry_after_seconds: The time to wait, in whole seconds.
    """

    default_code = Code.HOLD_RATE_LIMIT

    booking_id: str
    maximum: int
    window_seconds: int
    retry_after_seconds: int

    def __str__(self) -> str:
        return (
            f"{self.maximum} holds were made for the booking {self.booking_id!r}"
            f" in {self.window_seconds} s; try again in {self.retry_after_seconds} s"
        )


@attrs.define(slots=False, eq=False, repr=False)
class PolicyDrift(FourtopError):
    """Facts that the hold relied on have changed. Hold again, or confirm with ``requote=True``.

    Args:
        hold_id: The hold, still alive.
        changed: The names of the changed facts, such as ``tables[t4].capacity``; sorted.
    """

    default_code = Code.POLICY_DRIFT

    hold_id: str
    changed: tuple[str, ...]

    def __str__(self) -> str:
        return f"since the hold {self.hold_id!r} was made, these changed: {', '.join(self.changed)}"
