"""A proxy before PostgreSQL that delays each message, and counts the round trips of a client."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from queue import SimpleQueue
from typing import Final

from tests.sql.line_proxy import LineProxy, hang_up

_SIZE: Final = 65_536
# A time of arrival, and what arrived; an empty piece ends the line.
_Piece = tuple[float, bytes]


class DelayingProxy(LineProxy):
    """A proxy that delays what the two sides say.

    A round trip begins when the client sends after it has received, or for the first time. So a
    pipeline is one round trip, whatever number of packets it has.

    Args:
        port: The server's.
        one_way_seconds: How long each packet is on its way.
    """

    def __init__(self, port: int, one_way_seconds: float = 0.0) -> None:
        self._delay = one_way_seconds
        self.round_trips = 0
        self._counting = threading.Lock()
        super().__init__(port)

    def url(self, database: str, user: str) -> str:
        """Return the address of a database behind the proxy for SQLAlchemy."""
        return url_at(self.port, database, user)

    def _connect(self, client: socket.socket, server: socket.socket) -> None:
        for each in (client, server):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        talk = _Talk(self)
        for source, target, is_client in ((client, server, True), (server, client, False)):
            line: SimpleQueue[_Piece] = SimpleQueue()
            self._start(talk.receive, source, line, is_client)
            self._start(self._send, target, line)

    def _send(self, target: socket.socket, line: SimpleQueue[_Piece]) -> None:
        """Pass on what has arrived, each piece when it has been on its way for long enough."""
        with suppress(OSError):
            while True:
                arrived, piece = line.get()
                wait = arrived + self._delay - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
                if not piece:
                    break
                target.sendall(piece)
        hang_up(target)

    def count(self) -> None:
        """Count a round trip."""
        with self._counting:
            self.round_trips += 1


def url_at(port: int, database: str, user: str) -> str:
    """Return the address of a database at a port of this machine, without encryption."""
    plain = "sslmode=disable&gssencmode=disable"
    return f"postgresql+psycopg://{user}@127.0.0.1:{port}/{database}?{plain}"


class _Talk:
    """What is said on one connection, and who spoke last."""

    def __init__(self, proxy: DelayingProxy) -> None:
        self._proxy = proxy
        self._is_clients_turn = True

    def receive(self, source: socket.socket, line: SimpleQueue[_Piece], is_client: bool) -> None:  # noqa: FBT001  # A thread passes it.
        """Put what arrives into a line."""
        with suppress(OSError):
            while piece := source.recv(_SIZE):
                if is_client and self._is_clients_turn:
                    self._proxy.count()
                self._is_clients_turn = not is_client
                line.put((time.monotonic(), piece))
        line.put((time.monotonic(), b""))
