"""How fast the timeline is: ratios of two things measured in turns, in one run.

Run ``python -m benchmarks.timeline`` at the project's root; it needs ``intervaltree`` beside
fourtop. It prints one table and fails on nothing: a bar that is missed is marked.
"""

from __future__ import annotations

import gc
import random
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from intervaltree import IntervalTree  # type: ignore[import-untyped]  # it ships no types

from benchmarks.bar import HEADING, Bar, Task, race
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.window import Window
from fourtop.timeline import DisjointIndex, Occupancy, OverlappingIndex, SlotGrid

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MIDNIGHT = 20_500 * DAY
TABLES = 100
SITTINGS = 3
SAMPLE = 60
TABLE_IDS = [f"table-{number:03}-0123456789abcdef01234567" for number in range(TABLES)]

EVERY_TABLE = (1 << TABLES) - 1

Span = tuple[int, int]
Column = tuple[int, str, list[int], list[int]]


def asking(ask: Callable[[int, int], object], spans: Sequence[Span]) -> Task:
    """Make a task that asks for each span."""

    def task() -> None:
        for start, end in spans:
            ask(start, end)

    return task


# ---- one resource --------------------------------------------------------------------------------


def stays(draw: random.Random, count: int) -> list[Span]:
    """Make disjoint stays of 60 to 150 minutes, with gaps of 1 to 240."""
    rows: list[Span] = []
    at = MIDNIGHT
    for _ in range(count):
        start = at + draw.randrange(1, 240) * MINUTE
        at = start + draw.randrange(60, 150) * MINUTE
        rows.append((start, at))
    return rows


def filled(rows: Sequence[Span]) -> DisjointIndex[int]:
    """Index stays."""
    index: DisjointIndex[int] = DisjointIndex()
    for item, (start, end) in enumerate(rows):
        index.add(start, end, item)
    return index


def one_resource() -> list[Bar]:
    """Compare one resource with 1,000 stays with bare bisection and with a tree of intervals."""
    draw = random.Random(1)
    rows = stays(draw, 1_000)
    index = filled(rows)
    tree = IntervalTree.from_tuples((start, end, item) for item, (start, end) in enumerate(rows))
    return [*checks(draw, rows, index, tree), *changes(draw, rows, index, tree)]


def checks(
    draw: random.Random, rows: Sequence[Span], index: DisjointIndex[int], tree: IntervalTree
) -> list[Bar]:
    """Compare the check."""
    starts, ends = [start for start, _ in rows], [end for _, end in rows]
    asked = [
        (start, start + 2 * HOUR)
        for start in (draw.randrange(MIDNIGHT, ends[-1]) for _ in range(100))
    ]

    def inlined() -> None:
        for start, end in asked:
            at = bisect_left(starts, end)
            at and ends[at - 1] > start

    base, own, other = race(
        inlined,
        asking(index.find_overlap, asked),
        asking(lambda start, end: bool(tree.overlap(start, end)), asked),
    )
    return [
        Bar("check, n = 1,000: ours / inlined bisect", own, base, len(asked), at_most=1.5),
        Bar("check, n = 1,000: intervaltree / ours", other, own, len(asked), at_least=15),
    ]


def changes(
    draw: random.Random, rows: Sequence[Span], index: DisjointIndex[int], tree: IntervalTree
) -> list[Bar]:
    """Compare adding and removing a stay."""
    holes = [draw.choice(index.gaps(MIDNIGHT, rows[-1][1])) for _ in range(60)]

    def ours() -> None:
        for start, end in holes:
            index.add(start, end, -1)
            index.remove(start, end, -1)

    def theirs() -> None:
        for start, end in holes:
            tree.addi(start, end, -1)
            tree.removei(start, end, -1)

    own, other = race(ours, theirs)
    return [
        Bar("insert + remove, n = 1,000: intervaltree / ours", other, own, len(holes), at_least=20)
    ]


def crowded_resource() -> list[Bar]:
    """Compare changes of one resource with 10^5 stays and with 10^3."""
    draw = random.Random(2)
    tasks: list[Task] = []
    for count in (1_000, 100_000):
        rows = stays(draw, count)
        index = filled(rows)
        holes = [draw.choice(index.gaps(MIDNIGHT, rows[-1][1])) for _ in range(20)] * 10

        def change(index: DisjointIndex[int] = index, holes: list[Span] = holes) -> None:
            for start, end in holes:
                index.add(start, end, -1)
                index.remove(start, end, -1)

        tasks.append(change)
    few, many = race(*tasks)
    return [Bar("insert + remove: n = 100,000 / n = 1,000", many, few, 200, at_most=2)]


