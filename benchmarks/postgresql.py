"""Hold and confirm on PostgreSQL, durable, in units of pgbench running the same statements.

Run ``python -m benchmarks.postgresql`` at the project's root.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import attrs
from sqlalchemy import create_engine

from benchmarks import script
from benchmarks.bar import HEADING, Bar
from benchmarks.durable import (
    CLIENTS,
    PARTIES_A_NIGHT,
    crowd,
    database,
    fact,
    furnished_with,
    in_rounds,
    opened,
    parties,
    pub,
    server,
    unprepared,
    url,
    warm,
)
from benchmarks.pairs import Pairs, taken
from benchmarks.script import Transaction
from fourtop import BookingRequest

# A restaurant for each client, and one for each to warm up with.
ROOMS: Final = [f"room-{number}" for number in range(CLIENTS)]
LOBBIES: Final = [f"lobby-{number}" for number in range(CLIENTS)]
BY_HAND: Final = Path(__file__).with_name("by_hand.sql")


# ---- the other side: the statements of the same commands


@attrs.frozen
class Recording:
    """The transactions of some commands, statement by statement.

    Args:
        warm: Of holds and confirmations in a restaurant that is used for warming up.
        holds: Of each hold.
        confirms: Of each confirmation.
    """

    warm: list[Transaction]
    holds: list[Transaction]
    confirms: list[Transaction]

    @property
    def pairs(self) -> list[Transaction]:
        """Hold and confirmation in turns, as they were made."""
        return [each for pair in zip(self.holds, self.confirms, strict=True) for each in pair]


def recorded(
    template: str, jobs: Sequence[tuple[str, str, Sequence[BookingRequest]]]
) -> list[Recording]:
    """Run commands on a copy of a database, and write down what each of them sent.

    Args:
        template: The database.
        jobs: For each client: the restaurant to warm up in, the one to book in, and the parties.
    """
    tape: Transaction = []
    how = {"prepare_threshold": None, "cursor_factory": script.recording(tape)}

    def noted(call: Callable[[], Any]) -> tuple[Transaction, Any]:
        tape.clear()
        answer = call()
        return list(tape), answer

    recordings = []
    with database(template) as name, opened(create_engine(url(name), connect_args=how)) as engine:
        for lobby, room, requests in jobs:
            # One-time work, such as loading the house, is not among the statements.
            warm(engine.desk(room), pairs=0)
            engine.desk(room).quote(requests[0])
            warm(engine.desk(lobby), pairs=1)
            first = noted(partial(warm, engine.desk(lobby)))[0]
            desk, holds, confirms = engine.desk(room), [], []
            for request in requests:
                sent, held = noted(partial(desk.hold, request))
                holds.append(sent)
                confirms.append(noted(partial(desk.confirm, held.id))[0])
            recordings.append(Recording([first], holds, confirms))
    return recordings


# ---- one client


class Alone:
    """One client's holds and confirmations, in several ways, each on a copy of the same database.

    Args:
        template: That database.
        folder: For scripts.
        number: How many pairs.
    """

    def __init__(self, template: str, folder: Path, number: int) -> None:
        self._template = template
        self._requests = parties(number)
        (self.recording,) = recorded(template, [(LOBBIES[0], ROOMS[0], self._requests)])
        self._scripts = {
            is_prepared: script.written(
                folder / f"alone-{is_prepared}.sql",
                self.recording.warm,
                self.recording.pairs,
                is_prepared=is_prepared,
            )
            for is_prepared in (False, True)
        }

    def ours(self) -> Pairs:
        """Run the commands, as a store does that is made from a URL: with prepared statements."""
        return self._run(url)

    def plain(self) -> Pairs:
        """Run the commands without prepared statements, as before a pooler."""
        return self._run(lambda name: unprepared(url(name)))

    def pgbench(self, *, is_prepared: bool = False) -> Pairs:
        """Let pgbench run the same statements."""
        path = self._scripts[is_prepared]
        with database(self._template) as name:
            _, (printed,) = script.raced(name, [path], "-r")
        seconds = script.latencies(printed)
        assert len(seconds) == len(path.read_text(encoding="utf-8").splitlines())
        timed = iter(seconds[-1 - sum(map(len, self.recording.pairs)) :])
        hold = confirm = 0.0
        for one, two in zip(self.recording.holds, self.recording.confirms, strict=True):
            hold += sum(next(timed) for _ in one)
            confirm += sum(next(timed) for _ in two)
        return Pairs(hold, confirm)

    def by_hand(self) -> Pairs:
        """Let pgbench run one prepared statement that writes a hold's rows and checks nothing."""
        options = "-c1", f"-t{len(self._requests)}", "-Mprepared", "-Dn=0"
        with database(self._template) as name:
            printed = script.checked(script.pgbench(name, BY_HAND, *options, user="postgres"))
        return Pairs(script.average_latency(printed) * len(self._requests), 0.0)

    def _run(self, source: Callable[[str], Any]) -> Pairs:
        with database(self._template) as name, opened(source(name)) as engine:
            warm(engine.desk(LOBBIES[0]))
            engine.desk(ROOMS[0]).quote(self._requests[0])
            return taken(engine.desk(ROOMS[0]), self._requests)


