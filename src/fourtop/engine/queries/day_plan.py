"""Day plan: tables for all bookings of a date, searched on a snapshot outside any lock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from random import Random
from typing import Unpack

from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.queries.day_parties import DayBookings, expected_windows, read_day
from fourtop.errors import MissingPackage
from fourtop.model.day_plan import DayMove, DayPlan, DayPlanTerms, DayPlanWish, LeftBooking
from fourtop.planner.day_optimum import bound_day, optimum_of_day
from fourtop.planner.day_problem import DayAssignment, DayProblem
from fourtop.planner.day_search import assign_day
from fourtop.ports import Scope


def query(caller: Caller, on: date, **terms: Unpack[DayPlanTerms]) -> Query[DayPlan]:
    """Build the query.

    Raises:
        InvalidInput: If an argument breaks a rule; names the field and the rule.
        InvalidIdentifier: If a booking id is malformed.
    """
    wish = DayPlanWish(on, **terms)
    return Query(
        Scope(caller.restaurant_id, has_owners=True),
        lambda view, compiled: read_day(view, compiled, caller.actor, wish.on, wish.value_of),
        prefetch=partial(expected_windows, wish.on),
        finish=partial(plan, wish),
        name="plan_day",
    )


def plan(wish: DayPlanWish, day: DayBookings) -> DayPlan:
    """Return the plan of a date.

    Raises:
        MissingPackage: If the optimum is wanted and the extra ``optimize`` is not installed.
    """
    problem = day.problem.reduced()
    # Seeded: the same seed gives the same plan.
    draw = Random(wish.seed).random  # noqa: S311  # It is no secret.
    found = assign_day(problem, wish.node_budget, draw)
    bound: int | None
    if wish.optimum:
        optimum = optimum_of_day(problem, found)
        found, bound = optimum.assignment, optimum.bound
    else:
        bound = _bound(problem, found)
    present = [party.present for party in problem.parties]
    return DayPlan(
        restaurant_id=day.restaurant_id,
        on=wish.on,
        objective=wish.objective,
        moves=tuple(_moves(day, problem, found)),
        left=tuple(_left(day, found)),
        kept=sum(
            place is not None and place == party.present
            for party, place in zip(problem.parties, found.chosen, strict=True)
        ),
        value=problem.value(found.chosen),
        value_before=problem.value(present),
        bound=bound if day.is_complete else None,
        nodes=found.nodes,
        versions=day.versions,
        timezone=day.timezone,
    )


def _bound(problem: DayProblem, found: DayAssignment) -> int | None:
    """Return the bound of a problem; ``None`` without the extra.

    Where all parties that can have tables have some, their value is the bound.
    """
    if problem.value(found.chosen) == problem.reachable:
        return problem.reachable
    try:
        return bound_day(problem)
    except MissingPackage:
        return None


def _moves(day: DayBookings, problem: DayProblem, found: DayAssignment) -> Iterator[DayMove]:
    """Yield the bookings that get other tables, in order."""
    # The bits beyond the tables are distances.
    tables = (1 << len(day.floor.tables)) - 1
    for booking, party, place in zip(day.bookings, problem.parties, found.chosen, strict=True):
        if place is not None and place != party.present:
            yield DayMove(
                booking.id,
                booking.version,
                booking.party_size,
                booking.stay.dining.start_us,
                booking.tables,
                day.floor.ids(party.options[place].resources & tables),
                timezone=day.timezone,
            )


def _left(day: DayBookings, found: DayAssignment) -> Iterator[LeftBooking]:
    """Yield the bookings without tables, in order."""
    for booking, place in zip(day.bookings, found.chosen, strict=True):
        if place is None:
            yield LeftBooking(
                booking.id,
                booking.party_size,
                booking.stay.dining.start_us,
                day.refusals.get(booking.id),
                timezone=day.timezone,
            )
