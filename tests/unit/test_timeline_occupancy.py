"""What is taken in one restaurant: each promise of the occupancy by example."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import attrs
import pytest

from fourtop.errors import AllocationsOverlap, AlreadyExists, Code
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.window import Window, to_micros
from fourtop.timeline import Occupancy

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SEVEN = to_micros(datetime(2026, 5, 1, 19, tzinfo=UTC))
NAMES = ("t1", "t2", "t3")


def window(from_minutes: int, to_minutes: int) -> Window:
    """Make a window in minutes from seven o'clock."""
    return Window.of_micros(SEVEN + from_minutes * MINUTE, SEVEN + to_minutes * MINUTE)


def stay(
    name: str, table_id: str = "t1", when: Window | None = None, **changes: object
) -> Allocation:
    row = Allocation(
        name,
        "pub",
        ResourceType.TABLE,
        table_id,
        when or window(0, 120),
        OwnerKind.BOOKING,
        f"booking-{name}",
    )
    return attrs.evolve(row, **changes)  # type: ignore[arg-type]  # the tests name real fields


@pytest.fixture
def occupancy() -> Occupancy:
    return Occupancy(NAMES)


def state(occupancy: Occupancy) -> tuple[object, ...]:
    occupancy._check()
    whole = Window.of_micros(SEVEN - DAY, SEVEN + DAY)
    return (
        list(occupancy.allocations()),
        occupancy.busy_mask(whole),
        occupancy.overlapping(whole),
        occupancy.extent(),
        [occupancy.gaps(name, whole) for name in NAMES],
    )


def test_touching_parties_share_a_table(occupancy: Occupancy) -> None:
    occupancy.add(stay("early", when=window(0, 90)))
    occupancy.add(stay("late", when=window(90, 180)))
    assert occupancy.busy_mask(window(0, 180)) == 1
    occupancy._check()


@pytest.mark.parametrize(
    ("resource_type", "owner_kind", "code"),
    [
        (ResourceType.TABLE, OwnerKind.BOOKING, Code.ALLOCATIONS_OVERLAP),
        (ResourceType.TABLE, OwnerKind.HOLD, Code.HOLD_CONFLICT),
        (ResourceType.MERGE_GROUP, OwnerKind.BOOKING, Code.ALLOCATIONS_OVERLAP),
        (ResourceType.HOLD, OwnerKind.HOLD, Code.HOLD_CONFLICT),
    ],
)
def test_an_overlap_is_refused_and_names_the_earliest_in_the_way(
    occupancy: Occupancy, resource_type: ResourceType, owner_kind: OwnerKind, code: Code
) -> None:
    for name, when in (("second", window(60, 120)), ("first", window(0, 60))):
        occupancy.add(stay(name, when=when, resource_type=resource_type, owner_kind=owner_kind))
    before = state(occupancy)
    with pytest.raises(AllocationsOverlap) as caught:
        occupancy.add(stay("rival", when=window(59, 200), resource_type=resource_type))
    assert caught.value.code is code
    assert caught.value.details == {
        "constraint": "allocations_no_overlap",
        "resource_type": resource_type.value,
        "resource_id": "t1",
        "in_the_way": "first",
        "owner_kind": owner_kind.value,
        "owner_id": "booking-first",
        "start": "2026-05-01T19:00:00+00:00",
        "end": "2026-05-01T20:00:00+00:00",
    }
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301  # our own bytes
    assert state(occupancy) == before
    assert occupancy.find("rival") is None


def test_an_id_is_taken_once(occupancy: Occupancy) -> None:
    occupancy.add(stay("a"))
    before = state(occupancy)
    for twin in (stay("a", "t2"), stay("a", when=window(200, 300)), stay("a", shadow=True)):
        with pytest.raises(AlreadyExists) as caught:
            occupancy.add(twin)
        assert caught.value.details == {"kind": "allocation", "id": "a"}
        assert state(occupancy) == before


