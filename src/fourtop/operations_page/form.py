"""Forms: the fields of a POST, read as the types that a record takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

import attrs
from fastapi import HTTPException
from starlette.requests import ClientDisconnect, Request

from fourtop.errors import InvalidInput, safe_repr

MOST_BYTES: Final = 100_000
_MOST_FIELDS: Final = 500
_TYPE: Final = "application/x-www-form-urlencoded"
_LONGEST_NUMBER: Final = 18


@attrs.frozen(repr=False)
class Form:
    """The fields of a form. Browsers send empty fields as empty texts; here they are left out.

    Args:
        fields: The values of each field, in order.
    """

    fields: Mapping[str, Sequence[str]]

    def text(self, name: str, default: str = "") -> str:
        """Return the text of a field, without the blanks around it."""
        return self.optional(name) or default

    def optional(self, name: str) -> str | None:
        """Return the text of a field; ``None`` if it is empty or missing."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        """Return the values of a field that are not empty."""
        return [value for each in self.fields.get(name, ()) if (value := each.strip())]

    def flag(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return self.optional(name) is not None

    def integer(self, name: str) -> int:
        """Return a whole number.

        Raises:
            InvalidInput: If the field has none.
        """
        found = self.optional_integer(name)
        if found is None:
            raise InvalidInput(name, "must be given", "nothing")
        return found

    def optional_integer(self, name: str) -> int | None:
        """Return a whole number; ``None`` if the field is empty.

        Raises:
            InvalidInput: If the field has another text.
        """
        text = self.optional(name)
        if text is None:
            return None
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_NUMBER):
            raise InvalidInput(name, "must be a whole number", safe_repr(text))
        return int(text)

    def optional_number(self, name: str) -> float | None:
        """Return a number; ``None`` if the field is empty.

        Raises:
            InvalidInput: If the field has another text. The record refuses infinities.
        """
        text = self.optional(name)
        try:
            return None if text is None else float(text)
        except ValueError:
            raise InvalidInput(name, "must be a number", safe_repr(text)) from None

    def number(self, name: str) -> float:
        """Return a number.

        Raises:
            InvalidInput: If the field has none.
        """
        found = self.optional_number(name)
        if found is None:
            raise InvalidInput(name, "must be given", "nothing")
        return found

    @property
    def was(self) -> Form:
        """The fields as the page showed them, which the form carries as one text."""
        return Form(fields_of_text(self.text("was")))

    def given(self, *names: str) -> dict[str, Any]:
        """Return the texts of the fields that are not empty."""
        found = {name: self.optional(name) for name in names}
        return {name: text for name, text in found.items() if text is not None}


async def form_of(request: Request, most_bytes: int = MOST_BYTES) -> Form:
    """Read the form of a request.

    Args:
        request: The request.
        most_bytes: The longest body.

    Raises:
        HTTPException: 415 or 413, if the body is no form of ours; 400, if its client went away.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _TYPE:
        raise HTTPException(415, "send the fields of the form")
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > most_bytes:
                raise HTTPException(413, "the form is too long")
    except ClientDisconnect:
        raise HTTPException(400, "the form is not complete") from None
    return Form(fields_of_text(body.decode("utf-8", "replace")))


def fields_of_text(text: str) -> dict[str, list[str]]:
    """Return the fields of an encoded form.

    Raises:
        HTTPException: 413, if they are too many.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(413, "the form has too many fields") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields
