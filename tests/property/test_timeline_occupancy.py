"""Laws of the occupancy, and a machine that plays it against a list with loops."""

from __future__ import annotations

from collections.abc import Collection

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fourtop.errors import AllocationsOverlap, AlreadyExists
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.window import MAX_WINDOW_US, Window
from fourtop.timeline import Occupancy

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
MIDNIGHT = 20_500 * DAY
TABLES = ("t1", "t2", "t3", "t4", "t5")

# Around two midnights: quarters, the five minutes of buffers, and a microsecond beside them.
INSTANTS = st.builds(
    lambda quarter, minutes, over: MIDNIGHT + quarter * 15 * MINUTE + minutes * MINUTE + over,
    st.one_of(st.integers(-12, 12), st.integers(80, 110), st.integers(-200, 300)),
    st.sampled_from((0, 0, 0, 5, 10)),
    st.sampled_from((0, 0, 0, 0, 1, -1, 123_456_789)),
)
LENGTHS = st.one_of(
    st.sampled_from((90, 95, 120, 125, 15, 5)).map(lambda minutes: minutes * MINUTE),
    st.sampled_from((1, DAY, 2 * DAY, 2 * DAY + 1, 10 * DAY, MAX_WINDOW_US)),
    st.integers(1, 3 * DAY),
)
WINDOWS = st.builds(
    lambda start, length: Window.of_micros(start, start + length), INSTANTS, LENGTHS
)
OWNERS = st.builds(Owner, st.sampled_from(OwnerKind), st.sampled_from("abcd"))
ROWS = st.builds(
    lambda resource, window, owner, shadow: Allocation(
        "", "pub", resource[0], resource[1], window, owner.kind, owner.id, shadow
    ),
    st.one_of(
        st.tuples(st.just(ResourceType.TABLE), st.sampled_from(TABLES)),
        st.tuples(st.sampled_from(ResourceType), st.sampled_from(("t1", "g"))),
    ),
    WINDOWS,
    OWNERS,
    st.sampled_from((False, False, False, True)),
)
FLOORS = st.lists(st.sampled_from(TABLES), unique=True).map(tuple)


class Listed:
    """The oracle: a list, and a loop for every question."""

    def __init__(self) -> None:
        self.rows: list[Allocation] = []

    def live(
        self, resource_type: ResourceType, resource_id: str, window: Window
    ) -> list[Allocation]:
        return [
            row
            for row in self.within(window)
            if not row.shadow
            and (row.resource_type, row.resource_id) == (resource_type, resource_id)
        ]

    def within(self, window: Window) -> list[Allocation]:
        found = [
            row
            for row in self.rows
            if max(row.window.start_us, window.start_us) < min(row.window.end_us, window.end_us)
        ]
        return sorted(
            found,
            key=lambda row: (row.window.start_us, str(row.resource_type), row.resource_id, row.id),
        )

    def mask(self, floor: tuple[str, ...], window: Window, without: Collection[Owner] = ()) -> int:
        mask = 0
        for bit, table_id in enumerate(floor):
            rows = self.live(ResourceType.TABLE, table_id, window)
            if [row for row in rows if Owner(row.owner_kind, row.owner_id) not in without]:
                mask += 2**bit
        return mask