# ---- rows that overlap ---------------------------------------------------------------------------


def layered() -> list[Bar]:
    """Compare 100,000 overlapping rows with and without month-long ones among them."""
    draw = random.Random(3)
    count, days = 100_000, 365
    brief = [
        (start, start + draw.randrange(60, 121) * MINUTE)
        for start in (MIDNIGHT + draw.randrange(days * DAY) for _ in range(count))
    ]
    mixed = [
        (start, start + 31 * DAY) if number % 1_000 == 0 else (start, end)
        for number, (start, end) in enumerate(brief)
    ]
    indexes: list[OverlappingIndex[int]] = []
    for rows in (brief, mixed):
        index: OverlappingIndex[int] = OverlappingIndex(key=int)
        for item, (start, end) in enumerate(rows):
            index.add(start, end, item)
        indexes.append(index)
    tree = IntervalTree.from_tuples((start, end, item) for item, (start, end) in enumerate(mixed))
    asked = [
        (start, start + 2 * HOUR)
        for start in (draw.randrange(MIDNIGHT, MIDNIGHT + days * DAY) for _ in range(50))
    ]

    plain, long, other = race(
        *(asking(index.overlapping, asked) for index in indexes), asking(tree.overlap, asked)
    )
    return [
        Bar(
            "list overlaps, n = 100,000: 0.1 % month-long / none",
            long,
            plain,
            len(asked),
            at_most=2,
        ),
        Bar(
            "the same, 0.1 % month-long: intervaltree / ours", other, long, len(asked), at_least=30
        ),
    ]


# ---- a floor of 100 tables -----------------------------------------------------------------------


def nights(draw: random.Random, count: int) -> list[list[Span]]:
    """Make each table's stays: three a night, starts on quarters, five minutes of buffer."""
    tables: list[list[Span]] = []
    for _ in range(TABLES):
        rows: list[Span] = []
        for night in range(count):
            at = MIDNIGHT + night * DAY + 17 * HOUR + draw.randrange(5) * 15 * MINUTE
            for _ in range(SITTINGS):
                end = at + draw.choice((75, 90, 105)) * MINUTE + 5 * MINUTE
                rows.append((at, end))
                at = end + 10 * MINUTE + draw.randrange(3) * 15 * MINUTE
        tables.append(rows)
    return tables


def free_ids(columns: Sequence[Column], start: int, end: int) -> list[str]:
    """Bisect a table: the free tables as ids."""
    return [
        table_id
        for _, table_id, starts, ends in columns
        if not (at := bisect_left(starts, end)) or ends[at - 1] <= start
    ]


def is_free(starts: list[int], ends: list[int], start: int, end: int) -> bool:
    """Bisect one table."""
    at = bisect_left(starts, end)
    return not at or ends[at - 1] <= start


def free_by_call(columns: Sequence[Column], start: int, end: int) -> int:
    """Call the bisection of each table: the free tables as a mask."""
    free = 0
    for flag, _, starts, ends in columns:
        if is_free(starts, ends, start, end):
            free |= flag
    return free


def free_mask(columns: Sequence[Column], start: int, end: int) -> int:
    """Bisect every table in one loop, without a call: the free tables as a mask."""
    free = 0
    for flag, _, starts, ends in columns:
        at = bisect_left(starts, end)
        if not at or ends[at - 1] <= start:
            free |= flag
    return free


def free_by_index(indexes: Sequence[DisjointIndex[int]], start: int, end: int) -> int:
    """Ask the index of each table: the free tables as a mask."""
    free = 0
    for bit, index in enumerate(indexes):
        if index.find_overlap(start, end) is None:
            free |= 1 << bit
    return free


def floor() -> list[Bar]:
    """Compare the free tables of a window by the grid with a bisection a table."""
    draw = random.Random(4)
    tables = nights(draw, 30)
    occupancy = loaded(tables)
    columns = [
        (1 << bit, TABLE_IDS[bit], [start for start, _ in rows], [end for _, end in rows])
        for bit, rows in enumerate(tables)
    ]
    quarters = [
        MIDNIGHT + draw.randrange(30) * DAY + 17 * HOUR + draw.randrange(20) * 15 * MINUTE
        for _ in range(60)
    ]
    return [
        *free_tables("2 h", columns, occupancy, [(start, start + 2 * HOUR) for start in quarters]),
        *free_tables(
            "2 h 05", columns, occupancy, [(start, start + 125 * MINUTE) for start in quarters]
        ),
        *evening(columns, occupancy),
        *slot_update([filled(rows) for rows in tables]),
    ]


