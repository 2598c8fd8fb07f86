"""The chart of a night: a row for each table, and a bar for all that takes it, by time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

import attrs

from fourtop.plotting.canvas import (
    CENTRE,
    LABEL,
    MARGIN,
    SMALL,
    STRONG,
    TITLE_HEIGHT,
    Box,
    Canvas,
)
from fourtop.plotting.checks import check_links, check_shape, check_text
from fourtop.plotting.legend import Key, Mark, draw_legend
from fourtop.plotting.night_entries import (
    BLOCKED,
    SHADOW,
    STATES,
    State,
    counts_of,
    name_of,
    people_at,
    stacked,
    state_of,
    tooltip_of,
)
from fourtop.plotting.picture import Picture
from fourtop.plotting.protocols import DrawnDay, DrawnEntry, DrawnRow
from fourtop.plotting.time_axis import (
    HOUR_US,
    TimeAxis,
    day_text,
    hour_after,
    hour_before,
    noon_us,
    zone_of,
)

_ROW: Final = 22.0
_BAR: Final = 18.0
_SLIM: Final = 13.0
_SHADOW: Final = 8.0
_HEADING: Final = 28.0
_TOP: Final = TITLE_HEIGHT + 42
_WIDEST_NUMBER: Final = 130.0
_SEATS: Final = 66.0
_PLOT: Final = 780.0
_WIDEST_HOUR: Final = 110.0
_NARROWEST_HOUR: Final = 40.0
_SHORTEST: Final = 4
_LEAST_WIDTH: Final = 560.0
_TIE: Final = 8.0
_TIES: Final = 5
# Between a label and the edge of the picture.
_EDGE: Final = 4


def night_chart(
    day: DrawnDay, *, title: str | None = None, links: Mapping[str, str] | None = None
) -> Picture:
    """Draw a day: tables from top to bottom, time from left to right.

    Each booking, hold and block is a bar at each of its tables, and a line joins the bars of a
    party at several tables. A bar shows the size of the party and its reference or id. Where a
    seated party may stay longer than booked, its bar goes on as stripes. Shadow bookings are thin
    bars below the others, and bookings without tables have rows of their own. Below the chart
    stand the people at the tables at each full hour. Times are local.

    The chart begins with the first party that starts on the date, and ends with the last one. A
    party of the night before that leaves earlier is on the chart of that night.

    Args:
        day: The day; anything with the attributes of ``fourtop.Day`` that are read here.
        title: The title; ``None``: the date.
        links: The address behind an entry, by its id.

    Raises:
        InvalidInput: If an argument is of another form.

    >>> from datetime import UTC, datetime
    >>> from fourtop import BookingRequest, Engine, ManualClock, MemoryStore, sample
    >>> noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    >>> desk = Engine(MemoryStore(ManualClock(noon))).add_restaurant(sample.pub())
    >>> booking = desk.book(BookingRequest(4, noon.replace(hour=19)))
    >>> night_chart(desk.day(noon.date())).description
    '1 booking, 4 covers; local time, Europe/London'
    """
    check_shape("day", day, ("on", "tables", "unassigned", "shadows", "now_us", "timezone"))
    name = day_text(day.on) if title is None else check_text("title", title)
    return _Drawing(day, name, check_links(links)).picture()


@attrs.frozen
class _Line:
    """A row of the chart: its middle, its table if it is the row of one, and its entries."""

    middle: float
    table: DrawnRow | None
    entries: tuple[DrawnEntry, ...]


@attrs.frozen
class _Tie:
    """The line between the bars of a party: its place, and the middles of its rows."""

    x: float
    middles: tuple[float, ...]


@attrs.define(slots=False)
class _Drawing:
    """A chart in the making."""

    day: DrawnDay
    title: str
    links: Mapping[str, str]
    canvas: Canvas = attrs.field(factory=Canvas)

    def picture(self) -> Picture:
        """Draw everything, the things behind others first."""
        subtitle = f"{self._counts()}; local time, {self.day.timezone}"
        self.canvas.title(self.title, subtitle, self.width)
        self._grid()
        for tie in self.ties.values():
            self.canvas.line((tie.x, tie.middles[0]), (tie.x, tie.middles[-1]), "tie")
        for line in self.lines:
            self._line(line)
        bottom = self._people(self.bottom)
        self._now()
        corner = (MARGIN, bottom + 14)
        bottom = draw_legend(self.canvas, self._keys(), corner, self.width - 2 * MARGIN)
        return self.canvas.picture((self.width, bottom + 16), self.title, subtitle)

    def _counts(self) -> str:
        entries = {id(each): each for row in self.day.tables for each in row.entries}
        return counts_of([*entries.values(), *self.day.unassigned], self.day.now_us)

    # ---- layout

    @cached_property
    def left(self) -> float:
        """Where the axis begins."""
        numbers = [LABEL.width(row.number) for row in self.day.tables]
        return MARGIN + min(max([*numbers, LABEL.width("people")]), _WIDEST_NUMBER) + _SEATS

    @cached_property
    def width(self) -> float:
        """The width of the picture."""
        return max(self.axis.left + self.axis.width + MARGIN, _LEAST_WIDTH)

    @cached_property
    def axis(self) -> TimeAxis:
        """The axis: whole hours around the parties of the date."""
        zone = zone_of(self.day.timezone)
        midnight_us = noon_us(self.day.on, zone) - 12 * HOUR_US
        tables = [each for row in self.day.tables for each in row.entries]
        entries = [*tables, *self.day.unassigned, *self.day.shadows]
        parties = [each for each in entries if each.kind != "block"]
        of_day = [each for each in parties if each.start_us >= midnight_us] or parties
        starts = [max(each.start_us, midnight_us) for each in of_day]
        ends = [min(each.end_us, midnight_us + 36 * HOUR_US) for each in of_day]
        start_us = hour_before(min(starts, default=midnight_us + 12 * HOUR_US), zone)
        end_us = hour_after(max(ends, default=midnight_us + 24 * HOUR_US), zone)
        end_us = max(end_us, start_us + _SHORTEST * HOUR_US)
        hours = (end_us - start_us) / HOUR_US
        hour = min(max(_PLOT / hours, _NARROWEST_HOUR), _WIDEST_HOUR)
        return TimeAxis(start_us, end_us, self.left, hours * hour, zone)

    @cached_property
    def row(self) -> float:
        """The height of a row."""
        return _ROW + (_SHADOW if self.day.shadows else 0)

    @cached_property
    def layout(self) -> tuple[list[_Line], list[tuple[float, str]], float]:
        """The rows, the headings with their baselines, and the lower edge of the chart."""
        zones = {row.zone_name: None for row in self.day.tables}
        lines: list[_Line] = []
        headings: list[tuple[float, str]] = []
        y: float = _TOP
        for zone in zones:
            if len(zones) > 1:
                headings.append((y + _HEADING - 9, zone or "no longer on the floor"))
                y += _HEADING
            for row in self.day.tables:
                if row.zone_name == zone:
                    lines.append(_Line(y + _ROW / 2, row, tuple(self._shown(row.entries))))
                    y += self.row
        waiting = list(stacked(self._shown(self.day.unassigned)))
        if waiting:
            headings.append((y + _HEADING - 9, "without a table"))
            y += _HEADING
        for entries in waiting:
            lines.append(_Line(y + _ROW / 2, None, entries))
            y += self.row
        return lines, headings, y

    @property
    def lines(self) -> list[_Line]:
        """The rows."""
        return self.layout[0]

    @property
    def bottom(self) -> float:
        """The lower edge of the rows."""
        return self.layout[2]

    def _shown(self, entries: Iterable[DrawnEntry]) -> Iterator[DrawnEntry]:
        axis = self.axis
        for entry in entries:
            if entry.start_us < axis.end_us and axis.start_us < entry.end_us:
                yield entry

    @cached_property
    def ties(self) -> dict[int, _Tie]:
        """The ties of entries at several tables, by the identity of the entry.

        Ties that would run over each other stand side by side.
        """
        rows: dict[int, list[float]] = {}
        owners: dict[int, DrawnEntry] = {}
        for line in self.lines:
            for entry in line.entries:
                rows.setdefault(id(entry), []).append(line.middle)
                owners[id(entry)] = entry
        ties: dict[int, _Tie] = {}
        for key, middles in rows.items():
            if len(middles) < 2:
                continue
            first = self.axis.x(owners[key].start_us) + _TIE
            places = (first + step * _TIE for step in range(_TIES))
            x = next((x for x in places if _is_free(x, middles, ties.values())), first)
            ties[key] = _Tie(x, tuple(middles))
        return ties

    # ---- drawing

    def _grid(self) -> None:
        axis, top = self.axis, _TOP - 4
        for instant_us, text in axis.ticks():
            x = axis.x(instant_us)
            self.canvas.line((x, top), (x, self.bottom), "rule")
            self.canvas.text(x, top - 8, text, SMALL.centred())
        self.canvas.text(MARGIN, top - 8, "table", SMALL)
        self.canvas.text(axis.left - 28, top - 8, "seats", SMALL.ended())
        right = axis.left + axis.width
        for y in (line.middle + self.row - _ROW / 2 for line in self.lines):
            self.canvas.line((MARGIN, y), (right, y), "rule")
        for baseline, text in self.layout[1]:
            self.canvas.text(MARGIN, baseline, STRONG.fitted(text, right - MARGIN), STRONG)

    def _line(self, line: _Line) -> None:
        if line.table is not None:
            if self.links:
                left, width = self.axis.left, self.axis.width
                self.canvas.target(Box(left, line.middle - _ROW / 2, width, _ROW), line.table.id)
            space = self.left - MARGIN - _SEATS
            baseline = line.middle + CENTRE * LABEL.size
            self.canvas.text(MARGIN, baseline, LABEL.fitted(line.table.number, space), LABEL)
            if line.table.seats is not None:
                seats = str(line.table.seats)
                self.canvas.text(self.axis.left - 28, baseline, seats, SMALL.ended())
            for entry in self._shown(self.day.shadows):
                if line.table.id in entry.tables:
                    box = self._box(entry.start_us, entry.end_us, line.middle, 5)
                    with self.canvas.group(tooltip_of(entry, SHADOW, self.axis)):
                        self.canvas.rectangle(box.moved(0, _ROW / 2 + 2.5), SHADOW.look, 1)
        for entry in line.entries:
            self._bar(entry, line.middle)

    def _box(self, start_us: int, end_us: int, middle: float, height: float) -> Box:
        left, right = self.axis.x(start_us), self.axis.x(end_us)
        return Box(left + 0.5, middle - height / 2, max(right - left - 1, 1.5), height)

    def _bar(self, entry: DrawnEntry, middle: float) -> None:
        state = state_of(entry, self.day.now_us)
        height = _SLIM if state.mark is Mark.SLIM else _BAR
        end_us = entry.end_us if entry.due_us is None else entry.due_us
        box = self._box(entry.start_us, end_us, middle, height)
        tooltip = tooltip_of(entry, state, self.axis)
        link = self.canvas.linked(self.links.get(entry.id), entry.id, tooltip)
        with link, self.canvas.group(tooltip):
            if entry.due_us is not None and entry.due_us < self.axis.end_us:
                self.canvas.rectangle(self._box(end_us, entry.end_us, middle, height), "stay", 3)
            if self.axis.start_us < end_us:
                self.canvas.rectangle(box, state.look, 3)
                tie = self.ties.get(id(entry))
                if tie is not None:
                    self._knot(tie, middle, height, state)
                self._words(entry, state, box, 6 if tie is None else tie.x - box.x + 8)

    def _knot(self, tie: _Tie, middle: float, height: float, state: State) -> None:
        """Draw the part of a tie that lies on a bar."""
        is_dark = state.tone not in ("t-ink", "t-muted")
        top = middle if middle == tie.middles[0] else middle - height / 2
        bottom = middle if middle == tie.middles[-1] else middle + height / 2
        self.canvas.line((tie.x, top), (tie.x, bottom), "tie-light" if is_dark else "tie")
        self.canvas.circle((tie.x, middle), 3.5, "knot")

    def _words(self, entry: DrawnEntry, state: State, box: Box, inset: float) -> None:
        strong, plain = STRONG.toned(state.tone), SMALL.toned(state.tone)
        x, right = box.x + inset, box.right - 4
        baseline = box.middle[1] + CENTRE * strong.size
        if state is BLOCKED:
            text = plain.fitted(entry.reason or "blocked", right - x)
            self.canvas.text(x, baseline, text, plain)
            return
        size = str(entry.party_size or "")
        if state.mark is Mark.SLIM:
            strong = plain
        if x + strong.width(size) > right:
            return
        self.canvas.text(x, baseline, size, strong)
        x += strong.width(size) + 5
        self.canvas.text(x, baseline, plain.fitted(name_of(entry), right - x), plain)

    def _people(self, bottom: float) -> float:
        """Write the people at the tables below the chart; return the lower edge."""
        baseline = bottom + 16
        entries = {id(each): each for line in self.lines if line.table for each in line.entries}
        self.canvas.text(MARGIN, baseline, "people", SMALL)
        for instant_us, _ in self.axis.ticks():
            count = people_at(entries.values(), instant_us, self.day.now_us)
            self.canvas.text(self.axis.x(instant_us), baseline, str(count), LABEL.centred())
        return baseline + 6

    def _now(self) -> None:
        now_us = self.day.now_us
        if self.axis.start_us <= now_us <= self.axis.end_us:
            x = self.axis.x(now_us)
            form, text = SMALL.toned("t-accent").centred(), f"now {self.axis.clock(now_us)}"
            # At the end of the axis the label keeps its distance from the edge.
            middle = min(x, self.width - _EDGE - form.width(text) / 2)
            self.canvas.text(middle, _TOP - 26, text, form)
            self.canvas.line((x, _TOP - 8), (x, self.bottom), "now")

    def _keys(self) -> list[Key]:
        entries = [each for line in self.lines for each in line.entries]
        shown = {state_of(each, self.day.now_us) for each in entries}
        if any(self._shown(self.day.shadows)):
            shown.add(SHADOW)
        keys = [Key(each.look, each.text, each.mark) for each in STATES if each in shown]
        if any(each.due_us is not None for each in entries):
            keys.append(Key("stay", "may stay this long"))
        if self.ties:
            keys.append(Key("tie", "one party", Mark.TIE))
        return keys


def _is_free(x: float, middles: list[float], ties: Iterable[_Tie]) -> bool:
    """Tell whether a tie at a place meets no other one."""
    return not any(
        abs(x - tie.x) < _TIE and middles[0] <= tie.middles[-1] and tie.middles[0] <= middles[-1]
        for tie in ties
    )
