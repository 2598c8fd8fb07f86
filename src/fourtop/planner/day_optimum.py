"""Day optimum: the bound and the best assignment of a day, by linear and integer programming.

The model is a set packing. Each option of a party is a variable; each party gets one option at
most. Of the options that have a resource, those that share an instant are a clique: one of them is
taken at most. Only the largest cliques are rows; they say the same as all pairs and bound the
linear programme far better. HiGHS solves it (Huangfu and Hall, "Parallelizing the dual revised
simplex method", Mathematical Programming Computation 10 (2018)).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from fourtop.errors import MissingPackage
from fourtop.model.floor import bits
from fourtop.planner.day_problem import DayAssignment, DayProblem, Option
from fourtop.planner.day_search import fill_day

if TYPE_CHECKING:
    import highspy

# The integer programme visits at most so many nodes. It never looks at a clock.
MAX_OPTIMUM_NODES: Final = 200
_TOLERANCE: Final = 1e-6
_EXTRA: Final = "optimize"


@attrs.frozen
class DayOptimum:
    """The bound of a day, and the best assignment that is known.

    Args:
        bound: No assignment has a greater value.
        assignment: The best assignment.
        is_proven: Whether its value is proven to be the greatest.
    """

    bound: int
    assignment: DayAssignment
    is_proven: bool


@attrs.frozen
class Packing:
    """The rows of the model.

    Args:
        columns: The party and the place of the option of each variable.
        rows: The variables of each row with their amounts, and the most and the least that they
            may add up to.
    """

    columns: tuple[tuple[int, int], ...]
    rows: tuple[tuple[tuple[tuple[int, int], ...], int, int], ...]

    @classmethod
    def of(cls, problem: DayProblem) -> Packing:
        """Return the model of a problem that was reduced."""
        columns = tuple(
            (number, place)
            for number, party in enumerate(problem.parties)
            for place in range(len(party.options))
        )
        options = [problem.parties[number].options[place] for number, place in columns]
        cliques = dict.fromkeys(_cliques(options))
        rows = [(_ones(row), 1, 0) for row in cliques if not _is_one_party(row, columns)]
        own: dict[int, list[int]] = {}
        for column, (number, _) in enumerate(columns):
            own.setdefault(number, []).append(column)
        for number, row in own.items():
            # A party with tables always gets some.
            is_seated = problem.parties[number].present is not None
            rows.append((_ones(row), 1, int(is_seated)))
        for limit, most in enumerate(problem.limits):
            uses = [
                (column, amount)
                for column, option in enumerate(options)
                for place, amount in option.uses
                if place == limit
            ]
            if uses:
                rows.append((tuple(uses), most, 0))
        return cls(columns, tuple(rows))


def _ones(columns: Iterable[int]) -> tuple[tuple[int, int], ...]:
    return tuple((column, 1) for column in columns)


def _is_one_party(row: tuple[int, ...], columns: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a row says no more than that one party gets one option at most."""
    return len({columns[column][0] for column in row}) < 2


def _cliques(options: Sequence[Option]) -> Iterator[tuple[int, ...]]:
    """Yield for each resource the largest sets of options that share an instant.

    In order of time, a set is largest if an option has started since the last one has ended.
    """
    by_resource: dict[int, list[int]] = {}
    for column, option in enumerate(options):
        for resource in bits(option.resources):
            by_resource.setdefault(resource, []).append(column)
    for columns in by_resource.values():
        ends = sorted((options[column].end_us, column) for column in columns)
        starts = sorted((options[column].start_us, column) for column in columns)
        active = set[int]()
        has_grown, place = False, 0
        for end_us, leaving in ends:
            # An option that starts when another one ends does not meet it.
            while place < len(starts) and starts[place][0] < end_us:
                active.add(starts[place][1])
                has_grown, place = True, place + 1
            if has_grown:
                yield tuple(sorted(active))
                has_grown = False
            active.discard(leaving)


# ---- solving


def bound_day(problem: DayProblem) -> int:
    """Return an upper bound for the value of every assignment of a day.

    It is the optimum of the linear programme, or the value of all parties if that is less.

    Args:
        problem: The parties, reduced.

    Raises:
        MissingPackage: If highspy is not installed; install ``fourtop[optimize]``.
    """
    solver = _Solver(problem)
    return solver.bound()


def optimum_of_day(
    problem: DayProblem, start: DayAssignment, node_limit: int = MAX_OPTIMUM_NODES
) -> DayOptimum:
    """Return the bound of a day and its best assignment within a number of nodes.

    The assignment has the most value, then the fewest moves. Where the integer programme does not
    end within its nodes, ``start`` may stay the best that is known.

    Args:
        problem: The parties, reduced.
        start: An assignment to begin with, such as that of ``assign_day``.
        node_limit: The most nodes of the integer programme.

    Raises:
        MissingPackage: If highspy is not installed; install ``fourtop[optimize]``.
    """
    solver = _Solver(problem)
    bound = solver.bound()
    found, best = solver.solve(start, node_limit)
    assignment = fill_day(problem, DayAssignment(found, start.nodes))
    value = problem.value(assignment.chosen)
    bound = max(min(bound, best), value)
    return DayOptimum(bound, assignment, bound == value)


