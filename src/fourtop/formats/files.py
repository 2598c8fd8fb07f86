"""Text files: read and write, with typed errors."""

from __future__ import annotations

import os
from pathlib import Path

from fourtop.errors import InvalidDocument, InvalidInput, safe_repr
from fourtop.formats.json_codec import ROOT

StrPath = str | os.PathLike[str]


def read_text(path: StrPath) -> str:
    """Return the text of a UTF-8 file, with or without a byte order mark.

    Raises:
        InvalidInput: If the file cannot be read: it is missing, a folder, or not permitted.
        InvalidDocument: If the file is not UTF-8; save it as UTF-8.
    """
    try:
        return _checked(path).read_text("utf-8-sig")
    except UnicodeDecodeError as fault:
        found = f"byte 0x{fault.object[fault.start]:02x} at offset {fault.start}"
        raise InvalidDocument(ROOT, "must be encoded in UTF-8", found) from None
    except OSError as fault:
        raise InvalidInput("path", f"cannot be read: {fault.strerror}", safe_repr(path)) from fault


def write_text(path: StrPath, text: str) -> None:
    """Write a UTF-8 file; an existing file is replaced.

    Raises:
        InvalidInput: If the file cannot be written: its folder is missing, or not permitted.
    """
    try:
        _checked(path).write_text(text, "utf-8", newline="\n")
    except OSError as fault:
        raise InvalidInput(
            "path", f"cannot be written: {fault.strerror}", safe_repr(path)
        ) from fault


def _checked(path: object) -> Path:
    try:
        text = os.fspath(path)  # type: ignore[call-overload]  # Others raise TypeError.
    except TypeError:
        text = None
    if not isinstance(text, str) or "\0" in text:
        raise InvalidInput("path", "must be the path of a file", safe_repr(path))
    return Path(text)
