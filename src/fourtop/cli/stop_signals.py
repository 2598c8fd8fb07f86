"""Signals that end a command cleanly: SIGTERM of a supervisor, and Ctrl-C."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, Self

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class StopSignals:
    """Remembers whether a signal asked the command to end; the second one ends it at once.

    A handler must not set a ``threading.Event`` that its own thread waits for: both take the same
    lock. So it writes a byte to a socket, and ``wait`` waits for the byte.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._reader, self._writer = socket.socketpair()

    @classmethod
    @contextmanager
    def caught(cls) -> Iterator[Self]:
        """Catch the signals for the length of a block; it must be entered in the main thread."""
        stop = cls()
        before = {number: signal.signal(number, stop._catch) for number in _SIGNALS}
        try:
            yield stop
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            stop._close()

    def is_set(self) -> bool:
        """Whether a signal came."""
        return self._is_set

    def wait(self, timeout: float) -> None:
        """Wait for at most some seconds, or until a signal comes."""
        select.select([self._reader], [], [], timeout)

    def _catch(self, number: int, _frame: FrameType | None) -> None:
        self._is_set = True
        self._writer.send(b"\0")
        signal.signal(
            number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler
        )

    def _close(self) -> None:
        self._reader.close()
        self._writer.close()
