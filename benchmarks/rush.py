"""Compare 160 bookers in 8 processes on 40 tables with a bare script, and with libres.

Run ``python -m benchmarks.rush`` at the project's root.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any, Final

import attrs
import psycopg
from sqlalchemy import make_url

from benchmarks.bar import HEADING, Bar, Note
from benchmarks.durable import (
    CLIENTS,
    capped,
    crowd,
    database,
    fact,
    furnished_with,
    in_rounds,
    opened,
    server,
    unprepared,
    url,
)
from benchmarks.foreign import Libres, NotThereError
from benchmarks.pairs import taken
from fourtop import Booking, BookingRequest, Desk, Engine, House, Refused, sketch_floor
from fourtop.storage.sql import SqlStore

TABLES: Final = 40
BOOKERS: Final = 160
STAY: Final = timedelta(minutes=90)
OPENING: Final = datetime(2030, 5, 2, 17, tzinfo=UTC)
QUARTERS: Final = 17
# So many bookings each process has made before, elsewhere, as those of a service have: by then all
# is compiled, prepared and planned.
WARM: Final = 15
LOBBY, ROOM = "lobby", "room"

# What a script has that does nothing else: a row to lock, and the same constraint.
BARE: Final = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE restaurant (id text COLLATE "C" PRIMARY KEY);
INSERT INTO restaurant VALUES ('lobby'), ('room');
CREATE TABLE taken (
    restaurant_id text COLLATE "C" REFERENCES restaurant,
    resource_type text COLLATE "C", resource_id text COLLATE "C",
    "window" tstzrange NOT NULL, party int NOT NULL,
    EXCLUDE USING gist (
        restaurant_id WITH =, resource_type WITH =, resource_id WITH =, "window" WITH &&
    ) DEFERRABLE INITIALLY IMMEDIATE
);
"""
LOCK: Final = "SELECT 1 FROM restaurant WHERE id = %s FOR UPDATE"
BUSY: Final = """SELECT resource_id FROM taken
WHERE restaurant_id = %s AND resource_type = 'table' AND "window" && tstzrange(%s, %s)"""
TAKE: Final = "INSERT INTO taken VALUES (%s, 'table', %s, tstzrange(%s, %s), 2)"


def evening() -> list[datetime]:
    """Return when the bookers want to come, drawn once for all sides."""
    draw = random.Random(3)
    return [OPENING + timedelta(minutes=15 * draw.randrange(QUARTERS)) for _ in range(BOOKERS)]


def house(name: str) -> House:
    """Return a house of forty equal tables; every party stays for 90 minutes."""
    floor = sketch_floor({str(number): 4 for number in range(TABLES)})
    return capped(name, floor, timezone="UTC", periods={"dinner": "17:00-23:00"}, turn_minutes=90)


@attrs.frozen
class Outcome:
    """What came of a rush.

    Args:
        seconds: From when all processes were warm to when the last one was done.
        seated: How many bookers got a table.
        fitting: How many first fit seats in the order in which they were decided.
        surfaced: What else than a refusal was answered, by name.
    """

    seconds: float
    seated: int
    fitting: int
    surfaced: Counter[str]


@attrs.frozen
class Answer:
    """What one booker was answered, and how many had been seated when it was decided.

    Args:
        start: When the booker wanted to come.
        version: The occupancy that was looked at.
        what: ``"seated"``, ``"refused"``, or the name of an error.
    """

    start: datetime
    version: int
    what: str


class Watched(SqlStore):
    """A store that says which version of the occupancy its last writing decision has seen first."""

    version: int | None = None

    def transact(self, scope: Any, decide: Any) -> Any:
        """Note the version, then go on as always."""

        def watched(view: Any) -> Any:
            self.seen = view.versions.occupancy
            return decide(view)

        answer = super().transact(scope, watched)
        if self.version is None:
            self.version = self.seen
        return answer


def book(desk: Desk, request: BookingRequest) -> Booking:
    """Book in one step."""
    return desk.book(request)


def hold_and_confirm(desk: Desk, request: BookingRequest) -> Booking:
    """Book in two steps, as a guest does who enters a name in between."""
    return desk.confirm(desk.hold(request).id)


# ---- the two sides, each in its processes


