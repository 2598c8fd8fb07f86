"""The difference between two houses, part by part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, time
from operator import attrgetter
from typing import Any, Final

import attrs

from fourtop.errors.display import brief, clip
from fourtop.model.distances import Aisle, KeptApart
from fourtop.model.floor import Floor, Join
from fourtop.model.house import House
from fourtop.model.restaurant import Zone
from fourtop.model.results import Versions
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Table

_LONGEST_VALUE: Final = 60
_LONGEST_CHANGE: Final = 200
# Notes of the staff may name guests, so a difference does not repeat them.
_PRIVATE: Final = frozenset({"notes"})
# How the single values of Python read in a text.
_WORDS: Final[Mapping[str, str]] = {"None": "none", "False": "no", "True": "yes"}

Key = Callable[[Any], object]
Label = Callable[[Any], str]


@attrs.frozen(repr=False)
class PartDifference:
    """The difference between two houses in one part.

    Args:
        part: The part: restaurant, floor or policy for single values; else the name of the
            attribute that holds its entries, such as tables or capacity_rules.
        added: The new entries, by number, name or key.
        removed: The entries that the new house lacks.
        changed: The entries that both houses have, each with its changed values.
    """

    part: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return brief(self, self.summary())

    @property
    def has_entries(self) -> bool:
        """Tell whether an entry was added, removed or changed."""
        return bool(self.added or self.removed or self.changed)

    def summary(self) -> str:
        """Return the counts as text.

        >>> PartDifference("tables", added=("9",), changed=("4: capacity 4 to 6",)).summary()
        'tables: 1 added, 1 changed'
        """
        counts = ("added", self.added), ("removed", self.removed), ("changed", self.changed)
        return f"{self.part}: " + ", ".join(
            f"{len(entries)} {word}" for word, entries in counts if entries
        )


@attrs.frozen(repr=False)
class HouseDifference:
    """The difference between the house of a restaurant and another house for it.

    Args:
        parts: The parts that differ, in the order of the house document.
        in_the_way: The records that forbid the change, as text: owners of tables that the new house
            lacks, and guests who were told times in the old time zone.
        versions: Of the present house; ``replace_house`` takes them as ``expected``.
    """

    parts: tuple[PartDifference, ...]
    in_the_way: tuple[str, ...] = ()
    versions: Versions | None = attrs.field(default=None, eq=False)

    @property
    def is_empty(self) -> bool:
        """Tell whether the houses are equal."""
        return not self.parts

    def __repr__(self) -> str:
        return brief(
            self,
            "; ".join(part.summary() for part in self.parts) or "equal houses",
            f"{len(self.in_the_way)} in the way" if self.in_the_way else "",
        )


def house_difference(before: House, after: House) -> HouseDifference:
    """Return the difference between two houses. O(n log n) for n entries.

    >>> from fourtop import sketch_floor, sketch_house
    >>> one = sketch_house("The Corner", sketch_floor({"1": 2, "2": 4}), timezone="UTC")
    >>> other = sketch_house("The Corner", sketch_floor({"1": 3, "3": 4}), timezone="UTC")
    >>> house_difference(one, other).parts[0].changed
    ('1: capacity 2 to 3',)
    """
    changed = tuple(_changes(before.restaurant, after.restaurant))
    parts = [PartDifference("restaurant", changed=changed)]
    floors = _Labels(before.floor), _Labels(after.floor)
    parts += _parts("floor", before.floor, after.floor, floors)
    parts += _parts("policy", before.policy, after.policy, floors)
    return HouseDifference(tuple(each for each in parts if each.has_entries))


# ---- entries


class _Labels:
    """Name the entries of a house as people do."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def of(self, entry: Any) -> str:
        if isinstance(entry, Table):
            return self._floor.labels[entry.id]
        if isinstance(entry, Zone):
            return entry.name
        if isinstance(entry, Join | SetCapacity | KeptApart):
            return self._together(entry.tables)
        if isinstance(entry, Aisle):
            return self._together(entry.joined)
        key = getattr(entry, "key", None)
        return key if isinstance(key, str) else _text(entry)

    def _together(self, table_ids: Collection[str]) -> str:
        labels = self._floor.labels
        return "+".join(labels[table_id] for table_id in self._floor.in_order(table_ids))


def _parts(
    name: str, before: Any, after: Any, labels: tuple[_Labels, _Labels]
) -> Iterator[PartDifference]:
    """Yield the difference of each attribute with entries, and one of all single values."""
    single: list[str] = []
    for field in attrs.fields(type(before)):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old == new:
            continue
        if _has_entries(old) and _has_entries(new):
            yield _entries_difference(field.name, old, new, labels)
        elif attrs.has(type(old)) and type(old) is type(new):
            yield PartDifference(field.name, changed=tuple(_changes(old, new)))
        else:
            single.append(_change(field.name, old, new))
    yield PartDifference(name, changed=tuple(single))


def _has_entries(value: Any) -> bool:
    return isinstance(value, tuple | frozenset) and all(
        attrs.has(type(each)) or isinstance(each, str | date) for each in value
    )


def _entries_difference(
    part: str, before: Collection[Any], after: Collection[Any], labels: tuple[_Labels, _Labels]
) -> PartDifference:
    key = _key_for(before, after)
    old, new = {key(each): each for each in before}, {key(each): each for each in after}
    old_label, new_label = labels[0].of, labels[1].of
    is_ordered = isinstance(after, tuple)
    changed = tuple(
        clip(f"{old_label(old[each])}: {', '.join(_changes(old[each], entry))}", _LONGEST_CHANGE)
        for each, entry in new.items()
        if each in old and old[each] != entry
    )
    added = _labelled(new, old, new_label, is_ordered=is_ordered)
    removed = _labelled(old, new, old_label, is_ordered=is_ordered)
    if not (added or removed or changed):
        changed = ("their order",)
    return PartDifference(part, added, removed, changed)


def _labelled(
    entries: Mapping[object, Any],
    others: Mapping[object, Any],
    label: Label,
    *,
    is_ordered: bool,
) -> tuple[str, ...]:
    found = [label(entry) for key, entry in entries.items() if key not in others]
    return tuple(found if is_ordered else sorted(found))


def _key_for(before: Collection[Any], after: Collection[Any]) -> Key:
    """Return the identity of entries: an id, key, scope or set of tables; else the whole entry."""
    for name in ("id", "key", "scope", "tables", "joined"):
        key = attrgetter(name)
        if all(hasattr(each, name) for each in (*before, *after)) and all(
            len({key(each) for each in side}) == len(side) for side in (before, after)
        ):
            return key
    return lambda entry: entry


# ---- values


def _changes(before: Any, after: Any) -> Iterator[str]:
    """Yield the changed values of a record."""
    for field in attrs.fields(type(before)):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            yield _change(field.name, old, new)


def _change(name: str, old: Any, new: Any) -> str:
    return name if name in _PRIVATE else f"{name} {_text(old)} to {_text(new)}"


def _text(value: Any) -> str:
    if isinstance(value, tuple | frozenset):
        texts = [_text(each) for each in value]
        text = f"({', '.join(texts if isinstance(value, tuple) else sorted(texts))})"
    elif attrs.has(type(value)):
        # A repr reads ``<Kind facts>``.
        text = repr(value).removeprefix(f"<{type(value).__name__} ").rstrip(">")
    elif isinstance(value, time):
        text = f"{value:%H:%M}"
    else:
        text = _WORDS.get(str(value), str(value))
    return clip(text, _LONGEST_VALUE)
