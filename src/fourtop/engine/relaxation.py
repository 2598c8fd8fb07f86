"""Relaxation: the rules of the house that a request lifts, and the planner without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.errors import Code, InvalidInput
from fourtop.model.actor import Actor
from fourtop.model.request import Relaxation
from fourtop.planner import Planner
from fourtop.planner.relaxed import relaxed_floor, relaxed_planning

# A relaxed planner compiles no sets: it searches, and only after a refusal.
MAX_RELAXED_NODES: Final = 4_000

_UNJOINED: Final = "planner without joins"

_RULES: Final[Mapping[Relaxation, frozenset[Code]]] = {
    Relaxation.ADJACENCY: frozenset({Code.ADJACENCY_MISMATCH, Code.ADJACENCY_MODE_MISMATCH}),
    Relaxation.MIN_PARTY: frozenset({Code.PARTY_BELOW_MINIMUM}),
    Relaxation.CAPACITY: frozenset(),
}


def check_may_relax(actor: Actor, relax: tuple[Relaxation, ...]) -> None:
    """Check that the actor may lift rules.

    Raises:
        InvalidInput: If a guest asks for it.
    """
    if relax and actor.is_guest:
        raise InvalidInput("relax", "only staff may lift rules of the house", ", ".join(relax))


def ladder(relax: tuple[Relaxation, ...]) -> tuple[tuple[Relaxation, ...], ...]:
    """Return what to lift, step by step: each rule alone, then besides those before it.

    >>> [len(step) for step in ladder((Relaxation.ADJACENCY, Relaxation.CAPACITY))]
    [1, 1, 2]
    """
    steps: list[tuple[Relaxation, ...]] = []
    for place, each in enumerate(relax):
        steps += [(each,)] if place == 0 else [(each,), relax[: place + 1]]
    return tuple(steps)


def relaxed_planner(compiled: CompiledHouse, relaxed: tuple[Relaxation, ...]) -> Planner:
    """Return the planner without some rules; a compiled house keeps it."""
    rules = frozenset(rule for each in relaxed for rule in _RULES[each])
    if not rules:
        return compiled.planner
    name = f"planner without {sorted(rules)}"
    planner: Planner | None = compiled.kept.get(name)
    if planner is None:
        house = compiled.house
        planner = compiled.kept[name] = Planner(
            relaxed_floor(house.floor, rules),
            relaxed_planning(house.policy.planning, rules),
            max_sets=0,
            max_nodes=MAX_RELAXED_NODES,
        )
    return planner


def unjoined_planner(compiled: CompiledHouse, relaxed: tuple[Relaxation, ...]) -> Planner:
    """Return the planner without adjacency, and without the rules that a request lifts.

    A house that does not enforce adjacency uses it for all parties, so that it compiles its sets.
    """
    if any(_RULES[each] for each in relaxed):
        return relaxed_planner(compiled, (*relaxed, Relaxation.ADJACENCY))
    planner: Planner | None = compiled.kept.get(_UNJOINED)
    if planner is None:
        house = compiled.house
        planning = attrs.evolve(house.policy.planning, adjacency_required=False)
        order = compiled.planner.order
        planner = compiled.kept[_UNJOINED] = Planner(house.floor, planning, order=order)
    return planner


def binds(compiled: CompiledHouse, relaxation: Relaxation, party_size: int) -> bool:
    """Tell whether the rule that a relaxation lifts can be in the way of a party of a size."""
    house = compiled.house
    if relaxation is Relaxation.ADJACENCY:
        return house.policy.planning.mode_for(party_size) is not None
    if relaxation is Relaxation.MIN_PARTY:
        return any(table.min_party > party_size for table in house.floor.tables) or any(
            (each.min_party or 0) > party_size for each in house.floor.set_capacities
        )
    return True
