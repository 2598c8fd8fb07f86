"""What holds for every picture: no text on another, contrast in both themes, escaped labels."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from functools import cache
from itertools import combinations
from typing import Any

import attrs
import pytest

from fourtop import plotting
from fourtop.plotting import Picture, Theme
from tests.other_process import printed
from tests.unit.picture_samples import SAMPLES
from tests.unit.svg_page import Page, contrast, rgb

LEAST_CONTRAST = 4.5
DIGESTS = """
from hashlib import sha256
from tests.unit.picture_samples import SAMPLES
print(*(sha256(draw().svg.encode()).hexdigest() for draw in SAMPLES.values()))
"""


@cache
def drawn(name: str) -> Picture:
    return SAMPLES[name]()


every_picture = pytest.mark.parametrize("name", SAMPLES)


def overlaps(page: Page) -> list[tuple[str, str]]:
    pairs = combinations(page.texts, 2)
    return [(one.words, other.words) for one, other in pairs if one.area.meets(other.area)]


def faint(page: Page) -> list[str]:
    """The texts with too little contrast to a colour behind them."""
    return [
        text.words
        for text in page.texts
        for ground in page.grounds_of(text, page.rules)
        if contrast(page.colour_of(text, page.rules), ground) < LEAST_CONTRAST
    ]


@every_picture
def test_no_text_overlaps_another(name: str) -> None:
    assert overlaps(Page(drawn(name))) == []


@every_picture
def test_every_text_is_inside_the_picture(name: str) -> None:
    picture = drawn(name)
    texts = Page(picture).texts
    assert texts
    for text in texts:
        assert text.area.left >= 0
        assert text.area.top >= 0
        assert text.area.right <= picture.width, text
        assert text.area.bottom <= picture.height, text


@every_picture
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_have_contrast(name: str, theme: str) -> None:
    page = Page(drawn(name).with_theme(theme))
    assert all(list(page.grounds_of(text, page.rules)) for text in page.texts)
    assert faint(page) == []


@every_picture
def test_a_picture_that_follows_the_reader_is_light_or_dark(name: str) -> None:
    auto, light, dark = (
        Page(drawn(name).with_theme(each)) for each in (Theme.AUTO, Theme.LIGHT, Theme.DARK)
    )
    assert unscoped(auto.rules) == unscoped(light.rules)
    assert unscoped(auto.dark_rules) == unscoped(dark.rules)
    assert unscoped(light.rules) != unscoped(dark.rules)


def unscoped(rules: dict[str, dict[str, str]]) -> str:
    """The rules without the names of patterns that belong to a theme."""
    return re.sub(r"#ft-(auto|light|dark)-", "#", repr(rules))


@every_picture
def test_a_picture_tells_a_screen_reader_what_it_shows(name: str) -> None:
    picture = drawn(name)
    root = Page(picture).root
    assert root.get("role") == "img"
    assert str(root.get("aria-label")).startswith(picture.title)
    assert root[0].tag.endswith("title")
    assert root[0].text == picture.title


@every_picture
def test_labels_are_escaped(name: str) -> None:
    svg = drawn(name).svg
    assert "<script" not in svg
    assert 'alert("' not in svg


@pytest.mark.slow
def test_pictures_are_the_same_in_every_process() -> None:
    digests = {printed("-c", DIGESTS, hash_seed=seed) for seed in ("1", "2")}
    assert len(digests) == 1
    assert len(digests.pop().split()) == len(SAMPLES)


# ---- and the tests find a fault


def written(*texts: tuple[float, str, str], ground: str = "paper") -> Page:
    """A picture of texts on a ground: their x, their tone and their words."""
    parts = [f'<rect width="300" height="40" class="ft-{each}"/>' for each in ("paper", ground)]
    parts += [
        f'<text x="{x}" y="20" class="ft-{tone} ft-s12">{words}</text>' for x, tone, words in texts
    ]
    return Page(Picture("A picture", "", 300, 40, "".join(parts), Theme.LIGHT))


def test_an_overlap_is_found() -> None:
    assert overlaps(written((10, "t-ink", "eight of ten"), (90, "t-ink", "ten"))) == []
    assert overlaps(written((10, "t-ink", "eight of ten"), (60, "t-ink", "ten"))) != []


@pytest.mark.parametrize(
    ("tone", "ground", "is_faint"),
    [
        ("t-ink", "paper", False),
        ("t-ink", "seated", True),
        ("t-on-seated", "seated", False),
        ("t-on-seated", "block", True),
        ("t-muted", "high", True),
        ("t-ink", "range-1", False),
    ],
)
def test_a_faint_text_is_found(tone: str, ground: str, *, is_faint: bool) -> None:
    assert bool(faint(written((10, tone, "ten"), ground=ground))) is is_faint


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)
    assert contrast(rgb("#777777"), rgb("#ffffff")) == pytest.approx(4.478, abs=0.001)


# ---- the public names ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", plotting.__all__)
def test_a_public_name_is_typed_and_named_by_the_package(name: str) -> None:
    public: Any = getattr(plotting, name)
    assert (public.__module__, public.__qualname__) == ("fourtop.plotting", name)
    call = public.__init__ if attrs.has(public) else public
    parameters = inspect.signature(call).parameters.values()
    untyped = (inspect.Parameter.empty, Any, "Any")
    if public is not Theme:
        names = [each.name for each in parameters if each.annotation in untyped]
        assert names in ([], ["self"])


def test_the_pictures_are_imported_when_they_are_used() -> None:
    script = (
        "import sys, fourtop; print('fourtop.plotting' in sys.modules);"
        "fourtop.plotting.Theme; print('fourtop.plotting' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
