from __future__ import annotations

import json
import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fourtop import InvalidDocument, InvalidInput, SweepFailed
from fourtop.simulation import Sweep, SweepOptions, sweep
from tests.unit.sweep_case import PickyError, Variant, covers, outcome, raise_at_13, return_a_lambda


class Inline:
    """An executor that runs each call at once, in this thread."""

    def __init__(self) -> None:
        self.calls = 0

    def submit(self, function: Any, /, *arguments: Any) -> Future[Any]:
        self.calls += 1
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001  # As an executor does.
            future.set_exception(error)
        return future


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3) as executor:
        yield executor


# ---- results -------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk_size", [None, 1, 7, 1_000])
def test_results_come_in_the_order_of_the_cases(
    threads: ThreadPoolExecutor, chunk_size: int | None
) -> None:
    found = sweep(covers, range(200), executor=threads, options=SweepOptions(chunk_size=chunk_size))
    assert found.results == tuple(covers(seed) for seed in range(200))
    assert found.cases == tuple(range(200))


def test_cases_travel_in_at_most_64_chunks() -> None:
    executor = Inline()
    sweep(abs, range(1_000), executor=executor, options=SweepOptions(processes=2))
    assert executor.calls == 63  # Of 16 cases each.


def test_a_sweep_over_no_cases_is_empty() -> None:
    found: Sweep[int, int] = sweep(abs, [], executor=Inline())
    assert found == Sweep((), ())
    assert found.table().columns == {"case": (), "result": ()}


def test_progress_counts_from_zero_to_all() -> None:
    seen: list[tuple[int, int]] = []
    options = SweepOptions(chunk_size=2)
    sweep(abs, range(5), executor=Inline(), options=options, progress=lambda *at: seen.append(at))
    assert seen == [(0, 5), (2, 5), (4, 5), (5, 5)]


def test_the_table_has_the_variables_of_case_and_result() -> None:
    found = sweep(outcome, [Variant(1), Variant(2, tables=9)], executor=Inline())
    assert list(found.table().rows()) == [
        {"seed": 1, "tables": 4, "covers": covers(1), "result_tables": 5},
        {"seed": 2, "tables": 9, "covers": covers(2), "result_tables": 10},
    ]
    assert list(sweep(abs, [-3], executor=Inline()).table().rows()) == [{"case": -3, "result": 3}]
    assert repr(found) == "<Sweep 2 cases>"
    assert "<th>covers</th>" in found._repr_html_()


# ---- failures ------------------------------------------------------------------------------------


def test_a_failed_chunk_is_named_with_its_case_and_cause() -> None:
    with pytest.raises(SweepFailed) as caught:
        sweep(raise_at_13, range(40), executor=Inline(), options=SweepOptions(chunk_size=8))
    error = caught.value
    assert (error.first, error.last, error.case) == (8, 15, 13)
    assert (error.attempts, error.error) == (2, "PickyError")
    assert isinstance(error.__cause__, PickyError)
    assert not error.is_retryable


def test_a_chunk_that_fails_once_is_tried_again() -> None:
    calls: Counter[int] = Counter()

    def fail_once(number: int) -> int:
        calls[number] += 1
        if number == 3 and calls[number] == 1:
            raise ValueError(number)
        return -number

    found = sweep(fail_once, range(6), executor=Inline(), options=SweepOptions(chunk_size=2))
    assert found.results == (0, -1, -2, -3, -4, -5)
    assert calls == {0: 1, 1: 1, 2: 2, 3: 2, 4: 1, 5: 1}
    calls.clear()
    with pytest.raises(SweepFailed, match="the chunk was tried once"):
        sweep(fail_once, range(6), executor=Inline(), options=SweepOptions(retries=0))


