"""The scores of plans: what each term costs, and the total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.plotting.answer_protocols import DrawnPlan
from fourtop.plotting.canvas import (
    CENTRE,
    LABEL,
    MARGIN,
    SMALL,
    STRONG,
    TITLE_HEIGHT,
    Box,
    Canvas,
    Type,
)
from fourtop.plotting.checks import check_members, check_shape, check_text
from fourtop.plotting.picture import Picture
from fourtop.plotting.value_axis import decimals_for, shown

MAX_PLANS: Final = 50
_ROW: Final = 34.0
_WIDEST_LABEL: Final = 240.0
_COLUMN: Final = 92.0
_COUNT: Final = 64.0
_BAR: Final = 5.0


def score_chart(
    plans: Iterable[DrawnPlan],
    *,
    title: str | None = None,
    numbers: Mapping[str, str] | None = None,
) -> Picture:
    """Draw plans as rows with a column for each term of the score; lower scores are better.

    Each cell has the cost of the term as a number and as a bar; all bars have one scale. Terms that
    cost nothing in any plan are left out.

    Args:
        plans: The plans, the best first, at most 50.
        title: The title; ``None``: "Plan" or "Plans".
        numbers: The number of each table id, such as ``floor.labels``; ``None``: the ids are shown.

    Raises:
        InvalidInput: If an argument is of another form.

    >>> from fourtop import Plan, Score, Term
    >>> plan = Plan(("t1", "t2"), 8, 1, Score((Term("overage", 1, 5.0), Term("wishes", 0, 0.0))))
    >>> score_chart([plan]).description
    't1 + t2: 5'
    """
    members = check_members("plans", plans, object, MAX_PLANS)
    for plan in members:
        check_shape("plans", plan, ("tables", "seats", "slack", "score"))
    if numbers is not None and not isinstance(numbers, Mapping):
        raise InvalidInput("numbers", "must be a mapping of table ids", safe_repr(numbers))
    name = "Plan" if len(members) == 1 else "Plans"
    name = name if title is None else check_text("title", title)
    return _Drawing(members, numbers or {}, name).picture()


@attrs.frozen
class _Drawing:
    """A chart in the making."""

    plans: tuple[Any, ...]
    numbers: Mapping[str, str]
    title: str
    canvas: Canvas = attrs.field(factory=Canvas)

    def picture(self) -> Picture:
        """Draw the columns from left to right."""
        names = self._names()
        labels = [self._label(plan) for plan in self.plans]
        widest = max((STRONG.width(text) for text in labels), default=0)
        left = MARGIN + min(widest, _WIDEST_LABEL) + 10
        terms = left + 2 * _COUNT + 12
        width = terms + (len(names) + 1) * _COLUMN + MARGIN
        self.canvas.title(self.title, "score: the sum of the costs; lower is better", width)
        top = TITLE_HEIGHT + 28.0
        self.canvas.text(MARGIN, top - 8, "tables", SMALL)
        for place, text in enumerate(("seats", "left over"), start=1):
            self.canvas.text(left + place * _COUNT, top - 8, text, SMALL.ended())
        for place, text in enumerate((*names, "score")):
            plain = SMALL.fitted(text.replace("_", " "), _COLUMN - 16)
            self.canvas.text(terms + place * _COLUMN + 12, top - 8, plain, SMALL)
        scale = max(
            (abs(cost) for plan in self.plans for cost in self._costs(plan, names)), default=0
        )
        for place, (plan, label) in enumerate(zip(self.plans, labels, strict=True)):
            middle = top + _ROW * (place + 0.5)
            self.canvas.line(
                (MARGIN, middle - _ROW / 2), (width - MARGIN, middle - _ROW / 2), "rule"
            )
            form = STRONG if place == 0 else LABEL
            baseline = middle + CENTRE * form.size
            self.canvas.text(MARGIN, baseline, form.fitted(label, _WIDEST_LABEL), form)
            for count, value in enumerate((plan.seats, plan.slack), start=1):
                self.canvas.text(left + count * _COUNT, baseline, str(value), form.ended())
            self._cells(plan, names, (terms, middle), (form, scale))
        bottom = top + _ROW * len(self.plans)
        facts = (
            f"{text}: {self._text(plan.score.total)}"
            for text, plan in zip(labels, self.plans, strict=True)
        )
        return self.canvas.picture((width, bottom + 16), self.title, "; ".join(facts))

    def _names(self) -> list[str]:
        """Return the terms that cost something, in the order of the first plan that has them."""
        found: dict[str, None] = {}
        for plan in self.plans:
            found |= {term.name: None for term in plan.score.terms if term.cost}
        return list(found)

    def _label(self, plan: DrawnPlan) -> str:
        return " + ".join(self.numbers.get(each, each) for each in plan.tables)

    def _costs(self, plan: DrawnPlan, names: Iterable[str]) -> list[float]:
        costs = [plan.score.cost(name) for name in names]
        return [*costs, plan.score.total]

    def _text(self, cost: float) -> str:
        """Write a cost; all costs of a chart have the same decimals."""
        costs = (term.cost for plan in self.plans for term in plan.score.terms)
        return shown(cost, max((min(decimals_for(each), 1) for each in costs), default=0))

    def _cells(
        self,
        plan: DrawnPlan,
        names: list[str],
        corner: tuple[float, float],
        looks: tuple[Type, float],
    ) -> None:
        (left, middle), (form, scale) = corner, looks
        for place, cost in enumerate(self._costs(plan, names)):
            x = left + place * _COLUMN + 12
            name = (*names, "score")[place]
            with self.canvas.group(f"{self._label(plan)}: {name} {self._text(cost)}"):
                own = STRONG if place == len(names) else form
                self.canvas.text(x, middle + 1, self._text(cost), own)
                length = (_COLUMN - 20) * abs(cost) / scale if scale else 0
                look = "bar-low" if cost < 0 else "other" if place < len(names) else "best"
                if length:
                    self.canvas.rectangle(Box(x, middle + 6, max(length, 1), _BAR), look)
