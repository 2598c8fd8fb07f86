"""Executors of a sweep: the caller's, or worker processes of its own."""

from __future__ import annotations

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, Final, Protocol

from fourtop.errors import InvalidInput, safe_repr
from fourtop.simulation.sweeps.chunk import Fault, Task, loaded, pickled, run_pickled, run_task

# So many chunks wait in a caller's executor at most.
_MAX_SUBMITTED: Final = 1_000
# Windows cannot wait for more processes in one pool.
MAX_PROCESSES: Final = 61


class Submitter(Protocol):
    """Anything with ``submit``: an executor of ``concurrent.futures``, or a client of Dask.

    Its futures need ``result()``, ``cancel()`` and ``add_done_callback(function)``.
    """

    def submit(self, function: Any, /, *arguments: Any) -> Any:
        """Start a call and return its future."""
        ...


class Workers(Protocol):
    """The way of tasks to an executor and of outcomes back.

    ``limit`` is the number of tasks that may be submitted at once.
    """

    limit: int

    def submit(self, task: Task) -> Any:
        """Submit a task; return its future."""
        ...

    def outcome(self, future: Any) -> list[Any] | Fault:
        """Return the outcome of a future that is done.

        Raises:
            BaseException: The executor failed.
        """
        ...

    def restart(self) -> bool:
        """Replace a dead executor; ``False``: it is the caller's."""
        ...

    def close(self) -> None:
        """End the executor, unless it is the caller's."""
        ...


class CallerWorkers:
    """The caller's executor. It stays open."""

    def __init__(self, executor: Submitter) -> None:
        self.limit = _MAX_SUBMITTED
        self._executor = executor
        self._is_pickled = isinstance(executor, ProcessPoolExecutor)

    def submit(self, task: Task) -> Any:
        """Submit a task; processes of ``concurrent.futures`` get it pickled."""
        if self._is_pickled:
            return self._executor.submit(run_pickled, pickled(task))
        return self._executor.submit(run_task, task)

    def outcome(self, future: Any) -> list[Any] | Fault:
        """Return the outcome of a future that is done."""
        outcome = future.result()
        return loaded(outcome) if self._is_pickled else outcome

    def restart(self) -> bool:
        """Leave a dead executor to the caller."""
        return False

    def close(self) -> None:
        """Leave the executor open."""


class ProcessWorkers:
    """Worker processes, started when they are needed. A dead pool is replaced."""

    def __init__(self, processes: int) -> None:
        # Each worker has a task at hand when it finishes one. Few are submitted at once, so that
        # few come into question if the pool dies.
        self.limit = 2 * processes
        self._processes = processes
        self._pool = _spawned_pool(processes)

    def submit(self, task: Task) -> Any:
        """Submit a pickled task."""
        return self._pool.submit(run_pickled, pickled(task))

    def outcome(self, future: Any) -> list[Any] | Fault:
        """Return the outcome of a future that is done."""
        return loaded(future.result())

    def restart(self) -> bool:
        """Start a new pool."""
        self.close()
        self._pool = _spawned_pool(self._processes)
        return True

    def close(self) -> None:
        """End the processes. Chunks that run are finished first."""
        self._pool.shutdown(cancel_futures=True)


def _spawned_pool(processes: int) -> ProcessPoolExecutor:
    # Not forked: a fork copies the locks of other threads, and spawned processes are the same on
    # every platform.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=context)


def workers_of(executor: Submitter | None, function: object, processes: int) -> Workers:
    """Return the workers of the caller's executor, or of new processes if there is none.

    Raises:
        InvalidInput: If the executor has no ``submit``, or worker processes cannot import the
            function.
    """
    if executor is not None:
        if not callable(getattr(executor, "submit", None)):
            raise InvalidInput("executor", "must have a method submit", safe_repr(executor))
        return CallerWorkers(executor)
    check_importable("function", function)
    return ProcessWorkers(processes)


def check_importable(field: str, function: object) -> None:
    """Check that spawned processes can import a function.

    Raises:
        InvalidInput: If it was defined in a notebook or at a prompt.
    """
    inner = function
    while isinstance(inner, partial):
        inner = inner.func
    is_of_main = getattr(inner, "__module__", None) == "__main__"
    if is_of_main and getattr(sys.modules.get("__main__"), "__file__", None) is None:
        rule = (
            "must be in a module that worker processes can import, and not in a notebook or at a"
            " prompt; else use threads or Dask"
        )
        raise InvalidInput(field, rule, safe_repr(function))


def process_pool(function: object, processes: int | None = None) -> ProcessPoolExecutor:
    """Return a pool of spawned processes for several sweeps. The caller ends it.

    Args:
        function: The function that they run.
        processes: Their number; ``None``: the number of processors.

    Raises:
        InvalidInput: If the processes cannot import the function ``evaluate``.
    """
    check_importable("evaluate", function)
    return _spawned_pool(processes or default_processes())


def default_processes() -> int:
    """Return the number of processors that this process may use, at most 61."""
    # Python 3.13 has os.process_cpu_count for this.
    affinity = getattr(os, "sched_getaffinity", None)
    usable = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(usable, MAX_PROCESSES)
