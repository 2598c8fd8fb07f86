"""Files: read and write text, with typed errors, and recognise what is no text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Final

import attrs

from fourtop.errors import InvalidDocument, InvalidInput, safe_repr
from fourtop.formats.json_codec import ROOT

StrPath = str | os.PathLike[str]

MAX_FILE_BYTES: Final = 100_000_000
_MEGABYTE: Final = 1_000_000
_HEAD_BYTES: Final = 4_096
# The first bytes of the kinds of files that are sent in place of a text.
_KINDS: Final = (
    (b"PK\x03\x04", "a ZIP archive or a spreadsheet (xlsx, ods); export it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document (xls, doc); export it as CSV"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"GIF8", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"\x1f\x8b", "a compressed file; decompress it"),
    (b"SQLite format 3\0", "a SQLite database"),
)
_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@attrs.frozen
class Decoded:
    """A text and the encoding that it was read in."""

    text: str
    encoding: str


def read_text(path: StrPath) -> str:
    """Return the text of a UTF-8 file, with or without a byte order mark.

    Raises:
        InvalidInput: If the file cannot be read: it is missing, a folder, or not permitted.
        InvalidDocument: If the file is not UTF-8; save it as UTF-8.
    """
    try:
        return _checked(path).read_text("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise _undecodable(fault, "UTF-8") from None
    except OSError as fault:
        raise _unreadable(fault, path) from fault


def read_table(path: StrPath, encoding: str | None = None) -> Decoded:
    """Return the text of a file of rows, in the given encoding or the one that is recognised.

    A file of another kind, an empty one and one that is too large are refused by their size and
    their first bytes, before the rest is read.

    Args:
        path: The file.
        encoding: A name that Python knows; ``None``: recognised, see ``decode``.

    Raises:
        InvalidInput: If the file cannot be read.
        InvalidDocument: If it is empty, larger than 100 MB, of another kind, or in another
            encoding than the given one.
    """
    try:
        with _checked(path).open("rb") as file:
            data = _bytes(file)
    except OSError as fault:
        raise _unreadable(fault, path) from fault
    return decode(data, encoding)


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Return bytes as text.

    Without a given encoding a byte order mark decides; then UTF-16 without one, which has a zero
    byte beside each Latin letter; then UTF-8, if the bytes are valid in it; and else Windows-1252,
    which has all printable characters of Latin-1.

    Raises:
        InvalidDocument: If the bytes are not of the given or recognised encoding.
    """
    found = encoding or _recognised(data)
    try:
        return Decoded(data.decode(found).removeprefix("\ufeff"), found)
    except UnicodeDecodeError as fault:
        raise _undecodable(fault, found) from None


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


def _bytes(file: BinaryIO) -> bytes:
    # A pipe has no size, so its bytes are counted as they come.
    size = _size_of(file)
    if size > MAX_FILE_BYTES:
        raise _too_large(f"{size / _MEGABYTE:.0f} MB")
    head = file.read(_HEAD_BYTES)
    _check_kind(head)
    data = head + file.read(MAX_FILE_BYTES + 1 - len(head))
    if len(data) > MAX_FILE_BYTES:
        raise _too_large("more")
    return data


def _size_of(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _too_large(size: str) -> InvalidDocument:
    rule = f"must have at most {MAX_FILE_BYTES // _MEGABYTE} MB; split it"
    return InvalidDocument(ROOT, rule, size)


def _check_kind(head: bytes) -> None:
    if not head:
        raise InvalidDocument(ROOT, "must not be empty", "0 bytes")
    kind = next((name for first, name in _KINDS if head.startswith(first)), None)
    is_marked = any(head.startswith(mark) for mark, _ in _MARKS)
    if kind is None and b"\0" in head and not is_marked and _bare_utf16(head) is None:
        kind = "binary data"
    if kind is not None:
        raise InvalidDocument(ROOT, "must be a text", kind)


def _recognised(data: bytes) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    found = marked or _bare_utf16(data[:_HEAD_BYTES])
    if found is not None:
        return found
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        # Five bytes have no character in Windows-1252; in Latin-1 they are control characters.
        return "latin-1" if any(byte in data for byte in b"\x81\x8d\x8f\x90\x9d") else "cp1252"
    return "utf-8"


def _bare_utf16(head: bytes) -> str | None:
    """Return the UTF-16 of a text without a byte order mark; ``None``: it is none."""
    even, odd = head[::2], head[1::2]
    if len(head) >= 4 and 2 * odd.count(0) > len(odd) and not even.count(0):
        return "utf-16-le"
    if len(head) >= 4 and 2 * even.count(0) > len(even) and not odd.count(0):
        return "utf-16-be"
    return None


def _unreadable(fault: OSError, path: StrPath) -> InvalidInput:
    return InvalidInput("path", f"cannot be read: {fault.strerror}", safe_repr(path))


def _undecodable(fault: UnicodeDecodeError, encoding: str) -> InvalidDocument:
    byte = fault.object[fault.start]
    found = f"byte 0x{byte:02x} at offset {fault.start}"
    return InvalidDocument(ROOT, f"must be encoded in {encoding.upper()}", found)


def _checked(path: object) -> Path:
    try:
        text = os.fspath(path)  # type: ignore[call-overload]  # Others raise TypeError.
    except TypeError:
        text = None
    if not isinstance(text, str) or "\0" in text:
        raise InvalidInput("path", "must be the path of a file", safe_repr(path))
    return Path(text)
