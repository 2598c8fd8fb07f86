"""The charts of move plans and of the costs of starts: what they draw, and what they refuse."""

from __future__ import annotations

import re
from typing import Any

import attrs
import pytest

from fourtop import InvalidInput, Quote, Refusal, StartOffers
from fourtop.model.offers import OfferedStart
from fourtop.model.opportunity_cost import OpportunityCost
from fourtop.plotting import cost_strip, move_chart
from tests.unit.picture_samples import offered, planned, reseated, taken
from tests.unit.svg_page import Page


def words(page: Page) -> list[str]:
    return [each.words for each in page.texts]


def tooltips(svg: str) -> list[str]:
    """The tooltips of the groups; the title of the picture comes first."""
    return re.findall(r"<title>([^<]*)</title>", svg)[1:]


# ---- moves


def test_a_re_seating_shows_the_party_that_moves_before_and_after() -> None:
    day, quote = reseated()
    picture = move_chart(day, quote)
    shown = words(Page(picture))
    number = day.tables[1].number
    assert shown.index("before") < shown.index("2 ann") < shown.index("after")
    assert shown.count("2 ann") == 2
    assert shown.count("new, party of 4") == 1
    assert shown.index("new, party of 4") > shown.index("after")
    assert quote.reseating is not None
    assert picture.title == "Moves, Friday 1 May 2026"
    assert picture.description == (
        "1 move; local time, Europe/London;"
        f" ann, party of 2, 19:00: 1 → {number}; new, party of 4, 19:00: 1"
    )
    # Bob stays, on both sides.
    assert shown.count("4 bob") == 2
    assert tooltips(picture.svg).count("4 bob, stays") == 2


def test_a_day_plan_shows_waiting_moved_and_left_parties() -> None:
    day, plan = planned()
    picture = move_chart(day, plan)
    shown = words(Page(picture))
    assert {each.booking_id for each in plan.moves} >= {"gil", "cem", "dora"}
    assert [each.booking_id for each in plan.left] == ["hu"]
    before, after = shown.index("before"), shown.index("after")
    rows = [place for place, text in enumerate(shown) if text == "no table"]
    assert len([place for place in rows if before < place < after]) > 1
    assert len([place for place in rows if place > after]) == 1
    assert "hu, party of 4, 19:00: left without tables" in shown
    for move in plan.moves:
        assert any(text.startswith(f"{move.booking_id}, party of") for text in shown)
    for key in ("before the move", "waits for tables", "after the move", "stays", "blocked"):
        assert key in shown
    assert "the new party" not in shown


def test_a_plan_without_moves_says_so() -> None:
    day, plan = planned()
    picture = move_chart(day, attrs.evolve(plan, moves=()), title="Nothing")
    assert "No booking gets other tables." in words(Page(picture))
    assert picture.description == "0 moves; local time, Europe/London"


@attrs.frozen
class _Move:
    booking_id: str = "ann"
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@attrs.frozen
class _Plan:
    moves: tuple[Any, ...]


def _without_moves() -> Quote:
    return attrs.evolve(reseated()[1], reseating=None)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (_without_moves, "must be a quote with a re-seating"),
        (lambda: 5, "must have moves"),
        (lambda: _Plan((5,)), "must have booking_id, before, after"),
        (lambda: _Plan((_Move("nobody"),)), "must move bookings of the day"),
        (lambda: _Plan((_Move(),) * 501), "must move at most 500 bookings"),
    ],
)
def test_a_wrong_plan_is_refused(plan: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=f"^plan: {message}"):
        move_chart(reseated()[0], plan())


def test_a_wrong_day_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^day: must have on, tables, unassigned, timezone"):
        move_chart(5, reseated()[1])  # type: ignore[arg-type]  # The wrong type.


# ---- costs


def test_a_strip_has_each_start_in_the_order_of_time_with_its_cost() -> None:
    found = offered()
    page = Page(cost_strip(found))
    clocks = [text for text in words(page) if re.fullmatch(r"\d\d:\d\d", text)]
    starts = {each.clock for each in found.found}
    assert set(clocks) >= starts
    assert clocks == sorted(clocks)
    assert found.wish is not None
    assert len(found.steered) == 1
    assert [text for text in words(page) if text in ("wish", "offered")].count("wish") == 1
    assert words(page).count("offered") == 1
    numbers = [text for text in words(page) if re.fullmatch(r"−?\d+\.\d", text)]
    expected = sorted(found.found, key=lambda each: each.start)
    assert [float(text.replace("−", "-")) for text in numbers] == pytest.approx(
        [round(each.cost.total, 1) + 0.0 for each in expected]
    )


def test_a_start_that_cannot_be_booked_has_the_code_of_its_refusal() -> None:
    found = taken()
    assert isinstance(found.answer, Refusal)
    picture = cost_strip(found)
    shown = words(Page(picture))
    assert shown.count("A") == len(found.rejected) + 1 + 1
    assert found.answer.code.replace("_", " ").lower() in shown
    assert picture.description.startswith("No start can be booked; ")
    assert "offered, with its cost" not in shown


def costed(found: StartOffers, cost: OpportunityCost) -> StartOffers:
    starts = tuple(OfferedStart(each.alternative, cost) for each in found.found)
    return attrs.evolve(found, found=starts)


def test_costs_of_nothing_have_bars_that_can_be_seen() -> None:
    free = costed(offered(), OpportunityCost(0.0, -0.001, 0))
    page = Page(cost_strip(free))
    assert words(page).count("0.0") == len(free.found)
    assert "−0.0" not in words(page)


def test_a_bar_below_the_line_saves_covers() -> None:
    found = costed(offered(), OpportunityCost(0.0, -1.26, 0))
    picture = cost_strip(found)
    assert words(Page(picture)).count("−1.3") == len(found.found)
    assert "the least cost" in picture.description


def test_offers_draw_themselves_in_a_notebook() -> None:
    html = offered()._repr_html_()
    assert html.startswith("<")
    assert "<svg" in html
    assert "costs in covers" in html
    assert offered()._repr_svg_() == cost_strip(offered()).svg


def test_wrong_offers_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^offers: must have request, answer, found"):
        cost_strip(5)  # type: ignore[arg-type]  # The wrong type.
    with pytest.raises(InvalidInput, match=r"^title: must not be empty"):
        cost_strip(offered(), title="")
