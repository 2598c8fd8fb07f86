"""Pages around pictures: complete, escaped, readable in both themes, and without any link."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fourtop import InvalidInput, plotting, sample
from fourtop.plotting.page import KeyFigure, Page, PageTable, Section
from tests.unit.svg_page import contrast, rgb

EVIL = "<script>alert('1')</script> & co"
VOID = {"meta", "br", "hr", "img", "input", "link"}


def page(theme: str = "auto") -> Page:
    return Page(
        f"Title {EVIL}",
        lead=f"Lead {EVIL}",
        figures=(KeyFigure(f"Figure {EVIL}", "12.5", "± 3 %"), KeyFigure("plain", "7")),
        sections=(
            Section(
                f"Section {EVIL}",
                (f"Text {EVIL}",),
                (plotting.floor_plan(sample.pub().floor),),
                (
                    PageTable(
                        ("", "value", "word"),
                        [(f"Row {EVIL}", "12", "yes")],
                        f"Caption {EVIL}",
                        texts=("word",),
                    ),
                ),
            ),
            Section(paragraphs=("A section without a heading.",)),
        ),
        footer=(f"Footer {EVIL}",),
        theme=plotting.Theme(theme),
    )


class _Checker(HTMLParser):
    """Collects the texts of a page, and fails at an element that is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.cells: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        if tag in {"td", "th"}:
            self.cells.append((tag, dict(attrs).get("class") or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Elements of SVG that close themselves."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data.strip())


def test_a_page_has_all_of_its_parts_escaped() -> None:
    checker = _Checker()
    checker.feed(page().html)
    assert checker.open == []
    for part in ("Title", "Lead", "Figure", "Section", "Text", "Row", "Caption", "Footer"):
        assert f"{part} {EVIL}" in checker.texts
    assert {"12.5", "± 3 %", "7", "A section without a heading.", "Dining 6a"} <= {*checker.texts}
    assert "<script" not in page().html


def test_numbers_stand_right_and_texts_left() -> None:
    checker = _Checker()
    checker.feed(page().html)
    assert checker.cells == [(tag, side) for tag in ("th", "td") for side in ("", "n", "")]


def test_a_page_loads_nothing() -> None:
    assert not re.search(
        r"<link|<img|<script|@import|https?://(?!www\.w3\.org/2000/svg)", page().html
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_of_a_page_have_contrast(theme: str) -> None:
    (first,) = re.findall(r":root\{(.*?)\}", page(theme).html)
    colours = dict(each.removeprefix("--").split(":") for each in first.split(";"))
    for name in ("ink", "muted"):
        assert contrast(rgb(colours[name]), rgb(colours["paper"])) >= 4.5
    assert f'class="ft-{theme}"' in page(theme).html
    assert "prefers-color-scheme" not in page(theme).html


def test_the_usual_theme_is_that_of_the_reader() -> None:
    light, dark = page().html.split("@media(prefers-color-scheme:dark)", 1)
    assert "--paper:#ffffff" in light
    assert "--paper:#ffffff" not in dark.split("}", 2)[0]
    assert 'class="ft-auto"' in dark


def test_a_page_is_saved(tmp_path: Path) -> None:
    page().save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text("utf-8") == page().html
    with pytest.raises(InvalidInput, match=r"path: cannot be written"):
        page().save(tmp_path / "none" / "page.html")
    assert repr(Page("Night")) == "<Page 'Night', 0 sections>"
