"""Chunks of a sweep: the unit that travels to an executor, and the code that runs there."""

from __future__ import annotations

import os
import pickle
import platform
import traceback
from collections.abc import Callable
from typing import Any

import attrs

from fourtop.errors import InvalidInput, safe_repr


@attrs.frozen
class Chunk:
    """Cases that one task runs, in their order.

    An executor gets it as one opaque object: Dask searches tuples and lists for tasks.

    Args:
        first: The position of the first case in the sweep, from 0.
        cases: The cases; at least one.
        attempt: How often the chunk was tried before. It makes the retry another task: Dask returns
            the stored failure of an equal one.
    """

    first: int
    cases: tuple[Any, ...]
    attempt: int = 0

    @property
    def last(self) -> int:
        """The position of the last case."""
        return self.first + len(self.cases) - 1


@attrs.frozen
class Task:
    """A chunk with the function to run.

    Args:
        function: The function.
        chunk: The chunk.
        home: Machine and process of the caller, see ``process_name``.
    """

    function: Callable[[Any], Any]
    chunk: Chunk
    home: tuple[str, int]


@attrs.frozen
class Fault:
    """A chunk without results.

    Args:
        error: The exception.
        name: The name of its class, also if another exception stands for it.
        case: The position of the case that raised it; ``None``: no case did.
    """

    error: Exception
    name: str
    case: int | None = None


def process_name() -> tuple[str, int]:
    """Return the name of this machine and the number of this process."""
    return platform.node(), os.getpid()


def run_task(task: Task) -> list[Any] | Fault:
    """Run the function on each case; stop at the first that raises.

    An exception of the function is a value here, because some exceptions do not survive the way
    back, and take a pool of processes with them.
    """
    results = []
    for position, case in enumerate(task.chunk.cases, task.chunk.first):
        try:
            results.append(task.function(case))
        except Exception as error:  # noqa: BLE001  # The caller gets it.
            is_at_home = task.home == process_name()
            carried = error if is_at_home else _portable(error)
            return Fault(carried, type(error).__name__, position)
    return results


def run_pickled(data: bytes) -> bytes:
    """Run a pickled task; return its pickled outcome.

    The pool carries bytes only. So a task that cannot be loaded here, and a result that cannot be
    pickled, become an error of the chunk and do not kill the worker.
    """
    try:
        task: Task = pickle.loads(data)  # noqa: S301  # The caller's own bytes.
        return pickle.dumps(run_task(task))
    except Exception as error:  # noqa: BLE001  # The caller gets it.
        return pickle.dumps(Fault(_portable(error), type(error).__name__))


def loaded(data: bytes) -> list[Any] | Fault:
    """Return the outcome that ``run_pickled`` returned."""
    outcome: list[Any] | Fault = pickle.loads(data)  # noqa: S301  # From our own worker.
    return outcome


def pickled(task: Task) -> bytes:
    """Return the bytes of a task.

    Raises:
        InvalidInput: If the function or a case cannot be pickled; the field names which.
    """
    try:
        return pickle.dumps(task)
    except Exception:
        check_picklable("function", task.function)
        for position, case in enumerate(task.chunk.cases, task.chunk.first):
            check_picklable(f"cases[{position}]", case)
        raise


def check_picklable(field: str, value: Any) -> None:
    """Check that worker processes can receive a value.

    Raises:
        InvalidInput: If it cannot be pickled.
    """
    try:
        pickle.dumps(value)
    except Exception as error:
        rule = (
            "must be picklable for worker processes: made of values and of functions that a module"
            " defines; else use threads"
        )
        raise InvalidInput(field, rule, safe_repr(value)) from error


def _portable(error: Exception) -> Exception:
    """Return the exception if it survives pickling, else a ``RuntimeError`` with its text."""
    error.add_note("".join(["In the worker:\n", *traceback.format_exception(error)]).rstrip())
    try:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301  # Our own bytes, made on this line.
    except Exception:  # noqa: BLE001  # A class of the host may raise anything here.
        again = None
    if type(again) is type(error):
        return error
    stand_in = RuntimeError(f"{type(error).__name__}: {error}")
    stand_in.add_note(error.__notes__[-1])
    return stand_in
