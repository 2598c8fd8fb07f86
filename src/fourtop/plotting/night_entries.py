"""The entries of a night: their states, their words, and the people at the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol, TypeVar

import attrs

from fourtop.errors.display import clip, count_of, short_id
from fourtop.plotting.legend import Mark
from fourtop.plotting.protocols import DrawnEntry
from fourtop.plotting.time_axis import TimeAxis

_LONGEST_NAME: Final = 16


@attrs.frozen
class State:
    """The look of an entry, its meaning, the tone of its text, and the form of its bar."""

    look: str
    text: str
    tone: str = "t-ink"
    mark: Mark = Mark.BOX


EXPECTED: Final = State("expected", "expected")
SEATED: Final = State("seated", "seated", "t-on-seated")
OVERDUE: Final = State("over", "longer than booked", "t-on-over")
LEFT: Final = State("done", "left", "t-muted", Mark.SLIM)
ABSENT: Final = State("absent", "did not come or cancelled", "t-muted", Mark.SLIM)
HELD: Final = State("hold", "held")
WAITS: Final = State("waits", "waits for tables")
BLOCKED: Final = State("block", "blocked")
SHADOW: Final = State("shadow", "shadow", mark=Mark.THIN)
# In the order of the legend.
STATES: Final = (EXPECTED, SEATED, OVERDUE, LEFT, ABSENT, HELD, WAITS, BLOCKED, SHADOW)
_BY_STATUS: Final[Mapping[str, State]] = {
    "confirmed": EXPECTED,
    "checked_in": SEATED,
    "completed": LEFT,
    "cancelled": ABSENT,
    "no_show": ABSENT,
    "shadow": SHADOW,
}
_AT_TABLES: Final = (EXPECTED, SEATED, OVERDUE, LEFT, HELD)


def state_of(entry: DrawnEntry, now_us: int) -> State:
    """Return the state of an entry. A seated party is overdue from the end of its booking on."""
    if entry.kind == "block":
        return BLOCKED
    if entry.kind == "hold":
        return HELD
    found = _BY_STATUS.get(str(entry.status), WAITS)
    if found is SEATED and entry.due_us is not None and entry.due_us <= now_us:
        return OVERDUE
    return found


def name_of(entry: DrawnEntry) -> str:
    """Return the reference or id of a party; nothing if it is a long id that people do not use."""
    if entry.reference:
        return clip(entry.reference, 60)
    return entry.id if len(entry.id) <= _LONGEST_NAME else ""


def tooltip_of(entry: DrawnEntry, state: State, axis: TimeAxis) -> str:
    """Return all facts of an entry in a line."""
    name = entry.reference or short_id(entry.id)
    times = f"{axis.clock(entry.start_us)}–{axis.clock(entry.end_us)}"
    due = "" if entry.due_us is None else f"booked until {axis.clock(entry.due_us)}"
    party = "" if entry.party_size is None else f"party of {entry.party_size}"
    tables = f"at {' + '.join(entry.numbers)}" if entry.numbers else "without a table"
    facts = (party, times, due, state.text, entry.reason or "", tables)
    return f"{name}: {', '.join(each for each in facts if each)}"


class _Stay(Protocol):
    """Anything with an id and a time."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def start_us(self) -> int:
        """Microseconds since 1970."""

    @property
    def end_us(self) -> int:
        """Microseconds since 1970."""


_AnyStay = TypeVar("_AnyStay", bound=_Stay)


def stacked(entries: Iterable[_AnyStay]) -> Iterator[tuple[_AnyStay, ...]]:
    """Put entries into as few rows as they need, by start."""
    rows: list[list[_AnyStay]] = []
    for entry in sorted(entries, key=lambda each: (each.start_us, each.id)):
        row = next((row for row in rows if row[-1].end_us <= entry.start_us), None)
        if row is None:
            rows.append([entry])
        else:
            row.append(entry)
    return map(tuple, rows)


def people_at(entries: Iterable[DrawnEntry], instant_us: int, now_us: int) -> int:
    """Count the people who have tables at an instant: bookings and holds."""
    return sum(
        entry.party_size or 0
        for entry in entries
        if entry.start_us <= instant_us < entry.end_us and state_of(entry, now_us) in _AT_TABLES
    )


def counts_of(entries: Iterable[DrawnEntry], now_us: int) -> str:
    """Return how many bookings, people, holds and blocks some entries are, as text."""
    states = [(entry, state_of(entry, now_us)) for entry in entries]
    parties = {
        entry.id: entry.party_size or 0
        for entry, state in states
        if state in _AT_TABLES and state is not HELD
    }
    facts = [count_of(len(parties), "booking"), count_of(sum(parties.values()), "cover")]
    for state, noun in ((HELD, "hold"), (BLOCKED, "block"), (WAITS, "booking without a table")):
        count = sum(found is state for _, found in states)
        if count:
            plural = "bookings without a table" if state is WAITS else ""
            facts.append(count_of(count, noun, plural))
    return ", ".join(facts)
