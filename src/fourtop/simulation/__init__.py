"""The laboratory: evenings simulated on the engine itself.

``simulate`` plays many evenings of a house and its demand, and ``compare`` two variants of it with
the same guests.
"""

from fourtop.simulation.behaviour import USUAL, Behaviour, TakeByDistance
from fourtop.simulation.comparison import Comparison, compare
from fourtop.simulation.demand import Demand
from fourtop.simulation.demand_document import loads_demand
from fourtop.simulation.distributions import (
    Constant,
    Distribution,
    Empirical,
    Exponential,
    Lognormal,
    Normal,
    Poisson,
    Triangular,
    Uniform,
)
from fourtop.simulation.estimates import Estimate
from fourtop.simulation.evening import EveningResult
from fourtop.simulation.evening_play import PlayedEvening, play_evening, simulate_evening
from fourtop.simulation.event_loop import EventLoop
from fourtop.simulation.fitted_demand import FittedDemand, FittedPart, fit_demand
from fourtop.simulation.forecast import demand_forecast, fit_forecast
from fourtop.simulation.guests import Guest, draw_guests
from fourtop.simulation.metrics import METRICS, Metric
from fourtop.simulation.past_bookings import Rerun, RerunRow, rerun
from fourtop.simulation.profiles import (
    EveningProfile,
    evening_profile,
    turned_away_by_size,
)
from fourtop.simulation.rollouts import RolloutCost, RolloutCosts, RolloutOptions, rollout_costs
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.selection import Search, SearchTerms, Standing, search
from fourtop.simulation.simulation import ScenarioOptions, Simulation, simulate
from fourtop.simulation.stays import AS_PLANNED, Stays
from fourtop.simulation.sweeps import Submitter, Sweep, SweepOptions, sweep
from fourtop.simulation.table import TidyTable
from fourtop.simulation.visit import Outcome, Visit

__all__ = [
    "AS_PLANNED",
    "METRICS",
    "USUAL",
    "Behaviour",
    "Comparison",
    "Constant",
    "Demand",
    "Distribution",
    "Empirical",
    "Estimate",
    "EveningProfile",
    "EveningResult",
    "EventLoop",
    "Exponential",
    "FittedDemand",
    "FittedPart",
    "Guest",
    "Lognormal",
    "Metric",
    "Normal",
    "Outcome",
    "PlayedEvening",
    "Poisson",
    "Rerun",
    "RerunRow",
    "RolloutCost",
    "RolloutCosts",
    "RolloutOptions",
    "Scenario",
    "ScenarioOptions",
    "Search",
    "SearchTerms",
    "Simulation",
    "Standing",
    "Stays",
    "Submitter",
    "Sweep",
    "SweepOptions",
    "TakeByDistance",
    "TidyTable",
    "Triangular",
    "Uniform",
    "Visit",
    "compare",
    "demand_forecast",
    "draw_guests",
    "evening_profile",
    "fit_demand",
    "fit_forecast",
    "loads_demand",
    "play_evening",
    "rerun",
    "rollout_costs",
    "search",
    "simulate",
    "simulate_evening",
    "sweep",
    "turned_away_by_size",
]

# Tracebacks, pickles and documentation name a class or function by its public module.
for _name in __all__:
    if hasattr(globals()[_name], "__qualname__"):
        globals()[_name].__module__ = __name__
del _name
