"""Tables and their attributes."""

from collections.abc import Iterable
from enum import StrEnum

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of
from fourtop.model import validators

MAX_CAPACITY = 500
MAX_SIDE_CM = 5_000


class Mobility(StrEnum):
    """Whether a table can be pushed together with another."""

    MOVABLE = "movable"
    FIXED = "fixed"


class TableShape(StrEnum):
    """The shape of a table on the drawn plan."""

    ROUND = "round"
    OVAL = "oval"
    SQUARE = "square"
    RECTANGLE = "rectangle"


@attrs.frozen(repr=False)
class Position:
    """The place of a table on the drawn plan; it affects no decision.

    The plan has a unit of its own, such as percent of its size, or pixels as many systems at the
    counter use.

    Args:
        x: From the left edge of the plan (-100,000 to 100,000).
        y: From the top edge of the plan (-100,000 to 100,000).
        rotation: Degrees clockwise.
    """

    x: float = attrs.field(
        converter=validators.as_number, validator=validators.number(-100_000, 100_000)
    )
    y: float = attrs.field(
        converter=validators.as_number, validator=validators.number(-100_000, 100_000)
    )
    rotation: float = attrs.field(
        default=0, converter=validators.as_number, validator=validators.number(-360, 360)
    )

    def __repr__(self) -> str:
        return brief(self, f"x {self.x:g}, y {self.y:g}", f"rotation {self.rotation:g}")


def as_features(value: Iterable[str]) -> frozenset[str]:
    """Convert features to a set of words such as ``step-free`` or ``window``.

    Raises:
        InvalidInput: If they are not a collection of texts of 1–50 printable characters.
    """
    return frozenset(
        validators.as_members(
            "features", value, lambda each: validators.check_text("features", each, 50)
        )
    )


def _mobility(value: Mobility | str) -> Mobility:
    return validators.as_enum(Mobility, "mobility", value)


def _shape(value: TableShape | str | None) -> TableShape | None:
    return None if value is None else validators.as_enum(TableShape, "shape", value)


@attrs.frozen(repr=False)
class Table:
    """A table. Whether it is reserved or occupied follows from the allocations, not from here.

    Args:
        id: Of the table; unique in the restaurant.
        number: Name for people (1–50 characters); unique in the restaurant or zone, ignoring
            case.
        capacity: Its seats (1–500).
        zone_id: Its zone.
        min_party: Smallest party that may have it (1 to ``max_party``).
        max_party: Largest party that may have it alone; ``None``: its capacity.
        section: A waiter's section.
        category: Such as dining, bar, lounge, patio, private.
        seating: Such as standard, sofa, booth, high_top.
        mobility: Whether it can be joined; a fixed table is never joined.
        out_of_service: Whether it is withdrawn at present.
        active: Whether it belongs to the floor; an inactive table is never offered.
        features: Such as step-free or window.
        position: Its place on the drawn plan.
        notes: For the staff; never part of an error, event or log.
        shape: Its shape on the drawn plan.
        length_cm: Its longer side in centimetres (1–5,000), for drawing.
        width_cm: Its shorter side in centimetres (1–5,000), for drawing; ``None``: as long.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> Table("t1", "1", 4, "main", min_party=2).seats_alone(3)
    True
    """

    id: str = attrs.field(validator=validators.identifier)
    number: str = attrs.field(validator=validators.text(50))
    capacity: int = attrs.field(
        converter=validators.as_integer, validator=validators.integer(1, MAX_CAPACITY)
    )
    zone_id: str = attrs.field(validator=validators.identifier)
    min_party: int = attrs.field(
        default=1,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, MAX_CAPACITY),
    )
    max_party: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(1, validators.MAX_PARTY)),
    )
    section: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.text(100))
    )
    category: str = attrs.field(default="dining", kw_only=True, validator=validators.text(50))
    seating: str = attrs.field(default="standard", kw_only=True, validator=validators.text(50))
    mobility: Mobility = attrs.field(default=Mobility.MOVABLE, kw_only=True, converter=_mobility)
    out_of_service: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    active: bool = attrs.field(default=True, kw_only=True, validator=validators.flag)
    features: frozenset[str] = attrs.field(default=(), kw_only=True, converter=as_features)
    position: Position | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.one_of(Position))
    )
    notes: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.private_text(500))
    )
    shape: TableShape | None = attrs.field(default=None, kw_only=True, converter=_shape)
    length_cm: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(1, MAX_SIDE_CM)),
    )
    width_cm: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(1, MAX_SIDE_CM)),
    )

    def __attrs_post_init__(self) -> None:
        if self.max_party is not None and self.max_party < self.min_party:
            raise InvalidInput(
                "max_party",
                f"must be at least min_party, {self.min_party}",
                safe_repr(self.max_party),
            )

    @property
    def is_offered(self) -> bool:
        """Tell whether new parties may have it: active and in service."""
        return self.active and not self.out_of_service

    @property
    def is_movable(self) -> bool:
        """Tell whether it can be joined with others."""
        return self.mobility is Mobility.MOVABLE

    @property
    def largest_party(self) -> int:
        """The largest party for it alone: the smaller of ``max_party`` and ``capacity``."""
        return self.capacity if self.max_party is None else min(self.max_party, self.capacity)

    @property
    def kind(self) -> tuple[int, str, str]:
        """Its type, for scarcity: capacity, category and seating."""
        return (self.capacity, self.category, self.seating)

    def seats_alone(self, party_size: int) -> bool:
        """Tell whether ``min_party <= party_size <= largest_party``, so that a party fits alone."""
        return self.min_party <= party_size <= self.largest_party

    def __repr__(self) -> str:
        parties = f"parties {self.min_party} to {self.largest_party}"
        return brief(
            self,
            f"{self.id} number {self.number!r}" if self.id != self.number else self.id,
            count_of(self.capacity, "seat"),
            f"zone {self.zone_id}",
            parties if self.min_party > 1 or self.largest_party < self.capacity else "",
            "" if self.is_movable else "fixed",
            "out of service" if self.out_of_service else "",
            "" if self.active else "inactive",
        )