def test_an_executor_that_takes_no_work_is_a_typed_error() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(SweepFailed) as caught:
        sweep(abs, range(4), executor=executor)
    assert (caught.value.first, caught.value.case) == (0, None)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_an_executor_that_drops_its_work_is_a_typed_error() -> None:
    class Dropping:
        def submit(self, _function: Any, /, *_arguments: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.cancel()
            return future

    with pytest.raises(SweepFailed, match="the executor failed 2 times \\(CancelledError\\)"):
        sweep(abs, range(4), executor=Dropping())


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"function": 7}, "function"),
        ({"cases": 7}, "cases"),
        ({"cases": "text"}, "cases"),
        ({"executor": object()}, "executor"),
        ({"progress": 7}, "progress"),
    ],
)
def test_a_wrong_argument_is_named(arguments: dict[str, Any], field: str) -> None:
    good: dict[str, Any] = {"function": abs, "cases": range(3), "executor": Inline()}
    with pytest.raises(InvalidInput) as caught:
        sweep(**(good | arguments))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"processes": 0}, "processes"),
        ({"processes": 62}, "processes"),
        ({"chunk_size": 0}, "chunk_size"),
        ({"retries": -1}, "retries"),
        ({"resume": 7}, "resume"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        SweepOptions(**options)
    assert caught.value.field == field


def test_a_function_or_case_that_processes_cannot_get_is_refused() -> None:
    with pytest.raises(InvalidInput, match="function: must be picklable") as caught:
        sweep(lambda number: number, range(3))
    assert caught.value.__cause__ is not None
    with pytest.raises(InvalidInput, match=r"cases\[1\]: must be picklable"):
        sweep(print, [1, lambda: 2], options=SweepOptions(chunk_size=2))


def test_a_function_of_a_prompt_is_refused_before_processes_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A worker of a parallel test run has none.
    monkeypatch.delattr("__main__.__file__", raising=False)
    monkeypatch.setattr(covers, "__module__", "__main__")
    with pytest.raises(InvalidInput, match="function: must be in a module"):
        sweep(covers, range(3))


# ---- the file to resume from ---------------------------------------------------------------------


def interrupted(path: Path) -> None:
    """Run a sweep of 40 cases that fails in the chunk of case 13, and leaves a file."""
    options = SweepOptions(chunk_size=4, retries=0, resume=path)
    with pytest.raises(SweepFailed):
        sweep(raise_at_13, range(40), executor=Inline(), options=options)


def resumed(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Sweep[int, int], list[int]]:
    """Run it again, with case 13 mended; return the results and the cases that ran."""
    ran: list[int] = []

    def record(number: int) -> int:
        ran.append(number)
        return number

    monkeypatch.setattr("tests.unit.sweep_case.FATAL", -1)
    monkeypatch.setattr(record, "__module__", raise_at_13.__module__)
    monkeypatch.setattr(record, "__qualname__", raise_at_13.__qualname__)
    options = SweepOptions(chunk_size=5, resume=path)
    return sweep(record, range(40), executor=Inline(), options=options), ran


def test_a_resumed_sweep_runs_only_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "results"
    interrupted(path)
    found, ran = resumed(path, monkeypatch)
    assert found.results == tuple(range(40))
    assert ran == [*range(12, 40)]
    again, ran = resumed(path, monkeypatch)
    assert (again, ran) == (found, [])


def test_a_torn_line_is_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results"
    interrupted(path)
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    in_the_last, in_the_first = len(whole) - 1, len(lines[0]) - 1
    for cut, first in ((in_the_last, 8), (in_the_last - 9, 8), (in_the_first, 0), (1, 0), (0, 0)):
        path.write_bytes(whole[:cut])
        found, ran = resumed(path, monkeypatch)
        assert found.results == tuple(range(40))
        assert ran == [*range(first, 40)]


def test_the_file_of_another_sweep_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "results"
    options = SweepOptions(resume=path)
    sweep(covers, [1, 2], executor=Inline(), options=options)
    kept = path.read_bytes()
    others: list[tuple[Callable[[Any], Any], list[Any]]] = [(covers, [1, 3]), (abs, [1, 2])]
    for function, cases in others:
        with pytest.raises(InvalidInput, match="resume: must be a file of this sweep"):
            sweep(function, cases, executor=Inline(), options=options)
    assert path.read_bytes() == kept


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        '{"first": 0}',
        '{"first": 0, "results": "AAAA"}',
        json.dumps({"first": 0, "results": "gASVBwAAAAAAAACMA2FiY5Qu"}),  # The text "abc".
    ],
)
def test_a_damaged_line_is_refused_by_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "results"
    options = SweepOptions(resume=path)
    sweep(covers, [1, 2], executor=Inline(), options=options)
    lines = path.read_text().splitlines()
    lines[1] = line
    path.write_text("\n".join([*lines, ""]))
    with pytest.raises(InvalidDocument) as caught:
        sweep(covers, [1, 2], executor=Inline(), options=options)
    assert caught.value.line == 2


def test_a_line_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results"
    options = SweepOptions(resume=path)
    sweep(covers, [1, 2], executor=Inline(), options=options)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1], ""]))
    with pytest.raises(InvalidDocument, match="first: must fit the cases"):
        sweep(covers, [1, 2], executor=Inline(), options=options)


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    options = SweepOptions(resume=tmp_path / "missing" / "results")
    with pytest.raises(InvalidInput, match="resume: cannot be read or written"):
        sweep(covers, [1], executor=Inline(), options=options)


def test_results_that_cannot_be_kept_are_refused(tmp_path: Path) -> None:
    options = SweepOptions(resume=tmp_path / "results")
    with pytest.raises(InvalidInput, match="function: must return values that can be pickled"):
        sweep(return_a_lambda, [1], executor=Inline(), options=options)


def test_a_sweep_survives_pickling() -> None:
    found = sweep(covers, range(3), executor=Inline())
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301  # Our own bytes, made on this line.
