"""For tests of your own: the contract of stores, an explorer of interleavings, Hypothesis strategies.

What a name needs is imported when the name is first used: ``StoreContract`` needs pytest,
``strategies`` needs Hypothesis; ``fourtop[testing]`` brings both.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from fourtop.testing.contract import (
        JobTrial,
        MaintenanceContract,
        MakeMaintained,
        MakeStore,
        OutboxContract,
        StoreContract,
        Trial,
        broken_promises,
        promises,
    )
    from fourtop.testing.interleaving import Run, Stage, SteppedStore, every_run
    from fourtop.testing.sync_bridge import BlockingStore, awaited

__all__ = [
    "BlockingStore",
    "JobTrial",
    "MaintenanceContract",
    "MakeMaintained",
    "MakeStore",
    "OutboxContract",
    "Run",
    "Stage",
    "SteppedStore",
    "StoreContract",
    "Trial",
    "awaited",
    "broken_promises",
    "every_run",
    "promises",
]

_CONTRACT: Final = "fourtop.testing.contract"
_AWAITING: Final = "fourtop.testing.sync_bridge"
_STEPPING: Final = "fourtop.testing.interleaving"
_SUITES: Final = (
    "MaintenanceContract",
    "OutboxContract",
    "StoreContract",
    "broken_promises",
    "promises",
)
_HOMES: Final = {
    **dict.fromkeys((*_SUITES, "JobTrial", "MakeMaintained", "MakeStore", "Trial"), _CONTRACT),
    **dict.fromkeys(("BlockingStore", "awaited"), _AWAITING),
    **dict.fromkeys(("Run", "Stage", "SteppedStore", "every_run"), _STEPPING),
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if home == _CONTRACT and home not in sys.modules and find_spec("pytest") is not None:
        # pytest shows the values in a failed assertion only of modules that it was told of before
        # their import.
        import_module("pytest").register_assert_rewrite(home)
    return getattr(import_module(home), name)
