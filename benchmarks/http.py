"""The HTTP API beside the desk: twenty clients on PostgreSQL, a cap under a rush, a ramp, a spike.

A process of its own serves the API with uvicorn on an asynchronous store. The same process makes
the same calls at the desk, so that both sides have one event loop and one engine. The clients of
HTTP are in this process, and write and read plain bytes.

Run ``python -m benchmarks.http`` at the project's root; it needs uvicorn.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter, process_time
from typing import Any, Final, Literal

import attrs
import uvicorn
from fastapi import Request
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine as AsyncConnections
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.bar import HEADING, Bar, Note
from benchmarks.durable import (
    FIRST_NIGHT,
    fact,
    furnished_with,
    in_rounds,
    parties,
    percentile,
    pub,
    url,
)
from fourtop import (
    Actor,
    AsyncDesk,
    AsyncEngine,
    BookingRequest,
    CapacityRule,
    House,
    sketch_floor,
    sketch_house,
)
from fourtop.cli.serve import THRESHOLDS
from fourtop.http_api import ApiOptions, create_app
from fourtop.storage.sql import AsyncSqlStore

CLIENTS: Final = 20
CALLS: Final = 20
ROUNDS: Final = 7
ROOM: Final = "room"
SMALL: Final = "small"
GUEST: Final = Actor("g1", "guest")
Kind = Literal["book", "read"]
# Asks the process of the server for the time that it has had of a processor.
_PROCESSOR: Final = "processor"


async def guest(_: Request) -> Actor:
    """Let everybody in."""
    return GUEST


def small() -> House:
    """Return a house that takes 40 covers in its early service, and more in the late one."""
    floor = sketch_floor({str(number): 4 for number in range(1, 31)})
    periods = {"early": "17:00-20:00", "late": "20:00-23:00"}
    house = sketch_house(SMALL, floor, timezone="UTC", periods=periods, turn_minutes=60)
    rules = [CapacityRule(period="early", max_covers=40)]
    return attrs.evolve(house, policy=attrs.evolve(house.policy, capacity_rules=rules))


# ---- the process of the server


def run_server(address: str, pipe: Connection) -> None:
    """Serve the API until the pipe says the end; make calls at the desk as it says."""
    logging.getLogger("fourtop").setLevel(logging.ERROR)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # asyncio does it for a socket of its own alone. An answer is two packets; the second one
        # would wait up to 40 ms until the client has acknowledged the first.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asyncio.run(_serve(address, pipe, listening))


def pooled(address: str) -> AsyncConnections:
    """Return a pool with a connection for each client.

    The default pool keeps five. Beyond them it opens a connection for a burst and closes it after;
    HTTP comes in bursts, and the desk's clients do not.
    """
    where = make_url(address).set(drivername="postgresql+psycopg")
    return create_async_engine(where, pool_size=CLIENTS, max_overflow=0)


async def _serve(address: str, pipe: Connection, listening: socket.socket) -> None:
    async with AsyncSqlStore(pooled(address)) as store:
        engine = AsyncEngine(store)
        app = create_app(engine, guest, ApiOptions(availability_rate=None))
        # As ``fourtop serve`` does: the collector of Python looks at less, and less often.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        told: dict[str, Any] = {"log_level": "warning", "access_log": False, "lifespan": "off"}
        # The clients keep their connections while the desk has its turn.
        config = uvicorn.Config(app, timeout_keep_alive=600, **told)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        pipe.send(listening.getsockname()[1])
        desk = engine.desk(ROOM, actor=GUEST)
        while (wanted := await asyncio.to_thread(pipe.recv)) is not None:
            if wanted == _PROCESSOR:
                pipe.send(process_time())
            else:
                pipe.send(await _at_the_desk(desk, *wanted))
        server.should_exit = True
        await serving


async def _at_the_desk(
    desk: AsyncDesk, kind: Kind, requests: Sequence[BookingRequest]
) -> list[float]:
    """Make the calls of all clients; return the seconds of each call."""

    async def call(request: BookingRequest) -> None:
        if kind == "book":
            await desk.book(request)
        else:
            await desk.availability(request.start.date(), [request.party_size])

    return await _by_clients(requests, call)


async def _by_clients(
    requests: Sequence[BookingRequest], call: Callable[[BookingRequest], Awaitable[None]]
) -> list[float]:
    seconds: list[float] = []

    async def client(number: int) -> None:
        for request in requests[number::CLIENTS]:
            begun = perf_counter()
            await call(request)
            seconds.append(perf_counter() - begun)

    await asyncio.gather(*map(client, range(CLIENTS)))
    return seconds


# ---- the clients


@attrs.define(eq=False)
class Line:
    """A connection of a client, which stays open."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Send a request; return the status and the body of the answer."""
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: api.example\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        self.writer.write(head.encode() + content)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(answer[9:12]), await self.reader.readexactly(length)


