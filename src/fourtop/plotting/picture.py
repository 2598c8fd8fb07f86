"""Pictures: SVG that a notebook shows and a file keeps."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.plotting.text_metrics import FONTS
from fourtop.plotting.theme import Theme, page_style, style_of

StrPath = str | os.PathLike[str]

_PIXELS: Final = 2
_LINK: Final = "<a href="


def _theme(value: Theme | str) -> Theme:
    try:
        return Theme(value)
    except ValueError:
        rule = f"must be one of {', '.join(Theme)}"
        raise InvalidInput("theme", rule, safe_repr(value)) from None


@attrs.frozen(repr=False)
class Picture:
    """A drawing as SVG text. A notebook shows it, and ``save`` writes it.

    The functions of this package make pictures. The same values give the same text on every
    machine. A picture needs no network, script or font file, and many of them may stand on one
    page.

    Args:
        title: What it shows, for readers of the screen and as the tooltip.
        description: Its facts in a sentence, for those who do not see it.
        width: In CSS pixels.
        height: In CSS pixels.
        body: Its elements, without the style sheet.
        theme: Its colours.
    """

    title: str
    description: str
    width: int
    height: int
    body: str
    theme: Theme = attrs.field(default=Theme.AUTO, converter=_theme)

    def with_theme(self, theme: Theme | str) -> Self:
        """Return the same picture in another theme.

        Args:
            theme: ``light``, ``dark``, or ``auto`` for the reader's setting.

        Raises:
            InvalidInput: If it is another word.
        """
        return attrs.evolve(self, theme=_theme(theme))

    @property
    def svg(self) -> str:
        """The picture as one SVG element; it shrinks with the page."""
        return self._element(' style="max-width:100%;height:auto"')

    @property
    def unstyled(self) -> str:
        """The picture without its style, for a page with ``sheet_of_page`` and its patterns.

        It satisfies a content security policy that allows no inline style.
        """
        return f"{self._head('picture')}>{self.body}</svg>"

    def _element(self, attributes: str) -> str:
        return (
            f"{self._head(self.theme.value)}{attributes}><title>{escaped(self.title)}</title>"
            f"{style_of(self.body, self.theme)}{self.body}</svg>"
        )

    def _head(self, name: str) -> str:
        label = escaped(f"{self.title}. {self.description}" if self.description else self.title)
        # The children of an image are not told to those who do not see it; links are.
        role = "group" if _LINK in self.body else "img"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="ft-{name}" role="{role}"'
            f' aria-label="{label}" width="{self.width}" height="{self.height}"'
            f' viewBox="0 0 {self.width} {self.height}" font-family="{FONTS}" font-size="12"'
        )

    @property
    def html(self) -> str:
        """A page that shows the picture alone."""
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{escaped(self.title)}</title>{page_style(self.theme)}</head>\n"
            f"<body>{self.svg}</body></html>\n"
        )

    def save(self, path: StrPath) -> None:
        """Write the picture into a file; an existing file is replaced.

        Args:
            path: Its suffix decides the format: ``.svg``, ``.html``, ``.png`` (with two pixels for
                each of the picture's own) or ``.pdf``. PNG and PDF need the extra ``pictures``;
                with the theme ``auto`` they are light.

        Raises:
            InvalidInput: If the suffix is another one, the format needs the extra, or the file
                cannot be written. The file is then as it was.
        """
        target = _checked(path)
        write = _WRITERS.get(target.suffix.lower())
        if write is None:
            rule = f"must end in {', '.join(_WRITERS)}"
            raise InvalidInput("path", rule, safe_repr(path))
        try:
            data = write(self)
        except (ImportError, OSError) as fault:
            # Without the system's own library cairo, the import of CairoSVG raises OSError.
            rule = "needs CairoSVG for PNG and PDF: install fourtop[pictures] and the library cairo"
            raise InvalidInput("path", rule, safe_repr(path)) from fault
        write_file(path, data)

    def __repr__(self) -> str:
        size = f"{self.width} × {self.height}"
        return brief(self, repr(self.title), size, self.theme.value)

    def _repr_svg_(self) -> str:
        return self.svg


def escaped(text: str) -> str:
    """Return a text for SVG and HTML, as content or in quotes; control characters are blanks.

    >>> escaped("<a> & 'b'")
    '&lt;a&gt; &amp; &#39;b&#39;'
    """
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    if text.isalnum():
        return text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


def write_file(path: StrPath, data: bytes) -> None:
    """Write a file; an existing one is replaced.

    Raises:
        InvalidInput: If it cannot be written. It is then as it was.
    """
    try:
        _checked(path).write_bytes(data)
    except OSError as fault:
        rule = f"cannot be written: {fault.strerror}"
        raise InvalidInput("path", rule, safe_repr(path)) from fault


def _checked(path: object) -> Path:
    try:
        text = os.fspath(path)  # type: ignore[call-overload]  # Others raise TypeError.
    except TypeError:
        text = None
    if not isinstance(text, str) or "\0" in text:
        raise InvalidInput("path", "must be the path of a file", safe_repr(path))
    return Path(text)


def _converted(picture: Picture, name: str, **options: object) -> bytes:
    import cairosvg  # type: ignore[import-untyped]  # noqa: PLC0415  # An extra, without types.

    # CairoSVG reads neither media queries nor automatic sizes.
    fixed = picture.with_theme(Theme.LIGHT) if picture.theme is Theme.AUTO else picture
    text = fixed._element("")  # noqa: SLF001  # Of this module.
    data: bytes = getattr(cairosvg, name)(bytestring=text.encode(), **options)
    return data


_WRITERS: Final[dict[str, Callable[[Picture], bytes]]] = {
    ".svg": lambda picture: picture.svg.encode(),
    ".html": lambda picture: picture.html.encode(),
    ".png": lambda picture: _converted(picture, "svg2png", scale=_PIXELS),
    ".pdf": lambda picture: _converted(picture, "svg2pdf"),
}
