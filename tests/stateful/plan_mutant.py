"""Engines with one fault in the plans that move several parties."""

from __future__ import annotations

from typing import Any

import attrs

from fourtop.engine import reseat, reseat_problem
from fourtop.engine.commands import commit_day_plan
from fourtop.engine.commands.assign import give_tables
from fourtop.engine.queries import day_parties
from fourtop.planner.reseat_search import ReseatingAnswer
from tests.stateful.mutant import Mutant, Patch

# ---- moves that make room


def a_party_at_promised_tables_makes_room(patch: Patch) -> None:
    good = reseat.why_it_stays

    def why_it_stays(booking: Any, view: Any) -> str | None:
        return good(attrs.evolve(booking, names_tables=False), view)

    patch.setattr(reseat, "why_it_stays", why_it_stays)
    patch.setattr(reseat_problem, "why_it_stays", why_it_stays)


def room_is_not_found(patch: Patch) -> None:
    def find_reseating(*_: Any) -> ReseatingAnswer:
        return ReseatingAnswer(None, 1, is_proven=True, is_final=True)

    patch.setattr(reseat_problem, "find_reseating", find_reseating)


def moves_for_a_newcomer_are_told_to_no_one(patch: Patch) -> None:
    good = reseat.move_out

    def move_out(*given: Any) -> Any:
        room = good(*given)
        if not isinstance(room, reseat.Room):
            return room
        return attrs.evolve(room, changes=attrs.evolve(room.changes, events=()))

    patch.setattr(reseat, "move_out", move_out)


def a_newcomer_is_promised_the_tables_of_its_moves(patch: Patch) -> None:
    good = reseat.make_room

    def make_room(*given: Any) -> Any:
        room = good(*given)
        if not isinstance(room, reseat.Room) or not room.moves:
            return room
        moved = tuple(attrs.evolve(each, names_tables=True) for each in room.changes.bookings)
        return attrs.evolve(room, changes=attrs.evolve(room.changes, bookings=moved))

    for command in ("book", "hold"):
        patch.setattr(f"fourtop.engine.commands.{command}.make_room", make_room)


# ---- day plans


def a_day_plan_moves_pinned_parties(patch: Patch) -> None:
    good = day_parties._is_planned

    def is_planned(booking: Any, now_us: int) -> bool:
        return good(attrs.evolve(booking, is_pinned=False), now_us)

    patch.setattr(day_parties, "_is_planned", is_planned)


def a_day_plan_passes_over_parties_that_wait(patch: Patch) -> None:
    good = day_parties._is_planned

    def is_planned(booking: Any, now_us: int) -> bool:
        return bool(booking.tables) and good(booking, now_us)

    patch.setattr(day_parties, "_is_planned", is_planned)


def a_day_plan_is_told_to_no_one(patch: Patch) -> None:
    def told_to_no_one(*given: Any) -> Any:
        booking, changes = give_tables(*given)
        return booking, attrs.evolve(changes, events=())

    patch.setattr(commit_day_plan, "give_tables", told_to_no_one)


PLAN_MUTANTS: tuple[Mutant, ...] = (
    a_party_at_promised_tables_makes_room,
    room_is_not_found,
    moves_for_a_newcomer_are_told_to_no_one,
    a_newcomer_is_promised_the_tables_of_its_moves,
    a_day_plan_moves_pinned_parties,
    a_day_plan_passes_over_parties_that_wait,
    a_day_plan_is_told_to_no_one,
)
