"""A crowd: processes that stay for many pieces of work, and begin each at the same moment."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from types import TracebackType
from typing import Any, Final, Self, TypeVar

T = TypeVar("T")

Meet = Callable[[], object]

# What takes a while to import is imported once, by the process that the workers are forked from.
PRELOADED: Final = [
    "pytest",
    "fourtop",
    "fourtop.storage.sql",
    "psycopg",
    "sqlite3",
    "tests.load.rush",
]
PATIENCE_SECONDS: Final = 60


class Crowd:
    """Processes that work together, all of them or the first few.

    Args:
        sizes: With how many there will be work to do; so many are started as the largest says.
    """

    def __init__(self, *sizes: int) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        # They live for as long as we do: a process that starts opens them by their names.
        self._barriers = {size: context.Barrier(size, timeout=PATIENCE_SECONDS) for size in sizes}
        self._lines: list[Connection] = []
        self._processes = []
        for _ in range(max(sizes)):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, self._barriers), daemon=True)
            process.start()
            theirs.close()
            self._lines.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for line in self._lines:
            line.close()
        for process in self._processes:
            process.join(5)
            process.kill()

    def do(self, work: Callable[..., T], each: Sequence[tuple[Any, ...]]) -> list[T]:
        """Run a piece of work in one process for each argument; return the result of each.

        Args:
            work: A function of a module; it gets the arguments and a function that waits for the
                others.
            each: The arguments of each process.

        Raises:
            BaseException: What the work of one of them raised.
        """
        lines = self._lines[: len(each)]
        for line, arguments in zip(lines, each, strict=True):
            line.send((work, arguments, len(each)))
        answers = [self._heard(number) for number in range(len(each))]
        for _, error in answers:
            if error is not None:
                raise error
        return [result for result, _ in answers]

    def _heard(self, number: int) -> Any:
        """Return what a process answers; if it is gone, say how it ended."""
        try:
            return self._lines[number].recv()
        except EOFError:
            process = self._processes[number]
            process.join(PATIENCE_SECONDS)
            raise AssertionError(f"process {number} has ended with {process.exitcode}") from None


def _serve(line: Connection, barriers: dict[int, Barrier]) -> None:
    """Do one piece of work after the other until nobody asks for more."""
    while True:
        try:
            work, arguments, size = line.recv()
        except EOFError:
            return
        try:
            line.send((work(*arguments, barriers[size].wait), None))
        except BaseException as error:  # noqa: BLE001  # Whoever asked shall see it, whatever it is.
            line.send((None, error))
