"""The one tree of exceptions. Catch ``FourtopError`` to catch them all.

Every exception carries its facts as attributes and as ``details`` (plain data: ids, numbers,
instants as text; never a name, an e-mail or a note), builds its text in ``__str__`` and survives
pickling.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import attrs

from fourtop.errors.code import Code
from fourtop.errors.refusal import Refusal

_SHOWN = 80
LEFT_OUT: Final = "left out"  # The ``given`` of a value that is missing.


def safe_repr(value: object) -> str:
    """Write a rejected value so that it fits on a line, whatever it was."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # Python writes no number of more than 4,300 digits, and nothing that is nested too deeply.
        text = f"a value of type {type(value).__name__} that is too large to write"
    except Exception:  # noqa: BLE001  # whatever the caller's own class does here, the refusal has to come out
        text = f"a value of type {type(value).__name__} that cannot be written"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"


@attrs.define(slots=False, eq=False)
class FourtopError(Exception):
    """The root of all errors that fourtop raises on purpose."""

    default_code: ClassVar[Code] = Code.INVALID_INPUT

    @property
    def code(self) -> Code:
        """The stable code: branch, log and count on it."""
        return self.default_code

    @property
    def http_status(self) -> int:
        """The HTTP status that we recommend."""
        return self.code.http_status

    @property
    def is_retryable(self) -> bool:
        """Tell whether the same call may succeed later, unchanged."""
        return self.code.is_retryable

    @property
    def details(self) -> dict[str, Any]:
        """The facts as plain data, ready for JSON."""
        # Typing knows attrs' own decorators only, not the one of this module.
        facts: Any = self
        return {
            name: value
            for name, value in attrs.asdict(facts, recurse=False).items()
            if value is not None
        }


# ---- input ---------------------------------------------------------------------------------------


@attrs.define(slots=False, eq=False)
class InvalidInput(FourtopError):
    """A value breaks a rule. Nothing was changed; mend the value that ``field`` names.

    Args:
        field: The name of the parameter or attribute, or its path in a document.
        rule: What the value has to be.
        given: The rejected value as text, shortened.
    """

    field: str
    rule: str
    given: str

    def __str__(self) -> str:
        return f"{self.field}: {self.rule}{self._got}"

    @property
    def _got(self) -> str:
        return "" if self.given == LEFT_OUT else f" (got {self.given})"


@attrs.define(slots=False, eq=False)
class InvalidIdentifier(InvalidInput):
    """An id is not 1–64 characters out of ``A–Z a–z 0–9 . _ : -``."""

    default_code = Code.INVALID_IDENTIFIER


@attrs.define(slots=False, eq=False)
class InvalidWindow(InvalidInput):
    """A window is empty, reversed, longer than 31 days, or outside the years 1970–2200."""

    default_code = Code.INVALID_WINDOW


@attrs.define(slots=False, eq=False)
class NaiveDatetime(InvalidInput):
    """A datetime has no time zone, and nothing here guesses one."""

    default_code = Code.NAIVE_DATETIME


@attrs.define(slots=False, eq=False)
class NonexistentTime(InvalidInput):
    """A local time is skipped by the clocks going forward.

    Args:
        next_valid: The first valid local time after it, in ISO 8601 with offset.
    """

    default_code = Code.NONEXISTENT_TIME

    next_valid: str

    def __str__(self) -> str:
        return f"{self.field}: the local time does not exist; use {self.next_valid}{self._got}"


@attrs.define(slots=False, eq=False)
class AmbiguousTime(InvalidInput):
    """A local time happens twice as the clocks go back.

    Args:
        candidates: Both instants, in ISO 8601 with offset, the earlier first.
    """

    default_code = Code.AMBIGUOUS_TIME

    candidates: tuple[str, str]

    def __str__(self) -> str:
        earlier, later = self.candidates
        return f"{self.field}: the local time occurs twice; use {earlier} or {later}{self._got}"


@attrs.define(slots=False, eq=False)
class InvalidDocument(InvalidInput):
    """A document breaks its schema; ``field`` is the path of the place, such as ``tables[3].capacity``.

    Args:
        line: The line, where the text is not even JSON or CSV; 1 is the first.
    """

    default_code = Code.INVALID_DOCUMENT

    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line is not None else ""
        return f"{where}{self.field}: {self.rule}{self._got}"


@attrs.define(slots=False, eq=False)
class ImportRejected(FourtopError):
    """Rows of an import are wrong or overlap. All are listed, and nothing was imported.

    Args:
        problems: One sentence a problem, in the order of the rows; rows count from 1.
    """

    default_code = Code.IMPORT_REJECTED

    problems: tuple[str, ...]

    def __str__(self) -> str:
        first = "; ".join(self.problems[:3])
        more = f"; and {len(self.problems) - 3} more" if len(self.problems) > 3 else ""
        return f"nothing was imported: {first}{more}"