def test_one_id_may_name_a_table_and_a_merge_group(occupancy: Occupancy) -> None:
    occupancy.add(stay("a"))
    occupancy.add(stay("b", resource_type=ResourceType.MERGE_GROUP))
    occupancy.add(stay("c", resource_type=ResourceType.HOLD))
    assert occupancy.find_in_the_way(ResourceType.HOLD, "t1", window(0, 1)) == stay(
        "c", resource_type="hold"
    )
    assert [row.id for row in occupancy.overlapping(window(0, 1))] == ["c", "b", "a"]


def test_shadow_rows_take_nothing_and_are_in_nobodys_way(occupancy: Occupancy) -> None:
    occupancy.add(stay("real"))
    for name in ("what", "if"):
        occupancy.add(stay(name, shadow=True))
    occupancy.add(stay("elsewhere", "t2", shadow=True))
    assert occupancy.busy_mask(window(0, 120)) == 0b01
    assert occupancy.find_in_the_way(ResourceType.TABLE, "t2", window(0, 120)) is None
    assert occupancy.find_last("t2") is None
    assert occupancy.gaps("t2", window(0, 120)) == (window(0, 120),)
    assert [row.id for row in occupancy.of_resource(ResourceType.TABLE, "t1", window(0, 9))] == [
        "if",
        "real",
        "what",
    ]
    assert [row.id for row in occupancy.overlapping(window(0, 9))] == [
        "if",
        "real",
        "what",
        "elsewhere",
    ]
    occupancy.add(stay("live", "t2"))
    occupancy._check()


def test_only_the_row_that_is_there_can_be_removed(occupancy: Occupancy) -> None:
    occupancy.add(stay("a"))
    before = state(occupancy)
    for wrong in (
        stay("b"),
        stay("a", "t2"),
        stay("a", when=window(0, 121)),
        stay("a", owner_id="other"),
    ):
        with pytest.raises(AssertionError):
            occupancy.remove(wrong)
        assert state(occupancy) == before
    occupancy.remove(stay("a"))
    assert len(occupancy) == 0
    assert occupancy.extent() is None


def test_an_owner_has_its_rows_in_order(occupancy: Occupancy) -> None:
    rows = [
        stay("d", "t2", owner_id="party_size"),
        stay("c", "t1", owner_id="party_size"),
        stay("b", "g", resource_type=ResourceType.MERGE_GROUP, owner_id="party_size"),
        stay("a", "t3", when=window(-1, 3), owner_id="party_size", shadow=True),
    ]
    for row in rows:
        occupancy.add(row)
    occupancy.add(stay("e", "t3", owner_id="party_size", owner_kind=OwnerKind.HOLD))
    assert occupancy.of_owner(OwnerKind.BOOKING, "party_size") == (
        rows[3],
        rows[2],
        rows[1],
        rows[0],
    )
    assert [row.id for row in occupancy.of_owner(OwnerKind.HOLD, "party_size")] == ["e"]
    assert occupancy.of_owner(OwnerKind.BLOCK, "party_size") == ()
    for row in rows:
        occupancy.remove(row)
        occupancy._check()
    assert occupancy.of_owner(OwnerKind.BOOKING, "party_size") == ()


def test_own_rows_are_not_in_the_way(occupancy: Occupancy) -> None:
    occupancy.add(stay("mine", "t1", when=window(0, 60)))
    occupancy.add(stay("theirs", "t1", when=window(60, 120)))
    occupancy.add(stay("also mine", "t2", owner_id="booking-mine"))
    occupancy.add(
        stay("group", "t3", resource_type=ResourceType.MERGE_GROUP, owner_id="booking-mine")
    )
    occupancy.add(stay("shadow", "t3", owner_id="booking-mine", shadow=True))
    occupancy.add(stay("blocked", "t3", owner_kind=OwnerKind.BLOCK, owner_id="booking-mine"))
    occupancy.add(stay("next day", "t1", when=window(1_440, 1_500), owner_id="booking-mine"))
    occupancy.add(stay("no bit", "bar", owner_id="booking-mine"))
    mine = Owner(OwnerKind.BOOKING, "booking-mine")
    theirs = Owner(OwnerKind.BOOKING, "booking-theirs")
    assert occupancy.busy_mask(window(0, 120)) == 0b111
    assert occupancy.busy_mask(window(0, 120), [mine]) == 0b101
    assert occupancy.busy_mask(window(0, 60), {mine}) == 0b100
    assert occupancy.busy_mask(window(0, 120), (mine, theirs)) == 0b100
    assert occupancy.busy_mask(window(0, 120), [theirs]) == 0b111
    assert occupancy.busy_mask(window(0, 120), [Owner(OwnerKind.HOLD, "nobody")]) == 0b111
    found = occupancy.find_in_the_way(ResourceType.TABLE, "t1", window(0, 120), [mine])
    assert found == stay("theirs", when=window(60, 120))
    assert occupancy.find_in_the_way(ResourceType.TABLE, "t1", window(0, 60), [mine]) is None
    assert occupancy.find_in_the_way(ResourceType.TABLE, "nowhere", window(0, 60), [mine]) is None


