"""Tools for your own tests: simulated evenings, the store contract, interleavings, strategies.

The modules ``floors`` and ``demands`` make floors and demands of usual kinds. Each name imports its
dependencies on first use: ``StoreContract`` and ``fixtures`` need pytest, and ``strategies`` needs
Hypothesis; ``fourtop[testing]`` installs both.
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
    from fourtop.testing.evening import SimulatedEvening
    from fourtop.testing.interleavings import Interleaving, Scheduler, SteppedStore, explore
    from fourtop.testing.sync_bridge import SyncBridge, as_sync

__all__ = [
    "Interleaving",
    "JobTrial",
    "MaintenanceContract",
    "MakeMaintained",
    "MakeStore",
    "OutboxContract",
    "Scheduler",
    "SimulatedEvening",
    "SteppedStore",
    "StoreContract",
    "SyncBridge",
    "Trial",
    "as_sync",
    "broken_promises",
    "explore",
    "promises",
]

_CONTRACT: Final = "fourtop.testing.contract"
_BRIDGE: Final = "fourtop.testing.sync_bridge"
_EVENING: Final = "fourtop.testing.evening"
_INTERLEAVING: Final = "fourtop.testing.interleavings"
_SUITES: Final = (
    "MaintenanceContract",
    "OutboxContract",
    "StoreContract",
    "broken_promises",
    "promises",
)
_HOMES: Final = {
    **dict.fromkeys((*_SUITES, "JobTrial", "MakeMaintained", "MakeStore", "Trial"), _CONTRACT),
    **dict.fromkeys(("SyncBridge", "as_sync"), _BRIDGE),
    "SimulatedEvening": _EVENING,
    **dict.fromkeys(("Interleaving", "Scheduler", "SteppedStore", "explore"), _INTERLEAVING),
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