def book_share(
    source: Callable[[], Any], starts: Sequence[datetime], call: Callable[..., Booking], meet: Any
) -> Any:
    """Book for a share of the parties; return its begin, its end and the answers."""
    store = Watched(source())
    lobby, desk = Engine(store).desk(LOBBY), Engine(store).desk(ROOM)
    for number in range(WARM):
        call(lobby, BookingRequest(2, starts[number] + timedelta(days=1 + number)))
    desk.quote(BookingRequest(2, starts[0]))
    answers = []
    meet()
    begun = perf_counter()
    for start in starts:
        store.version = None
        try:
            call(desk, BookingRequest(2, start))
            what = "seated"
        except Refused:
            what = "refused"
        except Exception as error:  # noqa: BLE001  # Whatever surfaces is counted by its name.
            what = type(error).__name__
        answers.append(Answer(start, store.seen if store.version is None else store.version, what))
    ended = perf_counter()
    store.close()
    return begun, ended, answers


def script_share(how: dict[str, Any], starts: Sequence[datetime], meet: Any) -> Any:
    """Book for a share of the parties with nothing but SQL; return the same."""
    tables = [str(number) for number in range(TABLES)]
    with psycopg.connect(**how) as connection:
        for number in range(WARM):
            _script_books(connection, LOBBY, tables, starts[number] + timedelta(days=1 + number))
        answers = []
        meet()
        begun = perf_counter()
        answers = [
            Answer(start, 0, _script_books(connection, ROOM, tables, start)) for start in starts
        ]
        return begun, perf_counter(), answers


def _script_books(
    connection: psycopg.Connection[Any], room: str, tables: Sequence[str], start: datetime
) -> str:
    with connection.transaction():
        connection.execute(LOCK, (room,))
        busy = {each for (each,) in connection.execute(BUSY, (room, start, start + STAY))}
        free = next((each for each in tables if each not in busy), None)
        if free is None:
            return "refused"
        connection.execute(TAKE, (room, free, start, start + STAY))
    return "seated"


def outcome(spans: Sequence[Any]) -> Outcome:
    """Put the answers of all processes together."""
    answers = [each for _, _, some in spans for each in some]
    counts = Counter(each.what for each in answers)
    seated = counts.pop("seated", 0)
    del counts["refused"]
    seconds = max(ended for _, ended, _ in spans) - min(begun for begun, _, _ in spans)
    # At one version, a refused party saw the same tables as the seated one.
    ordered = sorted(answers, key=lambda each: (each.version, each.what == "seated"))
    return Outcome(seconds, seated, first_fit(each.start for each in ordered), counts)


def first_fit(starts: Iterator[datetime]) -> int:
    """Count how many a bare first fit seats, in this order."""
    tables: list[list[datetime]] = [[] for _ in range(TABLES)]
    seated = 0
    for start in starts:
        free = (each for each in tables if all(abs(start - other) >= STAY for other in each))
        table = next(free, None)
        if table is not None:
            table.append(start)
            seated += 1
    return seated


class Trial:
    """The rush, on copies of the same two databases.

    Args:
        template: The one with our house in it.
        bare: The one of the script.
        libres: Runs libres; ``None``: it does not run here.
    """

    def __init__(self, template: str, bare: str, libres: Libres | None) -> None:
        self._template = template
        self._bare = bare
        self._libres = libres
        self._shares = [evening()[number::CLIENTS] for number in range(CLIENTS)]

    def book(self) -> Outcome:
        """Let ours book in one step."""
        return self._ours(book)

    def hold_and_confirm(self) -> Outcome:
        """Let ours book in two steps."""
        return self._ours(hold_and_confirm)

    def plain(self) -> Outcome:
        """Let ours book in one step, without prepared statements."""
        return self._ours(book, unprepared)

    def bare(self) -> Outcome:
        """Let the script book."""
        with database(self._bare) as name:
            address = make_url(server().url(name))
            how = {"user": address.username, "dbname": name, **address.query}
            return outcome(crowd().do(script_share, [(how, share) for share in self._shares]))

    def libres(self) -> Outcome:
        """Let libres book."""
        assert self._libres is not None
        with database("template0") as name:
            address = server().url(name)
            self._libres.run("offer", address, [OPENING.isoformat()], 6)
            found = self._libres.run(
                "rush", address, [each.isoformat() for each in evening()], CLIENTS
            )
        counts = Counter(found["answers"])
        seated = counts.pop("seated", 0)
        del counts["refused"]
        return Outcome(found["seconds"], seated, first_fit(iter(evening())), counts)

    def _ours(
        self, call: Callable[..., Booking], as_address: Callable[[str], str] = str
    ) -> Outcome:
        with database(self._template) as name:
            source = partial(as_address, url(name))
            return outcome(
                crowd().do(book_share, [(source, share, call) for share in self._shares])
            )


