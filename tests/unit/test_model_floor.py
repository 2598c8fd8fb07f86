"""Floors: order, references, seats of sets, and edits."""

from __future__ import annotations

import pickle
from typing import Any

import attrs
import pytest

from fourtop.errors import InUse, InvalidIdentifier, InvalidInput, NotFound
from fourtop.model.distances import Aisle, KeptApart
from fourtop.model.floor import Floor, Join, bits, number_key
from fourtop.model.floor_checks import MAX_TABLES_ON_FLOOR
from fourtop.model.restaurant import Zone
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Table

MAIN, BAR = Zone("main", "Main"), Zone("bar", "Bar", order=1)


def table(id_: str, capacity: int = 4, **rest: Any) -> Table:
    return Table(id_, rest.pop("number", id_), capacity, rest.pop("zone_id", "main"), **rest)


def floor(*tables: Table, **rest: Any) -> Floor:
    return Floor(tables, zones=rest.pop("zones", [MAIN, BAR]), **rest)


ABC = floor(
    table("a", 4), table("b", 4), table("c", 6), joins=[Join(("a", "b"), 2), Join(("b", "c"), 1)]
)


# ---- joins and set capacities --------------------------------------------------------------------


def test_a_join_has_no_direction() -> None:
    assert Join(("b", "a"), 2) == Join(["a", "b"], 2)
    assert Join({"b", "a"}).tables == ("a", "b")


