"""The tree of exceptions. Catch ``FourtopError`` to catch them all.

Every exception carries its facts as attributes and as ``details`` (plain data: ids, numbers,
instants as text; never a name, an e-mail or a note), builds its text in ``__str__`` and survives
pickling. Here are the root, the refusals, and the errors of bookings, records and versions; input,
holds and stores have modules of their own.
"""

# Annotations are real objects here: typing.get_type_hints works although __module__ is "fourtop".
from pathlib import Path
from typing import Any, ClassVar, Final

import attrs

from fourtop.errors.code import Code
from fourtop.errors.display import clip
from fourtop.errors.refusal import Refusal

_PACKAGE: Final = str(Path(__file__).parents[1])


@attrs.define(slots=False, eq=False, repr=False)
class FourtopError(Exception):
    """The root of all errors that fourtop raises on purpose.

    A notebook shows the code, the message and the line that called fourtop instead of a traceback.
    """

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
        """Tell whether retrying the same call may succeed."""
        return self.code.is_retryable

    @property
    def details(self) -> dict[str, Any]:
        """The facts as plain data, ready for JSON."""
        facts = attrs.asdict(self, recurse=False)
        return {name: value for name, value in facts.items() if value is not None}

    def __repr__(self) -> str:
        return clip(f"{type(self).__name__}({str(self)!r})")

    def _render_traceback_(self) -> list[str]:
        # IPython calls this hook instead of printing all frames.
        import traceback  # noqa: PLC0415  # Only a notebook needs it.

        lines = [f"{type(self).__name__} ({self.code.value}): {self}", *self._explanation()]
        frames = traceback.extract_tb(self.__traceback__)
        callers = [each for each in frames if not each.filename.startswith(_PACKAGE)]
        if callers:
            last = callers[-1]
            lines.append(f"  at line {last.lineno} of {last.filename}: {last.line}")
        return lines

    def _explanation(self) -> list[str]:
        return []


# ---- unknown or foreign rows ---------------------------------------------------------------------


@attrs.define(slots=False, eq=False, repr=False)
class NotFound(FourtopError):
    """The id does not exist in this restaurant. Another restaurant's id gives the same error.

    Args:
        kind: The kind of record: restaurant, table, zone, booking, hold, block, slot.
        id: The id that was given; a value that is not a valid id is described, not repeated.
    """

    default_code = Code.NOT_FOUND

    kind: str
    id: str

    def __str__(self) -> str:
        return f"there is no {self.kind} {self.id!r}"


@attrs.define(slots=False, eq=False, repr=False)
class ForeignTenant(FourtopError):
    """A change touches a row of another restaurant. This is a bug in the calling code."""

    default_code = Code.FOREIGN_TENANT

    restaurant_id: str

    def __str__(self) -> str:
        return (
            f"a change of the restaurant {self.restaurant_id!r} touches another restaurant's rows"
        )


# ---- refusals and conflicts ----------------------------------------------------------------------


@attrs.define(slots=False, eq=False, repr=False)
class Refused(FourtopError):
    """A rule or a lack of tables forbids the command. ``refusal`` carries the reasons."""

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

    def _explanation(self) -> list[str]:
        reasons = self.refusal.reasons
        return [f"  {each.code.value}: {each}" for each in reasons] if len(reasons) > 1 else []

    def __str__(self) -> str:
        return str(self.refusal)


@attrs.define(slots=False, eq=False, repr=False)
class AllocationsOverlap(FourtopError):
    """Two live allocations of one resource would overlap. The store refused the change.

    Args:
        resource_type: ``table``, ``hold`` or ``merge_group``.
        resource_id: The resource.
        in_the_way: The id of the earlier allocation.
        owner_kind: The kind of its owner: hold, booking or block.
        owner_id: The id of its owner.
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
            f"{self.constraint}: {self.resource_type} {self.resource_id!r} is taken"
            f" from {self.start} to {self.end} by {self.owner_kind} {self.owner_id!r}"
        )


# ---- bookings, records, versions -----------------------------------------------------------------


@attrs.define(slots=False, eq=False, repr=False)
class IllegalTransition(FourtopError):
    """The booking's life cycle does not allow this step. Read the booking, then decide again."""

    default_code = Code.ILLEGAL_TRANSITION

    booking_id: str
    status: str
    target: str

    def __str__(self) -> str:
        return f"the booking {self.booking_id!r} is {self.status} and cannot become {self.target}"


@attrs.define(slots=False, eq=False, repr=False)
class NothingToUndo(FourtopError):
    """The booking has no step of status that can be undone. Read the booking, then decide again.

    The last step was undone already, or another change of its time or its tables came after it.
    """

    default_code = Code.NOTHING_TO_UNDO

    booking_id: str
    status: str

    def __str__(self) -> str:
        return f"the booking {self.booking_id!r} is {self.status}, and no step of it can be undone"


@attrs.define(slots=False, eq=False, repr=False)
class AlreadyExists(FourtopError):
    """A record with this id or key exists already. Choose another id, or read the record.

    Args:
        kind: What exists: restaurant, slug, booking, hold, block, ...
        id: Its id or key; of the kind slug, the slug that another restaurant has.
    """

    default_code = Code.ALREADY_EXISTS

    kind: str
    id: str

    def __str__(self) -> str:
        return f"the {self.kind} {self.id!r} exists already"


@attrs.define(slots=False, eq=False, repr=False)
class InUse(FourtopError):
    """A record cannot be removed or changed while another record uses it.

    Args:
        kind: table, zone, timezone, restaurant or slot.
        id: Its id.
        by: The user, such as ``booking b1 until 2026-01-01T20:00:00+00:00``.
    """

    default_code = Code.IN_USE

    kind: str
    id: str
    by: str

    def __str__(self) -> str:
        return f"the {self.kind} {self.id!r} is in use by {self.by}"


@attrs.define(slots=False, eq=False, repr=False)
class StaleVersion(FourtopError):
    """Another change came first. Read the record again, then decide again.

    Args:
        kind: floor, policy, booking or slot.
        expected: The version that the change was made from.
        found: The current version.
    """

    default_code = Code.STALE_VERSION

    kind: str
    expected: int
    found: int

    def __str__(self) -> str:
        return (
            f"the {self.kind} is at version {self.found};"
            f" the change was made from version {self.expected}"
        )
