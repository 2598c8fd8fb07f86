"""Send the chunks of a sweep to an executor, collect their results, and try failed ones again."""

from __future__ import annotations

import concurrent.futures
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from itertools import count
from queue import SimpleQueue
from typing import Any

import attrs

from fourtop.errors import InvalidInput, SweepFailed
from fourtop.simulation.sweeps.chunk import Chunk, Fault, Task, process_name
from fourtop.simulation.sweeps.workers import Workers


class Dispatch:
    """The chunks of one sweep on their way.

    Args:
        workers: The executor.
        function: The function of the sweep.
        retries: How often a failed chunk is tried again.
    """

    def __init__(self, workers: Workers, function: Callable[[Any], Any], retries: int) -> None:
        self._workers = workers
        self._function = function
        self._retries = retries
        self._failures: Counter[int] = Counter()
        self._waiting: deque[Chunk] = deque()
        # Chunks that ran when the executor died. They run one at a time, so that the guilty one
        # shows.
        self._suspects: deque[Chunk] = deque()
        self._running: dict[int, tuple[Chunk, Any]] = {}
        self._done: SimpleQueue[int] = SimpleQueue()
        self._numbers = count()

    def results(self, chunks: Iterable[Chunk]) -> Generator[tuple[Chunk, list[Any]]]:
        """Yield each chunk with its results as it finishes, in no fixed order.

        Raises:
            SweepFailed: A chunk failed in each attempt.
            InvalidInput: The function or a case cannot be pickled for a pool of processes.
        """
        self._waiting.extend(chunks)
        try:
            while self._waiting or self._suspects or self._running:
                self._fill()
                chunk, outcome = self._next()
                if isinstance(outcome, Fault):
                    self._fail(chunk, outcome)
                else:
                    yield chunk, outcome
        finally:
            for _, future in self._running.values():
                with suppress(Exception):  # A dead executor cannot cancel.
                    future.cancel()

    def _fill(self) -> None:
        if self._suspects:
            if not self._running:
                self._submit(self._suspects.popleft())
            return
        while self._waiting and len(self._running) < self._workers.limit:
            self._submit(self._waiting.popleft())

    def _submit(self, chunk: Chunk) -> None:
        task = Task(self._function, chunk, process_name())
        number = next(self._numbers)
        future: Any
        try:
            future = self._workers.submit(task)
        except InvalidInput:
            raise
        except Exception as error:  # noqa: BLE001  # A dead executor takes no work.
            future = concurrent.futures.Future()
            future.set_exception(error)
        self._running[number] = (chunk, future)
        future.add_done_callback(lambda _: self._done.put(number))

    def _next(self) -> tuple[Chunk, list[Any] | Fault]:
        number = self._done.get()
        while number not in self._running:  # A chunk of an executor that died.
            number = self._done.get()
        chunk, future = self._running.pop(number)
        try:
            return chunk, self._workers.outcome(future)
        except Exception as error:  # noqa: BLE001  # Executors raise what they like.
            return chunk, Fault(error, type(error).__name__)

    def _fail(self, chunk: Chunk, fault: Fault) -> None:
        is_dead = isinstance(fault.error, concurrent.futures.BrokenExecutor)
        if is_dead and self._workers.restart():
            others = [other for other, _ in self._running.values()]
            self._running.clear()
            if others:
                # One of them killed the executor. None is counted as failed before it shows which.
                self._suspects.extend(sorted((chunk, *others), key=lambda each: each.first))
                return
        self._failures[chunk.first] += 1
        if self._failures[chunk.first] > self._retries:
            raise self._failure(chunk, fault) from fault.error
        again = attrs.evolve(chunk, attempt=chunk.attempt + 1)
        (self._suspects if is_dead else self._waiting).appendleft(again)

    def _failure(self, chunk: Chunk, fault: Fault) -> SweepFailed:
        attempts = self._failures[chunk.first]
        return SweepFailed(chunk.first, chunk.last, attempts, fault.name, fault.case)
