"""Pictures for a page: links to records, no style inside, and one sheet for all of them."""

from __future__ import annotations

import re

import pytest

from fourtop import BookingRequest, Desk, Engine, InvalidInput, ManualClock, MemoryStore
from fourtop.plotting import HeatRow, floor_plan, heat_map, night_chart
from fourtop.plotting.floor_plan import linked_floor_plan
from fourtop.plotting.theme import patterns_of_page, sheet_of_page
from tests.evening import FRIDAY, NOW, a_house, at, five_tables


def a_desk() -> Desk:
    return Engine(MemoryStore(ManualClock(NOW))).add_restaurant(a_house())


def test_a_table_of_a_floor_plan_is_a_link_with_its_id() -> None:
    svg = linked_floor_plan(five_tables(), {"1": "/tables/1?a=1&b=2"}).unstyled
    found = re.findall(r'<a href="([^"]+)" data-id="([^"]+)" aria-label="([^"]+)">', svg)
    assert found == [
        ("/tables/1?a=1&amp;b=2", "1", "1: 2 seats, parties of 1 to 2, Main, available")
    ]
    assert 'role="group"' in svg


def test_a_picture_without_links_is_an_image() -> None:
    assert 'role="img"' in floor_plan(five_tables()).unstyled


def test_a_bar_of_a_night_is_a_link_and_its_row_a_target() -> None:
    desk = a_desk()
    booking = desk.book(BookingRequest(4, at("19:00")))
    svg = night_chart(desk.day(FRIDAY), links={booking.id: "/b"}).unstyled
    assert re.findall(r'data-id="([^"]+)"', svg) == [booking.id]
    assert re.findall(r'data-target="([^"]+)"', svg) == ["1", "2", "3", "4", "5"]
    assert "data-target" not in night_chart(desk.day(FRIDAY)).unstyled


def test_a_cell_of_a_heat_map_is_a_link() -> None:
    row = HeatRow("Friday", [40, 104], links=["/a", None])
    svg = heat_map([row], ["19:00", "20:00"], title="Seats").unstyled
    assert re.findall(r'<a href="([^"]+)"', svg) == ["/a"]


@pytest.mark.parametrize("links", [["/a"], ["/a", 1], ["/a", ""], ["/a", "x" * 2_001], "ab"])
def test_links_of_a_row_are_checked(links: list[str]) -> None:
    with pytest.raises(InvalidInput, match="links"):
        HeatRow("Friday", [40, 104], links=links)


@pytest.mark.parametrize("links", [["/a"], {"1": 7}, {"1": ""}])
def test_links_of_a_floor_are_checked(links: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="links"):
        linked_floor_plan(five_tables(), links)


def test_an_unstyled_picture_has_no_style() -> None:
    desk = a_desk()
    desk.book(BookingRequest(4, at("19:00")))
    for picture in (floor_plan(five_tables()), night_chart(desk.day(FRIDAY))):
        assert "style" not in picture.unstyled


def test_the_sheet_of_a_page_has_every_look_in_both_themes() -> None:
    sheet = sheet_of_page()
    named = set(re.findall(r"var\(--([a-z0-9-]+)\)", sheet))
    for block in re.findall(r"color-scheme:(?:light|dark);([^}]+)", sheet):
        assert named <= set(re.findall(r"--([a-z0-9-]+):#", block))
    drawn = re.findall(r'class="ft-([^"]+)"', floor_plan(five_tables()).unstyled)
    for name in {each.removeprefix("ft-") for names in drawn for each in names.split()}:
        assert f".ft-{name}{{" in sheet or name == "picture", name


def test_each_pattern_of_the_sheet_is_on_the_page() -> None:
    used = set(re.findall(r"url\(#([^)]+)\)", sheet_of_page()))
    assert used == set(re.findall(r'<pattern id="([^"]+)"', patterns_of_page()))