@pytest.mark.parametrize(
    "value",
    [("a", "a"), ("a",), (), ("a", "b", "c"), ("a", "b", "b")],
    ids=["itself", "one", "none", "three", "twice"],
)
def test_a_join_is_of_two_different_tables(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^tables: must be two different table ids"):
        Join(value)


@pytest.mark.parametrize("value", ["ab", None, 3], ids=repr)
def test_a_join_is_of_a_collection(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^tables: must be a collection"):
        Join(value)


def test_a_join_refuses_what_is_no_id() -> None:
    with pytest.raises(InvalidIdentifier):
        Join(("a", "b c"))


@pytest.mark.parametrize("value", [-101, 101, 1.0, True, None], ids=repr)
def test_a_seat_loss_is_a_whole_number_up_to_100(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^seat_loss: must be a whole number from -100 to 100"):
        Join(("a", "b"), value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((("a",), 4), "tables: must name at least two tables"),
        ((("a", "a"), 4), "tables: must name at least two tables"),
        (("ab", 4), "tables: must be a collection"),
        ((("a", "b c"), 4), "tables: must be 1 to 64 characters"),
        ((("a", "b"), 0), "capacity: must be a whole number from 1 to 1000"),
        ((("a", "b"), 4, 5), "min_party: must be at most the capacity, 4"),
        ((("a", "b"), 4, 0), "min_party: must be a whole number from 1 to 500"),
    ],
    ids=str,
)
def test_a_set_capacity_refuses(values: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^{message}"):
        SetCapacity(*values)


# ---- order ---------------------------------------------------------------------------------------


def test_tables_are_kept_by_number_as_people_count() -> None:
    numbers = ["10", "2", "Bar 10", "bar 2", "1b", "1a", "A"]
    house = floor(*(table(f"t{place}", number=number) for place, number in enumerate(numbers)))

    assert [each.number for each in house.tables] == ["1a", "1b", "2", "10", "A", "bar 2", "Bar 10"]


def test_numbers_that_count_the_same_are_kept_by_id() -> None:
    assert [each.id for each in floor(table("b", number="07"), table("a", number="7")).tables] == [
        "a",
        "b",
    ]


def test_a_digit_of_another_script_is_a_letter() -> None:
    assert sorted(["\u0662", "10", "1"], key=number_key) == ["1", "10", "\u0662"]


def test_zones_are_kept_by_order_then_name() -> None:
    zones = [Zone("c", "beta", order=1), Zone("b", "Alpha", order=1), Zone("a", "Omega")]

    assert [zone.id for zone in floor(zones=zones).zones] == ["a", "b", "c"]


def test_the_order_in_which_parts_are_given_does_not_matter() -> None:
    again = Floor(reversed(ABC.tables), zones=reversed(ABC.zones), joins=reversed(ABC.joins))

    assert again == ABC
    assert hash(again) == hash(ABC)


def test_a_floor_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(ABC)) == ABC  # noqa: S301  # Our own bytes, made on this line.


# ---- what a floor refuses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tables": "ab"}, "tables: must be a collection"),
        ({"tables": None}, "tables: must be a collection"),
        ({"tables": ["a"]}, "tables: must hold Table only"),
        ({"zones": [BAR, "main"]}, "zones: must hold Zone only"),
        ({"joins": [("a", "b")]}, "joins: must hold Join only"),
        ({"set_capacities": [None]}, "set_capacities: must hold SetCapacity only"),
        ({"joins_within_zone": 1}, "joins_within_zone: must be true or false"),
        (
            {"tables": [table("a", number="1"), table("a", number="2")]},
            "tables: must have different ids (got 'a')",
        ),
        (
            {"tables": [table("a", number="Bay 1"), table("b", number="BAY 1")]},
            "tables: must have different numbers, whatever the case (got 'bay 1')",
        ),
        (
            {"tables": [table("a", number="T1"), table("b", number="T\uff11")]},
            "tables: must have different numbers, whatever the case (got 't1')",
        ),
        ({"zones": [MAIN, Zone("main", "Other")]}, "zones: must have different ids (got 'main')"),
        (
            {"zones": [MAIN, Zone("m2", "MAIN")]},
            "zones: must have different names, whatever the case (got 'main')",
        ),
        ({"zones": [BAR]}, "zone_id: must be a zone of this floor (got 'main')"),
        ({"joins": [Join(("a", "b")), Join(("b", "a"), 1)]}, "joins: must not name a pair twice"),
        (
            {"joins": [Join(("a", "elsewhere"))]},
            "joins: must name tables of this floor (got 'elsewhere')",
        ),
        ({"joins": [Join(("0", "a"))]}, "joins: must name tables of this floor (got '0')"),
        (
            {"set_capacities": [SetCapacity(("a", "b"), 7), SetCapacity(("b", "a"), 6)]},
            "set_capacities: must not name a set twice",
        ),
        (
            {"set_capacities": [SetCapacity(("a", "z"), 7)]},
            "set_capacities: must name tables of this floor (got 'z')",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_floor_refuses(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        attrs.evolve(ABC, **change)
    assert str(caught.value).startswith(message)


def test_a_floor_has_at_most_2000_tables() -> None:
    tables = [table(f"t{place}") for place in range(MAX_TABLES_ON_FLOOR + 1)]

    assert len(floor(*tables[:-1]).tables) == 2_000
    with pytest.raises(InvalidInput, match=r"^tables: must be at most 2000 \(got 2001\)$"):
        floor(*tables)


def test_a_join_across_zones_is_refused_only_where_the_floor_says_so() -> None:
    tables = [table("a"), table("b", zone_id="bar")]

    assert floor(*tables, joins=[Join(("a", "b"))]).seats({"a", "b"}) == 8
    with pytest.raises(InvalidInput, match="joins: must stay within a zone on this floor"):
        floor(*tables, joins=[Join(("a", "b"))], joins_within_zone=True)
    inside = floor(table("a"), table("b"), joins=[Join(("a", "b"))], joins_within_zone=True)
    assert len(inside.joins) == 1


# ---- looking up ----------------------------------------------------------------------------------


def test_a_table_is_found_by_id_and_by_number_in_any_case() -> None:
    house = floor(table("t1", number="Big Bay"))

    assert house.find_table("t1") is house.tables[0]
    assert house.find_table("big bay") is None
    assert house.find_table_numbered("BIG BAY") is house.tables[0]
    assert house.find_table_numbered("t1") is None


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound) as caught:
        ABC.get_table("z" * 10_000)
    # A value that is not an id may be personal data: the error describes it.
    assert (caught.value.kind, caught.value.id) == ("table", "a text of 10000 characters")
    assert ABC.find_zone("bar") == BAR
    assert ABC.find_zone("Bar") is None


def test_a_mask_has_a_bit_for_each_table_in_table_order() -> None:
    assert ABC.mask(["c", "a", "c"]) == 0b101
    assert ABC.ids(0b101) == ("a", "c")
    assert ABC.in_order(["c", "a", "c"]) == ("a", "c")
    assert list(bits(0)) == []
    with pytest.raises(NotFound):
        ABC.mask(["a", "z"])


# ---- seats ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ids", "seats"),
    [
        ({"a"}, 4),
        ({"a", "b"}, 6),
        ({"b", "c"}, 9),
        ({"a", "c"}, 10),
        ({"a", "b", "c"}, 11),
        (set(), 0),
    ],
    # Sorted, because worker processes must collect the same names.
    ids=lambda value: "".join(sorted(value)) if isinstance(value, set) else str(value),
)
def test_a_set_seats_the_sum_less_what_its_joins_cost(ids: set[str], seats: int) -> None:
    assert ABC.seats(ids) == seats


def test_a_ring_costs_its_cheapest_spanning_tree() -> None:
    ring = attrs.evolve(ABC, joins=[*ABC.joins, Join(("a", "c"), 5)])

    assert ring.seats({"a", "b", "c"}) == 14 - 1 - 2
    assert (
        attrs.evolve(ring, joins=[*ABC.joins, Join(("a", "c"), 0)]).seats({"a", "b", "c"})
        == 14 - 0 - 1
    )


def test_seats_of_joined_tables_as_furniture_makers_say() -> None:
    square = floor(*(table(id_) for id_ in "abc"), joins=[Join(("a", "b"), 2), Join(("b", "c"), 2)])
    narrow = floor(table("a", 2), table("b", 2), joins=[Join(("a", "b"))])
    mixed = floor(table("a", 6), table("b", 4), joins=[Join(("a", "b"), 3)])

    assert (square.seats("ab"), square.seats("abc"), narrow.seats("ab"), mixed.seats("ab")) == (
        6,
        8,
        4,
        7,
    )


def test_a_set_never_seats_less_than_nobody() -> None:
    assert floor(table("a", 1), table("b", 1), joins=[Join(("a", "b"), 100)]).seats("ab") == 0


def test_a_capacity_set_by_hand_wins_over_the_sum() -> None:
    house = attrs.evolve(ABC, set_capacities=[SetCapacity(("a", "b"), 7)])

    assert (house.seats({"b", "a"}), house.seats({"a", "b", "c"})) == (7, 11)
    assert house.find_set_capacity(["b", "a"]) == SetCapacity(("a", "b"), 7)
    assert house.find_set_capacity(["b", "c"]) is None


def test_the_smallest_party_of_a_set_is_the_largest_minimum_unless_set_by_hand() -> None:
    house = floor(
        table("a", min_party=2),
        table("b", min_party=3),
        table("c"),
        set_capacities=[SetCapacity(("a", "b"), 7, 5), SetCapacity(("b", "c"), 7)],
    )

    assert [house.smallest_party(ids) for ids in ("ab", "bc", "ac", "c")] == [5, 3, 2, 1]


def test_seats_of_an_unknown_table_are_not_guessed() -> None:
    with pytest.raises(NotFound):
        ABC.seats({"a", "z"})
    with pytest.raises(NotFound):
        ABC.smallest_party({"a", "z"})


# ---- edits ---------------------------------------------------------------------------------------


def test_an_edit_leaves_the_floor_as_it_was() -> None:
    before = ABC.tables
    larger = ABC.with_table(table("a", 8))

    assert larger.get_table("a").capacity == 8
    assert len(larger.tables) == 3
    assert len(ABC.with_table(table("d")).tables) == 4
    assert ABC.tables is before


def test_removing_a_table_removes_what_names_it() -> None:
    house = attrs.evolve(
        ABC, set_capacities=[SetCapacity(("a", "b"), 7), SetCapacity(("a", "c"), 9)]
    )
    smaller = house.without_table("b")

    assert [each.id for each in smaller.tables] == ["a", "c"]
    assert smaller.joins == ()
    assert smaller.set_capacities == (SetCapacity(("a", "c"), 9),)
    with pytest.raises(NotFound):
        house.without_table("z")


def test_a_join_is_put_in_place_of_the_one_between_the_same_tables() -> None:
    assert ABC.with_join(Join(("b", "a"), 0)).seats({"a", "b"}) == 8
    assert len(ABC.with_join(Join(("a", "c"))).joins) == 3


def test_a_join_is_removed_by_its_tables_in_any_order() -> None:
    assert ABC.without_join(("b", "a")).joins == (Join(("b", "c"), 1),)
    with pytest.raises(NotFound, match="there is no join 'a\\+c'"):
        ABC.without_join(("c", "a"))


def test_a_zone_in_use_cannot_be_removed() -> None:
    assert ABC.without_zone("bar").zones == (MAIN,)
    assert [zone.name for zone in ABC.with_zone(Zone("bar", "Lounge")).zones] == ["Lounge", "Main"]
    with pytest.raises(InUse) as caught:
        ABC.without_zone("main")
    assert (caught.value.id, caught.value.by) == ("main", "table a")
    with pytest.raises(NotFound):
        ABC.without_zone("cellar")


# ---- joins that win seats, distances, numbers by zone --------------------------------------------


def test_case_31_a_join_of_two_tables_for_four_seats_ten() -> None:
    pair = floor(table("a", 4), table("b", 4), joins=[Join(("a", "b"), -2)])

    assert pair.seats({"a", "b"}) == 10
    assert repr(pair.joins[0]) == "<Join a+b, wins 2 seats>"


def test_seats_that_joins_win_count_once_for_each_joint_of_a_tree() -> None:
    # Three tables have two joints, even where all three pairs are joined.
    ring = floor(
        table("a"),
        table("b"),
        table("c"),
        joins=[Join(("a", "b"), -2), Join(("b", "c"), -1), Join(("a", "c"), 0)],
    )

    assert ring.seats({"a", "b", "c"}) == 15
    assert ring.seats({"a", "c"}) == 8


def test_case_31_two_zones_may_number_their_tables_alike() -> None:
    house = floor(
        table("a", number="4"),
        table("b", number="4", zone_id="bar"),
        table("c", number="5"),
        numbers_unique_in="zone",
    )

    assert house.labels == {"a": "Main/4", "b": "Bar/4", "c": "5"}
    assert house.find_table_numbered("bar/4") == house.get_table("b")
    assert house.find_table_numbered("5") == house.get_table("c")
    assert house.find_table_numbered("4") is None
    assert "Bar/4" in attrs.evolve(house, joins=[Join(("a", "b"))])._repr_html_()


def test_a_zone_has_each_number_once() -> None:
    with pytest.raises(InvalidInput, match=r"^tables: must have different numbers in a zone"):
        floor(table("a", number="x"), table("b", number="X"), numbers_unique_in="zone")


def test_a_number_is_no_label_of_another_table() -> None:
    tables = [
        table("a", number="4"),
        table("b", number="4", zone_id="bar"),
        table("c", number="bar/4"),
    ]
    with pytest.raises(InvalidInput, match=r"^tables: must have numbers other than the label"):
        floor(*tables, numbers_unique_in="zone")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"kept_apart": [KeptApart(("a", "z"))]}, "kept_apart: must name tables of this floor"),
        (
            {"kept_apart": [KeptApart(("a", "b")), KeptApart(("b", "a"))]},
            "kept_apart: must not name a pair twice",
        ),
        ({"kept_apart": [None]}, "kept_apart: must hold KeptApart only"),
        (
            {"aisles": [Aisle(joined=["a", "b"], closes=[each]) for each in ("c", "d")]},
            "aisles: must not name joined tables twice",
        ),
        ({"aisles": [Aisle(joined=["a", "b"], closes=["z"])]}, "aisles: must name tables"),
        ({"aisles": 7}, "aisles: must be a collection"),
        ({"numbers_unique_in": "floor"}, "numbers_unique_in: must be one of restaurant, zone"),
    ],
    ids=str,
)
def test_a_floor_checks_its_distances(change: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        attrs.evolve(ABC, **change)
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize(
    ("joined", "closes", "text"),
    [
        (["a"], ["c"], "joined: must name at least two tables"),
        (["a", "b"], [], "closes: must name at least one table"),
        (["a", "b"], ["b"], "closes: must name none of the joined tables"),
    ],
)
def test_an_aisle_has_two_sides(joined: list[str], closes: list[str], text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Aisle(joined=joined, closes=closes)
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize("field", ["joined", "closes"])
def test_an_aisle_names_the_side_that_is_no_set_of_ids(field: str) -> None:
    sides: dict[str, Any] = {"joined": ["a", "b"], "closes": ["c"]}
    with pytest.raises(InvalidInput, match=rf"^{field}: must be a collection"):
        Aisle(**{**sides, field: "ab"})
    with pytest.raises(InvalidIdentifier, match=rf"^{field}: must be 1 to 64 characters"):
        Aisle(**{**sides, field: ["a", "b c"]})


def test_distances_go_with_their_table() -> None:
    house = attrs.evolve(
        ABC,
        kept_apart=[KeptApart(("a", "b")), KeptApart(("b", "c"))],
        aisles=[Aisle(joined=["a", "b"], closes=["c"])],
    )

    assert house.without_table("a").kept_apart == (KeptApart(("b", "c")),)
    assert house.without_table("c").aisles == ()
    assert house.without_table("b").kept_apart == ()