class OccupancyMachine(RuleBasedStateMachine):
    """Change an occupancy and a list alike, ask both, and want the same."""

    def __init__(self) -> None:
        super().__init__()
        self.occupancy = Occupancy(TABLES[:3])
        self.floor: tuple[str, ...] = TABLES[:3]
        self.listed = Listed()
        self.count = 0

    @rule(row=ROWS)
    def add(self, row: Allocation) -> None:
        self.count += 1
        # Ids fall and rise, so that their order is not the order of arrival.
        row = attrs.evolve(row, id=f"{self.count * 7919 % 1000:03}")
        in_the_way = self.listed.live(row.resource_type, row.resource_id, row.window)
        if in_the_way and not row.shadow:
            with pytest.raises(AllocationsOverlap) as caught:
                self.occupancy.add(row)
            assert caught.value.in_the_way == in_the_way[0].id
        else:
            self.occupancy.add(row)
            self.listed.rows.append(row)

    @rule(data=st.data())
    def add_again(self, data: st.DataObject) -> None:
        if self.listed.rows:
            row = data.draw(st.sampled_from(self.listed.rows))
            with pytest.raises(AlreadyExists):
                self.occupancy.add(
                    data.draw(ROWS.map(lambda other: attrs.evolve(other, id=row.id)))
                )

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.listed.rows:
            row = data.draw(st.sampled_from(self.listed.rows))
            self.listed.rows.remove(row)
            self.occupancy.remove(attrs.evolve(row))
            with pytest.raises(AssertionError):
                self.occupancy.remove(row)

    @rule(floor=FLOORS)
    def arrange(self, floor: tuple[str, ...]) -> None:
        self.floor = floor
        self.occupancy.arrange(floor)

    @rule(window=WINDOWS, without=st.lists(OWNERS, max_size=2))
    def ask_for_tables(self, window: Window, without: list[Owner]) -> None:
        # Once of the exact indexes, once while the days are written, and once of the slots.
        for _ in range(3):
            assert self.occupancy.busy_mask(window) == self.listed.mask(self.floor, window)
        assert self.occupancy.busy_mask(window, without) == self.listed.mask(
            self.floor, window, without
        )

    @rule(window=WINDOWS, more=WINDOWS, without=st.lists(OWNERS, max_size=2))
    def ask_for_the_stays_beside(self, window: Window, more: Window, without: list[Owner]) -> None:
        first_us = min(window.start_us, more.start_us)
        last_us = min(max(window.end_us, more.end_us), first_us + MAX_WINDOW_US)
        around = Window.of_micros(first_us, last_us)
        if not (around.start_us <= window.start_us and window.end_us <= around.end_us):
            around = window
        for left_out in ([], without):
            ends: dict[int, int] = {}
            starts: dict[int, int] = {}
            for bit, name in enumerate(self.floor):
                rows = [
                    row.window
                    for row in self.listed.live(ResourceType.TABLE, name, around)
                    if row.owner not in left_out
                ]
                before = [each.end_us for each in rows if each.end_us <= window.start_us]
                after = [each.start_us for each in rows if each.start_us >= window.end_us]
                if before:
                    ends[bit] = max(before)
                if after:
                    starts[bit] = min(after)
            # The second answer may be the one that is kept.
            for _ in range(2):
                assert self.occupancy.find_beside(window, around, left_out) == (ends, starts)

    @rule(starts=st.lists(INSTANTS, max_size=6), length=LENGTHS)
    def ask_for_starts(self, starts: list[int], length: int) -> None:
        windows = [Window.of_micros(start, start + length) for start in starts]
        expected = [self.listed.mask(self.floor, window) for window in windows]
        assert self.occupancy.busy_masks(starts, length) == expected

    @rule(window=WINDOWS, without=st.lists(OWNERS, max_size=2), data=st.data())
    def ask_for_a_resource(self, window: Window, without: list[Owner], data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(ResourceType))
        name = data.draw(st.sampled_from((*TABLES, "g")))
        live = self.listed.live(kind, name, window)
        others = [row for row in live if row.owner not in without]
        assert self.occupancy.find_in_the_way(kind, name, window) == (live[0] if live else None)
        assert self.occupancy.find_in_the_way(kind, name, window, without) == (
            others[0] if others else None
        )
        expected = [
            row
            for row in self.listed.within(window)
            if (row.resource_type, row.resource_id) == (kind, name)
        ]
        assert self.occupancy.of_resource(kind, name, window) == expected

    @rule(window=WINDOWS)
    def ask_for_everything(self, window: Window) -> None:
        assert self.occupancy.overlapping(window) == tuple(self.listed.within(window))

    @rule(table_id=st.sampled_from(TABLES), owner=OWNERS)
    def ask_for_the_last(self, table_id: str, owner: Owner) -> None:
        rows = [
            row
            for row in self.listed.rows
            if not row.shadow
            and row.resource_type is ResourceType.TABLE
            and row.resource_id == table_id
        ]
        rows.sort(key=lambda row: row.window.end_us)
        assert self.occupancy.find_last(table_id) == (rows[-1] if rows else None)
        others = [row for row in rows if row.owner != owner]
        assert self.occupancy.find_last(table_id, [owner]) == (others[-1] if others else None)

    @rule(owner=OWNERS)
    def ask_for_an_owner(self, owner: Owner) -> None:
        rows = [row for row in self.listed.rows if row.owner == owner]
        assert self.occupancy.of_owner(owner.kind, owner.id) == tuple(
            sorted(rows, key=lambda row: row.order_key)
        )

    @invariant()
    def is_whole(self) -> None:
        self.occupancy._check()
        rows = self.listed.rows
        assert len(self.occupancy) == len(rows)
        assert list(self.occupancy.allocations()) == rows
        bounds = (
            (min(row.window.start_us for row in rows), max(row.window.end_us for row in rows))
            if rows
            else None
        )
        assert self.occupancy.extent() == bounds


