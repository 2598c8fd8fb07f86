"""The chart of a move plan: the tables concerned, before the moves and after them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import count_of
from fourtop.plotting.answer_protocols import DrawnMove, DrawnQuote, HasMoves
from fourtop.plotting.canvas import (
    CENTRE,
    LABEL,
    MARGIN,
    SMALL,
    STRONG,
    TINY,
    TITLE_HEIGHT,
    Box,
    Canvas,
)
from fourtop.plotting.checks import check_shape, check_text
from fourtop.plotting.legend import Key, Mark, draw_legend
from fourtop.plotting.night_entries import name_of, stacked
from fourtop.plotting.picture import Picture
from fourtop.plotting.protocols import DrawnDay, DrawnEntry, DrawnRow
from fourtop.plotting.time_axis import (
    HOUR_US,
    TimeAxis,
    day_text,
    hour_after,
    hour_before,
    zone_of,
)

MAX_MOVES: Final = 500
_ROW: Final = 24.0
_BAR: Final = 19.0
_HEADING: Final = 30.0
_BETWEEN: Final = 10.0
_TOP: Final = TITLE_HEIGHT + 10.0
_WIDEST_NUMBER: Final = 130.0
_SEATS: Final = 44.0
_PLOT: Final = 640.0
_WIDEST_HOUR: Final = 150.0
_NARROWEST_HOUR: Final = 44.0
_SHORTEST: Final = 4
_LEAST_WIDTH: Final = 480.0
_BADGE: Final = 7.5
_LIST: Final = 20.0
_NO_TABLE: Final = "no table"
_KEYS: Final = (
    Key("ring-before", "before the move", Mark.RING),
    Key("waits", "waits for tables"),
    Key("chosen", "after the move"),
    Key("seated", "the new party"),
    Key("done", "stays"),
    Key("hold", "held"),
    Key("block", "blocked"),
)
# The others are bookings.
_LOOKS: Final = {"hold": "hold", "block": "block"}


def move_chart(day: DrawnDay, plan: HasMoves | DrawnQuote, *, title: str | None = None) -> Picture:
    """Draw the moves of a plan on the tables concerned: before them, and after them.

    Each row is a table that a party leaves or gets, and time runs from left to right. A party that
    changes tables has a number, the same before and after, and the list below names the parties by
    it. Its bar is dashed before the move and filled after it. The new party of a quote is dark, and
    stands only in the lower part. The other parties at these tables are pale. Bookings that wait
    for tables have rows of their own, also after the moves if the plan leaves them. Times are
    local.

    Args:
        day: The day that the plan was made for, such as ``fourtop.Day``.
        plan: A quote with a re-seating (``fourtop.Quote``) or a plan of the day
            (``fourtop.DayPlan``).
        title: The title; ``None``: the date.

    Raises:
        InvalidInput: If an argument is of another form, the plan moves more than 500 bookings, or
            the day does not have one of them: read the day again.
    """
    check_shape("day", day, ("on", "tables", "unassigned", "timezone"))
    moves, newcomer = _parts(plan)
    name = f"Moves, {day_text(day.on)}" if title is None else check_text("title", title)
    left = _left(day, getattr(plan, "left", ()))
    return _Drawing(day, name, _parties(day, moves), newcomer, left).picture()


@attrs.frozen
class _Party:
    """A party that changes tables, or the new one of a quote.

    Args:
        id: The id of its booking; empty: it is the new one.
        badge: Its number in the list; empty: it does not move.
        people: How many they are.
        name: The name that people use; empty: none.
        start_us: The start of its time at the tables.
        end_us: The end of it.
        before: The ids of its tables before; empty: none.
        after: The ids of its tables after.
    """

    id: str
    badge: str
    people: int
    name: str
    start_us: int
    end_us: int
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def label(self) -> str:
        """The text of its bar: its size and its name."""
        return f"{self.people} {self.name}".rstrip() if self.id else self.text

    @property
    def text(self) -> str:
        """Its name and its size in words."""
        size = f"party of {self.people}"
        return f"{self.name}, {size}" if self.name else size


def _parts(plan: Any) -> tuple[tuple[DrawnMove, ...], _Party | None]:
    """Return the moves of a plan, and the new party if the plan is a quote."""
    newcomer, source = None, plan
    if hasattr(plan, "stay"):
        check_shape("plan", plan, ("plan", "reseating", "stay"))
        source = plan.reseating
        if source is None:
            raise InvalidInput("plan", "must be a quote with a re-seating", safe_repr(plan))
        window, tables = plan.stay.occupied, tuple(plan.plan.tables)
        times = (window.start_us, window.end_us)
        newcomer = _Party("", "", source.party_size, "new", *times, (), tables)
    check_shape("plan", source, ("moves",))
    moves = tuple(source.moves)
    for each in moves:
        check_shape("plan", each, ("booking_id", "before", "after"))
    if len(moves) > MAX_MOVES:
        raise InvalidInput("plan", f"must move at most {MAX_MOVES} bookings", str(len(moves)))
    return moves, newcomer


def _parties(day: DrawnDay, moves: Iterable[DrawnMove]) -> list[_Party]:
    entries = {each.id: each for each in _bookings(day)}
    found = []
    for place, move in enumerate(moves, start=1):
        entry = entries.get(move.booking_id)
        if entry is None:
            raise InvalidInput("plan", "must move bookings of the day", safe_repr(move.booking_id))
        found.append(_party(entry, str(place), tuple(move.before), tuple(move.after)))
    return found


def _left(day: DrawnDay, left: Iterable[Any]) -> list[_Party]:
    """Return the parties that a plan leaves without tables and that the day still has."""
    ids = {each.booking_id for each in left}
    return [_party(each, "", (), ()) for each in day.unassigned if each.id in ids]


def _party(
    entry: DrawnEntry, badge: str, before: tuple[str, ...], after: tuple[str, ...]
) -> _Party:
    people, name = entry.party_size or 0, name_of(entry)
    return _Party(entry.id, badge, people, name, entry.start_us, entry.end_us, before, after)


def _bookings(day: DrawnDay) -> Iterator[DrawnEntry]:
    tables = chain.from_iterable(row.entries for row in day.tables)
    return (each for each in chain(tables, day.unassigned) if each.kind == "booking")


@attrs.define(slots=False)
class _Drawing:
    """A chart in the making."""

    day: DrawnDay
    title: str
    parties: list[_Party]
    newcomer: _Party | None
    left_out: list[_Party]
    looks: set[str] = attrs.field(factory=set)
    canvas: Canvas = attrs.field(factory=Canvas)

    def picture(self) -> Picture:
        """Draw both parts, the list of moves and the legend."""
        counts = count_of(len(self.parties), "move")
        subtitle = f"{counts}; local time, {self.day.timezone}"
        self.canvas.title(self.title, subtitle, self.width)
        if not self.everyone:
            self.canvas.text(MARGIN, _TOP, "No booking gets other tables.", LABEL)
            return self.canvas.picture((self.width, _TOP + 20), self.title, subtitle)
        bottom = self._part("before", _TOP, is_after=False)
        bottom = self._part("after", bottom + _BETWEEN, is_after=True)
        bottom = self._list(bottom + 12)
        corner = (MARGIN, bottom + 8)
        bottom = draw_legend(self.canvas, list(self._keys()), corner, self.width - 2 * MARGIN)
        described = "; ".join([subtitle, *map(self._text, (*self.everyone, *self.left_out))])
        return self.canvas.picture((self.width, bottom + 16), self.title, described)

    # ---- layout

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The number of each table id."""
        return {row.id: row.number for row in self.day.tables}

    @cached_property
    def everyone(self) -> list[_Party]:
        """The parties that move, and the new one; the chart shows the time around them."""
        return [*self.parties, *([] if self.newcomer is None else [self.newcomer])]

    @cached_property
    def rows(self) -> list[DrawnRow]:
        """The tables concerned, in table order."""
        concerned = {table for each in self.everyone for table in (*each.before, *each.after)}
        return [row for row in self.day.tables if row.id in concerned]

    @cached_property
    def left(self) -> float:
        """Where the axis begins."""
        widest = max(LABEL.width(text) for text in (_NO_TABLE, *(row.number for row in self.rows)))
        return MARGIN + min(widest, _WIDEST_NUMBER) + _SEATS

    @cached_property
    def width(self) -> float:
        """The width of the picture."""
        if not self.everyone:
            return _LEAST_WIDTH
        return max(self.axis.left + self.axis.width + MARGIN, _LEAST_WIDTH)

    @cached_property
    def axis(self) -> TimeAxis:
        """The axis: whole hours around the parties that move, with half an hour on both sides."""
        zone = zone_of(self.day.timezone)
        start_us = hour_before(min(each.start_us for each in self.everyone) - HOUR_US // 2, zone)
        end_us = hour_after(max(each.end_us for each in self.everyone) + HOUR_US // 2, zone)
        end_us = max(end_us, start_us + _SHORTEST * HOUR_US)
        hours = (end_us - start_us) / HOUR_US
        hour = min(max(_PLOT / hours, _NARROWEST_HOUR), _WIDEST_HOUR)
        return TimeAxis(start_us, end_us, self.left, hours * hour, zone)

    # ---- drawing

    def _part(self, heading: str, top: float, *, is_after: bool) -> float:
        """Draw the tables before or after the moves; return the lower edge."""
        axis, canvas = self.axis, self.canvas
        before = [] if is_after else [each for each in self.parties if not each.before]
        waiting = list(stacked([*before, *filter(self._is_shown, self.left_out)]))
        first = top + _HEADING
        bottom = first + _ROW * (len(self.rows) + len(waiting))
        canvas.text(MARGIN, top + 18, heading, STRONG)
        for instant_us, text in axis.ticks():
            x = axis.x(instant_us)
            canvas.line((x, first - 4), (x, bottom), "rule")
            canvas.text(x, top + 18, text, SMALL.centred())
        right = axis.left + axis.width
        for place in range(len(self.rows) + len(waiting) + 1):
            y = first + _ROW * place
            canvas.line((MARGIN, y), (right, y), "rule")
        for place, row in enumerate(self.rows):
            self._row(row, first + _ROW * (place + 0.5), is_after=is_after)
        for place, parties in enumerate(waiting, start=len(self.rows)):
            middle = first + _ROW * (place + 0.5)
            canvas.text(MARGIN, middle + CENTRE * SMALL.size, _NO_TABLE, SMALL)
            for party in parties:
                self._party(party, middle, "waits")
        return bottom

    def _is_shown(self, party: _Party) -> bool:
        return self._box(party.start_us, party.end_us, 0) is not None

    def _row(self, row: DrawnRow, middle: float, *, is_after: bool) -> None:
        baseline = middle + CENTRE * LABEL.size
        space = self.left - MARGIN - _SEATS
        self.canvas.text(MARGIN, baseline, LABEL.fitted(row.number, space), LABEL)
        if row.seats is not None:
            self.canvas.text(self.left - 14, baseline, str(row.seats), SMALL.ended())
        moved = {each.id for each in self.parties}
        for entry in row.entries:
            if entry.kind != "booking" or entry.id not in moved:
                self._other(entry, middle)
        for party in self.everyone:
            if row.id in (party.after if is_after else party.before):
                after = "seated" if party is self.newcomer else "chosen"
                self._party(party, middle, after if is_after else "plate ring-before")

    def _box(self, start_us: int, end_us: int, middle: float) -> Box | None:
        """Return the part of a bar that is on the axis; ``None``: nothing of it."""
        if end_us <= self.axis.start_us or self.axis.end_us <= start_us:
            return None
        left, right = self.axis.x(start_us), self.axis.x(end_us)
        return Box(left + 1, middle - _BAR / 2, max(right - left - 2, 1.5), _BAR)

    def _other(self, entry: DrawnEntry, middle: float) -> None:
        """Draw a party, a hold or a block that stays."""
        box = self._box(entry.start_us, entry.end_us, middle)
        if box is None:
            return
        look = _LOOKS.get(str(entry.kind), "done")
        self.looks.add(look)
        size = "" if entry.party_size is None else str(entry.party_size)
        text = " ".join(filter(None, (size, entry.reason or name_of(entry))))
        with self.canvas.group(f"{text or entry.kind}, stays".lstrip()):
            self.canvas.rectangle(box, look, 3)
            form = SMALL.toned("t-ink")
            words = form.fitted(text, box.width - 10)
            self.canvas.text(box.x + 5, middle + CENTRE * form.size, words, form)

    def _party(self, party: _Party, middle: float, looks: str) -> None:
        """Draw a party that moves, or the new one."""
        box = self._box(party.start_us, party.end_us, middle)
        assert box is not None, "the axis shows each party that moves"
        form = STRONG.toned("t-on-seated") if looks == "seated" else STRONG
        x = box.x + 6
        with self.canvas.group(self._text(party)):
            for look in looks.split():
                self.looks.add(look)
                self.canvas.rectangle(box, look, 3)
            if party.badge:
                centre = (box.x + 5 + _BADGE, middle)
                self.canvas.circle(centre, _BADGE, "badge")
                badge = TINY.toned("t-accent").centred()
                self.canvas.text(centre[0], middle + CENTRE * badge.size, party.badge, badge)
                x = centre[0] + _BADGE + 5
            words = form.fitted(party.label, box.right - 4 - x)
            self.canvas.text(x, middle + CENTRE * form.size, words, form)

    def _list(self, top: float) -> float:
        """Write the moves and the new party below the chart; return the lower edge."""
        space = self.width - 2 * MARGIN - 26
        for party in (*self.everyone, *self.left_out):
            baseline = top + _LIST / 2 + CENTRE * LABEL.size
            self.canvas.text(MARGIN + 16, baseline, party.badge, STRONG.ended())
            text = LABEL.fitted(self._text(party), space)
            self.canvas.text(MARGIN + 26, baseline, text, LABEL)
            top += _LIST
        return top

    def _text(self, party: _Party) -> str:
        who = f"{party.text}, {self.axis.clock(party.start_us)}"
        if not party.after:
            return f"{who}: left without tables"
        after = self._tables(party.after)
        if party is self.newcomer:
            return f"{who}: {after}"
        return f"{who}: {self._tables(party.before)} → {after}"

    def _tables(self, ids: Iterable[str]) -> str:
        return " + ".join(self.labels.get(each, each) for each in ids) or "no tables"

    def _keys(self) -> Iterator[Key]:
        return (each for each in _KEYS if each.look in self.looks)
