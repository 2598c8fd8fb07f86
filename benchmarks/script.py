"""Scripts for pgbench: the statements of real transactions, with the values that they had."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
import psycopg

from benchmarks.durable import server
from fourtop.storage.sql.tables.security import APP_ROLE
from tests.database.binary import server_program
from tests.database.furnished import LOGIN

# A script waits here until everybody is connected and warm.
BARRIER: Final = "SELECT pg_advisory_lock_shared(1)"
FINISH: Final = "INSERT INTO public.finished VALUES (clock_timestamp())"
FINISHED: Final = (
    "CREATE TABLE public.finished (at timestamptz); GRANT ALL ON public.finished TO PUBLIC"
)

_WAITING: Final = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
_NAMED: Final = re.compile(r"%\((\w+)\)s")
_LATENCY: Final = re.compile(r"^ +(\d+\.\d+) ")


@attrs.frozen
class Sent:
    """A statement that was sent.

    Args:
        plain: With its values in it.
        query: Without, each of them being a number; what two statements share can be prepared once.
        values: As SQL, in the order of the numbers.
    """

    plain: str
    query: str
    values: tuple[str, ...]

    @classmethod
    def of(cls, connection: Any, query: str, params: Mapping[str, Any] | None) -> Sent:
        """Describe what a cursor was given."""
        # One line a statement, so that none of them begins with what pgbench takes for a command of
        # its own. No value has a line end in it: all longer ones are JSON.
        line = " ".join(query.split("\n"))
        if not params:
            return cls(line, line, ())
        cursor = psycopg.ClientCursor(connection)
        names = list(dict.fromkeys(_NAMED.findall(line)))
        numbered = _NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", line).replace(
            "%%", "%"
        )
        return cls(
            cursor.mogrify(line, params),
            numbered,
            tuple(cursor.mogrify("%s", [params[each]]) for each in names),
        )


Transaction = list[Sent]


def recording(tape: Transaction) -> type[psycopg.Cursor[Any]]:
    """Return cursors that write down each statement before they send it."""

    class Recorder(psycopg.Cursor[Any]):
        """Records each statement that it sends."""

        def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
            """Write down a statement, and send it."""
            tape.append(Sent.of(self.connection, query, params))
            return super().execute(query, params, **how)

        def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:
            """Write down a statement for each set of parameters, and send them."""
            sets = list(params_seq)
            tape.extend(Sent.of(self.connection, query, each) for each in sets)
            super().executemany(query, sets, **how)

    return Recorder


def written(
    path: Path,
    warm: Sequence[Transaction],
    timed: Sequence[Transaction],
    *,
    is_prepared: bool = False,
) -> Path:
    """Write a script that warms up, waits for the others, runs the transactions and prints the end.

    Args:
        path: Where to.
        warm: The transactions to warm up with.
        timed: The others.
        is_prepared: Whether each statement is prepared first, once, and then executed by its name.
    """
    names: dict[str, str] = {}
    if is_prepared:
        queries = dict.fromkeys(
            each.query for some in (*warm, *timed) for each in some if each.values
        )
        names = {query: f"prepared_{number}" for number, query in enumerate(queries)}

    def lines(transactions: Iterable[Transaction]) -> Iterator[str]:
        for each in (each for some in transactions for each in some):
            name = names.get(each.query)
            yield each.plain if name is None else f"EXECUTE {name} ({', '.join(each.values)})"

    first = [f"PREPARE {name} AS {query}" for query, name in names.items()]
    if first:
        # Under the role that may see the tables, and that every transaction takes for itself.
        first = ["BEGIN", f"SET LOCAL ROLE {APP_ROLE}", *first, "COMMIT"]
    together = [*first, *lines(warm), BARRIER, *lines(timed), FINISH]
    path.write_text("".join(f"{line};\n" for line in together), encoding="utf-8")
    return path


def pgbench(database: str, script: Path, *options: str, user: str = LOGIN) -> list[str]:
    """Return the command that runs a script once."""
    host = ["-h", str(server().directory), "-p", str(server().port), "-U", user]
    return [str(server_program("pgbench")), "-n", *host, "-f", str(script), *options, database]


def raced(database: str, scripts: Sequence[Path], *options: str) -> tuple[float, list[str]]:
    """Run scripts at the same moment, each by a pgbench of its own.

    Returns:
        The seconds from when all were warm to when the last one was done, and what each of them
            printed.
    """
    with server().connect(database) as control:
        control.execute("SELECT pg_advisory_lock(1)")
        runs = [
            subprocess.Popen(  # noqa: S603  # The server's own program, with arguments of ours.
                pgbench(database, each, "-c1", "-t1", *options),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for each in scripts
        ]
        while control.execute(_WAITING).fetchone() != (len(scripts),):
            assert all(each.poll() is None for each in runs), runs[0].communicate()
        ((begun,),) = control.execute("SELECT clock_timestamp()").fetchall()
        control.execute("SELECT pg_advisory_unlock(1)")
        printed = [each.communicate() for each in runs]
        assert not any(
            each.returncode or "aborted" in errors
            for each, (_, errors) in zip(runs, printed, strict=True)
        ), printed
        ((ended, done),) = control.execute(
            "SELECT max(at), count(*) FROM public.finished"
        ).fetchall()
    assert done == len(scripts), "each script has come to its end"
    return (ended - begun).total_seconds(), [text for text, _ in printed]


def latencies(printed: str) -> list[float]:
    """Return the seconds of each statement of a script, as ``pgbench -r`` has printed them."""
    return [float(found[1]) / 1000 for found in map(_LATENCY.match, printed.splitlines()) if found]


def checked(command: Sequence[str]) -> str:
    """Run a pgbench that no other client waits for; return its output."""
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # As above.
    assert run.returncode == 0, run.stderr
    assert "aborted" not in run.stderr, run.stderr
    return run.stdout


def average_latency(printed: str) -> float:
    """Return the seconds of one transaction, connecting left out, as pgbench has printed it."""
    found = re.search(r"^latency average = ([\d.]+) ms", printed, re.MULTILINE)
    assert found is not None, printed
    return float(found[1]) / 1000
