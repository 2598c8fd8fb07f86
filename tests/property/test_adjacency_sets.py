from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourtop.adjacency import SubsetEnumerator
from fourtop.adjacency.enumeration import walk
from fourtop.model.planning_rules import AdjacencyMode

Graph = tuple[int, ...]
MODES = (*AdjacencyMode, None)


def graph_of(size: int, edges: set[tuple[int, int]]) -> Graph:
    rows = [0] * size
    for first, second in edges:
        rows[first] |= 1 << second
        rows[second] |= 1 << first
    return tuple(rows)


def path(size: int) -> Graph:
    return graph_of(size, {(place, place + 1) for place in range(size - 1)})


def ring(size: int) -> Graph:
    return graph_of(size, {(place, (place + 1) % size) for place in range(size)})


def grid(width: int, height: int) -> Graph:
    across = {
        (row * width + col, row * width + col + 1)
        for row in range(height)
        for col in range(width - 1)
    }
    down = {
        (row * width + col, row * width + col + width)
        for row in range(height - 1)
        for col in range(width)
    }
    return graph_of(width * height, across | down)


def holds(graph: Graph, members: tuple[int, ...], mode: AdjacencyMode | None) -> bool:
    """What the mode demands, said with networkx."""
    import networkx as nx

    part: nx.Graph[int] = nx.Graph()
    part.add_nodes_from(members)
    part.add_edges_from(pair for pair in combinations(members, 2) if graph[pair[0]] >> pair[1] & 1)
    if mode is AdjacencyMode.CONNECTED:
        return bool(nx.is_connected(part))
    if mode is AdjacencyMode.PAIRWISE:
        return all(degree == len(members) - 1 for _, degree in part.degree)
    return mode is None or any(degree == len(members) - 1 for _, degree in part.degree)


@st.composite
def graphs(
    draw: Callable[[st.SearchStrategy[set[tuple[int, int]]]], set[tuple[int, int]]],
) -> Graph:
    pairs = list(combinations(range(7), 2))
    return graph_of(7, draw(st.sets(st.sampled_from(pairs))))


@pytest.mark.parametrize(
    ("graph", "connected", "pairwise", "neighbors"),
    [
        pytest.param(path(8), 36, 15, 21, id="path of 8"),
        pytest.param(ring(8), 57, 16, 24, id="ring of 8"),
        pytest.param(grid(5, 2), 275, 23, 51, id="grid 2x5"),
        pytest.param(grid(3, 3), 218, 21, 52, id="grid 3x3"),
    ],
)
def test_combination_counts_of_known_graphs(
    graph: Graph, connected: int, pairwise: int, neighbors: int
) -> None:
    growth = SubsetEnumerator(
        neighbours=graph, candidates=(1 << len(graph)) - 1, largest=len(graph)
    )
    assert sum(1 for _ in growth.sets(AdjacencyMode.CONNECTED)) == connected
    assert sum(1 for _ in growth.sets(AdjacencyMode.PAIRWISE)) == pairwise
    assert sum(1 for _ in growth.sets(AdjacencyMode.NEIGHBORS)) == neighbors
    assert sum(1 for _ in growth.sets(None)) == 2 ** len(graph) - 1


@pytest.mark.parametrize("mode", MODES)
@given(graph=graphs(), candidates=st.integers(0, 127), largest=st.integers(1, 7))
def test_each_set_of_a_mode_comes_exactly_once(
    mode: AdjacencyMode | None, graph: Graph, candidates: int, largest: int
) -> None:
    found = list(
        SubsetEnumerator(neighbours=graph, candidates=candidates, largest=largest).sets(mode)
    )
    chosen = [place for place in range(7) if candidates >> place & 1]
    expected = {
        sum(1 << place for place in members)
        for size in range(1, largest + 1)
        for members in combinations(chosen, size)
        if holds(graph, members, mode)
    }
    assert set(found) == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize("mode", MODES)
@given(graph=graphs(), largest=st.integers(2, 5))
def test_a_cut_is_told_truly_what_may_still_come(
    mode: AdjacencyMode | None, graph: Graph, largest: int
) -> None:
    told: list[tuple[int, int]] = []

    def cut(chosen: int, reach: int) -> bool:
        assert not chosen & reach
        told.append((chosen, reach))
        return False

    def spare(chosen: int, reach: int) -> bool:
        return chosen | reach == asked_of

    everything = set(
        SubsetEnumerator(neighbours=graph, candidates=127, largest=largest, prune=cut).sets(mode)
    )
    for chosen, reach in told[:5]:
        asked_of = chosen | reach
        left = set(
            SubsetEnumerator(neighbours=graph, candidates=127, largest=largest, prune=spare).sets(
                mode
            )
        )
        assert left <= everything
        assert all(not mask & ~asked_of for mask in everything - left)


@given(graph=graphs(), mask=st.integers(1, 127))
def test_walking_gives_the_distances_that_networkx_gives(graph: Graph, mask: int) -> None:
    members = [place for place in range(7) if mask >> place & 1]
    import networkx as nx

    part: nx.Graph[int] = nx.Graph()
    part.add_nodes_from(members)
    part.add_edges_from(pair for pair in combinations(members, 2) if graph[pair[0]] >> pair[1] & 1)
    expected = nx.single_source_shortest_path_length(part, members[0])
    levels = list(walk(graph, mask))
    assert {
        place: depth
        for depth, level in enumerate(levels)
        for place in range(7)
        if level >> place & 1
    } == expected