@attrs.define(slots=False, eq=False)
class KeyReused(FourtopError):
    """An idempotency key came back with another request. Use a new key for a new request.

    Args:
        command: The command whose keys these are.
        key: The key.
    """

    default_code = Code.KEY_REUSED

    command: str
    key: str

    def __str__(self) -> str:
        return f"the key {self.key!r} of {self.command} belongs to another request"


# ---- things that are not there, or not yours -----------------------------------------------------


@attrs.define(slots=False, eq=False)
class NotFound(FourtopError):
    """Something does not exist in this restaurant. Another restaurant's ids are answered the same way.

    Args:
        kind: What was looked for: restaurant, table, zone, booking, hold, block.
        id: The id that was given.
    """

    default_code = Code.NOT_FOUND

    kind: str
    id: str

    def __str__(self) -> str:
        return f"there is no {self.kind} {self.id!r}"


@attrs.define(slots=False, eq=False)
class ForeignTenant(FourtopError):
    """A change touches a row of another restaurant than the transaction's. A fault of the caller's code."""

    default_code = Code.FOREIGN_TENANT

    restaurant_id: str

    def __str__(self) -> str:
        return (
            f"a change of the restaurant {self.restaurant_id!r} touches another restaurant's rows"
        )


# ---- what was refused ----------------------------------------------------------------------------


@attrs.define(slots=False, eq=False)
class Refused(FourtopError):
    """A command was refused by a rule or for want of tables; ``refusal`` says which and why."""

    refusal: Refusal

    @property
    def code(self) -> Code:
        """The code of the decisive reason."""
        return self.refusal.code

    @property
    def details(self) -> dict[str, Any]:
        """The proof and the reasons as plain data."""
        reasons = [{"code": str(each.code), **each.details} for each in self.refusal.reasons]
        return {"proof": str(self.refusal.proof), "reasons": reasons}

    def __str__(self) -> str:
        return str(self.refusal)


@attrs.define(slots=False, eq=False)
class AllocationsOverlap(FourtopError):
    """Two live allocations of one resource would overlap. The store refused, whatever the caller believed.

    Args:
        resource_type: ``table``, ``hold`` or ``merge_group``.
        resource_id: The resource.
        in_the_way: The id of the allocation that was there first.
        owner_kind: Whose it is: hold, booking or block.
        owner_id: The owner's id.
        start: Its start, ISO 8601 in UTC.
        end: Its end, ISO 8601 in UTC.
    """

    constraint: ClassVar[str] = "allocations_no_overlap"

    resource_type: str
    resource_id: str
    in_the_way: str
    owner_kind: str
    owner_id: str
    start: str
    end: str

    @property
    def code(self) -> Code:
        """``HOLD_CONFLICT`` if a hold is in the way, else ``ALLOCATIONS_OVERLAP``."""
        return Code.HOLD_CONFLICT if self.owner_kind == "hold" else Code.ALLOCATIONS_OVERLAP

    @property
    def details(self) -> dict[str, Any]:
        """The facts, with the constraint's name."""
        return {"constraint": self.constraint, **super().details}

    def __str__(self) -> str:
        return (
            f"{self.constraint}: {self.resource_type} {self.resource_id!r} is taken from {self.start} to {self.end}"
            f" by {self.owner_kind} {self.owner_id!r}"
        )


# ---- holds, bookings, versions -------------------------------------------------------------------


@attrs.define(slots=False, eq=False)
class HoldExpired(FourtopError):
    """The hold's time is over. Hold again; a dead hold stays dead."""

    default_code = Code.HOLD_EXPIRED

    hold_id: str
    expired_at: str

    def __str__(self) -> str:
        return f"the hold {self.hold_id!r} expired at {self.expired_at}"


@attrs.define(slots=False, eq=False)
class HoldEnded(FourtopError):
    """The hold was released, replaced or confirmed before."""

    default_code = Code.HOLD_ENDED

    hold_id: str
    state: str

    def __str__(self) -> str:
        return f"the hold {self.hold_id!r} is {self.state}"


