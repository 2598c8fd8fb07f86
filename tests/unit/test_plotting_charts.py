"""Charts of studies: every value is drawn at its place on the axis, with its number."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan
from typing import Any

import attrs
import pytest

from fourtop import InvalidInput, Plan, Score, Term, plotting
from fourtop.plotting import BarRow, IntervalRow, LineSeries
from fourtop.plotting.value_axis import ValueAxis
from tests.unit.picture_samples import BARS, INTERVALS, LINES, TIMES, quoted
from tests.unit.svg_page import Page, Written


def number_of(text: str) -> float:
    return float(text.replace("−", "-").replace("+", "").replace(",", ""))


def is_number(text: str) -> bool:
    return all(each in "−+,.0123456789" for each in text)


def middle(text: Written) -> float:
    return (text.area.left + text.area.right) / 2


class Scale:
    """The scale of an axis, read from the numbers of its ticks."""

    def __init__(self, ticks: list[tuple[float, float]]) -> None:
        assert len(ticks) >= 3
        (self.first, self.value), (last, value) = ticks[0], ticks[-1]
        self.unit = (last - self.first) / (value - self.value)
        for pixel, each in ticks:
            assert pixel == pytest.approx(self.at(each), abs=0.2)

    def at(self, value: float) -> float:
        return self.first + self.unit * (value - self.value)


def x_scale(page: Page) -> Scale:
    """The axis below a chart: the numbers that are in one line, under vertical lines."""
    lines = {path[0][0] for path in page.paths("rule")}
    ticks = [
        (middle(text), number_of(text.words))
        for text in page.texts
        if is_number(text.words) and any(abs(middle(text) - x) < 0.2 for x in lines)
    ]
    return Scale(ticks)


def test_every_interval_is_drawn_on_the_axis() -> None:
    page = Page(plotting.interval_chart(INTERVALS, title="Rules", unit="covers", reference=0))
    scale = x_scale(page)
    lines = [path for path in page.paths("whisker") if path[0][1] == path[1][1]]
    dots = [each for look in ("dot", "dot-open") for each in page.of_class(look) if each.tooltip]
    for row in INTERVALS:
        (dot,) = (each for each in dots if each.tooltip.startswith(row.label[:40]))
        x, y = (dot.area.left + dot.area.right) / 2, (dot.area.top + dot.area.bottom) / 2
        assert x == pytest.approx(scale.at(row.value), abs=0.3)
        (line,) = (path for path in lines if path[0][1] == pytest.approx(y))
        assert [path[0] for path in line] == pytest.approx(
            [scale.at(row.low), scale.at(row.high)], abs=0.3
        )
        assert ("ft-dot-open" in dot.classes) == (row.low <= 0 <= row.high)
    ((start, _),) = page.paths("zero")[:1]
    assert start[0] == pytest.approx(scale.at(0), abs=0.3)


def test_the_numbers_stand_beside_the_intervals() -> None:
    rows = [IntervalRow("a", 2857.4, 2846.5, 2868.3), IntervalRow("b", -3012, -3100, -2900)]
    page = Page(plotting.interval_chart(rows, title="Revenue", unit="pounds"))
    assert "2,857 (2,846 to 2,868)" in page.words
    assert "−3,012 (−3,100 to −2,900)" in page.words
    assert "pounds" in page.words
    assert page.paths("zero") == []


def test_a_difference_has_a_sign() -> None:
    rows = [IntervalRow("a", 2.94, 0.62, 5.24)]
    page = Page(plotting.interval_chart(rows, title="Join", unit="covers", reference=0))
    assert "+2.9 (+0.6 to +5.2)" in page.words
    assert "the interval leaves 0 out" in page.words


def test_every_bar_reaches_from_zero_to_its_value() -> None:
    page = Page(plotting.bar_chart(BARS, title="Refusals", unit="parties"))
    scale = x_scale(page)
    bars = [each for look in ("bar", "other") for each in page.of_class(look) if each.tooltip]
    assert len(bars) == len(BARS)
    for row in BARS:
        (bar,) = (each for each in bars if each.tooltip.startswith(f"{row.label[:40]}"))
        ends = sorted((scale.at(0), scale.at(row.value)))
        assert [bar.area.left, bar.area.right] == pytest.approx(ends, abs=0.3)
        assert ("ft-bar" in bar.classes) == row.is_marked


def test_bars_without_a_mark_are_all_alike() -> None:
    rows = [BarRow("a", 31.25), BarRow("b", -12.5)]
    page = Page(plotting.bar_chart(rows, title="Signed", unit="covers"))
    assert len(page.of_class("bar")) == 2
    assert {"31.25", "−12.50"} <= set(page.words)


@pytest.mark.parametrize("draw", [plotting.bar_chart, plotting.interval_chart])
def test_a_chart_without_rows_says_so(draw: Any) -> None:
    assert "There is nothing to show." in Page(draw([], title="Nothing", unit="covers")).words


def test_every_value_of_a_line_is_a_corner() -> None:
    page = Page(
        plotting.line_chart(LINES, TIMES, title="People", x_title="local time", y_title="covers")
    )
    ticks = [
        ((text.area.top + text.area.bottom) / 2, number_of(text.words))
        for text in page.texts
        if is_number(text.words) and text.area.right < 70
    ]
    # The middle of a box of text lies a little above the middle of its digits.
    scale = Scale(ticks)
    labels = {text.words: middle(text) for text in page.texts}
    columns = [labels[time] for time in TIMES if time in labels]
    step = (columns[-1] - columns[0]) / (len(TIMES) - 1)
    for place, series in enumerate(LINES, start=1):
        points = [point for path in page.paths(f"series-{place}") for point in path]
        known = [(n, value) for n, value in enumerate(series.values) if value is not None]
        assert len(points) == len(known)
        for (x, y), (count, value) in zip(points, known, strict=True):
            assert x == pytest.approx(columns[0] + count * step, abs=0.5)
            assert y == pytest.approx(scale.at(value), abs=2)
        assert series.label[:10] in " ".join(page.words)


def test_a_gap_breaks_a_line_and_a_lonely_value_is_a_dot() -> None:
    series = [LineSeries("a", [1, None, 3, None, 5, 6])]
    page = Page(
        plotting.line_chart(series, range(6), title="Gaps", x_title="minutes", y_title="covers")
    )
    assert [len(path) for path in page.paths("series-1")] == [1, 1, 2]
    assert len(page.of_class("range-dot-1")) == 2


def test_numbers_of_x_stand_in_proportion() -> None:
    series = [LineSeries("a", [101, 102, 104])]
    page = Page(
        plotting.line_chart(series, [0, 0.5, 2], title="Buffers", x_title="x", y_title="covers")
    )
    ((one, two, three),) = ([x for x, _ in path] for path in page.paths("series-1"))
    assert (three - one) == pytest.approx(4 * (two - one), abs=0.5)
    assert {"0.0", "0.5", "2.0"} <= set(page.words)
    # All values lie near 100, so the axis does not begin with zero.
    assert "0" not in page.words


def test_one_value_of_x_and_series_without_values_are_drawn() -> None:
    for values in ([5], [None]):
        page = Page(
            plotting.line_chart(
                [LineSeries("a", values)], [3], title="One", x_title="x", y_title="y"
            )
        )
        assert "3" in page.words


def test_names_of_lines_that_end_together_move_apart() -> None:
    series = [LineSeries(f"line {n}", [n, 0]) for n in range(6)]
    page = Page(plotting.line_chart(series, [0, 1], title="T", x_title="x", y_title="y"))
    names = [text.area for text in page.texts if text.words.startswith("line ")]
    assert len(names) == 6
    assert not any(one.meets(other) for one, other in pairwise(sorted(names, key=lambda a: a.top)))


# ---- scores --------------------------------------------------------------------------------------


def test_every_cost_of_every_plan_has_its_number_and_its_bar() -> None:
    desk, quote = quoted()
    plans = (quote.plan, *quote.others)
    numbers = desk.house().floor.labels
    page = Page(plotting.score_chart(plans, numbers=numbers))
    bars = [each for look in ("best", "other") for each in page.of_class(look)]
    cells = {each.tooltip: each.area.right - each.area.left for each in bars}
    costs = {}
    # One decimal is enough for all of them, and none where every cost is whole.
    whole = all(term.cost == int(term.cost) for plan in plans for term in plan.score.terms)
    digits = ",.0f" if whole else ",.1f"
    for plan in plans:
        label = " + ".join(numbers[each] for each in plan.tables)
        assert label in page.words
        for term in plan.score.terms:
            if term.cost:
                costs[f"{label}: {term.name} {term.cost:{digits}}"] = term.cost
        costs[f"{label}: score {plan.score.total:{digits}}"] = plan.score.total
    assert cells.keys() == costs.keys()
    largest = max(costs.values())
    for name, cost in costs.items():
        assert cells[name] == pytest.approx(72 * cost / largest, abs=0.6)
    assert "wishes" not in page.words
    assert "table count" in page.words


def test_a_gain_is_a_bar_of_another_look() -> None:
    plan = Plan(("t1",), 4, 0, Score((Term("overage", 1, 5.0), Term("bonus", 1, -2.0))))
    page = Page(plotting.score_chart([plan]))
    assert len(page.of_class("bar-low")) == 1
    assert "−2" in page.words
    assert page.picture.title == "Plan"


def test_plans_without_costs_are_drawn() -> None:
    page = Page(plotting.score_chart([Plan(("t1",), 4, 0, Score(()))]))
    assert {"t1", "4", "0"} <= set(page.words)
    assert page.of_class("best") == []


# ---- the axis ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "low", "high", "step"),
    [
        ([0, 31], 0, 35, 5),
        ([-16.9, 5.2], -20, 10, 5),
        ([2846.5, 3023.8], 2800, 3050, 50),
        ([0, 0.0007], 0, 0.0008, 0.0002),
        ([5, 5], 2, 8, 1),
        ([0, 0], -1, 1, 0.5),
        ([0, 1e12], 0, 1e12, 2e11),
    ],
)
def test_an_axis_has_round_ends_around_all_values(
    values: list[float], low: float, high: float, step: float
) -> None:
    axis = ValueAxis.over(values, 0, 100)
    assert axis.low <= min(values)
    assert axis.high >= max(values)
    assert len(axis.ticks()) <= 9
    assert len({text for _, text in axis.ticks()}) == len(axis.ticks())
    assert (axis.low, axis.high, axis.step) == pytest.approx((low, high, step), abs=step)


# ---- wrong input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda: IntervalRow("a", 1, 2, 3),
        lambda: IntervalRow("a", 3, 1, 2),
        lambda: IntervalRow("a", nan, 1, 2),
        lambda: IntervalRow("", 1, 1, 2),
        lambda: BarRow("a", inf),
        lambda: BarRow("a", "7"),  # type: ignore[arg-type]  # Wrong on purpose.
        lambda: BarRow("x" * 201, 7),
        lambda: BarRow("a", 7, is_marked=1),  # type: ignore[arg-type]  # Wrong on purpose.
        lambda: LineSeries("a", [nan]),
        lambda: LineSeries("a", "12"),  # type: ignore[arg-type]  # Wrong on purpose.
        lambda: LineSeries("a", [1, 2], intervals=[(1, 2)]),
        lambda: LineSeries("a", [1], intervals=[(2, 1)]),
        lambda: LineSeries("a", [1], intervals=[7]),  # type: ignore[list-item]  # Wrong on purpose.
        lambda: LineSeries("a", [1], intervals=[(nan, 1)]),
    ],
)
def test_a_wrong_row_is_refused(make: Any) -> None:
    with pytest.raises(InvalidInput):
        make()


@pytest.mark.parametrize(
    ("draw", "arguments", "field"),
    [
        ("bar_chart", {"rows": 7}, "rows"),
        ("bar_chart", {"rows": [7]}, "rows"),
        ("bar_chart", {"rows": [BarRow("a", 1)] * 201}, "rows"),
        ("bar_chart", {"rows": [], "unit": ""}, "unit"),
        ("bar_chart", {"rows": [], "title": None}, "title"),
        ("bar_chart", {"rows": [], "note": None}, "note"),
        ("interval_chart", {"rows": [BarRow("a", 1)]}, "rows"),
        ("interval_chart", {"rows": [], "reference": nan}, "reference"),
        ("interval_chart", {"rows": [], "reference": "0"}, "reference"),
    ],
)
def test_a_wrong_chart_is_refused(draw: str, arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        getattr(plotting, draw)(**{"title": "A title", "unit": "covers", **arguments})
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("series", "x", "field"),
    [
        (LINES, TIMES[1:], "series"),
        ([LineSeries("a", [1])] * 7, [1], "series"),
        ([7], [1], "series"),
        ([], [], "x"),
        ([LineSeries("a", [1, 2])], [1, 1], "x"),
        ([LineSeries("a", [1, 2])], [2, 1], "x"),
        ([LineSeries("a", [1, 2])], [1, "2"], "x"),
        ([LineSeries("a", [1])], [""], "x"),
        ([LineSeries("a", [1])], [nan], "x"),
    ],
)
def test_a_wrong_line_chart_is_refused(series: Any, x: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        plotting.line_chart(series, x, title="A title", x_title="x", y_title="y")
    assert caught.value.field == field


@pytest.mark.parametrize(
    "arguments",
    [
        {"plans": 7},
        {"plans": ["t1"]},
        {"plans": [Plan(("t1",), 4, 0, Score(()))] * 51},
        {"plans": [], "numbers": ["t1"]},
        {"plans": [], "title": ""},
    ],
)
def test_wrong_plans_are_refused(arguments: Any) -> None:
    with pytest.raises(InvalidInput):
        plotting.score_chart(**arguments)


@attrs.frozen
class Estimate:
    """An estimate of a simulation, by its shape."""

    mean: float
    low: float
    high: float


def test_a_row_is_made_of_an_estimate() -> None:
    assert IntervalRow.of("a", Estimate(2, 1, 3)) == IntervalRow("a", 2, 1, 3)
    with pytest.raises(InvalidInput, match="must have mean, low, high"):
        IntervalRow.of("a", 7)  # type: ignore[arg-type]  # Wrong on purpose.


def test_values_have_short_reprs() -> None:
    assert repr(BarRow("a", 1.5, is_marked=True)) == "<BarRow a, 1.5, marked>"
    assert repr(IntervalRow("a", 2, 1, 3)) == "<IntervalRow a, 2 (1 to 3)>"
    assert repr(LineSeries("a", [1, 2])) == "<LineSeries a, 2 values>"


def test_a_long_label_takes_two_lines() -> None:
    label = "the refused parties of six and more on a Friday or a Saturday"
    for is_marked in (False, True):
        bars = [BarRow(label, 3, is_marked=is_marked), BarRow("closed", 1)]
        page = Page(plotting.bar_chart(bars, title="Refusals", unit="parties"))
        assert label in " ".join(page.words)
        assert label not in page.words
    rows = [IntervalRow(label, 1, 0, 2)]
    page = Page(plotting.interval_chart(rows, title="Refusals", unit="parties"))
    assert label in " ".join(page.words)


def test_a_marked_label_is_not_cut() -> None:
    label = "a label in bold letters"
    page = Page(plotting.bar_chart([BarRow(label, 3, is_marked=True)], title="x", unit="y"))
    assert label in page.words


def test_what_two_lines_cannot_hold_is_cut() -> None:
    page = Page(plotting.bar_chart([BarRow("word " * 39, 3)], title="x", unit="y"))
    assert sum(each.endswith("…") for each in page.words) == 1


def test_values_without_an_interval_say_that_they_are_exact() -> None:
    rows = [IntervalRow("without 1 + 2", 0, 0, 0), IntervalRow("without 2 + 3", 0, 0, 0)]
    page = Page(plotting.interval_chart(rows, title="Joins", unit="covers", reference=0))
    assert "exactly 0" in page.words
    assert not any("contains" in each for each in page.words)
    wide = [*rows, IntervalRow("join 4 + 6", 1, -1, 3)]
    page = Page(plotting.interval_chart(wide, title="Joins", unit="covers", reference=0))
    assert "the interval contains 0" in page.words
    assert "+1.0 (−1.0 to +3.0)" in page.words