def free_tables(
    name: str, columns: Sequence[Column], occupancy: Occupancy, spans: Sequence[Span]
) -> list[Bar]:
    """Compare single windows, as masks and as ids. The bars are for two hours."""
    windows = [Window.of_micros(start, end) for start, end in spans]
    indexes = [filled(list(zip(starts, ends, strict=True))) for _, _, starts, ends in columns]
    for (start, end), window in zip(spans, windows, strict=True):
        assert free_mask(columns, start, end) == EVERY_TABLE & ~occupancy.busy_mask(window)
        assert free_ids(columns, start, end) == occupancy.tables_in(free_mask(columns, start, end))

    def mask() -> None:
        for window in windows:
            EVERY_TABLE & ~occupancy.busy_mask(window)

    def ids() -> None:
        for window in windows:
            occupancy.tables_in(EVERY_TABLE & ~occupancy.busy_mask(window))

    is_judged = spans[0][1] - spans[0][0] == 2 * HOUR
    by_mask, by_call, by_index, our_mask = race(
        asking(partial(free_mask, columns), spans),
        asking(partial(free_by_call, columns), spans),
        asking(partial(free_by_index, indexes), spans),
        mask,
    )
    by_ids, our_ids = race(asking(partial(free_ids, columns), spans), ids)
    what, count = f"free of 100 tables, {name}", len(spans)
    return [
        Bar(
            f"{what}, mask: a bisect per table / ours",
            by_call,
            our_mask,
            count,
            at_least=20 if is_judged else None,
        ),
        Bar(
            f"{what}, mask: the same inlined / ours",
            by_mask,
            our_mask,
            count,
            at_least=20 if is_judged else None,
        ),
        Bar(
            f"{what}, mask: ask 100 indexes / ours",
            by_index,
            our_mask,
            count,
            at_least=20 if is_judged else None,
        ),
        Bar(
            f"{what}, ids: bisect inlined / ours",
            by_ids,
            our_ids,
            count,
            at_least=4 if is_judged else None,
        ),
    ]


def evening(columns: Sequence[Column], occupancy: Occupancy) -> list[Bar]:
    """Compare the 20 starts of an evening, asked at once, with a bisection a table and start."""
    starts_us = [MIDNIGHT + 17 * HOUR + number * 15 * MINUTE for number in range(20)]
    bars = []
    for name, length, bar in (("2 h", 2 * HOUR, 6), ("2 h 05", 125 * MINUTE, None)):

        def masks(length: int = length) -> None:
            occupancy.busy_masks(starts_us, length)

        def ids(length: int = length) -> None:
            for mask in occupancy.busy_masks(starts_us, length):
                occupancy.tables_in(EVERY_TABLE & ~mask)

        base = asking(partial(free_ids, columns), [(start, start + length) for start in starts_us])
        by_table, as_masks, as_ids = race(base, masks, ids)
        what = f"evening of 20 starts, {name}"
        bars += [
            Bar(f"{what}, masks: bisect inlined / ours", by_table, as_masks),
            Bar(f"{what}, ids: bisect inlined / ours", by_table, as_ids, at_least=bar),
        ]
    return bars


def slot_update(indexes: Sequence[DisjointIndex[int]]) -> list[Bar]:
    """Compare the cost of a change in the slots with its cost in the exact index."""
    grid, index = SlotGrid(indexes), indexes[0]
    bars = []
    for minutes, bar in ((90, 3), (95, None)):
        start, end = MIDNIGHT + 10 * HOUR, MIDNIGHT + 10 * HOUR + minutes * MINUTE
        for _ in range(2):
            grid.busy_mask(start, end)

        def exact(start: int = start, end: int = end) -> None:
            index.add(start, end, -1)
            index.remove(start, end, -1)

        def slots(start: int = start, end: int = end) -> None:
            grid.add(0, start, end)
            grid.remove(0, start, end)

        plain, ours = race(exact, slots)
        bars.append(
            Bar(f"add + remove of {minutes} minutes: slots / exact index", ours, plain, at_most=bar)
        )
    return bars


# ---- growth --------------------------------------------------------------------------------------


def loaded(tables: Sequence[Sequence[Span]]) -> Occupancy:
    """Fill an occupancy; every row has ids of 36 characters of its own."""
    occupancy = Occupancy(TABLE_IDS)
    number = 0
    for table_id, rows in zip(TABLE_IDS, tables, strict=True):
        for start, end in rows:
            number += 1
            occupancy.add(booked(number, table_id, Window.of_micros(start, end)))
    return occupancy