class _Solver:
    """The model of a problem in HiGHS.

    Args:
        problem: The parties, reduced.

    Raises:
        MissingPackage: If highspy is not installed.
    """

    def __init__(self, problem: DayProblem) -> None:
        try:
            import highspy  # noqa: PLC0415  # It is an extra.
        except ImportError as error:
            raise MissingPackage("highspy", "the optimum of a day", _EXTRA) from error
        self._highspy = highspy
        self._problem = problem
        self._packing = Packing.of(problem)

    def bound(self) -> int:
        """Return the bound of the linear programme."""
        values = [self._problem.parties[number].value for number, _ in self._packing.columns]
        if not values:
            return 0
        solver = self._run(values, is_integer=False)
        assert solver.getModelStatus() == self._highspy.HighsModelStatus.kOptimal
        return min(
            _rounded_down(solver.getInfo().objective_function_value), self._problem.reachable
        )

    def solve(self, start: DayAssignment, node_limit: int) -> tuple[tuple[int | None, ...], int]:
        """Return the best assignment of the integer programme, and its bound of the value."""
        problem, columns = self._problem, self._packing.columns
        if not columns:
            return start.chosen, 0
        points = 1 + sum(party.present is not None for party in problem.parties)
        scores = [
            problem.parties[number].value * points + (problem.parties[number].present == place)
            for number, place in columns
        ]
        solver = self._run(scores, is_integer=True, start=start, node_limit=node_limit)
        info = solver.getInfo()
        chosen: list[int | None] = [None] * len(problem.parties)
        for (number, place), taken in zip(columns, solver.getSolution().col_value, strict=True):
            if taken > 0.5:
                chosen[number] = place
        # The solver has no bound yet if it met the limit before its first node.
        has_bound = math.isfinite(info.mip_dual_bound)
        best = _rounded_down(info.mip_dual_bound) // points if has_bound else problem.reachable
        found = tuple(chosen)
        return (found if self._is_better(found, start.chosen) else start.chosen), best

    def _is_better(self, found: tuple[int | None, ...], start: tuple[int | None, ...]) -> bool:
        problem = self._problem
        keys = [(problem.value(each), -problem.moves(each)) for each in (found, start)]
        return keys[0] > keys[1]

    def _run(
        self,
        costs: Sequence[int],
        *,
        is_integer: bool,
        start: DayAssignment | None = None,
        node_limit: int = 0,
    ) -> Any:
        solver = _quiet(self._highspy)
        options: dict[str, bool | int | float | str] = {
            "parallel": "off",
            "random_seed": 0,
            "mip_rel_gap": 0.0,
            "mip_max_nodes": node_limit,
        }
        for name, value in options.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._model(costs, is_integer=is_integer))
        if start is not None:
            taken = set(enumerate(start.chosen))
            solution = self._highspy.HighsSolution()
            solution.col_value = [float(each in taken) for each in self._packing.columns]
            solver.setSolution(solution)
        solver.run()
        return solver

    def _model(self, costs: Sequence[int], *, is_integer: bool) -> highspy.HighsLp:
        rows = self._packing.rows
        model = self._highspy.HighsLp()
        model.sense_ = self._highspy.ObjSense.kMaximize
        model.num_col_, model.num_row_ = len(costs), len(rows)
        model.col_cost_ = list(map(float, costs))
        model.col_lower_, model.col_upper_ = [0.0] * len(costs), [1.0] * len(costs)
        model.row_lower_ = [float(least) for _, _, least in rows]
        model.row_upper_ = [float(most) for _, most, _ in rows]
        starts = [0]
        for row, _, _ in rows:
            starts.append(starts[-1] + len(row))
        matrix = model.a_matrix_
        matrix.format_ = self._highspy.MatrixFormat.kRowwise
        matrix.start_ = starts
        matrix.index_ = [column for row, _, _ in rows for column, _ in row]
        matrix.value_ = [float(amount) for row, _, _ in rows for _, amount in row]
        if is_integer:
            model.integrality_ = [self._highspy.HighsVarType.kInteger] * len(costs)
        return model


def _quiet(library: Any) -> Any:
    """Return a solver that prints nothing."""

    class Quiet(library.Highs):  # type: ignore[misc]  # The module is imported on use.
        def enableCallbacks(self) -> None:  # noqa: N802  # The name is highspy's.
            # The constructor calls it, and HiGHS prints its name before any option can be set.
            self.silent()
            super().enableCallbacks()

    solver = Quiet()
    solver.silent()
    return solver


def _rounded_down(value: float) -> int:
    """Return the whole number below a bound that the solver found within its tolerance."""
    return math.floor(value + _TOLERANCE * (1 + abs(value)))
