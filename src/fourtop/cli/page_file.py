"""Page file: write the page of a command into the file that ``--html`` names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from fourtop.cli.answer import Answer
from fourtop.errors import InvalidInput

if TYPE_CHECKING:
    from fourtop.plotting.page import Page


def save_page(page: Page, path: str) -> None:
    """Write a page into the file that the option names.

    Raises:
        InvalidInput: If it cannot be written.
    """
    try:
        page.save(path)
    except InvalidInput as error:
        raise InvalidInput("--html", error.rule, error.given) from None


def with_page(answer: Answer, make: Callable[[], Page], path: str | None) -> Answer:
    """Return an answer with its page written, if the option names a file.

    Args:
        answer: The answer.
        make: Makes its page.
        path: The file; ``None``: no page.

    Raises:
        InvalidInput: If it cannot be written.
    """
    data = {**answer.data, "html": path}
    if path is None:
        return attrs.evolve(answer, data=data)
    save_page(make(), path)
    return attrs.evolve(answer, data=data, text=f"{answer.text}\n\npage written to {path}")
