"""Any house, any demand, any behaviour: an evening ends, and no rule is broken in it."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings

from fourtop import House
from fourtop.simulation import (
    Behaviour,
    Demand,
    Outcome,
    Scenario,
    Visit,
    play_evening,
    simulate_evening,
)
from fourtop.testing.strategies import behaviours, demands, houses

FRIDAY = date(2030, 5, 10)


@pytest.mark.slow
@settings(max_examples=40)
@given(house=houses(), demand=demands(), behaviour=behaviours())
def test_every_evening_ends_with_a_clean_audit(
    house: House, demand: Demand, behaviour: Behaviour
) -> None:
    scenario = Scenario(house, demand, behaviour, dates=[FRIDAY])
    played = play_evening(scenario, 1)
    assert played.desk.audit().is_clean
    visits = played.result.visits
    for one, two in combinations([visit for visit in visits if visit.tables], 2):
        if set(one.tables) & set(two.tables) and one.left_us and two.left_us:
            assert one.left_us <= (two.seated_us or 0) or two.left_us <= (one.seated_us or 0)
    for visit in visits:
        check(visit)
    assert simulate_evening(scenario, 1) == played.result
    utilisation = played.desk.utilisation(FRIDAY)
    used = sum(period.seat_hours_used for period in utilisation.periods)
    assert abs(played.result.seat_hours_used - used) < 1e-6


def check(visit: Visit) -> None:
    """A visit has the times of its outcome, in their order."""
    assert (visit.outcome is Outcome.SEATED) == (visit.seated_us is not None)
    assert (visit.outcome is Outcome.REFUSED) == (visit.code != "")
    assert visit.wait_minutes >= 0
    if visit.outcome in (Outcome.CANCELLED, Outcome.NO_SHOW):
        assert visit.arrived_us is None
    if visit.seated_us is not None:
        assert visit.left_us is not None
        assert visit.arrived_us is not None
        assert visit.asked_us <= visit.seated_us < visit.left_us
        assert visit.arrived_us <= visit.seated_us
        assert visit.tables
    if visit.channel == "walk_in":
        assert visit.outcome in (Outcome.SEATED, Outcome.REFUSED, Outcome.GAVE_UP)
