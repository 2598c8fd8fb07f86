"""Sweeps on real worker processes and on a real Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from fourtop import SweepFailed
from fourtop.simulation import SweepOptions, sweep
from tests.other_process import printed
from tests.unit.sweep_case import covers, die_at_13, raise_at_13, return_a_lambda

CASES = range(100)
ONE = SweepOptions(processes=1, chunk_size=4)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


def test_processes_and_threads_give_identical_results(pool: ProcessPoolExecutor) -> None:
    expected = tuple(covers(seed) for seed in CASES)
    own = sweep(covers, CASES, options=SweepOptions(processes=2))
    assert own.results == expected
    assert sweep(covers, CASES, executor=pool) == own
    with ThreadPoolExecutor(2) as threads:
        assert sweep(covers, CASES, executor=threads) == own


@pytest.mark.filterwarnings("default")  # Of a package that is not ours.
def test_dask_gives_the_same_results_and_returns_failures() -> None:
    with (
        LocalCluster(  # type: ignore[no-untyped-call]  # distributed has no annotations.
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,  # type: ignore[no-untyped-call]  # The same.
    ):
        assert sweep(covers, CASES, executor=client).results == tuple(map(covers, CASES))
        assert sweep(lambda number: -number, (1, 2), executor=client).results == (-1, -2)
        with pytest.raises(SweepFailed) as caught:
            sweep(raise_at_13, range(20), executor=client, options=SweepOptions(chunk_size=4))
    error = caught.value
    assert (error.first, error.last, error.case, error.attempts) == (12, 15, 13, 2)
    assert error.error == "PickyError"


def test_an_exception_comes_back_from_processes_with_its_traceback(
    pool: ProcessPoolExecutor,
) -> None:
    with pytest.raises(SweepFailed) as caught:
        sweep(raise_at_13, range(20), executor=pool)
    assert (caught.value.error, caught.value.case) == ("PickyError", 13)
    # The exception cannot be pickled; another stands for it.
    cause = caught.value.__cause__
    assert isinstance(cause, RuntimeError)
    assert str(cause) == "PickyError: 13"
    assert "in raise_at_13" in cause.__notes__[0]


def test_a_result_that_cannot_be_pickled_does_not_kill_the_processes(
    pool: ProcessPoolExecutor,
) -> None:
    with pytest.raises(SweepFailed) as caught:
        sweep(return_a_lambda, range(3), executor=pool)
    assert caught.value.case is None
    assert sweep(covers, [1], executor=pool).results == (covers(1),)


def test_a_case_that_kills_its_process_is_found_and_the_rest_survives(tmp_path: Path) -> None:
    options = SweepOptions(processes=2, chunk_size=4, retries=0, resume=tmp_path / "results")
    with pytest.raises(SweepFailed) as caught:
        sweep(die_at_13, range(20), options=options)
    error = caught.value
    assert (error.first, error.last, error.case, error.attempts) == (12, 15, None, 1)
    assert isinstance(error.__cause__, BrokenProcessPool)
    assert len((tmp_path / "results").read_text().splitlines()) >= 1 + 3


def test_a_dead_pool_of_the_caller_is_a_typed_error() -> None:
    with (
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor,
        pytest.raises(SweepFailed, match="the executor failed") as caught,
    ):
        sweep(die_at_13, range(20), executor=executor)
    assert isinstance(caught.value.__cause__, BrokenProcessPool)


def test_the_digest_of_a_sweep_does_not_depend_on_the_process() -> None:
    script = (
        "from fourtop import sample; from fourtop.simulation.sweeps.case_digest import *;"
        "from tests.unit.sweep_case import *;"
        "print(sweep_digest(covers, [{'b': {'x', 'y', 'z'}}, sample.pub(), Variant(1)]))"
    )
    digests = {printed("-c", script, hash_seed=seed) for seed in ("1", "2")}
    assert len(digests) == 1