def test_the_last_row_of_a_table_is_the_one_that_ends_last(occupancy: Occupancy) -> None:
    assert occupancy.find_last("t1") is occupancy.find_last("nowhere") is None
    late, early = stay("late", when=window(300, 301)), stay("early")
    occupancy.add(late)
    occupancy.add(early)
    assert occupancy.find_last("t1") is late
    assert occupancy.find_last("t1", [late.owner]) is early
    assert occupancy.find_last("t1", [late.owner, early.owner]) is None
    occupancy.remove(late)
    assert occupancy.find_last("t1") is early


def test_the_extent_spans_rows_of_every_kind(occupancy: Occupancy) -> None:
    rows = [
        stay("table", when=window(0, 10)),
        stay("group", "g", when=window(-20, -10), resource_type=ResourceType.MERGE_GROUP),
        stay("shadow", when=window(-40, 50), shadow=True),
    ]
    for row in rows:
        occupancy.add(row)
    assert occupancy.extent() == (rows[2].window.start_us, rows[2].window.end_us)
    occupancy.remove(rows[2])
    assert occupancy.extent() == (rows[1].window.start_us, rows[0].window.end_us)
    occupancy.add(stay("latest", when=window(700, 800)))
    assert occupancy.extent() == (rows[1].window.start_us, window(700, 800).end_us)
    occupancy.remove(stay("latest", when=window(700, 800)))
    assert occupancy.extent() == (rows[1].window.start_us, rows[0].window.end_us)
    occupancy.add(stay("later", when=window(500, 600)))
    assert occupancy.extent() == (rows[1].window.start_us, window(500, 600).end_us)
    occupancy.remove(rows[1])
    assert occupancy.extent() == (rows[0].window.start_us, window(500, 600).end_us)
    occupancy._check()


def test_a_table_without_a_bit_keeps_its_rows(occupancy: Occupancy) -> None:
    gone, stays = stay("gone", "t2"), stay("stays", "t3")
    occupancy.add(gone)
    occupancy.add(stays)
    assert occupancy.busy_mask(window(0, 1)) == 0b110
    occupancy.arrange(["t3", "t4", "t1"])
    assert occupancy.table_ids == ("t3", "t4", "t1")
    assert occupancy.busy_mask(window(0, 1)) == 0b001
    assert occupancy.find_in_the_way(ResourceType.TABLE, "t2", window(0, 1)) is gone
    with pytest.raises(AllocationsOverlap):
        occupancy.add(stay("rival", "t2"))
    occupancy.add(stay("later", "t2", when=window(120, 130)))
    occupancy.remove(gone)
    assert occupancy.find_last("t2") == stay("later", "t2", when=window(120, 130))
    occupancy.remove(stay("later", "t2", when=window(120, 130)))
    occupancy.add(stay("newcomer", "t5"))
    occupancy._check()
    occupancy.arrange(("t5", "t2"))
    assert occupancy.busy_mask(window(0, 1)) == 0b01
    occupancy._check()


def test_a_table_has_one_bit(occupancy: Occupancy) -> None:
    with pytest.raises(AssertionError):
        occupancy.arrange(["t1", "t2", "t1"])
    assert occupancy.table_ids == NAMES
    occupancy.arrange(list(NAMES))
    assert occupancy.table_ids == NAMES