TestOccupancyMachine = pytest.mark.slow(OccupancyMachine.TestCase)
TestOccupancyMachine.settings = settings(max_examples=60, stateful_step_count=40)

a_few = settings(max_examples=40)


@st.composite
def occupancies(draw: st.DrawFn) -> Occupancy:
    occupancy = Occupancy(TABLES)
    for number, drawn in enumerate(draw(st.lists(ROWS, max_size=25))):
        row = attrs.evolve(drawn, id=str(number))
        if (
            row.shadow
            or occupancy.find_in_the_way(row.resource_type, row.resource_id, row.window) is None
        ):
            occupancy.add(row)
    return occupancy


@a_few
@given(occupancies(), WINDOWS, st.integers(1))
def test_a_window_is_as_busy_as_its_two_parts_together(
    occupancy: Occupancy, window: Window, cut: int
) -> None:
    assume(window.end_us - window.start_us > 1)
    middle = window.start_us + 1 + cut % (window.end_us - window.start_us - 1)
    parts = (Window.of_micros(window.start_us, middle), Window.of_micros(middle, window.end_us))
    assert occupancy.busy_mask(parts[0]) | occupancy.busy_mask(parts[1]) == occupancy.busy_mask(
        window
    )


@a_few
@given(occupancies(), st.permutations(TABLES), WINDOWS)
def test_another_arrangement_names_the_same_tables(
    occupancy: Occupancy, order: list[str], window: Window
) -> None:
    before = set(occupancy.tables_in(occupancy.busy_mask(window)))
    occupancy.arrange(order)
    assert set(occupancy.tables_in(occupancy.busy_mask(window))) == before
    occupancy._check()


@a_few
@given(occupancies(), WINDOWS)
def test_a_table_is_busy_where_it_is_not_all_gap(occupancy: Occupancy, window: Window) -> None:
    busy = occupancy.tables_in(occupancy.busy_mask(window))
    assert busy == [
        table_id for table_id in TABLES if occupancy.gaps(table_id, window) != (window,)
    ]


@a_few
@given(occupancies(), WINDOWS)
def test_without_all_owners_nothing_is_busy(occupancy: Occupancy, window: Window) -> None:
    everybody = {row.owner for row in occupancy.allocations()}
    assert occupancy.busy_mask(window, everybody) == 0


@a_few
@given(occupancies(), ROWS, WINDOWS)
def test_adding_and_removing_a_row_leaves_no_trace(
    occupancy: Occupancy, row: Allocation, window: Window
) -> None:
    row = attrs.evolve(row, id="new")
    for asked in (window, window, row.window, row.window):
        occupancy.busy_mask(asked)
    before = (
        occupancy.busy_mask(window),
        occupancy.busy_mask(row.window),
        occupancy.extent(),
        len(occupancy),
    )
    try:
        occupancy.add(row)
    except AllocationsOverlap:
        assert not row.shadow
    else:
        occupancy._check()
        occupancy.remove(row)
    occupancy._check()
    assert before == (
        occupancy.busy_mask(window),
        occupancy.busy_mask(row.window),
        occupancy.extent(),
        len(occupancy),
    )
    assert occupancy.find("new") is None


@a_few
@given(occupancies(), ROWS, WINDOWS)
def test_a_shadow_row_changes_no_mask(
    occupancy: Occupancy, row: Allocation, window: Window
) -> None:
    before = (
        occupancy.busy_mask(window),
        occupancy.busy_mask(row.window),
        occupancy.gaps("t1", window),
    )
    occupancy.add(attrs.evolve(row, id="shadow", shadow=True))
    after = (
        occupancy.busy_mask(window),
        occupancy.busy_mask(row.window),
        occupancy.gaps("t1", window),
    )
    assert after == before
