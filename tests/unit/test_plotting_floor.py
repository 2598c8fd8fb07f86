"""The floor plan: every table, seat and join is drawn, in place, and wrong input is refused."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import attrs
import pytest

import fourtop
from fourtop import Floor, InvalidInput, Plan, Position, Score, plotting, sketch_floor
from fourtop.plotting import TableMove
from fourtop.plotting.floor_layout import layout_of
from fourtop.plotting.floor_plan import linked_floor_plan
from tests.unit.picture_samples import MOVES, STATES, hall, pub, till
from tests.unit.svg_page import Page, Point, Shape

LOOKS = ("free", "expected", "seated", "over", "cleaning", "block", "chosen")


def drawn_tables(page: Page) -> dict[str, list[Shape]]:
    """The shapes of each table by its number; a tooltip begins with the number."""
    found: dict[str, list[Shape]] = {}
    for shape in page.shapes:
        if shape.tooltip:
            found.setdefault(shape.tooltip.partition(":")[0], []).append(shape)
    return found


def look_of(page: Page, number: str) -> str:
    classes = {name for shape in drawn_tables(page)[number] for name in shape.classes}
    (look,) = (each for each in LOOKS if f"ft-{each}" in classes)
    return look


def middle_of(shape: Shape) -> Point:
    return (shape.area.left + shape.area.right) / 2, (shape.area.top + shape.area.bottom) / 2


@pytest.mark.parametrize("floor", [pub(), till(), hall()], ids=["pub", "till", "hall"])
def test_every_table_is_drawn_with_its_seats(floor: Floor) -> None:
    page = Page(plotting.floor_plan(floor))
    assert list(drawn_tables(page)) == [table.number for table in floor.tables]
    chairs = [path for look in ("seat", "chosen-seat") for path in page.paths(look)]
    assert sum(len(path) for path in chairs) == 2 * sum(table.capacity for table in floor.tables)
    words = " ".join(page.words)
    for table in floor.tables:
        assert table.number in words
        assert f"{table.capacity} seats" in page.words


@pytest.mark.parametrize("floor", [pub(), till(), hall()], ids=["pub", "till", "hall"])
def test_every_join_runs_between_its_tables(floor: Floor) -> None:
    page = Page(plotting.floor_plan(floor))
    at = {number: middle_of(shapes[0]) for number, shapes in drawn_tables(page).items()}
    lines = {look: page.paths(look) for look in ("join", "join-far")}
    # The last line of each look is that of the legend.
    drawn = [sorted(map(rounded, line)) for found in lines.values() for line in found[:-1]]
    joined = [
        sorted(rounded(at[floor.labels[each]]) for each in join.tables) for join in floor.joins
    ]
    assert sorted(drawn) == sorted(joined)


def rounded(point: Point) -> Point:
    return round(point[0]), round(point[1])


FLOORS = {
    "pub": pub(),
    "till": till(),
    "hall": hall(),
    "a star": sketch_floor({str(n): 4 for n in range(5)}, joins=["0-1", "0-2", "0-3", "0-4"]),
    "a ring": sketch_floor({str(n): 2 for n in range(8)}, joins=["0-1-2-3-4-5-6-7", "7-0"]),
    "all of eight": sketch_floor(
        {str(n): n + 1 for n in range(8)},
        joins=[f"{a}-{b}" for a, b in combinations(range(8), 2)],
    ),
    "all of fourteen": sketch_floor(
        {str(n): n + 1 for n in range(14)},
        joins=[f"{a}-{b}" for a, b in combinations(range(14), 2)],
    ),
    "one spot": sketch_floor(
        {str(n): {"capacity": 4, "position": Position(5, 5)} for n in range(4)}
    ),
    "close": sketch_floor(
        {str(n): {"capacity": 4, "position": Position(n % 30, n // 30)} for n in range(90)}
    ),
    "some positions": sketch_floor(
        {"1": 2, "2": {"capacity": 2, "position": Position(0, 0)}, "3": (4, "Other")}
    ),
    "one": sketch_floor({"1": {"capacity": 12, "position": Position(0, 0, 45)}}),
}


@pytest.mark.parametrize("is_narrow", [False, True])
@pytest.mark.parametrize("name", FLOORS)
def test_no_two_tables_meet_and_each_is_in_the_panel_of_its_zone(
    name: str, *, is_narrow: bool
) -> None:
    floor = FLOORS[name]
    layout = layout_of(floor, is_narrow=is_narrow)
    assert layout.places.keys() == {table.id for table in floor.tables}
    bounds = {table_id: place.bounds for table_id, place in layout.places.items()}
    assert not any(one.meets(other) for one, other in combinations(bounds.values(), 2))
    panels = {panel.zone_id: panel.box for panel in layout.panels}
    assert not any(one.meets(other) for one, other in combinations(panels.values(), 2))
    for table in floor.tables:
        panel, box = panels[table.zone_id], bounds[table.id]
        assert panel.x < box.x
        assert box.right < panel.right
        assert panel.y < box.y
        assert box.bottom < panel.bottom
    assert max(panel.right for panel in panels.values()) <= layout.width + 0.01
    assert max(panel.bottom for panel in panels.values()) <= layout.height + 0.01


def centres(floor: Floor) -> dict[str, Point]:
    return {table_id: place.box.middle for table_id, place in layout_of(floor).places.items()}


@pytest.mark.parametrize("floor", [pub(), till(), hall()], ids=["pub", "till", "hall"])
def test_a_narrow_plan_has_its_zones_below_each_other(floor: Floor) -> None:
    layout = layout_of(floor, is_narrow=True)
    assert len({panel.box.width for panel in layout.panels}) == 1
    for one, other in pairwise(layout.panels):
        assert other.box.y > one.box.bottom


def test_a_narrow_plan_fits_on_a_phone_and_tells_the_states() -> None:
    floor = pub()
    links = {table.id: "/tables" for table in floor.tables}
    states = dict.fromkeys(links, "available")
    wide = linked_floor_plan(floor, links, states)
    narrow = linked_floor_plan(floor, links, states, is_narrow=True)
    assert narrow.width <= 420 < wide.width
    assert narrow.description == f"{len(links)} available"
    assert linked_floor_plan(floor, links, is_narrow=True).description == floor.summary()


def test_a_narrow_plan_keeps_positions_in_proportion_where_it_must_be_wider() -> None:
    floor = sketch_floor({str(n): 2 for n in range(12)})
    for n, table in enumerate(floor.tables):
        floor = floor.with_table(attrs.evolve(table, position=Position(10 * n, 0)))
    places = layout_of(floor, is_narrow=True).places
    middles = [places[table.id].box.middle for table in floor.tables]
    steps = {round(other[0] - one[0], 3) for one, other in pairwise(middles)}
    assert len(steps) == 1
    assert len({y for _, y in middles}) == 1


def test_positions_are_kept_in_proportion() -> None:
    floor = till()
    at = centres(floor)
    scales = []
    for one, other in combinations(floor.tables, 2):
        assert one.position is not None
        assert other.position is not None
        (x, y), (to_x, to_y) = at[one.id], at[other.id]
        across, down = other.position.x - one.position.x, other.position.y - one.position.y
        scales += [(to_x - x) / across] if across else []
        scales += [(to_y - y) / down] if down else []
    assert max(scales) == pytest.approx(min(scales))
    assert min(scales) > 0


def test_a_row_of_joined_tables_is_drawn_as_a_row() -> None:
    at = centres(sketch_floor({"1": 2, "2": 4, "3": 6, "4": 2}, joins=["1-2-3-4"]))
    assert len({y for _, y in at.values()}) == 1
    assert [x for x, _ in at.values()] == sorted(x for x, _ in at.values())


@pytest.mark.parametrize(("columns", "rows"), [(5, 2), (3, 3), (8, 5)], ids=str)
def test_a_grid_of_joined_tables_is_drawn_as_a_grid(columns: int, rows: int) -> None:
    numbers = [[f"{row}x{column}" for column in range(columns)] for row in range(rows)]
    joins = [pair for row in numbers for pair in pairwise(row)]
    joins += [pair for column in zip(*numbers, strict=True) for pair in pairwise(column)]
    tables = {number: 4 for row in numbers for number in row}
    at = centres(sketch_floor(tables, joins=joins))
    for one, other in joins:
        (x, y), (to_x, to_y) = at[one], at[other]
        # One step across or down: a table and a gap.
        assert abs(to_x - x) + abs(to_y - y) == pytest.approx(92)


def test_a_state_is_shown_by_its_look_and_its_letter() -> None:
    page = Page(plotting.floor_plan(pub(), states=STATES))
    looks = {"Big Bay": "expected", "Dining 4a": "seated", "Dining 4b": "over"}
    looks |= {"Dining 6a": "cleaning", "Dining 6b": "block", "Dining 6c": "free", "High 4": "free"}
    assert {number: look_of(page, number) for number in looks} == looks
    # Each letter stands at the table and in the legend.
    assert [page.words.count(letter) for letter in "RO!C×"] == [2] * 5
    assert "1 reserved" in page.picture.description


@pytest.mark.parametrize("rotation", [0, 30, 45, 90, 200, 345])
def test_a_letter_stands_at_a_corner_of_a_turned_table(rotation: float) -> None:
    position = Position(700, 300, rotation)
    floor = sketch_floor({"3": {"capacity": 8, "shape": "rectangle", "position": position}})
    page = Page(plotting.floor_plan(floor, states={"3": "reserved"}))
    table, letter = drawn_tables(page)["3"]
    (x, y), middle = middle_of(letter), middle_of(table)
    # A little inwards it lies on the table, and a little outwards it does not.
    inwards, outwards = (
        (x + by * (middle[0] - x), y + by * (middle[1] - y)) for by in (0.05, -0.05)
    )
    assert table.has(inwards)
    assert not table.has(outwards)
    # It is one of the corners to the upper right.
    assert x - middle[0] >= y - middle[1]


def test_a_desk_gives_the_states() -> None:
    clock = fourtop.ManualClock(fourtop.Window.of_micros(10**15, 10**15 + 1).start)
    desk = fourtop.Engine(fourtop.MemoryStore(clock)).add_restaurant(fourtop.sample.pub())
    page = Page(plotting.floor_plan(desk.house().floor, states=desk.table_states()))
    assert {look_of(page, table.number) for table in desk.house().floor.tables} == {"free"}


def test_tables_that_are_not_on_offer_are_out_of_service_without_states() -> None:
    page = Page(plotting.floor_plan(till()))
    assert look_of(page, "3") == "block"
    assert look_of(page, "1") == "free"


@pytest.mark.parametrize(
    "highlighted",
    [["dining-4a", "dining-4b"], Plan(("dining-4a", "dining-4b"), 8, 1, Score(()))],
    ids=["ids", "a plan"],
)
def test_a_chosen_plan_is_marked_with_its_join(highlighted: Any) -> None:
    page = Page(plotting.floor_plan(pub(), highlighted=highlighted))
    rings = [each.tooltip.partition(":")[0] for each in page.of_class("ring") if each.tooltip]
    assert rings == ["Dining 4a", "Dining 4b"]
    assert len(page.paths("chosen-join")) == 1
    assert "chosen: Dining 4a + Dining 4b" in page.picture.description


def test_each_move_has_an_arrow_a_number_and_a_line() -> None:
    page = Page(plotting.floor_plan(pub(), moves=MOVES))
    assert len(page.paths("arrow")) == len(page.paths("head")) == len(MOVES)
    assert [page.words.count(str(count)) for count in (1, 2, 3, 4)] == [2] * 4
    assert "r8, party of 9: Dining 4a + Dining 4b → Big Bay" in page.words
    boxes = {number: shapes[0].area for number, shapes in drawn_tables(page).items()}
    heads = [path[1] for path in page.paths("head")]
    for (x, y), number in zip(heads, ["Big Bay", "Dining 6a", "Low 4b", "Low 4a"], strict=True):
        box = boxes[number]
        assert box.left - 12 < x < box.right + 12
        assert box.top - 12 < y < box.bottom + 12


def test_a_seat_loss_stands_beside_its_join() -> None:
    page = Page(plotting.floor_plan(till()))
    assert "+2" in page.words
    # Two joins that lose a seat, and the legend.
    assert page.words.count("−1") == 3


def test_a_long_number_takes_two_lines_and_is_cut() -> None:
    name = "Beside the large window"
    floor = Floor([fourtop.Table("t1", name, 2, "a")], zones=[fourtop.Zone("a", "A")])
    page = Page(plotting.floor_plan(floor))
    assert "Beside" in page.words
    assert any(each.endswith("…") for each in page.words)
    assert list(drawn_tables(page)) == [name]


def test_a_floor_without_tables_says_so() -> None:
    assert "This floor has no tables." in Page(plotting.floor_plan(Floor([], zones=[]))).words


def test_a_table_of_many_seats_has_no_chairs() -> None:
    page = Page(plotting.floor_plan(sketch_floor({"1": 25})))
    assert page.paths("seat") == []
    assert "25 seats" in page.words


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"states": ["big-bay"]}, "states"),
        ({"states": {"t99": "reserved"}}, "states"),
        ({"states": {"big-bay": "asleep"}}, "states"),
        ({"states": {"big-bay": None}}, "states"),
        ({"highlighted": "big-bay"}, "highlighted"),
        ({"highlighted": 7}, "highlighted"),
        ({"highlighted": ["t99"]}, "highlighted"),
        ({"moves": [("b1", "t1", "t2")]}, "moves"),
        ({"moves": "b1"}, "moves"),
        ({"moves": [TableMove("b1", ["t99"], ["big-bay"])]}, "moves"),
        ({"moves": [TableMove("b1", ["big-bay"], ["high-4"])] * 101}, "moves"),
        ({"title": ""}, "title"),
        ({"title": 7}, "title"),
        ({"title": "x" * 201}, "title"),
    ],
    ids=str,
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        plotting.floor_plan(pub(), **arguments)
    assert caught.value.field == field


@pytest.mark.parametrize("floor", [None, 7, "pub", [], attrs.evolve(pub()).tables], ids=str)
def test_something_else_than_a_floor_is_refused(floor: Any) -> None:
    with pytest.raises(InvalidInput, match="must have"):
        plotting.floor_plan(floor)


@pytest.mark.parametrize(
    "arguments",
    [
        ("", ["a"], ["b"]),
        (7, ["a"], ["b"]),
        ("b1", [], ["b"]),
        ("b1", ["a"], "b"),
        ("b1", 7, ["b"]),
    ],
)
def test_a_wrong_move_is_refused(arguments: Any) -> None:
    with pytest.raises(InvalidInput):
        TableMove(*arguments)