@attrs.define(slots=False, eq=False)
class HoldMismatch(FourtopError):
    """The hold and the booking do not belong together.

    Args:
        hold_id: The hold; ``None``: it was asked for, and not made.
        booking_id: The booking that was named.
        differs: In what they differ: ``booking`` (the hold is for another one), ``party_size``,
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


@attrs.define(slots=False, eq=False)
class HoldLimit(FourtopError):
    """A limit on holds is reached.

    Args:
        limit: Which: ``live_per_restaurant``, ``live_per_session`` or ``lifetime_seconds``.
        maximum: The limit's value.
    """

    default_code = Code.HOLD_LIMIT

    limit: str
    maximum: int

    @property
    def is_retryable(self) -> bool:
        """Tell whether the same call may succeed later: other holds end, but a hold's age only grows."""
        return self.limit != "lifetime_seconds"

    def __str__(self) -> str:
        return f"the limit {self.limit} of {self.maximum} is reached"


@attrs.define(slots=False, eq=False)
class HoldRateLimit(FourtopError):
    """Too many holds were made for one booking. Wait, then try again.

    Args:
        booking_id: The booking.
        maximum: How many may be made in a window.
        window_seconds: The window.
        retry_after_seconds: How long to wait, in whole seconds.
    """

    default_code = Code.HOLD_RATE_LIMIT

    booking_id: str
    maximum: int
    window_seconds: int
    retry_after_seconds: int

    def __str__(self) -> str:
        return (
            f"{self.maximum} holds were made for the booking {self.booking_id!r} in {self.window_seconds} s;"
            f" try again in {self.retry_after_seconds} s"
        )


@attrs.define(slots=False, eq=False)
class PolicyDrift(FourtopError):
    """What the hold relied on has changed since. Hold again, or confirm with ``requote=True``.

    Args:
        hold_id: The hold, still alive.
        changed: Which facts changed, such as ``tables[t4].capacity``; sorted.
    """

    default_code = Code.POLICY_DRIFT

    hold_id: str
    changed: tuple[str, ...]

    def __str__(self) -> str:
        return f"since the hold {self.hold_id!r} was made, these changed: {', '.join(self.changed)}"


@attrs.define(slots=False, eq=False)
class IllegalTransition(FourtopError):
    """The booking's life cycle has no such step."""

    default_code = Code.ILLEGAL_TRANSITION

    booking_id: str
    status: str
    target: str

    def __str__(self) -> str:
        return f"the booking {self.booking_id!r} is {self.status} and cannot become {self.target}"


@attrs.define(slots=False, eq=False)
class AlreadyExists(FourtopError):
    """A new row has the id or the key of one that is there."""

    default_code = Code.ALREADY_EXISTS

    kind: str
    id: str

    def __str__(self) -> str:
        return f"the {self.kind} {self.id!r} exists already"


@attrs.define(slots=False, eq=False)
class InUse(FourtopError):
    """Something cannot be removed or changed while it is in use.

    Args:
        kind: What: table, zone, timezone or restaurant.
        id: Its id.
        by: What uses it, such as ``booking b1 until 2026-01-01T20:00:00+00:00``.
    """

    default_code = Code.IN_USE

    kind: str
    id: str
    by: str

    def __str__(self) -> str:
        return f"the {self.kind} {self.id!r} is in use by {self.by}"


@attrs.define(slots=False, eq=False)
class StaleVersion(FourtopError):
    """Somebody changed it in between. Read again, then decide again.

    Args:
        kind: What: floor, policy or booking.
        expected: The version that the change was made from.
        found: The version that is there.
    """

    default_code = Code.STALE_VERSION

    kind: str
    expected: int
    found: int

    def __str__(self) -> str:
        return f"the {self.kind} is at version {self.found}; the change was made from version {self.expected}"


# ---- stores --------------------------------------------------------------------------------------


@attrs.define(slots=False, eq=False)
class StoreUnavailable(FourtopError):
    """The store cannot be reached or gave up. Nothing was changed; try again later."""

    default_code = Code.STORE_UNAVAILABLE

    why: str

    def __str__(self) -> str:
        return f"the store is unavailable: {self.why}"


@attrs.define(slots=False, eq=False)
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
    restaurant_id: str
    told: str
    now: str

    def __str__(self) -> str:
        return (
            f"the clock says {self.now}, and the restaurant {self.restaurant_id!r} has been told"
            f" {self.told}"
        )


@attrs.define(slots=False, eq=False)
class StoreMisconfigured(FourtopError):
    """The store is not as it has to be, and nothing is done with it. Mend what ``problems`` name; no retry will.

    Args:
        problems: One sentence a problem.
    """

    default_code = Code.STORE_MISCONFIGURED

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return f"the store cannot be used: {'; '.join(self.problems)}"


@attrs.define(slots=False, eq=False)
class OutcomeUnknown(FourtopError):
    """The commit's reply was lost: it happened or it did not. One retry with the same key settles it."""

    default_code = Code.OUTCOME_UNKNOWN

    command: str

    def __str__(self) -> str:
        return f"the reply to {self.command} was lost; repeat it with the same key"
