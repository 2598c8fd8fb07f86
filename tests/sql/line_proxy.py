"""The lines of a proxy before PostgreSQL: it listens, connects each client, and hangs up."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Self


class LineProxy(ABC):
    """Listens on 127.0.0.1 for clients of a server on another port.

    A class that inherits sets its own attributes before it calls this constructor, which starts to
    accept clients.

    Args:
        port: The server's.
    """

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Closing the socket wakes the thread that waits for a client.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._open:
            hang_up(line)
        for thread in self._threads:
            thread.join()
        for line in self._open:
            line.close()

    def _start(self, run: object, *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)  # type: ignore[arg-type]  # Any function of ours.
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                self._open += [client, server]
                self._connect(client, server)

    @abstractmethod
    def _connect(self, client: socket.socket, server: socket.socket) -> None:
        """Start the threads that pass on what the two say."""


def hang_up(line: socket.socket) -> None:
    """End a line, whoever reads from it.

    Its number stays taken, so that no thread that is late meets a new line under it.
    """
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