def path_of(kind: Kind, request: BookingRequest, restaurant_id: str = ROOM) -> str:
    """Return the path of a call."""
    base = f"/restaurants/{restaurant_id}"
    if kind == "book":
        return f"{base}/bookings"
    return f"{base}/availability?date={request.start.date()}&party_size={request.party_size}"


async def send(line: Line, kind: Kind, request: BookingRequest, room: str = ROOM) -> Any:
    """Send one call over HTTP; return its answer."""
    if kind == "read":
        return await line.ask("GET", path_of(kind, request, room))
    body = {"party_size": request.party_size, "start": request.start.isoformat()}
    return await line.ask("POST", path_of(kind, request, room), body)


@attrs.frozen
class Side:
    """The calls of all clients on one side, in one round.

    Args:
        seconds: Of each call.
        processor: Seconds that the process of the server had of a processor for all of them.
    """

    seconds: Sequence[float]
    processor: float


@attrs.define(eq=False)
class Served:
    """A running server, asked by this process.

    Args:
        port: Its port.
        pipe: Leads to its process.
    """

    port: int
    pipe: Connection
    night: int = 0
    _loop: asyncio.Runner = attrs.field(init=False, factory=asyncio.Runner)
    _kept: list[Line] = attrs.field(init=False, factory=list)

    def next_parties(self, count: int) -> list[BookingRequest]:
        """Return parties of two, on nights that nobody has booked yet."""
        found = parties(count, skipped_nights=self.night)
        self.night += 1 + count // 60
        return found

    def desk(self, kind: Kind) -> Side:
        """Make the calls of all clients at the desk."""
        requests = self.next_parties(CLIENTS * CALLS)

        def make() -> list[float]:
            self.pipe.send((kind, requests))
            found: list[float] = self.pipe.recv()
            return found

        return self._measured(make)

    def http(self, kind: Kind) -> Side:
        """Make the calls of all clients over HTTP."""
        requests = self.next_parties(CLIENTS * CALLS)
        return self._measured(lambda: self._loop.run(self._http(kind, requests)))

    def _measured(self, make: Callable[[], list[float]]) -> Side:
        begun = self._processor()
        seconds = make()
        return Side(seconds, self._processor() - begun)

    def _processor(self) -> float:
        self.pipe.send(_PROCESSOR)
        found: float = self.pipe.recv()
        return found

    async def _http(self, kind: Kind, requests: Sequence[BookingRequest]) -> list[float]:
        if not self._kept:
            self._kept = await self.lines(CLIENTS)
        lines = asyncio.Queue[Line]()
        for line in self._kept:
            lines.put_nowait(line)

        async def call(request: BookingRequest) -> None:
            # Each client takes the line that it has given back, or another free one.
            line = lines.get_nowait()
            status, body = await send(line, kind, request)
            assert status in (200, 201), body
            lines.put_nowait(line)

        return await _by_clients(requests, call)

    def close(self) -> None:
        """Close the connections of the clients, and end the server."""
        for line in self._kept:
            line.writer.close()
        self._loop.close()
        self.pipe.send(None)

    async def lines(self, count: int) -> list[Line]:
        """Open some connections at once."""
        opening = (asyncio.open_connection("127.0.0.1", self.port) for _ in range(count))
        return [Line(*each) for each in await asyncio.gather(*opening)]

    def statuses(self, clients: int, calls: int, kind: Kind) -> Counter[int]:
        """Return the statuses of the calls of clients that come all at once."""
        requests = self.next_parties(clients * calls)

        async def client(number: int) -> list[int]:
            (line,) = await self.lines(1)
            return [(await send(line, kind, each))[0] for each in requests[number::clients]]

        async def all_at_once() -> Counter[int]:
            found = await asyncio.gather(*map(client, range(clients)))
            return Counter(status for each in found for status in each)

        return asyncio.run(all_at_once())

    def rush(self, clients: int) -> list[tuple[int, Any]]:
        """Let parties of four want one early table at once; return the answers."""
        start = FIRST_NIGHT.replace(hour=18) - timedelta(days=1)
        wanted = BookingRequest(4, start)

        async def all_at_once() -> list[tuple[int, Any]]:
            lines = await self.lines(clients)
            calls = (send(line, "book", wanted, SMALL) for line in lines)
            return [(status, json.loads(body)) for status, body in await asyncio.gather(*calls)]

        return asyncio.run(all_at_once())


