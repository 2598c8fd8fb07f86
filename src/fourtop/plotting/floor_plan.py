"""The floor plan: tables with their seats and joins, their states, a chosen plan, and moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from math import cos, pi, sin
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import count_of
from fourtop.plotting.canvas import (
    CENTRE,
    LABEL,
    MARGIN,
    STRONG,
    SUBTITLE,
    TINY,
    TITLE_HEIGHT,
    Box,
    Canvas,
    Type,
    number,
)
from fourtop.plotting.checks import check_links, check_shape, check_text
from fourtop.plotting.floor_layout import FloorLayout, Place, layout_of
from fourtop.plotting.floor_moves import (
    TableMove,
    arrows_of,
    as_moves,
    draw_arrows,
    draw_numbers,
    list_moves,
)
from fourtop.plotting.legend import LETTER, Key, Mark, draw_legend, draw_letter
from fourtop.plotting.picture import Picture
from fourtop.plotting.protocols import DrawnFloor, DrawnTable, HasTables
from fourtop.plotting.text_metrics import lines_of

_LEAST_WIDTH: Final = 460.0
_LEAST_NARROW_WIDTH: Final = 360.0
_MOST_CHAIRS: Final = 24
_CHAIR_AWAY: Final = 7.0
_CHAIR: Final = 10.0
_LINE: Final = 12.5


@attrs.frozen
class _State:
    """The look of a table in a state, the tone of its text, and its letter."""

    look: str
    text: str
    letter: str = ""
    tone: str = "t-ink"


_STATES: Final[Mapping[str, _State]] = {
    "available": _State("free", "available"),
    "reserved": _State("expected", "reserved", "R"),
    "occupied": _State("seated", "occupied", "O", "t-on-seated"),
    "overdue": _State("over", "overdue", "!", "t-on-over"),
    "cleaning": _State("cleaning", "being cleaned", "C"),
    "out_of_service": _State("block", "out of service", "×"),
}
_CHOSEN: Final = _State("chosen", "chosen")


def floor_plan(
    floor: DrawnFloor,
    *,
    states: Mapping[str, str] | None = None,
    highlighted: HasTables | Iterable[str] = (),
    moves: Iterable[TableMove] = (),
    title: str | None = None,
) -> Picture:
    """Draw a floor: each table with its number, seats and joins, in a panel for each zone.

    Tables stand where their positions are, in proportion; see ``Position``. A zone without
    positions is laid out by its joins: tables that can be pushed together stand beside each other.
    Shapes and sizes are drawn where the tables have them.

    Args:
        floor: The floor; anything with the attributes of ``fourtop.Floor`` that are read here.
        states: The state of tables by id, as ``desk.table_states()`` returns them. Without it,
            tables that are not on offer are out of service.
        highlighted: A plan, booking or hold, or table ids, to show as chosen.
        moves: Parties that change tables; drawn as numbered arrows and listed below.
        title: The title; ``None``: "Floor plan".

    Raises:
        InvalidInput: If an argument is of another form, a state is unknown, or a table is not of
            this floor.

    >>> from fourtop import sketch_floor
    >>> floor_plan(sketch_floor({"1": 2, "2": 4}, joins=["1-2"])).description
    '2 tables, 6 seats, 1 join'
    """
    check_shape("floor", floor, ("tables", "zones", "joins", "labels"))
    ids = {table.id for table in floor.tables}
    drawing = _Drawing(
        floor,
        _as_states(states, ids),
        _as_ids(highlighted, ids),
        as_moves(moves, ids),
        "Floor plan" if title is None else check_text("title", title),
        {},
    )
    return drawing.picture()


def linked_floor_plan(
    floor: DrawnFloor,
    links: Mapping[str, str],
    states: Mapping[str, str] | None = None,
    *,
    is_narrow: bool = False,
) -> Picture:
    """Draw a floor plan with tables that lead to an address.

    Args:
        floor: As in ``floor_plan``.
        links: The address behind a table, by table id.
        states: As in ``floor_plan``.
        is_narrow: Whether the zones stand below each other, for the screen of a phone.

    Raises:
        InvalidInput: As ``floor_plan``; or if an address is empty or too long.
    """
    check_shape("floor", floor, ("tables", "zones", "joins", "labels"))
    known = _as_states(states, {table.id for table in floor.tables})
    drawing = _Drawing(
        floor, known, frozenset(), (), "Floor plan", check_links(links), is_narrow=is_narrow
    )
    return drawing.picture()


def drawn_layout(floor: DrawnFloor, *, is_narrow: bool = False) -> FloorLayout:
    """Return the layout of a floor in the pixels of its plan, wide or narrow."""
    layout = layout_of(floor, is_narrow=is_narrow)
    left, top = MARGIN, TITLE_HEIGHT + 10
    places = {key: place.moved(left, top) for key, place in layout.places.items()}
    panels = tuple(attrs.evolve(each, box=each.box.moved(left, top)) for each in layout.panels)
    return attrs.evolve(layout, places=places, panels=panels)


def _as_states(states: object, ids: Collection[str]) -> dict[str, str] | None:
    if states is None:
        return None
    if not isinstance(states, Mapping):
        raise InvalidInput("states", "must be a mapping of table ids", safe_repr(states))
    found = {}
    for table_id, state in states.items():
        if table_id not in ids:
            raise InvalidInput("states", "must name tables of this floor", safe_repr(table_id))
        if not isinstance(state, str) or state not in _STATES:
            raise InvalidInput("states", f"must be among {', '.join(_STATES)}", safe_repr(state))
        found[table_id] = str(state)
    return found


def _as_ids(value: Any, ids: Collection[str]) -> frozenset[str]:
    given = getattr(value, "tables", value)
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InvalidInput("highlighted", "must be a plan or table ids", safe_repr(value))
    found = list(given)
    for each in found:
        if not isinstance(each, str) or each not in ids:
            raise InvalidInput("highlighted", "must name tables of this floor", safe_repr(each))
    return frozenset(found)


@attrs.define(slots=False)
class _Drawing:
    """A floor plan in the making."""

    floor: DrawnFloor
    states: dict[str, str] | None
    chosen: frozenset[str]
    moves: tuple[TableMove, ...]
    title: str
    links: Mapping[str, str]
    is_narrow: bool = attrs.field(default=False, kw_only=True)
    canvas: Canvas = attrs.field(factory=Canvas)

    @cached_property
    def before(self) -> frozenset[str]:
        return frozenset(each for move in self.moves for each in move.before)

    @cached_property
    def after(self) -> frozenset[str]:
        return frozenset(each for move in self.moves for each in move.after)

    def picture(self) -> Picture:
        layout = drawn_layout(self.floor, is_narrow=self.is_narrow)
        least = _LEAST_NARROW_WIDTH if self.is_narrow else _LEAST_WIDTH
        width = max(layout.width + 2 * MARGIN, least)
        subtitle = self._subtitle()
        self.canvas.title(self.title, subtitle, width)
        places = layout.places
        self._panels(layout)
        self._joins(places)
        boxes = {table_id: place.bounds for table_id, place in places.items()}
        arrows = arrows_of(self.moves, boxes, self.canvas.texts)
        draw_arrows(self.canvas, arrows)
        for table in self.floor.tables:
            self._table(table, places[table.id])
        draw_numbers(self.canvas, arrows)
        self._losses(places)
        bottom = TITLE_HEIGHT + 10 + layout.height + 14
        if not places:
            self.canvas.text(MARGIN, bottom, "This floor has no tables.", LABEL)
        bottom = draw_legend(self.canvas, self._keys(), (MARGIN, bottom), width - 2 * MARGIN)
        bottom = list_moves(self.canvas, self.moves, self.floor.labels, (bottom, width))
        return self.canvas.picture((width, bottom + 18), self.title, self._description(subtitle))

    def _subtitle(self) -> str:
        summary = self.floor.summary()
        if self.states is None:
            return summary
        counts = Counter(self.states.values())
        states = [f"{counts[key]} {each.text}" for key, each in _STATES.items() if counts[key]]
        # A narrow plan has no space for both.
        return ", ".join(states if self.is_narrow and states else [summary, *states])

    def _description(self, subtitle: str) -> str:
        labels = self.floor.labels
        chosen = [labels[table.id] for table in self.floor.tables if table.id in self.chosen]
        facts = [subtitle]
        if chosen:
            facts.append(f"chosen: {' + '.join(chosen)}")
        facts += [each.text(labels) for each in self.moves]
        return "; ".join(facts)

    def _panels(self, layout: FloorLayout) -> None:
        for panel in layout.panels:
            box = panel.box
            self.canvas.rectangle(box, "panel", 6)
            seats = count_of(panel.seats, "seat")
            space = box.width - 44 - SUBTITLE.width(seats)
            name = STRONG.fitted(panel.name, space)
            self.canvas.text(box.x + 12, box.y + 20, name, STRONG)
            self.canvas.text(box.right - 12, box.y + 20, seats, SUBTITLE.ended())

    # ---- joins

    def _joins(self, places: Mapping[str, Place]) -> None:
        zones = {table.id: table.zone_id for table in self.floor.tables}
        for join in self.floor.joins:
            one, other = join.tables
            is_chosen = one in self.chosen and other in self.chosen
            is_near = zones[one] == zones[other]
            look = "chosen-join" if is_chosen else "join" if is_near else "join-far"
            self.canvas.line(places[one].box.middle, places[other].box.middle, look)

    def _losses(self, places: Mapping[str, Place]) -> None:
        """Write the seats that a join costs or wins beside it, where it has the space."""
        form = TINY.centred()
        tables = [place.bounds for place in places.values()]
        for join in self.floor.joins:
            if not join.seat_loss:
                continue
            text = f"{-join.seat_loss:+d}".replace("-", "−")
            (x, y), (to_x, to_y) = (places[each].box.middle for each in join.tables)
            for part in (0.5, 0.4, 0.6, 0.3, 0.7):
                at = (x + part * (to_x - x), y + part * (to_y - y))
                plate = Box.around(*at, form.width(text) + 4, 13)
                if not any(plate.meets(each) for each in (*tables, *self.canvas.texts)):
                    self.canvas.rectangle(plate, "plate", 3)
                    self.canvas.text(at[0], at[1] + CENTRE * form.size, text, form)
                    break

    # ---- tables

    def _table(self, table: DrawnTable, place: Place) -> None:
        state = self._state(table)
        tooltip = self._tooltip(table, state)
        x, y = place.box.middle
        rotation = f"rotate({number(place.rotation)} {number(x)} {number(y)})"
        link = self.canvas.linked(self.links.get(table.id), table.id, tooltip)
        with link, self.canvas.group(tooltip):
            with self.canvas.group("", rotation if place.rotation else ""):
                self._shape(table, place, state)
            self._text(table, place, state)
            if state.letter:
                draw_letter(self.canvas, state.letter, place.corner, LETTER)

    def _shape(self, table: DrawnTable, place: Place, state: _State) -> None:
        box = place.box
        course = (
            _round_chairs(box, table.capacity) if place.is_round else _chairs(box, table.capacity)
        )
        is_chosen = table.id in self.chosen
        if course:
            self.canvas.path(course, "chosen-seat" if is_chosen else "seat")
        looks = [state.look, "ring"] if is_chosen else [state.look]
        if table.id in self.after:
            looks.append("ring")
        elif table.id in self.before:
            looks.append("ring-before")
        for look in looks:
            if place.is_round:
                self.canvas.ellipse(box, look)
            else:
                self.canvas.rectangle(box, look, 4)

    def _text(self, table: DrawnTable, place: Place, state: _State) -> None:
        bounds = _inner(place)
        lines = _table_lines(self.floor.labels[table.id], table.capacity, bounds, state.tone)
        x, y = bounds.middle
        top = y - _LINE * (len(lines) - 1) / 2
        for row, (text, form) in enumerate(lines):
            self.canvas.text(x, top + row * _LINE + CENTRE * form.size, text, form)

    def _state(self, table: DrawnTable) -> _State:
        if self.states is not None and table.id in self.states:
            return _STATES[self.states[table.id]]
        if not table.is_offered:
            return _STATES["out_of_service"]
        return _CHOSEN if table.id in self.chosen else _STATES["available"]

    def _tooltip(self, table: DrawnTable, state: _State) -> str:
        parties = f"parties of {table.min_party} to {table.largest_party}"
        zone = next((each.name for each in self.floor.zones if each.id == table.zone_id), "")
        seats = count_of(table.capacity, "seat")
        return f"{self.floor.labels[table.id]}: {seats}, {parties}, {zone}, {state.text}"

    # ---- legend

    def _keys(self) -> list[Key]:
        shown = {self._state(table).look for table in self.floor.tables}
        keys = [
            Key(each.look, each.text, letter=each.letter)
            for each in _STATES.values()
            if each.look in shown and (self.states is not None or each.letter)
        ]
        if self.chosen:
            keys.append(Key("ring", "chosen", Mark.RING))
        zones = {table.id: table.zone_id for table in self.floor.tables}
        far = [len({zones[each] for each in join.tables}) > 1 for join in self.floor.joins]
        if not all(far):
            keys.append(Key("join", "can be pushed together", Mark.LINE))
        if any(far):
            keys.append(Key("join-far", "across zones", Mark.LINE))
        if any(join.seat_loss for join in self.floor.joins):
            keys.append(Key("", "seats lost by the join; + won", Mark.LETTER, "−1"))
        if self.moves:
            keys.append(Key("ring-before", "before the move", Mark.RING))
            keys.append(Key("ring", "after it", Mark.RING))
        return keys


def _inner(place: Place) -> Box:
    """Return the space for text inside a table."""
    box = place.bounds
    if place.rotation % 180:
        side = min(place.box.width, place.box.height)
        if place.rotation % 90:
            box = Box.around(*box.middle, side, side)
    if place.is_round:
        return Box.around(*box.middle, 0.84 * box.width, 0.84 * box.height)
    return Box.around(*box.middle, box.width - 6, box.height - 4)


def _table_lines(label: str, seats: int, space: Box, tone: str) -> list[tuple[str, Type]]:
    """Return the lines of text of a table: its number on one or two lines, and its seats."""
    rows = max(int(space.height / _LINE), 1)
    large = STRONG.toned(tone).centred()
    small = attrs.evolve(large, size=11)
    if large.width(label) <= space.width or rows < 2:
        lines = [(large.fitted(label, space.width), large)]
    else:
        # Bold letters are up to a tenth wider than the regular ones that the break counts with.
        parts = lines_of(label, space.width / 1.1, small.size, most=2)
        lines = [(small.fitted(part, space.width), small) for part in parts]
    form = TINY.toned(tone).centred()
    texts = (count_of(seats, "seat"), str(seats))
    text = next((each for each in texts if form.width(each) <= space.width), "")
    return [*lines, (text, form)] if len(lines) < rows else lines


# ---- chairs


def _chairs(box: Box, seats: int) -> str:
    """Return the chairs around a rectangle, as the course of a path."""
    if seats > _MOST_CHAIRS:
        return ""
    sides = _per_side(seats)
    parts = []
    for side, count in zip("tblr", sides, strict=True):
        length = box.width if side in "tb" else box.height
        for place in range(count):
            along = length * (place + 0.5) / count
            if side in "tb":
                y = box.y - _CHAIR_AWAY if side == "t" else box.bottom + _CHAIR_AWAY
                parts.append(f"M{number(box.x + along - _CHAIR / 2)} {number(y)}h{number(_CHAIR)}")
            else:
                x = box.x - _CHAIR_AWAY if side == "l" else box.right + _CHAIR_AWAY
                parts.append(f"M{number(x)} {number(box.y + along - _CHAIR / 2)}v{number(_CHAIR)}")
    return "".join(parts)


def _per_side(seats: int) -> tuple[int, int, int, int]:
    """Return the chairs at the top, bottom, left and right.

    >>> _per_side(2), _per_side(4), _per_side(7)
    ((1, 1, 0, 0), (1, 1, 1, 1), (3, 2, 1, 1))
    """
    ends = min(max(seats - 2, 0), 2)
    long = seats - ends
    return (long + 1) // 2, long // 2, (ends + 1) // 2, ends // 2


def _round_chairs(box: Box, seats: int) -> str:
    """Return the chairs around an ellipse, as the course of a path."""
    if seats > _MOST_CHAIRS:
        return ""
    x, y = box.middle
    parts = []
    for place in range(seats):
        angle = 2 * pi * place / seats - pi / 2
        at_x = x + (box.width / 2 + _CHAIR_AWAY) * cos(angle)
        at_y = y + (box.height / 2 + _CHAIR_AWAY) * sin(angle)
        across, down = -sin(angle) * _CHAIR, cos(angle) * _CHAIR
        start = f"M{number(at_x - across / 2)} {number(at_y - down / 2)}"
        parts.append(f"{start}l{number(across)} {number(down)}")
    return "".join(parts)
