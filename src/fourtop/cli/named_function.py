"""Functions of the host that a command line names as ``package.module:function``."""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from operator import attrgetter
from typing import Any, Final

from fourtop.cli.inputs import WrongInput
from fourtop.errors import safe_repr

_FUNCTION: Final = re.compile(r"[\w.]+:[\w.]+")


def named_function(
    name: str, option: str, other: str = "", *, may_be_coroutine: bool = False
) -> Callable[..., Any]:
    """Import and return the function of a name.

    Args:
        name: As ``package.module:function``.
        option: The option that named it, for errors.
        other: Another word that the option takes, for errors.
        may_be_coroutine: Whether the function may be a coroutine function, which the caller awaits.

    Raises:
        WrongInput: If the name is not that of a function, or is that of a coroutine function where
            none is awaited.
    """
    if _FUNCTION.fullmatch(name) is None:
        words = f"package.module:function or {other}" if other else "package.module:function"
        raise WrongInput(f"{option}: must be {words} (got {safe_repr(name)})")
    module_name, _, path = name.partition(":")
    try:
        found: Any = attrgetter(path)(import_module(module_name))
    except ImportError as error:
        raise WrongInput(f"{option}: {module_name} cannot be imported: {error}") from None
    except AttributeError:
        raise WrongInput(f"{option}: {module_name} has no {path}") from None
    except Exception as error:  # noqa: BLE001  # A module may raise anything as it is imported.
        raise WrongInput(
            f"{option}: {module_name} cannot be imported: it raises {type(error).__name__}"
        ) from None
    if not callable(found):
        raise WrongInput(f"{option}: {name} cannot be called")
    if not may_be_coroutine and inspect.iscoroutinefunction(found):
        # A call would return a coroutine, which counts as done and as true.
        raise WrongInput(
            f"{option}: {name} is a coroutine function; name a plain function that returns when"
            " its work is done"
        )
    function: Callable[..., Any] = found
    return function


@contextmanager
def imports_from_here() -> Iterator[None]:
    """Append the current directory to the import path."""
    here = os.getcwd()  # noqa: PTH109  # sys.path holds strings.
    sys.path.append(here)
    try:
        yield
    finally:
        sys.path.remove(here)
