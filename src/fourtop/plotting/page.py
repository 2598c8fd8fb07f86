"""Pages: key figures, texts, pictures and tables as one HTML file that needs nothing else.

A page follows the reader's theme, as its pictures do. It has no script, loads nothing, and prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from fourtop.errors.display import brief, count_of
from fourtop.plotting.picture import Picture, StrPath, escaped, write_file
from fourtop.plotting.text_metrics import FONTS
from fourtop.plotting.theme import Theme, colours_of

_USED: Final = ("paper", "ink", "muted", "rule", "band", "accent")
_LOOK: Final = """
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 FONTS}
main{max-width:960px;margin:0 auto;padding:40px 24px 64px}
h1{font-size:30px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
h2{font-size:20px;line-height:1.3;margin:48px 0 8px}
p{margin:0 0 12px;max-width:72ch}
.lead{font-size:18px}
.muted,caption,footer{color:var(--muted)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:20px 32px;
margin:28px 0 0;padding:20px 0 0;border-top:1px solid var(--rule)}
.figures dt{font-size:14px;color:var(--muted)}
.figures dd{margin:0;font-size:28px;line-height:1.3;font-weight:600;
font-variant-numeric:tabular-nums}
.figures dd span{font-size:15px;font-weight:400;color:var(--muted)}
figure{margin:4px -24px 0;overflow-x:auto}
svg{display:block}
table{border-collapse:collapse;min-width:60%;margin:16px 0 0;font-size:15px;
font-variant-numeric:tabular-nums}
caption{text-align:left;font-size:14px;padding-bottom:6px}
th,td{padding:5px 12px 5px 0;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
th{font-size:13px;font-weight:600;color:var(--muted)}
th.n,td.n{text-align:right;white-space:nowrap;padding:5px 20px 5px 12px}
th.n{white-space:normal;vertical-align:bottom}
td:first-child{min-width:11em}
footer{margin-top:56px;padding-top:12px;border-top:1px solid var(--rule);font-size:14px}
@media print{main{padding:0;max-width:none}h2,figure,tr{break-inside:avoid}h2{break-after:avoid}}
"""


def _texts(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


@attrs.frozen
class KeyFigure:
    """A key figure of a page.

    Args:
        label: Its name.
        value: Its number as text.
        note: Text in small type beside it, such as its half-width.
    """

    label: str
    value: str
    note: str = ""


@attrs.frozen
class PageTable:
    """A table of a page. Columns after the first are numbers, except those in ``texts``.

    Args:
        columns: The heads of the columns.
        rows: The cells, row by row, as text.
        caption: Text above it.
        texts: The heads of further columns of text.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    texts: Sequence[str] = ()

    def _html(self) -> str:
        marks = [
            "" if not place or column in self.texts else ' class="n"'
            for place, column in enumerate(self.columns)
        ]
        head = _cells("th", self.columns, marks)
        body = "".join(f"<tr>{_cells('td', row, marks)}</tr>\n" for row in self.rows)
        caption = f"<caption>{escaped(self.caption)}</caption>" if self.caption else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>\n"


def _cells(tag: str, texts: Sequence[str], marks: Sequence[str]) -> str:
    return "".join(
        f"<{tag}{mark}>{escaped(text)}</{tag}>" for text, mark in zip(texts, marks, strict=True)
    )


@attrs.frozen
class Section:
    """A part of a page: a heading, paragraphs, pictures and tables, in this order.

    Args:
        title: The heading; empty: none.
        paragraphs: Texts.
        pictures: Pictures; in the theme of the page.
        tables: Tables.
    """

    title: str = ""
    paragraphs: Sequence[str] = attrs.field(default=(), converter=_texts)
    pictures: Sequence[Picture] = ()
    tables: Sequence[PageTable] = ()

    def _html(self, theme: Theme) -> str:
        heading = f"<h2>{escaped(self.title)}</h2>\n" if self.title else ""
        texts = "".join(f"<p>{escaped(text)}</p>\n" for text in self.paragraphs)
        drawn = "".join(
            f"<figure>{each.with_theme(theme).svg}</figure>\n" for each in self.pictures
        )
        tables = "".join(each._html() for each in self.tables)  # noqa: SLF001  # Of this module.
        return f"<section>{heading}{texts}{drawn}{tables}</section>\n"


@attrs.frozen(repr=False)
class Page:
    """A page of HTML that contains its pictures and its style, and loads nothing.

    Args:
        title: Its heading.
        lead: The paragraph below the heading: the answer.
        figures: Key figures.
        sections: Its parts.
        footer: How the numbers came about, in small type.
        theme: ``auto`` follows the reader's setting.
    """

    title: str
    lead: str = ""
    figures: Sequence[KeyFigure] = ()
    sections: Sequence[Section] = ()
    footer: Sequence[str] = attrs.field(default=(), converter=_texts)
    theme: Theme = attrs.field(default=Theme.AUTO, converter=Theme)

    @property
    def html(self) -> str:
        """The page as the text of an HTML file."""
        lead = f'<p class="lead">{escaped(self.lead)}</p>\n' if self.lead else ""
        sections = "".join(map(self._section, self.sections))
        footer = "".join(f"<p>{escaped(text)}</p>\n" for text in self.footer)
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            f"<title>{escaped(self.title)}</title>\n<style>{self._style()}</style></head>\n"
            f"<body><main>\n<h1>{escaped(self.title)}</h1>\n{lead}{self._figures()}{sections}"
            f"{f'<footer>{footer}</footer>' if footer else ''}\n</main></body></html>\n"
        )

    def save(self, path: StrPath) -> None:
        """Write the page into a file; an existing file is replaced.

        Raises:
            InvalidInput: If the file cannot be written. It is then as it was.
        """
        write_file(path, self.html.encode())

    def _section(self, section: Section) -> str:
        return section._html(self.theme)  # noqa: SLF001  # The same.

    def _figures(self) -> str:
        if not self.figures:
            return ""
        items = "".join(
            f"<div><dt>{escaped(each.label)}</dt><dd>{escaped(each.value)}"
            f"{f' <span>{escaped(each.note)}</span>' if each.note else ''}</dd></div>\n"
            for each in self.figures
        )
        return f'<dl class="figures">{items}</dl>\n'

    def _style(self) -> str:
        look = _LOOK.replace("FONTS", FONTS)
        first = _colours(is_dark=self.theme is Theme.DARK)
        if self.theme is not Theme.AUTO:
            return f":root{{{first}}}{look}"
        dark = f"@media(prefers-color-scheme:dark){{:root{{{_colours(is_dark=True)}}}}}"
        return f":root{{color-scheme:light dark;{first}}}{dark}{look}"

    def __repr__(self) -> str:
        return brief(self, repr(self.title), count_of(len(self.sections), "section"))


def _colours(*, is_dark: bool) -> str:
    colours = colours_of(is_dark=is_dark)
    return ";".join(f"--{name}:{colours[name]}" for name in _USED)
