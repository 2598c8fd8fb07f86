"""The file of a sweep that can be resumed: finished chunks, one line each.

The first line names the sweep by its digest. Each other line has the position of a chunk's first
case and its pickled results. A line is appended in one write and flushed to the disk, so a chunk is
in the file completely or not at all: a line without its end is cut off when the sweep is resumed.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from fourtop.errors import InvalidDocument, InvalidInput, safe_repr
from fourtop.formats.files import StrPath
from fourtop.simulation.sweeps.case_digest import sweep_digest

_VERSION: Final = 1


class ResumeFile:
    """The results of a sweep in a file. It is open only while a line is written.

    It is for one sweep at a time: two processes that append to one file are not kept apart.

    Args:
        path: The file. A missing one is made, in a folder that exists.
        function: The function of the sweep.
        cases: The cases of the sweep.

    Raises:
        InvalidInput: If the file cannot be read or written, or belongs to another sweep. Name
            another file, or remove it.
        InvalidDocument: If a line of it is damaged.
    """

    def __init__(self, path: StrPath, function: Callable[[Any], Any], cases: Sequence[Any]) -> None:
        self._path = path
        self._total = len(cases)
        header = {
            "fourtop_sweep": _VERSION,
            "cases": self._total,
            "digest": sweep_digest(function, cases),
        }
        self._lines = [f"{json.dumps(header)}\n".encode()]
        self.saved: list[tuple[int, list[Any]]] = []
        try:
            if Path(path).exists():
                self._load(Path(path).read_bytes())
            self._replace()
        except OSError as error:
            raise self._unusable(error) from error

    def append(self, first: int, results: list[Any]) -> None:
        """Write the results of a chunk.

        Args:
            first: The position of its first case.
            results: Its results.

        Raises:
            InvalidInput: If the results cannot be pickled, or the file cannot be written.
        """
        try:
            data = pickle.dumps(results)
        except Exception as error:
            rule = "must return values that can be pickled, to resume a sweep"
            raise InvalidInput("function", rule, safe_repr(results[0])) from error
        try:
            with Path(self._path).open("ab") as file:
                file.write(_line(first, data))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> InvalidInput:
        rule = f"cannot be read or written: {error.strerror}"
        return InvalidInput("resume", rule, safe_repr(self._path))

    def _load(self, data: bytes) -> None:
        # The part after the last end of a line is torn, or empty.
        lines = [line + b"\n" for line in data.split(b"\n")[:-1]]
        if not lines:
            return
        if lines[0] != self._lines[0]:
            rule = (
                "must be a file of this sweep: the function or the cases are others;"
                " name another file, or remove it"
            )
            raise InvalidInput("resume", rule, safe_repr(self._path))
        self._lines = lines
        free = [True] * self._total
        for number, line in enumerate(lines[1:], 2):
            first, results = _loaded(line, number)
            places = range(first, first + len(results))
            if not all(0 <= place < self._total and free[place] for place in places):
                raise InvalidDocument("first", "must fit the cases", str(first), number)
            for place in places:
                free[place] = False
            self.saved.append((first, results))

    def _replace(self) -> None:
        """Write the complete lines again, in one step."""
        temporary = Path(f"{os.fspath(self._path)}.new")
        with temporary.open("wb") as file:
            file.writelines(self._lines)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)


def _line(first: int, data: bytes) -> bytes:
    record = {"first": first, "results": base64.b64encode(data).decode("ascii")}
    return f"{json.dumps(record)}\n".encode()


def _loaded(line: bytes, number: int) -> tuple[int, list[Any]]:
    try:
        record = json.loads(line)
        first, data = record["first"], base64.b64decode(record["results"], validate=True)
        results = pickle.loads(data)  # noqa: S301  # SweepOptions warns of foreign files.
    except Exception as error:
        raise InvalidDocument("results", "must be complete", "a damaged line", number) from error
    if type(first) is not int or type(results) is not list:
        raise InvalidDocument("results", "must be a list", "a damaged line", number)
    return first, results
