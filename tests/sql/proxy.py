"""A proxy before PostgreSQL that cuts the connection at a statement, before or after passing it on.

It reads what the client sends as messages of the protocol; what the server sends it passes on as it
comes.
"""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from typing import Literal, Self

Cut = Literal["before", "after"]

_LENGTH = struct.Struct("!I")


class Proxy:
    """Listens on 127.0.0.1 for clients of a server on another port.

    Args:
        port: The server's.
    """

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut: Cut | None = None
        # The beginning of the statement at which it cuts.
        self.at = b"COMMIT"
        self.cuts = 0
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
            _hang_up(line)
        for thread in self._threads:
            thread.join()

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
                self._start(self._talk, client, server)
                self._start(_pass_on, server, client)

    def _talk(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on what the client says, message by message."""
        with suppress(OSError, EOFError):
            # The first message has no letter.
            server.sendall(_message(client, letters=0))
            while True:
                message = _message(client, letters=1)
                if not _begins(message, self.at) or self.cut is None:
                    server.sendall(message)
                    continue
                self.cuts += 1
                cut, self.cut = self.cut, None
                if cut == "after":
                    # The client never receives the reply.
                    server.sendall(message + _rest(client, message))
                    _hang_up(client)
                    # The server executes what it has received, and ends the session.
                    server.shutdown(socket.SHUT_WR)
                    return
                break
        _hang_up(client)
        _hang_up(server)


def _begins(message: bytes, text: bytes) -> bool:
    """Whether a message is a statement, as a query of its own or as a part of a pipeline."""
    return message[:1] in (b"Q", b"P") and message[5:].lstrip(b"\0").startswith(text)


def _rest(client: socket.socket, message: bytes) -> bytes:
    """Return the messages after one of a pipeline, up to the Sync that ends it."""
    rest = b""
    while message[:1] not in b"QS":
        message = _message(client, letters=1)
        rest += message
    return rest


def _message(line: socket.socket, *, letters: int) -> bytes:
    head = _exactly(line, letters + 4)
    (length,) = _LENGTH.unpack(head[letters:])
    return head + _exactly(line, length - 4)


def _exactly(line: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = line.recv(size - len(found))
        if not piece:
            raise EOFError
        found += piece
    return found


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    _hang_up(target)


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
