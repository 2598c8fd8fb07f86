"""Plain records: the kinds of record that a store keeps by id.

A *plain record* is a frozen value with an ``id`` and a ``restaurant_id``. A decision looks it up by
its id, adds it, changes it and removes it; booking slots alone are searched in another way, by
their start. All plain kinds share one mechanism in ``Changes``, ``Scope``, ``View`` and every
store. A new kind is a new entry of ``PLAIN_KINDS``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Protocol, TypeVar

import attrs

from fourtop.model.allocation import Allocation, OwnerKind
from fourtop.model.block import Block
from fourtop.model.booking_slot import BookingSlot

V = TypeVar("V")


class PlainRecord(Protocol):
    """A record with an id in a restaurant. Its values are frozen."""

    @property
    def id(self) -> str:
        """The id; unique among the records of its kind in the restaurant."""
        ...

    @property
    def restaurant_id(self) -> str:
        """The tenant."""
        ...


# The class of a record and its id.
RecordRef = tuple[type[PlainRecord], str]


@attrs.frozen
class RecordKind:
    """A kind of plain record.

    Args:
        name: The kind as errors name it: ``"block"``.
        record: The class of its records.
        plural: The name of several records; the name and an "s" if left out.
        owner: Its kind as an owner of allocations; ``None``: it owns none. A record that owns
            allocations is not removed before them.
    """

    name: str
    record: type[PlainRecord]
    plural: str = attrs.field()
    owner: OwnerKind | None = None

    @plural.default
    def _plural(self) -> str:
        return f"{self.name}s"


PLAIN_KINDS: Final[tuple[RecordKind, ...]] = (
    RecordKind("block", Block, owner=OwnerKind.BLOCK),
    RecordKind("slot", BookingSlot),
)


def kind_of(record: type[PlainRecord]) -> RecordKind:
    """Return the kind of a class of records.

    A class that is not among ``PLAIN_KINDS`` is an ``AssertionError``: no store would keep it.
    """
    found = next((kind for kind in PLAIN_KINDS if kind.record is record), None)
    assert found is not None, f"{record.__name__} is not a plain record kind"
    return found


def owner_class(owner: OwnerKind) -> type[PlainRecord]:
    """Return the class of the plain records that own allocations as an owner kind."""
    found = next((kind for kind in PLAIN_KINDS if kind.owner is owner), None)
    assert found is not None, f"no plain record owns allocations as {owner}"
    return found.record


def owner_refs(rows: Iterable[Allocation]) -> frozenset[RecordRef]:
    """Return the references of the plain records that own some allocations, for a scope."""
    classes = {kind.owner: kind.record for kind in PLAIN_KINDS}
    return frozenset(
        (classes[row.owner_kind], row.owner_id) for row in rows if row.owner_kind in classes
    )


def refs(record: type[PlainRecord], ids: Iterable[str]) -> frozenset[RecordRef]:
    """Return the references of some records of one class, for a scope.

    >>> sorted(id_ for _, id_ in refs(Block, ["k1", "k2"]))
    ['k1', 'k2']
    """
    return frozenset((record, id_) for id_ in ids)


def by_kind(values: Iterable[tuple[type[PlainRecord], V]]) -> dict[RecordKind, list[V]]:
    """Group values by their record class; the kinds in the order of ``PLAIN_KINDS``.

    Args:
        values: Pairs of a class and a value.
    """
    found: dict[RecordKind, list[V]] = {}
    for record, value in values:
        found.setdefault(kind_of(record), []).append(value)
    return {kind: found[kind] for kind in PLAIN_KINDS if kind in found}


def records_by_kind(records: Iterable[PlainRecord]) -> dict[RecordKind, list[Any]]:
    """Group records by kind; the kinds in the order of ``PLAIN_KINDS``."""
    return by_kind((type(record), record) for record in records)