def booked(number: int, table_id: str, window: Window) -> Allocation:
    """Make a booking's row."""
    name, owner = f"01890a5d-ac96-774b-bcce-{number:012}", f"01890a5d-ac96-774c-abcd-{number:012}"
    return Allocation(name, "pub", ResourceType.TABLE, table_id, window, OwnerKind.BOOKING, owner)


def resident_bytes() -> int:
    """Return how much memory the process holds (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4_096


def growth() -> list[Bar]:
    """Compare each operation at 10^6 rows with 10^3 over as many nights; measure the memory."""
    draw = random.Random(5)
    spans = nights(draw, 3_333)
    small = loaded([rows[: 3 * SITTINGS] for rows in spans])
    gc.collect()
    before = resident_bytes()
    # The spans' own numbers would be shared with the rows, and not weighed: the rows get numbers of
    # their own.
    large = loaded([[(start + 0, end + 0) for start, end in rows] for rows in spans])
    gc.collect()
    weight = (resident_bytes() - before) / len(large)
    bars = [
        Bar(
            f"bytes a live allocation, ids and all indexes, {len(large):,} rows",
            [weight],
            [1.0],
            calls=0,
            at_most=700,
        )
    ]
    gc.freeze()
    few, many = operations(small, 0), operations(large, 3_000)
    for name, task in few.items():
        at_few, at_many = race(task, many[name])
        bars.append(Bar(f"{name}: 10^6 rows / 10^3", at_many, at_few, SAMPLE, at_most=2))
    gc.unfreeze()
    return bars


def operations(occupancy: Occupancy, first_night: int) -> dict[str, Task]:
    """Make sixty of each operation, over three nights from ``first_night``."""
    draw = random.Random(6)
    windows = [
        Window.of_micros(start, start + 2 * HOUR + 5 * MINUTE)
        for start in (
            MIDNIGHT
            + (first_night + draw.randrange(3)) * DAY
            + 17 * HOUR
            + draw.randrange(20) * 15 * MINUTE
            for _ in range(SAMPLE)
        )
    ]
    near = Window.of_micros(MIDNIGHT + first_night * DAY, MIDNIGHT + (first_night + 3) * DAY)
    rows = draw.sample(occupancy.overlapping(near), SAMPLE)
    noons = [
        booked(10**9 + number, draw.choice(TABLE_IDS), Window.of_micros(noon, noon + 95 * MINUTE))
        for number, noon in enumerate(row.window.start_us // DAY * DAY + 12 * HOUR for row in rows)
    ]
    starts_us = [
        windows[0].start_us // DAY * DAY + 17 * HOUR + number * 15 * MINUTE for number in range(20)
    ]
    table = ResourceType.TABLE

    def each(act: Callable[[Allocation, Window], object]) -> Task:
        def task() -> None:
            for row, window in zip(rows, windows, strict=True):
                act(row, window)

        return task

    def change() -> None:
        for row in noons:
            occupancy.add(row)
            occupancy.remove(row)

    def arrange() -> None:
        occupancy.arrange(TABLE_IDS[::-1])
        occupancy.arrange(TABLE_IDS)

    return {
        "add + remove": change,
        "find": each(lambda row, _: occupancy.find(row.id)),
        "of_owner": each(lambda row, _: occupancy.of_owner(row.owner_kind, row.owner_id)),
        "find_in_the_way": each(
            lambda row, window: occupancy.find_in_the_way(table, row.resource_id, window)
        ),
        "of_resource": each(
            lambda row, window: occupancy.of_resource(table, row.resource_id, window)
        ),
        "overlapping": each(lambda _, window: occupancy.overlapping(window)),
        "busy_mask": each(lambda _, window: occupancy.busy_mask(window)),
        "busy_mask without an owner": each(
            lambda row, window: occupancy.busy_mask(window, (Owner(row.owner_kind, row.owner_id),))
        ),
        "busy_masks": each(lambda *_: occupancy.busy_masks(starts_us, 2 * HOUR)),
        "gaps": each(lambda row, window: occupancy.gaps(row.resource_id, window)),
        "find_last": each(lambda row, _: occupancy.find_last(row.resource_id)),
        "extent": each(lambda *_: occupancy.extent()),
        "arrange twice": arrange,
    }


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Measure all of it; in a hurry without the million rows."""
    measures = (one_resource, crowded_resource, layered, floor, growth)
    for measure in measures[:-1] if is_quick else measures:
        gc.collect()
        yield from measure()


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
