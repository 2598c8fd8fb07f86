"""A proxy before PostgreSQL that cuts the connection at a statement, before or after passing it on.

It reads what the client sends as messages of the protocol; what the server sends it passes on as it
comes.
"""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from typing import Literal

from tests.sql.line_proxy import LineProxy, hang_up

Cut = Literal["before", "after"]

_LENGTH = struct.Struct("!I")


class Proxy(LineProxy):
    """A proxy that cuts a connection where it is told to.

    Args:
        port: The server's.
    """

    def __init__(self, port: int) -> None:
        self.cut: Cut | None = None
        # The beginning of the statement at which it cuts.
        self.at = b"COMMIT"
        self.cuts = 0
        super().__init__(port)

    def _connect(self, client: socket.socket, server: socket.socket) -> None:
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
                    # The client hears nothing more, however fast the server replies.
                    message += _rest(client, message)
                    hang_up(client)
                    server.sendall(message)
                    # The server executes what it has received, and ends the session.
                    server.shutdown(socket.SHUT_WR)
                    return
                break
        hang_up(client)
        hang_up(server)


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
    hang_up(target)