def alone(template: str, folder: Path, *, number: int, rounds: int) -> Iterator[Bar]:
    """Compare one client's holds and confirmations with the same statements and one by hand."""
    trial = Alone(template, folder, number)
    sides: dict[str, Callable[[], Any]] = {
        "pgbench": partial(trial.pgbench, is_prepared=True),
        "ours": trial.ours,
        "pgbench plain": trial.pgbench,
        "ours plain": trial.plain,
        "by hand": trial.by_hand,
    }
    found = in_rounds(sides, rounds)

    def line(name: str, step: str, upper: str, lower: str, *, at_least: float | None = None) -> Bar:
        one, two = ([getattr(each, step) for each in found[side]] for side in (upper, lower))
        return Bar(name, one, two, number, at_least=at_least)

    for step, name in (("hold", "hold"), ("confirm", "confirm"), ("both", "hold and confirm")):
        title = f"{name}, 1 client: pgbench, same statements, prepared / ours"
        yield line(title, step, "pgbench", "ours", at_least=0.6)
        yield line(
            "  both without prepared statements", step, "pgbench plain", "ours plain", at_least=0.6
        )
    yield line(
        "hold: one statement by hand, prepared, nothing judged / ours", "hold", "by hand", "ours"
    )
    for step, sent in (("hold", trial.recording.holds), ("confirm", trial.recording.confirms)):
        most = max(len(each) for each in sent) - 2
        yield fact(f"statements of a {step} besides BEGIN and COMMIT, at most", most, at_most=5)
    yield fact(
        "statements of a quote besides BEGIN and COMMIT", quote_statements(template), at_most=3
    )


def quote_statements(template: str) -> int:
    """Count what a quote sends, besides BEGIN, COMMIT and what names the tenant."""
    tape: Transaction = []
    with database(template) as name:
        how = {"prepare_threshold": None, "cursor_factory": script.recording(tape)}
        with opened(create_engine(url(name), connect_args=how)) as engine:
            desk = engine.desk(ROOMS[0])
            desk.quote(parties(1)[0])
            tape.clear()
            desk.quote(parties(1)[0])
    return len(tape) - 2


# ---- eight clients


def book_together(
    source: Callable[[], Any], job: tuple[str, str, Sequence[BookingRequest]], meet: Any
) -> tuple[float, float]:
    """Book, as one of several processes; return when it began and when it was done."""
    lobby, room, requests = job
    with opened(source()) as engine:
        warm(engine.desk(lobby))
        desk = engine.desk(room)
        desk.quote(requests[0])
        meet()
        begun = perf_counter()
        taken(desk, requests)
        return begun, perf_counter()


class Together:
    """Eight clients at once, in as many restaurants or all in one.

    Args:
        template: The database that is copied.
        folder: For scripts.
        number: How many pairs each client takes.
        rooms: Where each of them books.
    """

    def __init__(self, template: str, folder: Path, number: int, rooms: Sequence[str]) -> None:
        nights = -(-number // PARTIES_A_NIGHT)
        self._template = template
        self._jobs = [
            (
                lobby,
                room,
                parties(number, skipped_nights=place * nights if room == rooms[-1] else 0),
            )
            for place, (lobby, room) in enumerate(zip(LOBBIES, rooms, strict=True))
        ]
        recordings = recorded(template, self._jobs)
        self._scripts = {
            is_prepared: [
                script.written(
                    folder / f"{rooms[0]}-{rooms[-1]}-{place}-{is_prepared}.sql",
                    each.warm,
                    each.pairs,
                    is_prepared=is_prepared,
                )
                for place, each in enumerate(recordings)
            ]
            for is_prepared in (False, True)
        }

    def ours(self, *, is_prepared: bool = False) -> float:
        """Let eight processes of ours run the commands."""
        with database(self._template) as name:
            source = partial(str, url(name) if is_prepared else unprepared(url(name)))
            spans = crowd().do(book_together, [(source, job) for job in self._jobs])
        return max(ended for _, ended in spans) - min(begun for begun, _ in spans)

    def pgbench(self, *, is_prepared: bool = False) -> float:
        """Let eight pgbenches run the same statements."""
        with database(self._template) as name:
            return script.raced(name, self._scripts[is_prepared])[0]


def together(template: str, folder: Path, *, number: int, rounds: int) -> Iterator[Bar]:
    """Compare eight clients with eight pgbenches that run the same statements."""
    for name, rooms, least in (
        ("hold and confirm, 8 clients, 8 restaurants: pgbench, prepared / ours", ROOMS, 0.35),
        (
            "hold and confirm, 8 clients, one restaurant: pgbench, prepared / ours",
            ROOMS[:1] * CLIENTS,
            None,
        ),
    ):
        trial = Together(template, folder, number, rooms)
        sides: dict[str, Callable[[], Any]] = {
            "pgbench": partial(trial.pgbench, is_prepared=True),
            "ours": partial(trial.ours, is_prepared=True),
            "pgbench plain": trial.pgbench,
            "ours plain": trial.ours,
        }
        found = in_rounds(sides, rounds)
        calls = number * CLIENTS
        yield Bar(name, found["pgbench"], found["ours"], calls, at_least=least)
        plain = "  both without prepared statements"
        yield Bar(plain, found["pgbench plain"], found["ours plain"], calls, at_least=least)


@contextmanager
def _template() -> Iterator[str]:
    with furnished_with(pub(each) for each in (*ROOMS, *LOBBIES)) as name:
        server().execute(script.FINISHED, database=name)
        yield name


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Compare with pgbench, one client and eight."""
    with _template() as template, tempfile.TemporaryDirectory() as folder:
        yield from alone(
            template, Path(folder), number=40 if is_quick else 200, rounds=2 if is_quick else 7
        )
        yield from together(
            template, Path(folder), number=20 if is_quick else 100, rounds=2 if is_quick else 5
        )


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
