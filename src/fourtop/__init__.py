"""fourtop: a capacity engine for restaurants.

It decides whether a party can sit, when, and at which table or joined tables; it holds that choice,
confirms it once, and never gives one table to two parties.

The pictures of ``plotting`` are imported when they are first used, because a service needs none.

The names of the SQL stores are imported when they are first used. They need the extra ``sql``, and
``AsyncSqlStore`` the extra ``async``: without it they are not in ``__all__``, so that
``from fourtop import *`` works everywhere.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from fourtop import sample
from fourtop.clock import ManualClock, SystemClock
from fourtop.engine import (
    AsyncDesk,
    AsyncEngine,
    AtRisk,
    Audit,
    AvailabilityTerms,
    CountedIds,
    Desk,
    Engine,
    HoldTerms,
    MonthTerms,
    Move,
    Overlap,
    SharedTable,
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
    InvalidRows,
    InvalidWindow,
    KeyReused,
    MissingPackage,
    NaiveDatetime,
    NonexistentTime,
    NotFound,
    NothingToUndo,
    OutcomeUnknown,
    PolicyDrift,
    Proof,
    Reason,
    Refusal,
    Refused,
    RowProblem,
    StaleVersion,
    StoreMisconfigured,
    StoreUnavailable,
    SweepFailed,
    TransactionConflict,
    TransactionUnusable,
    UnknownName,
)
from fourtop.formats.booking_csv import RowFile
from fourtop.formats.booking_row import BookingRow
from fourtop.formats.booking_rows import (
    dump_rows,
    dump_rows_csv,
    dumps_rows_csv,
    dumps_rows_json,
    load_rows,
    load_rows_csv,
    load_rows_json,
    loads_rows_csv,
    loads_rows_json,
    read_rows,
)
from fourtop.formats.csv_format import CsvFormat, DateOrder, OtherColumns
from fourtop.formats.house_document import (
    dump_house,
    dumps_house,
    house_from_data,
    house_to_data,
    load_house,
    loads_house,
)
from fourtop.formats.icalendar import dumps_icalendar
from fourtop.formats.json_schema import house_schema
from fourtop.formats.sketch import sketch_floor, sketch_house
from fourtop.jobs import (
    LocalTime,
    LocalTimes,
    Measured,
    Offered,
    Pruned,
    Relayed,
    RelayOptions,
    ReleasedLate,
    Swept,
    async_check_local_times,
    async_measure_store,
    async_offer_waitlist,
    async_prune_allocations,
    async_prune_confirmations,
    async_prune_outbox,
    async_relay_forever,
    async_relay_outbox,
    async_release_late,
    async_sweep_holds,
    check_local_times,
    measure_store,
    offer_waitlist,
    prune_allocations,
    prune_confirmations,
    prune_outbox,
    relay_forever,
    relay_outbox,
    release_late,
    sweep_holds,
)
from fourtop.model.actor import GUEST, Actor
from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.alternatives import (
    Alternative,
    AlternativeKind,
    Alternatives,
    AlternativeTerms,
    RejectedAlternative,
)
from fourtop.model.block import Block, FreedBlock
from fourtop.model.booking import Assignment, Booking, Bookings, BookingStatus, Step
from fourtop.model.booking_change import KEEP, BookingChange, Keep
from fourtop.model.booking_list import BookingFilter, BookingPage
from fourtop.model.booking_rules import BookingWindow, HoldRules, SeatingRules
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.calendar import Calendar
from fourtop.model.capacity_rules import (
    CapacityRule,
    ChannelShare,
    PacingRule,
    RuleKind,
    Spread,
)
from fourtop.model.confirmation import ConfirmationResult, Rival, TableSnapshot
from fourtop.model.date_exception import DateException
from fourtop.model.day import Day, DayEntry, DayTable
from fourtop.model.day_plan import (
    DayMove,
    DayPlan,
    DayPlanTerms,
    LeftBooking,
    Objective,
)
from fourtop.model.demand import DemandProfile
from fourtop.model.distances import Aisle, KeptApart
from fourtop.model.enforcement import Enforcement, EnforcementMode
from fourtop.model.event import Event, EventType
from fourtop.model.explanation import Change, ChangeKind, Explanation
from fourtop.model.feed import Feed, FeedCell, FeedTerms
from fourtop.model.floor import Floor, Join
from fourtop.model.forecast import DemandForecast
from fourtop.model.hold import Fingerprint, Hold, HoldState
from fourtop.model.house import House
from fourtop.model.house_difference import HouseDifference, PartDifference
from fourtop.model.month import BookableDay, DayState, Month
from fourtop.model.offers import (
    OfferedStart,
    OfferTerms,
    StartOffers,
    SteeringMode,
    SteeringPolicy,
)
from fourtop.model.opportunity_cost import OpportunityCost
from fourtop.model.override import Override
from fourtop.model.plan import Plan, Score, Term
from fourtop.model.planned_move import PlannedMove
from fourtop.model.planning_rules import AdjacencyMode, Planning, Scarcity, Weights
from fourtop.model.policy import Policy
from fourtop.model.preview import (
    Preview,
    Repair,
    RepairPlan,
    StrandedBooking,
    StrandedHold,
    WayOut,
    WayOutKind,
)
from fourtop.model.receipt import PacingUsage, Receipt, Usage, ZoneUsage
from fourtop.model.request import BookingRequest, Preference, Relaxation
from fourtop.model.restaurant import Area, Restaurant, Zone
from fourtop.model.results import (
    Availability,
    ClearReport,
    ImportReport,
    Quote,
    Reseating,
    Slot,
    Versions,
)
from fourtop.model.rotations import (
    PeriodRotations,
    Rotations,
    TableRotations,
    estimate_rotations,
)
from fourtop.model.rule_problems import ProblemKind, RuleProblem, check_rules
from fourtop.model.service import Service
from fourtop.model.service_period import Occasion, ServicePeriod, TurnBand, Weekday
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.shadow_report import ShadowCount, ShadowReport
from fourtop.model.stay import Stay
from fourtop.model.table import Mobility, Position, Table, TableShape
from fourtop.model.table_label import NumberScope
from fourtop.model.utilisation import PeriodUtilisation, SlotUtilisation, Utilisation
from fourtop.model.validation import CheckStatus, Selection, SelectionCheck, Validation
from fourtop.model.waitlist import Offer, Waitlist, WaitlistEntry
from fourtop.model.waitlist_terms import Waiting, WaitlistTerms
from fourtop.model.walk_in import WalkIn
from fourtop.model.window import Window
from fourtop.model.zone_rules import WalkInRule, ZoneRule
from fourtop.planner.table_order import TableOrder
from fourtop.storage import AsyncMemoryStore, MemoryStore

if TYPE_CHECKING:
    from fourtop import plotting as plotting
    from fourtop.storage.sql import AsyncSqlStore as AsyncSqlStore
    from fourtop.storage.sql import Finding as Finding
    from fourtop.storage.sql import Severity as Severity
    from fourtop.storage.sql import SqlStore as SqlStore
    from fourtop.storage.sql import downgrade as downgrade
    from fourtop.storage.sql import exclude_fourtop as exclude_fourtop
    from fourtop.storage.sql import inspect_store as inspect_store
    from fourtop.storage.sql import migrate as migrate

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


__all__ = [
    "GUEST",
    "KEEP",
    "Actor",
    "AdjacencyMode",
    "Aisle",
    "Allocation",
    "AllocationsOverlap",
    "AlreadyExists",
    "Alternative",
    "AlternativeKind",
    "AlternativeTerms",
    "Alternatives",
    "AmbiguousTime",
    "Area",
    "Assignment",
    "AsyncDesk",
    "AsyncEngine",
    "AsyncMemoryStore",
    "AsyncSqlStore",
    "AtRisk",
    "Audit",
    "Availability",
    "AvailabilityTerms",
    "Block",
    "BookableDay",
    "Booking",
    "BookingChange",
    "BookingFilter",
    "BookingPage",
    "BookingRequest",
    "BookingRow",
    "BookingSlot",
    "BookingStatus",
    "BookingWindow",
    "Bookings",
    "Calendar",
    "CapacityRule",
    "Change",
    "ChangeKind",
    "ChannelShare",
    "CheckStatus",
    "ClearReport",
    "ClockBehind",
    "Code",
    "ConfirmationResult",
    "CountedIds",
    "CsvFormat",
    "DateException",
    "DateOrder",
    "Day",
    "DayEntry",
    "DayMove",
    "DayPlan",
    "DayPlanTerms",
    "DayState",
    "DayTable",
    "DemandForecast",
    "DemandProfile",
    "Desk",
    "Enforcement",
    "EnforcementMode",
    "Engine",
    "Event",
    "EventType",
    "Explanation",
    "Feed",
    "FeedCell",
    "FeedTerms",
    "Finding",
    "Fingerprint",
    "Floor",
    "ForeignTenant",
    "FourtopError",
    "FreedBlock",
    "Hold",
    "HoldEnded",
    "HoldExpired",
    "HoldLimit",
    "HoldMismatch",
    "HoldRateLimit",
    "HoldRules",
    "HoldState",
    "HoldTerms",
    "House",
    "HouseDifference",
    "IllegalTransition",
    "ImportRejected",
    "ImportReport",
    "InUse",
    "InvalidDocument",
    "InvalidIdentifier",
    "InvalidInput",
    "InvalidRows",
    "InvalidWindow",
    "Join",
    "Keep",
    "KeptApart",
    "KeyReused",
    "LeftBooking",
    "LocalTime",
    "LocalTimes",
    "ManualClock",
    "Measured",
    "MemoryStore",
    "MissingPackage",
    "Mobility",
    "Month",
    "MonthTerms",
    "Move",
    "NaiveDatetime",
    "NonexistentTime",
    "NotFound",
    "NothingToUndo",
    "NumberScope",
    "Objective",
    "Occasion",
    "Offer",
    "OfferTerms",
    "Offered",
    "OfferedStart",
    "OpportunityCost",
    "OtherColumns",
    "OutcomeUnknown",
    "Overlap",
    "Override",
    "Owner",
    "OwnerKind",
    "PacingRule",
    "PacingUsage",
    "PartDifference",
    "PeriodRotations",
    "PeriodUtilisation",
    "Plan",
    "PlannedMove",
    "Planning",
    "Policy",
    "PolicyDrift",
    "Position",
    "Preference",
    "Preview",
    "ProblemKind",
    "Proof",
    "Pruned",
    "Quote",
    "Reason",
    "Receipt",
    "Refusal",
    "Refused",
    "RejectedAlternative",
    "Relaxation",
    "RelayOptions",
    "Relayed",
    "ReleasedLate",
    "Repair",
    "RepairPlan",
    "Reseating",
    "ResourceType",
    "Restaurant",
    "Rival",
    "Rotations",
    "RowFile",
    "RowProblem",
    "RuleKind",
    "RuleProblem",
    "Scarcity",
    "Score",
    "SeatingRules",
    "Selection",
    "SelectionCheck",
    "Service",
    "ServicePeriod",
    "SetCapacity",
    "Severity",
    "ShadowCount",
    "ShadowReport",
    "SharedTable",
    "Slot",
    "SlotUtilisation",
    "Spread",
    "SqlStore",
    "StaleVersion",
    "StartOffers",
    "Stay",
    "SteeringMode",
    "SteeringPolicy",
    "Step",
    "StoreMisconfigured",
    "StoreUnavailable",
    "StrandedBooking",
    "StrandedHold",
    "SweepFailed",
    "Swept",
    "SystemClock",
    "Table",
    "TableOrder",
    "TableRotations",
    "TableShape",
    "TableSnapshot",
    "TableState",
    "Term",
    "TimeOrderedIds",
    "TransactionConflict",
    "TransactionUnusable",
    "TurnBand",
    "UnknownName",
    "Usage",
    "Utilisation",
    "Validation",
    "Versions",
    "Waiting",
    "Waitlist",
    "WaitlistEntry",
    "WaitlistTerms",
    "WalkIn",
    "WalkInRule",
    "WayOut",
    "WayOutKind",
    "Weekday",
    "Weights",
    "Window",
    "Zone",
    "ZoneRule",
    "ZoneUsage",
    "async_check_local_times",
    "async_measure_store",
    "async_offer_waitlist",
    "async_prune_allocations",
    "async_prune_confirmations",
    "async_prune_outbox",
    "async_relay_forever",
    "async_relay_outbox",
    "async_release_late",
    "async_sweep_holds",
    "check_local_times",
    "check_rules",
    "downgrade",
    "dump_house",
    "dump_rows",
    "dump_rows_csv",
    "dumps_house",
    "dumps_icalendar",
    "dumps_rows_csv",
    "dumps_rows_json",
    "estimate_rotations",
    "exclude_fourtop",
    "house_from_data",
    "house_schema",
    "house_to_data",
    "inspect_store",
    "load_house",
    "load_rows",
    "load_rows_csv",
    "load_rows_json",
    "loads_house",
    "loads_rows_csv",
    "loads_rows_json",
    "measure_store",
    "migrate",
    "offer_waitlist",
    "plotting",
    "prune_allocations",
    "prune_confirmations",
    "prune_outbox",
    "read_rows",
    "relay_forever",
    "relay_outbox",
    "release_late",
    "sample",
    "sketch_floor",
    "sketch_house",
    "sweep_holds",
]

# A star import takes every name of __all__, and must not need an extra.
if find_spec("sqlalchemy") is None:
    globals()["__all__"] = [name for name in __all__ if name not in _OF_SQL]
elif find_spec("greenlet") is None:
    globals()["__all__"] = [name for name in __all__ if name != "AsyncSqlStore"]

# Tracebacks, pickles and documentation name a class or function by its public module.
for _name in __all__:
    if hasattr(globals().get(_name), "__qualname__"):
        globals()[_name].__module__ = __name__
del _name

if not TYPE_CHECKING:
    # Type checkers do not see __getattr__: with it, they accept every wrong name.

    def __getattr__(name: str) -> object:
        if name == "plotting":
            return import_module("fourtop.plotting")
        if name not in _OF_SQL:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from fourtop.storage import sql  # noqa: PLC0415  # Slow to import, and an extra.

        value = getattr(sql, name)
        value.__module__ = __name__
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
