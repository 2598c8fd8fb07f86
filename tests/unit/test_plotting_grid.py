"""Heat maps, utilisation and availability: every cell is there, with its number and its level."""

from __future__ import annotations

from datetime import date
from math import inf, nan
from typing import Any

import attrs
import numpy as np
import pytest

from fourtop import InvalidInput, plotting
from fourtop.plotting import HeatRow
from tests.unit.picture_samples import COLUMNS, WEEK, busy_desk, closed_desk
from tests.unit.svg_page import Page, luminance, rgb

ON = date(2026, 5, 1)
LEVELS = ("low", "mid", "high", "alert", "unknown")


def cells_of(page: Page, *looks: str) -> list[tuple[str, str, str]]:
    """The look, tooltip and text of each cell, without the legend."""
    return [
        (look, shape.tooltip, text.words)
        for look in looks
        for shape in page.of_class(look)
        if shape.tooltip
        for text in page.texts
        if shape.has(((text.area.left + text.area.right) / 2, text.area.top))
    ]


def level(value: float | None) -> str:
    if value is None:
        return "unknown"
    return "low" if value < 70 else "mid" if value <= 90 else "high" if value < 100 else "alert"


def test_every_value_is_a_cell_with_its_number_and_its_level() -> None:
    page = Page(plotting.heat_map(WEEK, COLUMNS, title="Seats in use"))
    wanted = [
        (level(value), f"{row.label}, {column}", "–" if value is None else f"{value:.0f}")
        for row in WEEK
        for column, value in zip(COLUMNS, row.values, strict=True)
    ]
    found = [
        (look, tooltip.rpartition(": ")[0], text) for look, tooltip, text in cells_of(page, *LEVELS)
    ]
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize(
    ("value", "look", "text"),
    [
        (0, "low", "0"),
        (69.4, "low", "69"),
        (69.6, "low", "69.6"),
        (69.99, "low", "69.9"),
        (70, "mid", "70"),
        (90, "mid", "90"),
        (90.01, "high", "90.1"),
        (99.999, "high", "99.9"),
        (100, "alert", "100"),
        (250, "alert", "250"),
        (np.float64(85), "mid", "85"),
    ],
)
def test_the_levels_have_exact_bounds(value: float, look: str, text: str) -> None:
    page = Page(plotting.heat_map([HeatRow("row", [value])], ["column"], title="Seats"))
    ((found, _, words),) = cells_of(page, *LEVELS)
    assert (found, words) == (look, text)
    # The last level has a flag in its corner, beside the one of the legend.
    flags = sum(str(each.get("class")) == "ft-flag" for each in page.root.iter())
    assert flags == (2 if look == "alert" else 1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_levels_can_be_told_apart_without_colours(theme: str) -> None:
    page = Page(plotting.heat_map(WEEK, COLUMNS, title="Seats").with_theme(theme))
    grounds = []
    for name in ("low", "mid", "high", "alert"):
        fill = page.rules[f"ft-{name}"]["fill"]
        ground = page.rules.get(f"ft-ground-{name}", {"fill": fill})["fill"]
        grounds.append(luminance(rgb(ground)))
    ordered = sorted(grounds, reverse=theme == "light")
    assert grounds == ordered
    hatched = [name for name in LEVELS if page.rules[f"ft-{name}"]["fill"].startswith("url")]
    assert hatched == ["mid", "high"]


def test_labels_of_many_columns_are_thinned_and_all_cells_stay() -> None:
    columns = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)]
    page = Page(plotting.heat_map([HeatRow("row", range(96))], columns, title="Seats"))
    assert len(cells_of(page, *LEVELS)) == 96
    assert 20 < sum(each in columns for each in page.words) < 96


def test_a_map_without_rows_says_so() -> None:
    assert "There is nothing to show." in Page(plotting.heat_map([], [], title="Seats")).words


