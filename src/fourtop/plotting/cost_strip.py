"""The cost of each start around a wish as a strip of bars, in covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from functools import cached_property
from typing import Any, Final

import attrs

from fourtop.errors.display import count_of
from fourtop.plotting.answer_protocols import DrawnOffers
from fourtop.plotting.canvas import MARGIN, SMALL, STRONG, TITLE_HEIGHT, Box, Canvas
from fourtop.plotting.checks import check_shape, check_text
from fourtop.plotting.legend import LETTER, Key, Mark, draw_legend, draw_letter, keys_of, letters_of
from fourtop.plotting.picture import Picture
from fourtop.plotting.time_axis import day_text, local, zone_of

_PLOT: Final = 860.0
_WIDEST_CELL: Final = 64.0
_NARROWEST_CELL: Final = 38.0
_LEAST_WIDTH: Final = 480.0
_BARS: Final = 110.0
_NUMBER: Final = 20.0
_TIME: Final = 26.0
_WORD: Final = 18.0
_GAP: Final = 3.0
_LEAST_SPAN: Final = 1.0
# A bar of a smaller cost would be hard to see.
_LOWEST: Final = 2.0
_NAMES: Final = ("request", "answer", "found", "rejected", "shown", "timezone")


def cost_strip(offers: DrawnOffers, *, title: str | None = None) -> Picture:
    """Draw what each start costs the house: a bar for each start, by time.

    The number above a bar is the cost in covers. A dark bar is a start that the house offers, and
    the row below names these. A frame marks the wish. A start that cannot be booked is hatched and
    has a letter, and the legend names the code of its refusal. A bar below the line is a start that
    saves covers. Times are local.

    Args:
        offers: Anything with the attributes of ``fourtop.StartOffers`` that are read here.
        title: The title; ``None``: the party and the date.

    Raises:
        InvalidInput: If an argument is of another form.
    """
    check_shape("offers", offers, _NAMES)
    size, start_us = offers.request.party_size, offers.request.start_us
    zone = zone_of(offers.timezone)
    on = day_text(local(start_us, zone).date())
    name = f"Cost of each start: party of {size}, {on}"
    return _Drawing(
        tuple(_starts(offers, zone)),
        name if title is None else check_text("title", title),
        f"covers that later guests are expected to lose; wish {local(start_us, zone):%H:%M};"
        f" local time, {offers.timezone}",
    ).picture()


@attrs.frozen
class _Start:
    """A start: its time, its cost or the code of its refusal, and what is said of it."""

    clock: str
    cost: float | None
    code: str
    is_wish: bool
    is_shown: bool
    tooltip: str

    @property
    def text(self) -> str:
        """The cost, rounded to a tenth of a cover: less means nothing for one evening."""
        # The z turns -0.0 into 0.0.
        return "" if self.cost is None else f"{self.cost:z.1f}".replace("-", "−")

    @property
    def words(self) -> str:
        """What stands below its time."""
        return "wish" if self.is_wish else "offered" if self.is_shown else ""


def _starts(offers: DrawnOffers, zone: tzinfo) -> Iterator[_Start]:
    wish_us, shown = offers.request.start_us, {each.start_us for each in _requests(offers.shown)}
    found: dict[int, tuple[float | None, str, str]] = {
        each.request.start_us: (each.cost.total, "", f"{each.cost.total:.2f} covers")
        for each in offers.found
    }
    refusals: dict[int, Any] = {each.requests[0].start_us: each.refusal for each in offers.rejected}
    if wish_us not in found:
        refusals[wish_us] = offers.answer
    found |= {each: (None, str(no.code), str(no)) for each, no in refusals.items()}
    for start_us, (cost, code, text) in sorted(found.items()):
        clock = f"{local(start_us, zone):%H:%M}"
        is_wish, is_shown = start_us == wish_us, start_us in shown
        marks = [word for word, is_so in (("the wish", is_wish), ("offered", is_shown)) if is_so]
        tooltip = f"{clock}: {', '.join([text, *marks])}"
        yield _Start(clock, cost, code, is_wish, is_shown, tooltip)


def _requests(starts: Iterable[Any]) -> Iterator[Any]:
    return (each.request for each in starts)


@attrs.define(slots=False)
class _Drawing:
    """A strip in the making."""

    starts: tuple[_Start, ...]
    title: str
    subtitle: str
    canvas: Canvas = attrs.field(factory=Canvas)

    def picture(self) -> Picture:
        """Draw the bars, the times and the legend."""
        self.canvas.title(self.title, self.subtitle, self.width)
        left = MARGIN
        for place, start in enumerate(self.starts):
            with self.canvas.group(start.tooltip):
                self._column(start, left + place * self.cell)
        right = left + len(self.starts) * self.cell
        self.canvas.line((left, self.zero), (right, self.zero), "zero")
        top = self.bottom + _TIME + _WORD
        bottom = draw_legend(
            self.canvas, list(self._keys()), (MARGIN, top + 8), self.width - 2 * MARGIN
        )
        return self.canvas.picture((self.width, bottom + 16), self.title, self._description())

    @cached_property
    def cell(self) -> float:
        """The width of a column."""
        return min(max(_PLOT / len(self.starts), _NARROWEST_CELL), _WIDEST_CELL)

    @cached_property
    def width(self) -> float:
        """The width of the picture."""
        return max(2 * MARGIN + len(self.starts) * self.cell, _LEAST_WIDTH)

    @cached_property
    def costs(self) -> list[float]:
        """The costs of the starts that can be booked."""
        return [each.cost for each in self.starts if each.cost is not None]

    @cached_property
    def scale(self) -> float:
        """Pixels for a cover."""
        # Small costs have small bars, so that a start does not look dear among cheap ones.
        return _BARS / max(max([*self.costs, 0.0]) - min([*self.costs, 0.0]), _LEAST_SPAN)

    @cached_property
    def zero(self) -> float:
        """The baseline of the bars."""
        highest = max([*self.costs, 0.0])
        return TITLE_HEIGHT + 12 + _NUMBER + max(highest * self.scale, _LOWEST)

    @cached_property
    def bottom(self) -> float:
        """The lower edge of the bars and of the numbers below them."""
        lowest = -min([*self.costs, 0.0]) * self.scale
        return self.zero + (lowest + _NUMBER if lowest else 0.0)

    def _column(self, start: _Start, x: float) -> None:
        middle = x + self.cell / 2
        top = TITLE_HEIGHT + 10
        if start.is_wish:
            frame = Box(x + 1, top, self.cell - 2, self.bottom + _TIME + _WORD - top)
            self.canvas.rectangle(frame, "ring", 5)
        if start.cost is None:
            self._refused(start, x)
        else:
            height = max(abs(start.cost) * self.scale, _LOWEST)
            upper = self.zero - height if start.cost >= 0 else self.zero
            box = Box(x + _GAP + 3, upper, self.cell - 2 * _GAP - 6, height)
            self.canvas.rectangle(box, "seated" if start.is_shown else "expected", 2)
            baseline = upper - 6 if start.cost >= 0 else box.bottom + 14
            self.canvas.text(middle, baseline, start.text, STRONG.centred())
        baseline = self.bottom + 17
        form = (STRONG if start.is_wish or start.is_shown else SMALL).centred()
        self.canvas.text(middle, baseline, start.clock, form)
        words = SMALL.toned("t-ink").centred()
        self.canvas.text(middle, baseline + 17, words.fitted(start.words, self.cell - 4), words)

    def _refused(self, start: _Start, x: float) -> None:
        """Draw a start that cannot be booked."""
        height = max(self.zero - TITLE_HEIGHT - 12 - _NUMBER, 20.0)
        box = Box(x + _GAP + 3, self.zero - height, self.cell - 2 * _GAP - 6, height)
        self.canvas.rectangle(box, "block", 2)
        draw_letter(self.canvas, self.letters[start.code], box.middle, LETTER)

    @cached_property
    def letters(self) -> Mapping[str, str]:
        """A letter for each code of a refusal, by time."""
        return letters_of(each.code for each in self.starts if each.cost is None)

    def _keys(self) -> Iterator[Key]:
        if any(each.is_shown and each.cost is not None for each in self.starts):
            yield Key("seated", "offered, with its cost")
        if any(not each.is_shown and each.cost is not None for each in self.starts):
            yield Key("expected", "can be booked, not offered")
        yield Key("ring", "the wish", Mark.RING)
        yield from keys_of(self.letters)

    def _description(self) -> str:
        """Return the facts for a reader who does not see the picture."""
        if not self.costs:
            return f"No start can be booked; {self.subtitle}"
        least = min((each for each in self.starts if each.cost is not None), key=_cost_of)
        counts = count_of(len(self.costs), "start")
        return f"{counts}; the least cost: {least.clock}, {least.text} covers; {self.subtitle}"


def _cost_of(start: _Start) -> float:
    assert start.cost is not None, "it can be booked"
    return start.cost
