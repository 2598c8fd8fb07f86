"""Text for people: short reprs, HTML tables, and rejected values without personal data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

WIDTH: Final = 100

_SHOWN: Final = 80
# Ids up to this length are shown whole. Longer ones are UUIDs of version 7: their start is the time
# and equal for a minute, so their end tells them apart.
_LONGEST_ID: Final = 16
_SHOWN_OF_ID: Final = 8
# The form of an id: 1 to 64 characters of ``A-Z a-z 0-9 . _ : -``.
IDENTIFIER: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def safe_repr(value: object) -> str:
    """Return the repr of a rejected value, cut to fit on a line.

    A value that contains an ``@`` may be an e-mail address: the text names its kind instead.
    """
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # Python refuses to write numbers of more than 4,300 digits and deeply nested values.
        return f"{_kind(value)} that is too large to write"
    except Exception:  # noqa: BLE001  # A caller's broken __repr__ must not hide our error.
        return f"{_kind(value)} that cannot be written"
    if "@" in text:
        return hidden(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"


def hidden(value: object) -> str:
    """Describe a value by its kind and size only, because its text may be personal data.

    >>> hidden("ada@example.org"), hidden(17)
    ('a text of 15 characters', 'a value of type int')
    """
    if isinstance(value, str):
        return f"a text of {len(value)} characters" if value else "an empty text"
    return _kind(value)


def _kind(value: object) -> str:
    return f"a value of type {type(value).__name__}"


def shown_id(value: object) -> str:
    """Return a value that was given as an id if it is one, else describe it without its text.

    >>> shown_id("t1"), shown_id("ada@example.org")
    ('t1', 'a text of 15 characters')
    """
    return value if type(value) is str and IDENTIFIER.fullmatch(value) else hidden(value)


def clip(text: str, width: int = WIDTH) -> str:
    """Return the text on one line of at most ``width`` characters.

    >>> clip("a long text", 6)
    'a lon…'
    """
    flat = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return flat if len(flat) <= width else f"{flat[: width - 1]}…"


def short_id(text: str) -> str:
    """Return an id for a repr: a long one, such as a UUID, by its last characters.

    >>> short_id("t1"), short_id("0b5b1c5e-93a1-4a67-8a5b-0d7f7a3f2c11")
    ('t1', '…7a3f2c11')
    """
    return text if len(text) <= _LONGEST_ID else f"…{text[-_SHOWN_OF_ID:]}"


def brief(value: object, *facts: str) -> str:
    """Return the repr of a value: ``<Kind fact, fact>`` on one line; empty facts are left out.

    >>> brief(17, "4 seats", "", "main")
    '<int 4 seats, main>'
    """
    text = ", ".join(fact for fact in facts if fact)
    kind = type(value).__name__
    return f"<{clip(f'{kind} {text}' if text else kind, WIDTH - 2)}>"


def some(texts: Iterable[str], most: int = 4, separator: str = ", ") -> str:
    """Join the first texts, and count the rest.

    >>> some(["t1", "t2", "t3"], most=2, separator="+")
    't1+t2 and 1 more'
    """
    all_texts = list(texts)
    rest = len(all_texts) - most
    shown = separator.join(all_texts[:most])
    return f"{shown} and {rest} more" if rest > 0 else shown


def tables_of(ids: Sequence[str]) -> str:
    """Name tables by their ids.

    >>> tables_of(["3", "4"]), tables_of(["3"])
    ('tables 3+4', 'table 3')
    """
    return f"{'table' if len(ids) == 1 else 'tables'} {some(ids, separator='+')}"


def count_of(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun.

    >>> count_of(1, "table"), count_of(2, "party", "parties")
    ('1 table', '2 parties')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def html_table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a plain HTML table; every text is escaped.

    >>> html_table("Tables", ["number"], [["<1>"]])
    '<table><caption>Tables</caption><tr><th>number</th></tr><tr><td>&lt;1&gt;</td></tr></table>'
    """
    from html import escape  # noqa: PLC0415  # Its table of entities would slow every import.

    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>{body}</table>"


def html_picture(svg: str, table: str) -> str:
    """Return a picture with the same facts as a table, which the reader opens.

    >>> html_picture("<svg></svg>", "<table></table>")
    '<svg></svg><details><summary>as a table</summary><table></table></details>'
    """
    return f"{svg}<details><summary>as a table</summary>{table}</details>"
