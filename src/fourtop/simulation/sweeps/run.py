"""Sweep over many cases: the same function on each, on any executor, with results in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, Final, Generic, TypeVar

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of
from fourtop.formats.files import StrPath
from fourtop.model import validators
from fourtop.simulation.sweeps.chunk import Chunk
from fourtop.simulation.sweeps.dispatch import Dispatch
from fourtop.simulation.sweeps.resume_file import ResumeFile
from fourtop.simulation.sweeps.variables import table_of
from fourtop.simulation.sweeps.workers import (
    MAX_PROCESSES,
    Submitter,
    default_processes,
    workers_of,
)
from fourtop.simulation.table import TidyTable

C = TypeVar("C")
R = TypeVar("R")
Progress = Callable[[int, int], object]

_CHUNKS: Final = 64
_CHUNKS_A_PROCESS: Final = 4
_MAX_CHUNK: Final = 1_000_000


def _path(_instance: object, attribute: validators.Named, value: object) -> None:
    if not isinstance(value, str | os.PathLike):
        raise InvalidInput(attribute.name, "must be the path of a file", safe_repr(value))


@attrs.frozen
class SweepOptions:
    """How a sweep runs. No option changes a result.

    Args:
        processes: The number of worker processes, if no executor is given (1–61); ``None``: the
            number of processors.
        chunk_size: The number of cases that travel together; ``None``: a 64th of the cases, or
            less for more than 16 processes.
        retries: How often a chunk is tried again after it failed (0–100).
        resume: A file that keeps the results of finished chunks; ``None``: no file. The same sweep
            with the same file runs only the rest. The file has pickled values: resume only from
            files that you trust.

    Raises:
        InvalidInput: If a value is out of its range.
    """

    processes: int | None = attrs.field(
        default=None,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(1, MAX_PROCESSES)),
        kw_only=True,
    )
    chunk_size: int | None = attrs.field(
        default=None,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(1, _MAX_CHUNK)),
        kw_only=True,
    )
    retries: int = attrs.field(
        default=1,
        converter=validators.as_integer,
        validator=validators.integer(0, 100),
        kw_only=True,
    )
    resume: StrPath | None = attrs.field(
        default=None, validator=validators.optional(_path), kw_only=True
    )


@attrs.frozen(repr=False)
class Sweep(Generic[C, R]):
    """The results of a sweep, in the order of its cases.

    Args:
        cases: The cases.
        results: The result of each case.
    """

    cases: tuple[C, ...]
    results: tuple[R, ...]

    def table(self) -> TidyTable:
        """Return one row per case: the variables of the case, then those of its result.

        Attrs classes, dataclasses, named tuples and mappings have a column per field; another case
        is the column ``case``, another result the column ``result``. If a case and its result share
        a name, the column of the result is called ``result_<name>``.
        """
        return table_of(self, count_of(len(self.cases), "case"))

    def to_pandas(self) -> Any:
        """Return the table as a ``pandas.DataFrame``.

        Raises:
            MissingPackage: If pandas is not installed; install it.
        """
        return self.table().to_pandas()

    def to_polars(self) -> Any:
        """Return the table as a ``polars.DataFrame``.

        Raises:
            MissingPackage: If polars is not installed; install it.
        """
        return self.table().to_polars()

    def __len__(self) -> int:
        return len(self.cases)

    def __iter__(self) -> Iterator[tuple[C, R]]:
        return iter(zip(self.cases, self.results, strict=True))

    def __repr__(self) -> str:
        return brief(self, count_of(len(self.cases), "case"))

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def sweep(
    function: Callable[[C], R],
    cases: Iterable[C],
    *,
    executor: Submitter | None = None,
    options: SweepOptions | None = None,
    progress: Progress | None = None,
) -> Sweep[C, R]:
    """Run a function on each case and return the results in the order of the cases.

    The results do not depend on the executor, the chunks or the number of workers, if the function
    is pure: its result follows from the case alone. A case that holds a seed makes a random
    function pure.

    Cases travel in chunks. A chunk that fails is tried again. If the workers are processes of the
    sweep and one dies, new ones are started, and the chunks that were running go through them one
    by one, so the error names the guilty chunk.

    Worker processes are spawned: they import the module of the function. A script needs
    ``if __name__ == "__main__":`` around its own work. Functions of a notebook run on threads or on
    Dask.

    Args:
        function: A pure function of one case. For processes, a function that a module defines, or a
            ``functools.partial`` of one.
        cases: The cases. They are read at once.
        executor: Any ``concurrent.futures.Executor``, a Dask ``Client``, or anything else with
            ``submit`` and futures with ``result``, ``cancel`` and ``add_done_callback``. It stays
            open. ``None``: processes that end with the sweep. For Dask on this machine:
            ``from distributed import Client`` and ``Client(n_workers=4, threads_per_worker=1)``.
        options: See ``SweepOptions``.
        progress: Called in this thread with the number of finished cases and of all, at the start
            and after each chunk.

    Raises:
        InvalidInput: If an argument is wrong: cases that are no collection, a function or a case
            that cannot be pickled, a file of another sweep.
        InvalidDocument: If the file to resume from is damaged.
        SweepFailed: If a chunk failed in each attempt. Its cause is the exception. The file to
            resume from keeps the finished chunks.

    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as threads:
    ...     squares = sweep(abs, [-3, 2, -1], executor=threads)
    >>> squares.results
    (3, 2, 1)
    """
    terms = SweepOptions() if options is None else options
    listed = validators.as_members("cases", cases, lambda case: case)
    _check_callable("function", function)
    if progress is not None:
        _check_callable("progress", progress)
    processes = terms.processes or default_processes()
    path = terms.resume
    file = None if path is None else ResumeFile(path, function, listed)
    with closing(workers_of(executor, function, processes)) as workers:
        collected = _Collected(listed, progress)
        collected.start([] if file is None else file.saved)
        chunks = collected.missing(terms.chunk_size or _chunk_size(len(listed), processes))
        dispatch = Dispatch(workers, function, terms.retries)
        with closing(dispatch.results(chunks)) as arriving:
            for chunk, found in arriving:
                if file is not None:
                    file.append(chunk.first, found)
                collected.keep(chunk.first, found)
    return Sweep(listed, tuple(collected.results))


class _Collected:
    """The results so far, at the positions of their cases."""

    def __init__(self, cases: Sequence[Any], progress: Progress | None) -> None:
        self.results: list[Any] = [None] * len(cases)
        self._cases = cases
        self._is_missing = [True] * len(cases)
        self._done = 0
        self._progress = progress

    def start(self, saved: Iterable[tuple[int, list[Any]]]) -> None:
        """Keep the results of an earlier run, and report the start."""
        for first, found in saved:
            self._put(first, found)
        self._report()

    def keep(self, first: int, found: list[Any]) -> None:
        """Keep the results of a chunk, and report it."""
        self._put(first, found)
        self._report()

    def missing(self, size: int) -> list[Chunk]:
        """Return the cases without results, in chunks of at most ``size`` neighbours."""
        chunks = []
        first = 0
        while first < len(self._cases):
            last = first
            while last < len(self._cases) and self._is_missing[last] and last - first < size:
                last += 1
            if last > first:
                chunks.append(Chunk(first, tuple(self._cases[first:last])))
            first = max(last, first + 1)
        return chunks

    def _put(self, first: int, found: list[Any]) -> None:
        end = first + len(found)
        assert all(self._is_missing[first:end]), "each case has one result"
        self.results[first:end] = found
        self._is_missing[first:end] = [False] * len(found)
        self._done += len(found)

    def _report(self) -> None:
        if self._progress is not None:
            self._progress(self._done, len(self._cases))


def _chunk_size(cases: int, processes: int) -> int:
    """Return the size that cuts the cases into 64 chunks, or 4 per process if that is more.

    A chunk costs about a millisecond on top of its cases. The number of chunks is limited, so this
    stays below a tenth of every sweep of a second or more. With so many chunks the workers finish
    almost together.
    """
    chunks = max(_CHUNKS, _CHUNKS_A_PROCESS * processes)
    return max(1, -(-cases // chunks))


def _check_callable(field: str, value: object) -> None:
    if not callable(value):
        raise InvalidInput(field, "must be callable", safe_repr(value))