def rush(trial: Trial, rounds: int, *, has_libres: bool) -> Iterator[Bar | Note]:
    """Compare the whole rush."""
    sides = {
        "ours": trial.book,
        "ours plain": trial.plain,
        "two steps": trial.hold_and_confirm,
        "bare": trial.bare,
    }
    if has_libres:
        sides["libres"] = trial.libres
    found = in_rounds(sides, rounds)

    def seconds(side: str) -> list[float]:
        return [each.seconds for each in found[side]]

    name = f"{BOOKERS} bookers, {CLIENTS} processes, {TABLES} tables"
    yield Bar(
        f"{name}: ours, booked in one step / bare script",
        seconds("ours"),
        seconds("bare"),
        BOOKERS,
        at_most=3,
    )
    yield Bar(
        "  the same, ours without prepared statements",
        seconds("ours plain"),
        seconds("bare"),
        BOOKERS,
    )
    yield Bar(
        "  the same, ours in two steps, hold and confirm",
        seconds("two steps"),
        seconds("bare"),
        BOOKERS,
    )
    for side, what in (("ours", "one step"), ("two steps", "two steps")):
        seated, fitting = (
            [float(getattr(each, name)) for each in found[side]] for name in ("seated", "fitting")
        )
        yield Bar(
            f"  seated in {what} / by first fit in the same order",
            seated,
            fitting,
            calls=0,
            at_least=1,
        )
        yield fact(
            f"  errors that surfaced, {what}",
            sum(each.surfaced.total() for each in found[side]),
            at_most=0,
        )
    if has_libres:
        yield Bar("  libres / bare script", seconds("libres"), seconds("bare"), BOOKERS)
    for side in sides:
        yield Note(
            f"  {side}: seated {_counts(found[side])} of {BOOKERS}; errors: {_errors(found[side])}"
        )


def _counts(outcomes: Sequence[Outcome]) -> str:
    few, many = (pick(each.seated for each in outcomes) for pick in (min, max))
    return f"{few}" if few == many else f"{few} to {many}"


def _errors(outcomes: Sequence[Outcome]) -> str:
    together: Counter[str] = sum((each.surfaced for each in outcomes), Counter())
    return ", ".join(f"{name} {count}" for name, count in sorted(together.items())) or "none"


# ---- one client


def single(template: str, libres: Libres, *, number: int, rounds: int) -> Iterator[Bar]:
    """Compare one client's hold and confirm with libres' reserve and approve, same nights."""
    draw = random.Random(4)
    nights = [OPENING + timedelta(days=night) for night in range(-(-number // 60))]
    starts = [
        nights[place // 60] + timedelta(minutes=15 * draw.randrange(QUARTERS))
        for place in range(number)
    ]
    apart = [
        OPENING + timedelta(days=place // 3, minutes=90 * (place % 3)) for place in range(number)
    ]

    def ours(wanted: Sequence[BookingRequest]) -> float:
        with database(template) as name, opened(url(name)) as engine:
            taken(engine.desk(LOBBY), wanted[:12])
            engine.desk(ROOM).quote(wanted[0])
            return taken(engine.desk(ROOM), wanted).both

    def theirs(resource: str, wanted: Sequence[datetime]) -> float:
        with database("template0") as name:
            address = server().url(name)
            days = sorted({each.date() for each in wanted})
            openings = [datetime.combine(day, OPENING.timetz()).isoformat() for day in days]
            libres.run("offer", address, openings, 6)
            found = libres.run("single", address, resource, [each.isoformat() for each in wanted])
        assert set(found["answers"]) == {"seated"}, Counter(found["answers"])
        return float(found["seconds"])

    named = [BookingRequest(2, each, tables=["0"]) for each in apart]
    sides = {
        "ours": lambda: ours([BookingRequest(2, each) for each in starts]),
        "theirs": lambda: theirs("any of forty", starts),
        "ours, named": lambda: ours(named),
        "theirs, named": lambda: theirs("table", apart),
    }
    found = in_rounds(sides, rounds)
    name = "hold and confirm, 1 client, any of forty tables: libres / ours"
    yield Bar(name, found["theirs"], found["ours"], number, at_least=8)
    name = "  the same, where the guest names the table"
    yield Bar(name, found["theirs, named"], found["ours, named"], number)


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Compare the rush, and one client."""
    rounds = 2 if is_quick else 5
    with furnished_with([house(LOBBY), house(ROOM)]) as template, database("template0") as bare:
        server().execute(BARE, database=bare)
        try:
            with Libres() as libres:
                yield Note(f"  beside {libres.versions}")
                yield from rush(Trial(template, bare, libres), rounds, has_libres=True)
                yield from single(template, libres, number=40 if is_quick else 240, rounds=rounds)
        except NotThereError as error:
            yield Note(f"  no figure beside libres, which does not run here: {error}")
            yield from rush(Trial(template, bare, None), rounds, has_libres=False)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
