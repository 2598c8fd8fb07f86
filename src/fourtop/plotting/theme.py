"""Themes: the colours of the pictures, light and dark, and their style sheets.

A picture names what a mark means, such as ``seated``; a style sheet gives each name its look. All
pairs of a text and its ground have a contrast of at least 4.5 to 1 in both themes, and no meaning
rests on a hue alone: lightness, pattern, outline or a letter tell it, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

PREFIX: Final = "ft-"


class Theme(StrEnum):
    """The colours of a picture.

    ``AUTO`` follows the reader's setting: it is dark where the browser prefers dark pages, and
    light everywhere else, also in print.
    """

    LIGHT = "light"
    DARK = "dark"
    AUTO = "auto"


# Each colour in the light and in the dark theme.
_COLOURS: Final[Mapping[str, tuple[str, str]]] = {
    "paper": ("#ffffff", "#15181d"),
    "ink": ("#1b1f24", "#e9ebee"),
    "muted": ("#57606a", "#a5aeb8"),
    "rule": ("#e3e7eb", "#2b3138"),
    "band": ("#f6f7f9", "#1b1f25"),
    "frame": ("#7d8792", "#78828d"),
    "chair": ("#d5dae0", "#3a424b"),
    "free": ("#ffffff", "#15181d"),
    "expected": ("#cfe1f4", "#254766"),
    "expected-line": ("#7fa6cf", "#5d8ab5"),
    "seated": ("#1d5f9f", "#82bbf0"),
    "on-seated": ("#ffffff", "#10141a"),
    "over": ("#b1371a", "#ff9e7d"),
    "on-over": ("#ffffff", "#10141a"),
    "over-line": ("#c2573d", "#ffb79d"),
    "done": ("#e7eaed", "#2a3036"),
    "block": ("#eef0f2", "#20252b"),
    "block-line": ("#d3d8de", "#3b434c"),
    "dots": ("#c3cad2", "#4a535d"),
    "accent": ("#b45309", "#f5b041"),
    "chosen": ("#fde3b0", "#5c4310"),
    "low": ("#dff2e4", "#1d3f2d"),
    "mid": ("#f6d56b", "#6b5712"),
    "mid-line": ("#e3bd45", "#7d6716"),
    "high": ("#ee9263", "#a4461d"),
    "high-line": ("#dd7b48", "#8f3a15"),
    "alert": ("#8a1c14", "#ffb8ab"),
    "on-alert": ("#ffffff", "#10141a"),
    "series-1": ("#1d5f9f", "#82bbf0"),
    "series-2": ("#b1371a", "#ff9e7d"),
    "series-3": ("#1a7a56", "#6fd1aa"),
    "series-4": ("#7346a0", "#c9aaf0"),
    "series-5": ("#765a14", "#dcc078"),
    "series-6": ("#57606a", "#a5aeb8"),
}
SERIES: Final = 6

# The look of each name: declarations with the names of colours in braces.
_LOOKS: Final[Mapping[str, str]] = {
    **{f"t-{name}": f"fill:{{{name}}}" for name in ("ink", "muted", "accent")},
    **{f"t-on-{name}": f"fill:{{on-{name}}}" for name in ("seated", "over", "alert")},
    "paper": "fill:{paper}",
    "band": "fill:{band}",
    "rule": "stroke:{rule};fill:none",
    "axis": "stroke:{frame};fill:none",
    "panel": "fill:{paper};stroke:{rule}",
    "plate": "fill:{paper}",
    "ink": "fill:{ink}",
    "line": "stroke:{ink};fill:none",
    "join": "stroke:{frame};stroke-width:2;fill:none",
    "join-far": "stroke:{frame};stroke-width:2;stroke-dasharray:2 4;fill:none",
    "seat": "stroke:{chair};stroke-width:5;stroke-linecap:round;fill:none",
    "free": "fill:{free};stroke:{frame};stroke-width:1.5",
    "expected": "fill:{expected};stroke:{expected-line};stroke-width:1",
    "seated": "fill:{seated};stroke:{seated};stroke-width:1.5",
    "over": "fill:{over};stroke:{over};stroke-width:1.5",
    "done": "fill:{done};stroke:{frame};stroke-width:1",
    "absent": "fill:{paper};stroke:{frame};stroke-width:1",
    "hold": "fill:{paper};stroke:{ink};stroke-width:1.5;stroke-dasharray:4 3",
    "waits": "fill:{paper};stroke:{muted};stroke-width:1.5;stroke-dasharray:1.5 3",
    "shadow": "fill:{band};stroke:{muted};stroke-width:1;stroke-dasharray:1.5 2",
    "block": "fill:url(#{id}hatch);stroke:{frame};stroke-width:1",
    "cleaning": "fill:url(#{id}dots);stroke:{frame};stroke-width:1.5",
    "stay": "fill:url(#{id}stripe);stroke:{over};stroke-width:1",
    "tie": "stroke:{ink};stroke-width:2;fill:none",
    "tie-light": "stroke:{paper};stroke-width:2;fill:none",
    "knot": "fill:{ink};stroke:{paper};stroke-width:1.5",
    "now": "stroke:{accent};stroke-width:1.5;fill:none",
    "ring": "stroke:{accent};stroke-width:3.5;fill:none",
    "ring-before": "stroke:{accent};stroke-width:2.5;stroke-dasharray:4 3;fill:none",
    "chosen-seat": "stroke:{accent};stroke-width:5;stroke-linecap:round;fill:none",
    "chosen": "fill:{chosen};stroke:{accent};stroke-width:1.5",
    "chosen-join": "stroke:{accent};stroke-width:5;fill:none",
    "arrow": "stroke:{accent};stroke-width:2.5;fill:none",
    "head": "fill:{accent}",
    "badge": "fill:{paper};stroke:{accent};stroke-width:1.5",
    "mark": "fill:{paper};stroke:{frame};stroke-width:1",
    "low": "fill:{low}",
    "mid": "fill:url(#{id}mid)",
    "high": "fill:url(#{id}high)",
    "alert": "fill:{alert}",
    "flag": "fill:{on-alert}",
    "unknown": "fill:{band}",
    "zero": "stroke:{frame};stroke-width:1;fill:none",
    "bar": "fill:{series-1}",
    "bar-low": "fill:{series-2}",
    "best": "fill:{series-1}",
    "other": "fill:{frame}",
    "whisker": "stroke:{series-1};stroke-width:2;fill:none",
    "dot": "fill:{series-1};stroke:{series-1};stroke-width:2",
    "dot-open": "fill:{paper};stroke:{series-1};stroke-width:2",
    **{f"t-series-{n}": f"fill:{{series-{n}}}" for n in range(1, SERIES + 1)},
    **{
        f"series-{n}": f"stroke:{{series-{n}}};stroke-width:2;fill:none{dash}"
        for n, dash in enumerate(
            (
                "",
                ";stroke-dasharray:7 3",
                ";stroke-dasharray:2 3",
                ";stroke-dasharray:9 3 2 3",
                ";stroke-dasharray:4 2",
                ";stroke-dasharray:1 4;stroke-linecap:round",
            ),
            start=1,
        )
    },
    **{f"range-dot-{n}": f"fill:{{series-{n}}}" for n in range(1, SERIES + 1)},
    **{f"range-{n}": f"fill:{{series-{n}}};fill-opacity:.14" for n in range(1, SERIES + 1)},
    "target": "fill:none",
    "b": "font-weight:700",
    "mid-anchor": "text-anchor:middle",
    "end-anchor": "text-anchor:end",
}
# A pattern: the side of its square, its ground, and its marks.
_PATTERNS: Final[Mapping[str, tuple[int, str, str]]] = {
    "hatch": (7, "block", '<path d="M-1 1L1-1M0 7L7 0M6 8L8 6" class="{p}block-line"/>'),
    "dots": (7, "free", '<circle cx="3" cy="3" r="1.1" class="{p}dots"/>'),
    "stripe": (6, "over", '<path d="M-1 1L1-1M0 6L6 0M5 7L7 5" class="{p}over-line"/>'),
    "mid": (9, "mid", '<path d="M-1 1L1-1M0 9L9 0M8 10L10 8" class="{p}mid-line"/>'),
    "high": (5, "high", '<path d="M-1 1L1-1M0 5L5 0M4 6L6 4" class="{p}high-line"/>'),
}
_MARKS: Final[Mapping[str, str]] = {
    "block-line": "stroke:{block-line};stroke-width:1.5",
    "dots": "fill:{dots}",
    "over-line": "stroke:{over-line};stroke-width:2",
    "mid-line": "stroke:{mid-line};stroke-width:1.5",
    "high-line": "stroke:{high-line};stroke-width:1.5",
    **{f"ground-{name}": f"fill:{{{name}}}" for name in ("block", "free", "over", "mid", "high")},
}
# The sizes of texts in all pictures.
_SIZES: Final = range(8, 25)
# Stands in the place of a theme in the names of a page's patterns.
_PAGE: Final = "page"
_SIZE: Final = re.compile(r"s([0-9]+)")
_USED: Final = re.compile(rf'class="({PREFIX}[^"]*)"')
_NAMED: Final = re.compile(r"\{([a-z0-9-]+)\}")


def style_of(body: str, theme: Theme) -> str:
    """Return the patterns and the style sheet of a picture: those that its elements use.

    The rules begin with the theme's own class, so that several pictures on one page, in one theme
    or in several, do not change each other or the page.

    Args:
        body: The elements of the picture.
        theme: The theme.
    """
    names = sorted({name for found in _USED.findall(body) for name in found.split()})
    looks = {name: _look_of(name.removeprefix(PREFIX)) for name in names}
    patterns = [
        name for name in _PATTERNS if any(f"{{id}}{name})" in each for each in looks.values())
    ]
    defs = "".join(_pattern(name, theme) for name in patterns)
    marks = {name for name in _MARKS if f'{PREFIX}{name}"' in defs}
    looks |= {f"{PREFIX}{name}": _MARKS[name] for name in sorted(marks)}
    rules = _sheet(looks, theme)
    return f"<defs>{defs}</defs>{rules}" if defs else rules


def _look_of(name: str) -> str:
    size = _SIZE.fullmatch(name)
    return f"font-size:{size[1]}px" if size else _LOOKS[name]


def _pattern(name: str, theme: str) -> str:
    side, ground, marks = _PATTERNS[name]
    return (
        f'<pattern id="{_id(theme)}{name}" width="{side}" height="{side}"'
        f' patternUnits="userSpaceOnUse">'
        f'<rect width="{side}" height="{side}" class="{PREFIX}ground-{ground}"/>'
        f"{marks.format(p=PREFIX)}</pattern>"
    )


def _id(theme: str) -> str:
    return f"{PREFIX}{theme}-"


def _sheet(looks: Mapping[str, str], theme: Theme) -> str:
    rules = _rules(looks.items(), theme, is_dark=theme is Theme.DARK)
    if theme is Theme.AUTO:
        coloured = [(name, look) for name, look in looks.items() if _NAMED.search(look)]
        dark = _rules(coloured, theme, is_dark=True)
        rules += f"@media (prefers-color-scheme:dark){{{dark}}}"
    return f"<style>{rules}</style>"


def _rules(looks: Iterable[tuple[str, str]], theme: Theme, *, is_dark: bool) -> str:
    def colour(found: re.Match[str]) -> str:
        return _id(theme) if found[1] == "id" else _COLOURS[found[1]][is_dark]

    return "".join(
        f".{PREFIX}{theme.value} .{name}{{{_NAMED.sub(colour, look)}}}" for name, look in looks
    )


def sheet_of_page() -> str:
    """Return the style sheet of all pictures of a page, which has their patterns once.

    The colours are custom properties. The page is dark where the reader prefers it, unless the
    attribute ``data-theme`` of its root says otherwise.
    """
    names = {**_LOOKS, **_MARKS, **{f"s{size}": f"font-size:{size}px" for size in _SIZES}}
    rules = "".join(f".{PREFIX}{name}{{{_of_page(look)}}}\n" for name, look in names.items())
    light, dark = (_properties(is_dark=is_dark) for is_dark in (False, True))
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media (prefers-color-scheme:dark)"
        f'{{:root:not([data-theme="light"]){{color-scheme:dark;{dark}}}}}\n'
        f':root[data-theme="dark"]{{color-scheme:dark;{dark}}}\n'
        f"{rules}"
    )


def patterns_of_page() -> str:
    """Return the patterns of all pictures of a page, as an element that takes no space."""
    patterns = "".join(_pattern(name, _PAGE) for name in _PATTERNS)
    return f'<svg width="0" height="0" aria-hidden="true" class="{PREFIX}defs">{patterns}</svg>'


def _of_page(look: str) -> str:
    def colour(found: re.Match[str]) -> str:
        return f"{PREFIX}{_PAGE}-" if found[1] == "id" else f"var(--{found[1]})"

    return _NAMED.sub(colour, look)


def _properties(*, is_dark: bool) -> str:
    return ";".join(f"--{name}:{pair[is_dark]}" for name, pair in _COLOURS.items())


def page_style(theme: Theme) -> str:
    """Return the style sheet of a page that shows one picture."""
    light, dark = _COLOURS["paper"]
    shown = dark if theme is Theme.DARK else light
    rules = f"body{{margin:0;background:{shown}}}svg{{display:block;margin:0 auto}}"
    if theme is Theme.AUTO:
        rules += f"@media (prefers-color-scheme:dark){{body{{background:{dark}}}}}"
    return f"<style>{rules}</style>"


def colours_of(*, is_dark: bool) -> Mapping[str, str]:
    """Return the colours of the light or the dark theme by name, for a page around pictures."""
    return {name: pair[is_dark] for name, pair in _COLOURS.items()}
