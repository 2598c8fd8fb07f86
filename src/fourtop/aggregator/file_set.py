"""A set of files that appear together, each of them whole; a failure changes nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

# Hidden, so that an upload of the folder leaves it out.
_PREFIX: Final = ".fourtop-"


@attrs.frozen(eq=False)
class FileSet:
    """Files that are written beside their place, in a hidden folder.

    Args:
        _beside: The hidden folder.
        _former: The folder of the files that these replace.
    """

    _beside: Path
    _former: Path
    _names: list[str] = attrs.field(init=False, factory=list)

    def write(self, name: str, data: bytes) -> None:
        """Write a file, up to the disk: a rename must not come before its data."""
        with (self._beside / name).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self._names.append(name)

    def move_to(self, folder: Path) -> None:
        """Move the files to their place, each by a rename. If one fails, all former files return.

        Raises:
            OSError: If a file cannot be moved.
        """
        with ExitStack() as undo:
            for name in self._names:
                place = folder / name
                if place.exists():
                    undo.callback(os.replace, shutil.copy2(place, self._former / name), place)
                else:
                    undo.callback(place.unlink, missing_ok=True)
                (self._beside / name).replace(place)
            undo.pop_all()


@contextmanager
def file_set(folder: Path) -> Iterator[FileSet]:
    """Give an empty set of files, and move them into a folder at the end; not after an error.

    Raises:
        OSError: If the folder cannot be written.
    """
    with TemporaryDirectory(prefix=_PREFIX, dir=folder) as made:
        beside, former = Path(made, "new"), Path(made, "former")
        beside.mkdir()
        former.mkdir()
        files = FileSet(beside, former)
        yield files
        files.move_to(folder)
