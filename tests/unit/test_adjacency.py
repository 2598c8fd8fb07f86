from __future__ import annotations

from itertools import permutations

import pytest

from fourtop.adjacency import JoinGraph, Label
from fourtop.errors import InvalidInput, NotFound
from fourtop.model.floor import Floor, Join
from fourtop.model.planning_rules import AdjacencyMode
from fourtop.model.restaurant import Zone
from fourtop.model.table import Table


def floor_of(names: str, *pairs: str, seat_loss: int = 0) -> Floor:
    """Tables named by letters, joins as pairs of letters."""
    return Floor(
        [Table(name, name, 4, "main") for name in names],
        zones=[Zone("main", "Main")],
        joins=[Join(tuple(pair), seat_loss=seat_loss) for pair in pairs],
    )


def graph_of(names: str, *pairs: str) -> JoinGraph:
    return JoinGraph.of(floor_of(names, *pairs))


@pytest.mark.parametrize(
    ("pairs", "names", "modes", "label"),
    [
        pytest.param("", "a", (True, True, True), Label.SINGLE, id="one table without joins"),
        pytest.param("ab", "a", (True, True, True), Label.SINGLE, id="one table with joins"),
        pytest.param("ab", "ab", (True, True, True), Label.PAIRWISE, id="two tables, joined"),
        pytest.param(
            "", "ab", (False, False, False), Label.DISCONNECTED, id="two tables, not joined"
        ),
        pytest.param("ab bc", "abc", (True, False, True), Label.NEIGHBORS, id="path of three"),
        pytest.param("ab ac ad", "abcd", (True, False, True), Label.NEIGHBORS, id="star of four"),
        pytest.param("ab bc cd", "abcd", (True, False, False), Label.CONNECTED, id="path of four"),
        pytest.param(
            "ab bc cd ad", "abcd", (True, False, False), Label.CONNECTED, id="cycle of four"
        ),
        pytest.param(
            "ab ac ad bc bd cd", "abcd", (True, True, True), Label.PAIRWISE, id="clique of four"
        ),
        pytest.param(
            "ab cd", "abcd", (False, False, False), Label.DISCONNECTED, id="two separate pairs"
        ),
        pytest.param(
            "ab bc",
            "ac",
            (False, False, False),
            Label.DISCONNECTED,
            id="joined only through another table",
        ),
        pytest.param(
            "ab", "aab", (True, True, True), Label.PAIRWISE, id="a duplicate does not count"
        ),
        pytest.param("", "aa", (True, True, True), Label.SINGLE, id="one table named twice"),
    ],
)
def test_truth_table_of_adjacency(
    pairs: str, names: str, modes: tuple[bool, bool, bool], label: Label
) -> None:
    graph = graph_of("abcd", *pairs.split())
    for order in permutations(names):
        shape = graph.shape(order)
        assert (shape.connected, shape.pairwise, shape.neighbors) == modes
        assert shape.label is label
        for mode, expected in zip(AdjacencyMode, modes, strict=True):
            assert shape.satisfies(mode) is expected
            assert graph.satisfies(order, mode) is expected


def test_connectivity_against_pairwise_and_hub() -> None:
    shape = graph_of("abc", "ab", "bc").shape(["a", "b", "c"])
    assert shape.satisfies(AdjacencyMode.CONNECTED)
    assert not shape.satisfies(AdjacencyMode.PAIRWISE)
    # A path of three is a star of three: b is joined to both others.
    assert shape.satisfies(AdjacencyMode.NEIGHBORS)
    assert shape.label is Label.NEIGHBORS


def test_pairwise_clique() -> None:
    shape = graph_of("ab", "ab").shape(["a", "b"])
    assert (shape.connected, shape.pairwise, shape.label) == (True, True, Label.PAIRWISE)


def test_hub_aligned() -> None:
    graph = graph_of("abc", "ab", "ac")
    shape = graph.shape(["a", "b", "c"])
    assert (shape.connected, shape.pairwise, shape.neighbors) == (True, False, True)
    assert shape.label is Label.NEIGHBORS
    assert graph.satisfies(["a", "b", "c"], AdjacencyMode.NEIGHBORS)


def test_the_hub_must_be_in_the_set() -> None:
    graph = graph_of("abcd", "ad", "bd", "cd")
    assert not graph.satisfies(["a", "b", "c"], AdjacencyMode.NEIGHBORS)
    assert graph.satisfies(["a", "b", "c", "d"], AdjacencyMode.NEIGHBORS)


def test_case_5_which_tables_join() -> None:
    graph = graph_of("123456", "12", "34", "35", "36", "45", "46", "56")
    for names in ("12", "34", "456", "3456"):
        assert graph.satisfies(names, AdjacencyMode.PAIRWISE)
    for names in ("13", "23", "123", "16"):
        assert not graph.satisfies(names, AdjacencyMode.CONNECTED)


def test_a_join_has_no_direction() -> None:
    for pair in ("ab", "ba"):
        graph = graph_of("ab", pair)
        assert graph.shape(["a", "b"]) == graph.shape(["b", "a"])
        assert graph.neighbours == (0b10, 0b01)


def test_depths_count_from_the_first_table_in_table_order() -> None:
    graph = graph_of("abcde", "ab", "bc", "cd")
    assert graph.shape("dcba").depths == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert list(graph.shape("dcb").depths.items()) == [("b", 0), ("c", 1), ("d", 2)]
    assert graph.shape("ea").depths == {"a": 0}


def test_depth_of_a_set_that_is_not_connected_is_at_least_its_size() -> None:
    graph = graph_of("abcde", "ab", "bc", "cd", "de")
    assert graph.depth(graph.mask("abcde")) == 4
    assert graph.depth(graph.mask("ab")) == 1
    assert graph.depth(graph.mask("abd")) == 3
    assert graph.depth(graph.mask("c")) == 0


def test_no_mode_asks_for_nothing() -> None:
    graph = graph_of("ab")
    assert graph.holds(0b11, None)
    assert not graph.holds(0b11, AdjacencyMode.CONNECTED)


def test_an_empty_selection_is_an_error() -> None:
    graph = graph_of("ab", "ab")
    with pytest.raises(InvalidInput, match="tables: must name at least one table"):
        graph.shape([])
    with pytest.raises(InvalidInput, match="tables: must name at least one table"):
        graph.satisfies([], AdjacencyMode.CONNECTED)


def test_an_unknown_table_is_an_error() -> None:
    graph = graph_of("ab", "ab")
    with pytest.raises(NotFound, match="there is no table 'z'"):
        graph.shape(["a", "z"])
    with pytest.raises(NotFound, match="there is no table 'z'"):
        graph.satisfies(["z"], AdjacencyMode.PAIRWISE)


def test_networkx_gets_every_table_and_every_join() -> None:
    graph = JoinGraph.of(floor_of("cab", "ab", seat_loss=2)).to_networkx()
    assert list(graph.nodes) == ["a", "b", "c"]
    assert list(graph.edges(data=True)) == [("a", "b", {"seat_loss": 2})]