@pytest.mark.parametrize(
    ("rows", "columns", "field"),
    [
        ([HeatRow("a", [1, 2])], ["x"], "rows"),
        (["a"], ["x"], "rows"),
        (7, ["x"], "rows"),
        ([HeatRow("a", [1])], "x", "columns"),
        ([HeatRow("a", [1])], [7], "columns"),
        ([HeatRow("a", [1])] * 501, ["x"], "rows"),
    ],
)
def test_a_wrong_map_is_refused(rows: Any, columns: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        plotting.heat_map(rows, columns, title="Seats")
    assert caught.value.field == field


@pytest.mark.parametrize("values", [[nan], [inf], ["1"], [True], [b"1"], "12", 7, [10**400]])
def test_a_wrong_row_is_refused(values: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        HeatRow("a", values)
    assert caught.value.field == "values"


def test_a_row_has_a_short_repr() -> None:
    assert repr(HeatRow("Friday", [1, None])) == "<HeatRow Friday, 2 values>"


# ---- utilisation and availability ----------------------------------------------------------------


def test_every_slot_has_its_covers_and_its_percentage() -> None:
    found = busy_desk().utilisation(ON)
    page = Page(plotting.utilisation_chart(found))
    slots = [slot for period in found.periods for slot in period.slots]
    percents = [slot.utilisation_percent for slot in slots]
    assert {level(each) for each in percents} >= {"low", "alert"}
    cells = cells_of(page, *LEVELS)
    assert sorted((look, text) for look, _, text in cells) == sorted(
        (level(each), str(each)) for each in percents
    )
    for label, counts in (
        ("covers that sit down", [slot.covers for slot in slots]),
        ("covers at tables", [slot.present_covers for slot in slots]),
    ):
        areas = [text.area for text in page.texts if text.words == label]
        drawn = [
            int(text.words)
            for area in areas
            for text in page.texts
            if text.words.isdecimal()
            and area.top < text.area.bottom
            and text.area.top < area.bottom
        ]
        assert drawn == counts


def test_every_start_has_its_spots_or_the_letter_of_its_refusal() -> None:
    found = busy_desk().availability(ON, [2, 4, 30])
    page = Page(plotting.availability_chart(found))
    bookable = cells_of(page, "expected")
    assert sorted(int(text) for _, _, text in bookable) == sorted(
        slot.spots for slot in found.slots if slot.refusal is None
    )
    refused = [slot for slot in found.slots if slot.refusal is not None]
    letters = [text for _, _, text in cells_of(page, "block")]
    assert len(letters) == len(refused)
    codes = [slot.refusal.code for slot in refused if slot.refusal is not None]
    assert len(set(letters)) == len(set(codes))
    assert {code.replace("_", " ").lower() for code in codes} <= set(page.words)


@pytest.mark.parametrize("kind", ["utilisation", "availability"])
def test_a_closed_day_says_why(kind: str) -> None:
    desk = closed_desk()
    found = desk.utilisation(ON) if kind == "utilisation" else desk.availability(ON, 2)
    draw: Any = getattr(plotting, f"{kind}_chart")
    assert any("closed on 2026-05-01" in each for each in Page(draw(found)).words)


def test_a_service_without_pacing_has_counts_alone() -> None:
    found = busy_desk().utilisation(ON)
    (period, *_) = found.periods
    plain = attrs.evolve(
        period, slots=tuple(attrs.evolve(slot, pacing=()) for slot in period.slots)
    )
    page = Page(plotting.utilisation_chart(attrs.evolve(found, periods=(plain,))))
    assert cells_of(page, *LEVELS) == []
    assert "covers at tables" in page.words


@pytest.mark.parametrize("draw", [plotting.utilisation_chart, plotting.availability_chart])
@pytest.mark.parametrize("value", [None, 7, "2026-05-01"])
def test_something_else_is_refused(draw: Any, value: Any) -> None:
    with pytest.raises(InvalidInput, match="must have"):
        draw(value)


@pytest.mark.parametrize("kind", ["utilisation", "availability"])
def test_a_title_of_its_own_is_checked(kind: str) -> None:
    desk: Any = busy_desk()
    value = desk.utilisation(ON) if kind == "utilisation" else desk.availability(ON, 2)
    draw: Any = getattr(plotting, f"{kind}_chart")
    assert draw(value, title="Friday").title == "Friday"
    with pytest.raises(InvalidInput):
        draw(value, title="")