@contextmanager
def served(address: str) -> Iterator[Served]:
    """Give a server in a process of its own."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=run_server, args=(address, there), daemon=True)
    process.start()
    try:
        server = Served(here.recv(), here)
        yield server
        server.close()
        process.join(30)
    finally:
        process.kill()


# ---- the figures


def compared(server: Served, kind: Kind, rounds: int) -> Iterator[Bar]:
    """Compare one call over HTTP with the same at the desk."""
    sides = {"http": lambda: server.http(kind), "desk": lambda: server.desk(kind)}
    server.http(kind)
    server.desk(kind)
    found = in_rounds(sides, rounds)
    name = {"book": "POST bookings", "read": "GET availability"}[kind]
    for share, at_most in ((0.95, 1.6), (0.5, None)):
        http, desk = ([percentile(each.seconds, share) for each in found[side]] for side in sides)
        title = f"{name}, {CLIENTS} clients, p{share * 100:.0f}: over HTTP / at the desk"
        yield Bar(title, http, desk, at_most=at_most)
    http, desk = ([each.processor for each in found[side]] for side in sides)
    yield Bar("  time of a processor in the process of the server", http, desk, CLIENTS * CALLS)


def crowded(server: Served, *, is_quick: bool) -> Iterator[Bar | Note]:
    """Count the answers under a rush, a ramp and a spike."""
    answers = server.rush(100)
    counts = Counter(status for status, _ in answers)
    refused = [body for status, body in answers if status == 409]
    yield fact("100 x 4 into 40 covers: 201", counts[201], at_least=10, at_most=10)
    offered = sum(bool(body["alternatives"]) for body in refused)
    yield fact("  409 with alternatives", offered, at_least=90, at_most=90)
    calls = 4 if is_quick else 10
    ramp: Counter[int] = Counter()
    for clients in (1, 2, 5, 10, 20, 30, 40, 50):
        for kind in ("book", "read"):
            ramp += server.statuses(clients, calls, kind)
    spike = server.statuses(100, calls, "book") + server.statuses(100, calls, "read")
    for name, found in (("ramp 1 to 50 clients", ramp), ("spike 0 to 100 clients", spike)):
        errors = sum(count for status, count in found.items() if status >= 500)
        yield fact(f"{name}: answers of 5xx", errors, at_most=0)
        yield Note(f"  {dict(sorted(found.items()))}")


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Compare the API with the desk, and count its answers under load."""
    rounds = 2 if is_quick else ROUNDS
    with furnished_with([pub(ROOM), small()]) as name, served(url(name)) as server:
        yield from compared(server, "book", rounds)
        yield from compared(server, "read", rounds)
        yield from crowded(server, is_quick=is_quick)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
