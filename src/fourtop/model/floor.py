"""The floor: tables, their joins, and the seats of table sets."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Self

import attrs

from fourtop.errors import InUse, NotFound
from fourtop.errors.display import brief, count_of, html_picture, html_table, shown_id
from fourtop.model import validators
from fourtop.model.distances import Aisle, KeptApart, as_aisles, as_kept_apart, as_pair
from fourtop.model.floor_checks import check_floor
from fourtop.model.restaurant import Zone
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Table
from fourtop.model.table_label import NumberScope, labels_of


def number_key(number: str) -> tuple[tuple[int, int | str], ...]:
    """Order table numbers as people do: ``2`` before ``10``, ``A2`` before ``A10``.

    >>> sorted(["10", "2", "Bar 1"], key=number_key)
    ['2', '10', 'Bar 1']
    """
    parts = re.split(r"([0-9]+)", validators.casefold(number))
    return tuple(
        (0, int(part)) if part.isdecimal() and part.isascii() else (1, part)
        for part in parts
        if part
    )


@attrs.frozen(repr=False)
class Join:
    """Two tables that can be pushed together. A join has no direction.

    Args:
        tables: The two table ids, in any order; kept sorted.
        seat_loss: The seats that joining costs (-100 to 100). A negative number is a gain: two
            tables for four that seat ten together lose -2.

    Raises:
        InvalidInput: If they are not two different tables, or the loss is out of range.

    >>> Join(("t2", "t1")) == Join(("t1", "t2"))
    True
    """

    tables: tuple[str, str] = attrs.field(converter=as_pair)
    seat_loss: int = attrs.field(
        default=0, converter=validators.as_integer, validator=validators.integer(-100, 100)
    )

    def __repr__(self) -> str:
        seats, verb = abs(self.seat_loss), "loses" if self.seat_loss > 0 else "wins"
        loss = f"{verb} {count_of(seats, 'seat')}" if seats else ""
        return brief(self, "+".join(self.tables), loss)


def _number_scope(value: NumberScope | str) -> NumberScope:
    return validators.as_enum(NumberScope, "numbers_unique_in", value)


def _tables(value: Iterable[Table]) -> tuple[Table, ...]:
    tables = validators.as_instances("tables", value, Table)
    return tuple(sorted(tables, key=lambda table: (number_key(table.number), table.id)))


def _zones(value: Iterable[Zone]) -> tuple[Zone, ...]:
    zones = validators.as_instances("zones", value, Zone)
    return tuple(
        sorted(zones, key=lambda zone: (zone.order, validators.casefold(zone.name), zone.id))
    )


def _joins(value: Iterable[Join]) -> tuple[Join, ...]:
    return tuple(
        sorted(
            validators.as_instances("joins", value, Join),
            key=lambda join: (join.tables, join.seat_loss),
        )
    )


def _set_capacities(value: Iterable[SetCapacity]) -> tuple[SetCapacity, ...]:
    sets = validators.as_instances("set_capacities", value, SetCapacity)
    return tuple(sorted(sets, key=lambda each: sorted(each.tables)))


@attrs.frozen(repr=False)
class Floor:
    """The tables of a restaurant, their joins, and the hand-set capacities of table sets.

    Immutable: the ``with_…`` and ``without_…`` methods return a changed copy that a desk stores
    as a new version. *Table order* is the order of ``tables``: by number as people count, then by
    id. It decides every tie, and bit ``i`` of every table mask is ``tables[i]``.

    Args:
        tables: In any order; kept in table order.
        zones: In any order; kept by order, then name.
        joins: In any order; duplicates are an error.
        set_capacities: At most one for a set.
        joins_within_zone: Whether to refuse joins across zones.
        kept_apart: Pairs of tables that different parties may not occupy at the same time.
        aisles: At most one for a set of joined tables.
        numbers_unique_in: Where table numbers are unique: in the restaurant or in the zone.

    Raises:
        InvalidInput: For ids, numbers or zone names that are not unique (ignoring case), for
            unknown tables or zones, for a refused join across zones, and for more than 2,000
            tables.

    >>> floor = Floor(
    ...     zones=[Zone("main", "Main")],
    ...     tables=[Table("b", "10", 4, "main"), Table("a", "2", 2, "main")],
    ...     joins=[Join(("a", "b"), seat_loss=1)],
    ... )
    >>> [table.number for table in floor.tables], floor.seats({"a", "b"})
    (['2', '10'], 5)
    """

    tables: tuple[Table, ...] = attrs.field(converter=_tables)
    zones: tuple[Zone, ...] = attrs.field(kw_only=True, converter=_zones)
    joins: tuple[Join, ...] = attrs.field(default=(), kw_only=True, converter=_joins)
    set_capacities: tuple[SetCapacity, ...] = attrs.field(
        default=(), kw_only=True, converter=_set_capacities
    )
    joins_within_zone: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    kept_apart: tuple[KeptApart, ...] = attrs.field(
        default=(), kw_only=True, converter=as_kept_apart
    )
    aisles: tuple[Aisle, ...] = attrs.field(default=(), kw_only=True, converter=as_aisles)
    numbers_unique_in: NumberScope = attrs.field(
        default=NumberScope.RESTAURANT, kw_only=True, converter=_number_scope
    )

    def __attrs_post_init__(self) -> None:
        check_floor(self)

    # ---- looking up

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The index of each table id in ``tables``, which is its bit in every mask."""
        return {table.id: place for place, table in enumerate(self.tables)}

    def find_table(self, table_id: str) -> Table | None:
        """Return the table of that id, or ``None``."""
        place = self.positions.get(table_id)
        return None if place is None else self.tables[place]

    def get_table(self, table_id: str) -> Table:
        """Return the table of that id.

        Raises:
            NotFound: If this floor has no such table.
        """
        table = self.find_table(table_id)
        if table is None:
            raise NotFound("table", shown_id(table_id))
        return table

    def find_table_numbered(self, number: str) -> Table | None:
        """Return the table with that label, ignoring case, or ``None``; see ``labels``."""
        return self._by_label.get(validators.casefold(number))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The label of each table id: the number, or ``Terrace/4`` where two zones have a 4."""
        texts = labels_of(self.tables, self.zones, self.numbers_unique_in)
        return dict(zip((table.id for table in self.tables), texts, strict=True))

    @cached_property
    def _by_label(self) -> Mapping[str, Table]:
        labels = self.labels
        return {validators.casefold(labels[table.id]): table for table in self.tables}

    def find_zone(self, zone_id: str) -> Zone | None:
        """Return the zone of that id, or ``None``."""
        return next((zone for zone in self.zones if zone.id == zone_id), None)

    def ids(self, mask: int) -> tuple[str, ...]:
        """Convert a table mask to ids, in table order."""
        # Every plan asks: a loop takes half the time of the generator ``bits``.
        found, tables = [], self.tables
        while mask:
            low = mask & -mask
            found.append(tables[low.bit_length() - 1].id)
            mask ^= low
        return tuple(found)

    def mask(self, table_ids: Iterable[str]) -> int:
        """Convert table ids to a mask.

        Raises:
            NotFound: If a table is unknown.
        """
        mask = 0
        for table_id in table_ids:
            self.get_table(table_id)
            mask |= 1 << self.positions[table_id]
        return mask

    def in_order(self, table_ids: Iterable[str]) -> tuple[str, ...]:
        """Return the ids without duplicates, in table order.

        Raises:
            NotFound: If a table is unknown.
        """
        return self.ids(self.mask(table_ids))

    # ---- seats

    @cached_property
    def _capacity_of_set(self) -> Mapping[frozenset[str], SetCapacity]:
        return {each.tables: each for each in self.set_capacities}

    @cached_property
    def joins_by_loss(self) -> tuple[Join, ...]:
        """The joins, by seat loss, then by tables."""
        return tuple(sorted(self.joins, key=lambda join: (join.seat_loss, join.tables)))

    def find_set_capacity(self, table_ids: Collection[str]) -> SetCapacity | None:
        """Return the hand-set capacity of exactly this set, or ``None``."""
        return self._capacity_of_set.get(frozenset(table_ids))

    def seats(self, table_ids: Collection[str]) -> int:
        """Return the seats of a set: its hand-set capacity, else the sum less the loss of joining.

        The loss is that of the cheapest spanning tree of the joins inside the set (of the cheapest
        spanning forest, if the set is not connected). It is negative where joins win seats. Source:
        J. B. Kruskal, "On the shortest spanning subtree of a graph", 1956. O(joins) for one set.

        Raises:
            NotFound: If a table is unknown.
        """
        given = self.find_set_capacity(table_ids)
        if given is not None:
            return given.capacity
        members = frozenset(table_ids)
        total = sum(self.get_table(table_id).capacity for table_id in members)
        return max(total - self._spanning_loss(members), 0)

    def _spanning_loss(self, members: frozenset[str]) -> int:
        root = {member: member for member in members}

        def find(member: str) -> str:
            while root[member] != member:
                member = root[member]
            return member

        loss = 0
        for join in self.joins_by_loss:
            if members.issuperset(join.tables):
                first, second = (find(member) for member in join.tables)
                if first != second:
                    root[first] = second
                    loss += join.seat_loss
        return loss

    def smallest_party(self, table_ids: Collection[str]) -> int:
        """Return the smallest party for a set: its hand-set minimum, else its tables' largest one.

        Raises:
            NotFound: If a table is unknown.
        """
        given = self.find_set_capacity(table_ids)
        if given is not None and given.min_party is not None:
            return given.min_party
        return max(self.get_table(table_id).min_party for table_id in table_ids)

    # ---- edits

    def with_table(self, table: Table) -> Self:
        """Return a copy with the table added, or put in place of the one with its id.

        Raises:
            InvalidInput: If it is not a table, its number is taken, or its zone is unknown.
        """
        validators.check_instance("table", table, Table)
        return attrs.evolve(
            self, tables=(*(each for each in self.tables if each.id != table.id), table)
        )

    def without_table(self, table_id: str) -> Self:
        """Return a copy without the table, its joins, and the rules on sets that name it.

        Raises:
            NotFound: If the table is unknown.
        """
        self.get_table(table_id)
        return attrs.evolve(
            self,
            tables=tuple(each for each in self.tables if each.id != table_id),
            joins=tuple(each for each in self.joins if table_id not in each.tables),
            set_capacities=tuple(
                each for each in self.set_capacities if table_id not in each.tables
            ),
            kept_apart=tuple(each for each in self.kept_apart if table_id not in each.tables),
            aisles=tuple(each for each in self.aisles if table_id not in each.joined | each.closes),
        )

    def with_join(self, join: Join) -> Self:
        """Return a copy with the join added, or put in place of the one between the same tables.

        Raises:
            InvalidInput: If it is not a join, or names an unknown table.
        """
        validators.check_instance("join", join, Join)
        return attrs.evolve(
            self, joins=(*(each for each in self.joins if each.tables != join.tables), join)
        )

    def without_join(self, table_ids: Collection[str]) -> Self:
        """Return a copy without the join between two tables.

        Raises:
            NotFound: If the tables are not joined.
        """
        pair = as_pair(table_ids)
        if all(each.tables != pair for each in self.joins):
            raise NotFound("join", "+".join(pair))
        return attrs.evolve(self, joins=tuple(each for each in self.joins if each.tables != pair))

    def with_zone(self, zone: Zone) -> Self:
        """Return a copy with the zone added, or put in place of the one with its id.

        Raises:
            InvalidInput: If it is not a zone, or its name is taken.
        """
        validators.check_instance("zone", zone, Zone)
        return attrs.evolve(
            self, zones=(*(each for each in self.zones if each.id != zone.id), zone)
        )

    def without_zone(self, zone_id: str) -> Self:
        """Return a copy without the zone.

        Raises:
            NotFound: If the zone is unknown.
            InUse: If a table is in it. Move or remove the table first.
        """
        if self.find_zone(zone_id) is None:
            raise NotFound("zone", shown_id(zone_id))
        user = next((table for table in self.tables if table.zone_id == zone_id), None)
        if user is not None:
            raise InUse("zone", zone_id, f"table {user.id}")
        return attrs.evolve(self, zones=tuple(each for each in self.zones if each.id != zone_id))

    # ---- display

    def summary(self) -> str:
        """Return the counts of tables, seats and joins as text.

        >>> Floor([Table("t1", "1", 4, "main")], zones=[Zone("main", "Main")]).summary()
        '1 table, 4 seats, 0 joins'
        """
        tables = count_of(len(self.tables), "table")
        seats = count_of(sum(table.capacity for table in self.tables), "seat")
        return f"{tables}, {seats}, {count_of(len(self.joins), 'join')}"

    def __repr__(self) -> str:
        return brief(self, self.summary())

    def _repr_svg_(self) -> str:
        from fourtop.plotting import floor_plan  # noqa: PLC0415  # Only a notebook needs it.

        return floor_plan(self).svg

    def _repr_html_(self) -> str:
        zones = {zone.id: zone.name for zone in self.zones}
        numbers = self.labels
        joined: dict[str, list[str]] = {table.id: [] for table in self.tables}
        for join in self.joins:
            first, second = join.tables
            joined[first].append(numbers[second])
            joined[second].append(numbers[first])
        rows = [
            (
                table.number,
                zones[table.zone_id],
                table.capacity,
                f"{table.min_party} to {table.largest_party}",
                ", ".join(sorted(joined[table.id], key=number_key)),
                _state(table),
            )
            for table in self.tables
        ]
        columns = ("table", "zone", "seats", "parties", "joins", "state")
        table = html_table(f"Floor: {self.summary()}", columns, rows)
        return html_picture(self._repr_svg_(), table)


def _state(table: Table) -> str:
    if not table.active:
        return "inactive"
    if table.out_of_service:
        return "out of service"
    return "" if table.is_movable else "fixed"


def bits(mask: int) -> Iterator[int]:
    """Yield the set bits of a mask, lowest first.

    >>> list(bits(0b1010))
    [1, 3]
    """
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
