"""Count the package files that a command enters, and how often the call moves between files.

Run ``python -m benchmarks.tracer`` at the project's root. ``--list`` prints every move, so that a
developer sees where moves come from; ``--pairs`` counts the moves of each pair of files.

Definition. An *entry* is a ``call`` event of ``sys.setprofile`` for code in a file of the package:
a function starts, or a generator resumes. *Files* is the number of different files among the
entries of one command. *Moves* is the number of entries in another file than the entry before.
A return does not count: a call that comes back to a file moves only if it then enters a function
there. Code that attrs generates lies in no file and does not count, and neither do other libraries
nor the functions of this script.

Commands. All of them run on the sample pub and after one warm-up call, because the first call
compiles and imports.

- Hold in memory: a request made beforehand, held under a key, on an evening that has no bookings.
  The warm-up is the same hold on the evening before.
- Edit of the floor on SQLite: the edit removes a join. The warm-up removes the join and adds it
  again. The house is read in between, because the first call after an edit loads the new house.

At revision 75e9276 the hold entered 34 files with 121 moves, and the edit 32 files with 531 moves.
Counted with the returns, they were 162 and 621 moves.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Final

import attrs

import fourtop
from benchmarks.bar import HEADING, Bar
from fourtop import (
    BookingRequest,
    Desk,
    Engine,
    Floor,
    MemoryStore,
    SqlStore,
    migrate,
    sample,
)
from fourtop.ports import Store

EVENING: Final = datetime(2030, 5, 3, 18, tzinfo=UTC)

_PACKAGE: Final = Path(fourtop.__file__).parent


def open_pub(store: Store) -> Desk:
    """Put the sample pub into a store; return its desk."""
    return Engine(store).add_restaurant(sample.pub())


# ---- tracing


@attrs.frozen
class Entry:
    """A function of the package that was entered.

    Args:
        file: The path of its file inside the package.
        function: Its name, with its class.
    """

    file: str
    function: str


@attrs.frozen
class Trace:
    """The entries of one command, in order."""

    entries: Sequence[Entry]

    @property
    def files(self) -> int:
        """How many different files were entered."""
        return len({entry.file for entry in self.entries})

    @property
    def moves(self) -> list[tuple[Entry, Entry]]:
        """The entries in another file than the entry before, each with that one."""
        return [pair for pair in pairwise(self.entries) if pair[0].file != pair[1].file]


def trace(command: Callable[[], object]) -> Trace:
    """Run a command; return its entries."""
    entries: list[Entry] = []
    root = f"{_PACKAGE}/"

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(root):
            entries.append(Entry(code.co_filename.removeprefix(root), code.co_qualname))

    sys.setprofile(note)
    try:
        command()
    finally:
        sys.setprofile(None)
    return Trace(entries)


# ---- the commands


def hold() -> Trace:
    """Trace a hold in memory."""
    desk = open_pub(MemoryStore())
    desk.hold(BookingRequest(4, EVENING), key="warm-up")
    request = BookingRequest(4, EVENING + timedelta(days=1))
    return trace(lambda: desk.hold(request, key="traced"))


def edit() -> Trace:
    """Trace an edit of the floor on SQLite."""
    with sqlite_store() as store:
        desk = open_pub(store)
        join = desk.house().floor.joins[0]
        desk.edit_floor(without_first_join)
        desk.edit_floor(lambda floor: floor.with_join(join))
        # A read loads the edited house, as the next command would.
        desk.house()
        return trace(lambda: desk.edit_floor(without_first_join))


def without_first_join(floor: Floor) -> Floor:
    """Return the floor without its first join."""
    return floor.without_join(floor.joins[0].tables)


@contextmanager
def sqlite_store() -> Iterator[SqlStore]:
    """Give a store on a new SQLite database."""
    # The start-up check may warn of the version of SQLite; the figures do not depend on it.
    logging.getLogger("fourtop").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder, 'pub.db')}"
        migrate(url)
        store = SqlStore(url)
        try:
            yield store
        finally:
            store.close()


COMMANDS: Final[dict[str, Callable[[], Trace]]] = {"hold": hold, "edit": edit}


def bars(*, is_quick: bool = False) -> Iterator[Bar]:
    """Count files and moves of both commands. The counts are exact, so that one round is enough."""
    del is_quick
    held, edited = hold(), edit()
    yield count("hold in memory: files entered", held.files, at_most=22)
    yield count("hold in memory: moves between files", len(held.moves), at_most=70)
    yield count("edit of the floor on SQLite: files entered", edited.files)
    yield count("edit of the floor on SQLite: moves between files", len(edited.moves), at_most=150)


def count(name: str, value: int, *, at_most: float | None = None) -> Bar:
    """Make a line of a count."""
    return Bar(name, [value], [1.0], calls=0, at_most=at_most)


# ---- where moves come from


def list_moves(found: Trace) -> str:
    """Write every move in order: its number, the file and function entered, and the one before."""
    return "\n".join(
        f"{number:>5}  {there.file:<36}{there.function:<44}  after {here.file} {here.function}"
        for number, (here, there) in enumerate(found.moves, 1)
    )


def list_pairs(found: Trace) -> str:
    """Write how often the call moves between two files, in either direction, the most first."""
    pairs = Counter(frozenset((here.file, there.file)) for here, there in found.moves)
    ranked = pairs.most_common()
    return "\n".join(f"{times:>5}  {' - '.join(sorted(pair))}" for pair, times in ranked)


def main() -> None:
    """Print the counts, or where they come from."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tracer", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("command", nargs="?", choices=COMMANDS, help="list only this one")
    parser.add_argument("--list", action="store_true", help="print every move")
    parser.add_argument("--pairs", action="store_true", help="count moves by pair of files")
    chosen = parser.parse_args()
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
    for name in [chosen.command] if chosen.command else COMMANDS:
        for is_wanted, write in ((chosen.list, list_moves), (chosen.pairs, list_pairs)):
            if is_wanted:
                print(f"\n{name}\n{write(COMMANDS[name]())}")


if __name__ == "__main__":
    main()
