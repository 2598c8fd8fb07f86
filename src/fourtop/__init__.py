"""fourtop: a capacity engine for restaurants.

It decides whether a party can sit, when, and at which table or joined tables; holds that choice;
confirms it once; and never seats two parties on one table.
"""

from typing import TYPE_CHECKING, Any

from fourtop import sample
from fourtop.clock import ManualClock, SystemClock
from fourtop.engine import (
    AsyncDesk,
    AsyncEngine,
    Audit,
    CountedIds,
    Desk,
    Engine,
    Move,
    Overlap,
    TableState,
    TimeOrderedIds,
)
from fourtop.errors import (
    AllocationsOverlap,
    AlreadyExists,
    AmbiguousTime,
    ClockBehind,
    Code,
    ForeignTenant,
    FourtopError,
    HoldEnded,
    HoldExpired,
    HoldLimit,
    HoldMismatch,
    HoldRateLimit,
    IllegalTransition,
    ImportRejected,
    InUse,
    InvalidDocument,
    InvalidIdentifier,
    InvalidInput,
    InvalidWindow,
    KeyReused,
    NaiveDatetime,
    NonexistentTime,
    NotFound,
    OutcomeUnknown,
    PolicyDrift,
    Proof,
    Reason,
    Refusal,
    Refused,
    StaleVersion,
    StoreMisconfigured,
    StoreUnavailable,
)
from fourtop.formats.booking_rows import BookingRow, dumps_rows_csv, loads_rows_csv, loads_rows_json
from fourtop.formats.house_document import dumps_house, house_from_data, house_to_data, loads_house
from fourtop.formats.json_schema import house_schema
from fourtop.formats.sketch import sketch_floor, sketch_house
from fourtop.jobs import (
    Pruned,
    Relayed,
    RelayOptions,
    Swept,
    prune_allocations,
    prune_confirmations,
    prune_outbox,
    relay_outbox,
    sweep_holds,
)
from fourtop.model.actor import GUEST, Actor
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.block import Block
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.calendar import Calendar, Service, Stay
from fourtop.model.confirmation import ConfirmationResult, Rival, TableSnapshot
from fourtop.model.event import Event, EventType
from fourtop.model.floor import Floor, Join, SetCapacity
from fourtop.model.hold import Fingerprint, Hold, HoldState
from fourtop.model.house import House
from fourtop.model.plan import Plan, Score, Term
from fourtop.model.planning import AdjacencyMode, Planning, Weights
from fourtop.model.policy import (
    CapacityRule,
    HoldRules,
    Occasion,
    Policy,
    ServicePeriod,
    TurnBand,
    Weekday,
)
from fourtop.model.receipt import Receipt, Usage
from fourtop.model.request import BookingRequest, Preference
from fourtop.model.restaurant import Area, Restaurant, Zone
from fourtop.model.results import (
    Availability,
    ImportReport,
    Quote,
    Slot,
    Versions,
)
from fourtop.model.table import Mobility, Position, Table
from fourtop.model.window import Window
from fourtop.storage import AsyncMemoryStore, MemoryStore

if TYPE_CHECKING:
    from fourtop.storage.sql import AsyncSqlStore as AsyncSqlStore
    from fourtop.storage.sql import Finding as Finding
    from fourtop.storage.sql import Severity as Severity
    from fourtop.storage.sql import SqlStore as SqlStore
    from fourtop.storage.sql import downgrade as downgrade
    from fourtop.storage.sql import exclude_fourtop as exclude_fourtop
    from fourtop.storage.sql import inspect_store as inspect_store
    from fourtop.storage.sql import migrate as migrate

# What an extra brings: imported when it is first used, and so in no star import.
_OF_SQL = frozenset(
    {
        "AsyncSqlStore",
        "Finding",
        "Severity",
        "SqlStore",
        "downgrade",
        "exclude_fourtop",
        "inspect_store",
        "migrate",
    }
)


def __getattr__(name: str) -> Any:
    if name not in _OF_SQL:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from fourtop.storage import sql  # noqa: PLC0415  # SQLAlchemy takes a while, and is an extra.

    return getattr(sql, name)


__all__ = [
    "GUEST",
    "Actor",
    "AdjacencyMode",
    "Allocation",
    "AllocationsOverlap",
    "AlreadyExists",
    "AmbiguousTime",
    "ClockBehind",
    "Area",
    "Assignment",
    "AsyncDesk",
    "AsyncEngine",
    "AsyncMemoryStore",
    "Audit",
    "Availability",
    "Block",
    "Booking",
    "BookingRequest",
    "BookingRow",
    "BookingStatus",
    "Calendar",
    "CapacityRule",
    "Code",
    "ConfirmationResult",
    "CountedIds",
    "Desk",
    "Engine",
    "Event",
    "EventType",
    "Fingerprint",
    "Floor",
    "ForeignTenant",
    "FourtopError",
    "Hold",
    "HoldEnded",
    "HoldExpired",
    "HoldLimit",
    "HoldMismatch",
    "HoldRateLimit",
    "HoldRules",
    "HoldState",
    "House",
    "IllegalTransition",
    "ImportRejected",
    "ImportReport",
    "InUse",
    "InvalidDocument",
    "InvalidIdentifier",
    "InvalidInput",
    "InvalidWindow",
    "Join",
    "KeyReused",
    "ManualClock",
    "MemoryStore",
    "Mobility",
    "Move",
    "NaiveDatetime",
    "NonexistentTime",
    "NotFound",
    "Occasion",
    "OutcomeUnknown",
    "Overlap",
    "Owner",
    "OwnerKind",
    "Plan",
    "Planning",
    "Policy",
    "PolicyDrift",
    "Position",
    "Preference",
    "Proof",
    "Pruned",
    "Quote",
    "Reason",
    "Receipt",
    "Refusal",
    "Refused",
    "RelayOptions",
    "Relayed",
    "ResourceType",
    "Restaurant",
    "Rival",
    "Score",
    "Service",
    "ServicePeriod",
    "SetCapacity",
    "Slot",
    "StaleVersion",
    "Stay",
    "StoreMisconfigured",
    "StoreUnavailable",
    "Swept",
    "SystemClock",
    "Table",
    "TableSnapshot",
    "TableState",
    "Term",
    "TimeOrderedIds",
    "TurnBand",
    "Usage",
    "Versions",
    "Weekday",
    "Weights",
    "Window",
    "Zone",
    "dumps_house",
    "dumps_rows_csv",
    "house_from_data",
    "house_schema",
    "house_to_data",
    "loads_house",
    "loads_rows_csv",
    "loads_rows_json",
    "prune_allocations",
    "prune_confirmations",
    "prune_outbox",
    "relay_outbox",
    "sample",
    "sketch_floor",
    "sketch_house",
    "sweep_holds",
]
