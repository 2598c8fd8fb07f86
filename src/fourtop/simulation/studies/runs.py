"""Runs: the evenings of all variants of a study, played through one sweep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from functools import partial
from typing import Final, TypedDict

import attrs

from fourtop.errors import FourtopError, InvalidInput, SweepFailed, safe_repr
from fourtop.formats.files import StrPath
from fourtop.model import validators
from fourtop.simulation.evening import EveningResult
from fourtop.simulation.evening_play import MOST_EVENINGS, check_seed, simulate_evening
from fourtop.simulation.metrics import Metric, get_metric
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.simulation import Progress, Simulation
from fourtop.simulation.sweeps import Submitter, SweepOptions, sweep
from fourtop.simulation.sweeps.workers import process_pool

DEFAULT_EVENINGS: Final = 200


class Per(StrEnum):
    """The span of the totals of a study: one evening, or a week of the dates of its base."""

    EVENING = "evening"
    WEEK = "week"


class StudyOptions(TypedDict, total=False):
    """How a study runs and what it measures. ``Terms`` has the defaults.

    Args:
        evenings: Evenings of each variant (1 to a million; 200 by default).
        seed: The seed of the guests (0 or more; 1 by default).
        metric: The metric that is compared, by its name in ``METRICS`` or as a ``Metric``;
            ``"covers"`` by default.
        per: ``"week"`` (default) or ``"evening"``: the span of totals such as covers. A week has as
            many evenings as the dates of the base have weekdays. Ratios such as percentages have no
            span.
        processes: Worker processes (1 by default: in this process).
        executor: An executor of ``concurrent.futures`` or a client of Dask, in place of processes.
        resume: A file that keeps the evenings played so far; see ``SweepOptions``.
        progress: Called with the numbers of evenings played and in all.
    """

    evenings: int
    seed: int
    metric: str | Metric
    per: Per | str
    processes: int
    executor: Submitter | None
    resume: StrPath | None
    progress: Progress | None


def _as_metric(value: str | Metric) -> Metric:
    if isinstance(value, Metric):
        return value
    if not isinstance(value, str):
        raise InvalidInput("metric", "must be a name or a Metric", safe_repr(value))
    return get_metric(value)


def _as_per(value: Per | str) -> Per:
    return validators.as_enum(Per, "per", value)


def _seed(_instance: object, _attribute: object, value: object) -> None:
    check_seed(value)


@attrs.frozen(kw_only=True)
class Terms:
    """The options of a study, checked. See ``StudyOptions``.

    Raises:
        InvalidInput: Naming the option and the rule.
    """

    evenings: int = attrs.field(
        default=DEFAULT_EVENINGS,
        converter=validators.as_integer,
        validator=validators.integer(1, MOST_EVENINGS),
    )
    seed: int = attrs.field(default=1, converter=validators.as_integer, validator=_seed)
    metric: Metric = attrs.field(factory=partial(get_metric, "covers"), converter=_as_metric)
    per: Per = attrs.field(default=Per.WEEK, converter=_as_per)
    processes: int = attrs.field(default=1, converter=validators.as_integer)
    executor: Submitter | None = None
    resume: StrPath | None = None
    progress: Progress | None = None

    @processes.validator
    def _is_possible(self, _attribute: object, processes: int) -> None:
        # The sweep knows how many are possible.
        SweepOptions(processes=processes)
        if processes > 1 and self.executor is not None:
            raise InvalidInput(
                "processes", "give processes or an executor, not both", f"{processes}"
            )


def play_scenarios(scenarios: Sequence[Scenario], terms: Terms) -> tuple[Simulation, ...]:
    """Play the same evenings of each scenario, in the order of the scenarios.

    The results do not depend on the executor.

    Raises:
        InvalidInput: If a scenario cannot travel to worker processes, because its callables are no
            functions of a module; or if a callable returns a wrong answer.
        SweepFailed: If the executor failed.
    """
    numbers = range(1, terms.evenings + 1)
    cases = [(place, number) for place in range(len(scenarios)) for number in numbers]
    options = SweepOptions(processes=terms.processes, resume=terms.resume)
    function = partial(_play, tuple(scenarios), terms.seed)
    with plain_faults(), opened_executor(terms) as executor:
        played = sweep(function, cases, executor=executor, options=options, progress=terms.progress)
    found = [played.results[first : first + len(numbers)] for first in _starts(cases, numbers)]
    return tuple(
        Simulation(scenario, terms.seed, evenings)
        for scenario, evenings in zip(scenarios, found, strict=True)
    )


def _starts(cases: Sequence[object], numbers: range) -> range:
    return range(0, len(cases), len(numbers))


def _play(scenarios: Sequence[Scenario], seed: int, case: tuple[int, int]) -> EveningResult:
    place, number = case
    return simulate_evening(scenarios[place], number, seed=seed)


@contextmanager
def plain_faults() -> Iterator[None]:
    """Raise the fault of a scenario itself: the place of its evening in a sweep says nothing.

    Raises:
        FourtopError: Of a scenario, such as ``InvalidInput`` for a wrong answer of a callable.
        SweepFailed: If the executor failed, or a callable raised an error of its own.
    """
    try:
        yield
    except SweepFailed as failure:
        cause = failure.__cause__
        if isinstance(cause, FourtopError):
            raise cause from None
        raise


def opened_executor(
    terms: Terms, function: object = None
) -> AbstractContextManager[Submitter | None]:
    """Return the caller's executor, a thread for one process, or new processes.

    Args:
        terms: The options of the study.
        function: The function of several sweeps, for one pool of processes; ``None``: there is one
            sweep, which starts its own.
    """
    if terms.executor is not None:
        return nullcontext(terms.executor)
    if terms.processes == 1:
        return ThreadPoolExecutor(1)
    return nullcontext() if function is None else process_pool(function, terms.processes)
