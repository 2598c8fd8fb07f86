"""A process of a client that is killed, and the line on which it says what it does."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from tests.load.crowd import PRELOADED

M = TypeVar("M")

SLOWEST_SECONDS: Final = 60


class KilledProcess(Generic[M]):
    """A process that talks over ``line`` until it dies.

    Args:
        target: Runs in the process, with its end of the line first.
        arguments: What follows.
    """

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        self.line, theirs = context.Pipe()
        self._process: Any = context.Process(target=target, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()

    def await_death(self) -> None:
        """Wait until it has died by itself, by the signal that :meth:`kill` sends, too."""
        self._process.join(SLOWEST_SECONDS)
        assert self._process.exitcode == -signal.SIGKILL

    def kill(self) -> list[M]:
        """End the process at once, wherever it is; return what it said and was not yet read."""
        self._process.kill()
        self._process.join()
        said: list[M] = []
        while True:
            try:
                said.append(self.line.recv())
            except EOFError:
                break
        self.line.close()
        self._process.close()
        return said