def test_a_mask_reads_as_tables_in_the_order_of_the_bits() -> None:
    names = [f"t{number}" for number in range(130)]
    occupancy = Occupancy(names)
    for mask in (0, 1, 0b1010, 1 << 129, (1 << 130) - 1, 1 << 64 | 1 << 63):
        assert occupancy.tables_in(mask) == [
            name for bit, name in enumerate(names) if mask >> bit & 1
        ]
    assert Occupancy().tables_in(0) == []


def test_gaps_are_the_free_stretches_of_a_table(occupancy: Occupancy) -> None:
    occupancy.add(stay("a", when=window(30, 60)))
    occupancy.add(stay("b", when=window(60, 90)))
    assert occupancy.gaps("t1", window(0, 120)) == (window(0, 30), window(90, 120))
    assert occupancy.gaps("t1", window(40, 80)) == ()
    assert occupancy.gaps("nowhere", window(0, 120)) == (window(0, 120),)


def test_the_stays_beside_a_window_are_those_of_now(occupancy: Occupancy) -> None:
    around, own = window(0, 240), Owner(OwnerKind.BOOKING, "booking-c")
    first, last = stay("a", when=window(30, 60)), stay("b", when=window(150, 200))
    ends, starts = {0: window(30, 60).end_us}, {0: window(150, 200).start_us}

    def beside(*without: Owner) -> list[tuple[dict[int, int], dict[int, int]]]:
        # The second answer is the one that is kept.
        found = [occupancy.find_beside(window(60, 150), around, without) for _ in range(2)]
        return [*found, occupancy.find_beside(window(60, 149), around, without)]

    assert beside() == [({}, {})] * 3
    occupancy.add(first)
    assert beside() == [(ends, {})] * 3
    occupancy.add(last)
    assert beside() == [(ends, starts)] * 3
    occupancy.add(stay("c", "t2", when=window(210, 220)))
    assert beside(own) == [(ends, starts)] * 3
    assert beside() == [(ends, {**starts, 1: window(210, 220).start_us})] * 3
    occupancy.remove(first)
    assert beside(own) == [({}, starts)] * 3
    occupancy.arrange(("t3", "t1"))
    assert beside() == [({}, {1: starts[0]})] * 3


def test_rows_of_a_resource_are_those_in_the_window(occupancy: Occupancy) -> None:
    occupancy.add(stay("a", when=window(0, 60)))
    occupancy.add(stay("b", when=window(60, 90)))
    assert [row.id for row in occupancy.of_resource(ResourceType.TABLE, "t1", window(59, 61))] == [
        "a",
        "b",
    ]
    assert occupancy.of_resource(ResourceType.TABLE, "t1", window(90, 91)) == []
    assert occupancy.of_resource(ResourceType.MERGE_GROUP, "t1", window(0, 90)) == []


def test_a_handle_may_be_taken_again_later(occupancy: Occupancy) -> None:
    group = {"resource_id": "g", "resource_type": ResourceType.MERGE_GROUP}
    rows = [stay(f"g{at}", when=window(at * 10, at * 10 + 10), **group) for at in range(4)]
    for row in rows:
        occupancy.add(row)
        occupancy._check()
    assert occupancy.of_resource(ResourceType.MERGE_GROUP, "g", window(5, 25)) == rows[:3]
    for row in rows:
        occupancy.remove(row)
        occupancy._check()
    assert occupancy.find_in_the_way(ResourceType.MERGE_GROUP, "g", window(0, 100)) is None


def test_a_month_long_block_is_seen_and_lifted(occupancy: Occupancy) -> None:
    month = Window.of_micros(SEVEN - 10 * DAY, SEVEN + 21 * DAY)
    block = stay("block", "t2", when=month, owner_kind=OwnerKind.BLOCK)
    occupancy.add(block)
    occupancy.add(stay("party_size"))
    starts = [SEVEN + number * 15 * MINUTE for number in range(-4, 8)]
    assert occupancy.busy_masks(starts, 95 * MINUTE) == [0b11] * 12
    assert occupancy.busy_mask(window(0, 120), [block.owner]) == 0b01
    assert occupancy.busy_mask(month) == 0b11
    occupancy.remove(block)
    assert occupancy.busy_masks(starts, 95 * MINUTE) == [0b01] * 12
    occupancy._check()
