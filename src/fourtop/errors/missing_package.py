"""The error of an optional package that is not installed."""

from typing import ClassVar

import attrs

from fourtop.errors.code import Code
from fourtop.errors.exceptions import FourtopError


@attrs.define(slots=False, eq=False, repr=False)
class MissingPackage(FourtopError):
    """An optional package is not installed. Install the one that the text names.

    Args:
        package: The package that is missing.
        needed_by: The function that needs it.
        extra: The extra of fourtop that installs it; ``None``: install the package itself.
    """

    default_code: ClassVar[Code] = Code.MISSING_PACKAGE

    package: str
    needed_by: str
    extra: str | None = None

    def __str__(self) -> str:
        name = self.package if self.extra is None else f"fourtop[{self.extra}]"
        return f"{self.needed_by} needs {self.package}, which is not installed: install {name}"
