"""The ports between the engine and its stores."""

from fourtop.ports.booking_list import Listing
from fourtop.ports.changes import (
    MAX_NEEDS,
    NO_CHANGES,
    Changes,
    Decision,
    FloorChange,
    Need,
    PolicyChange,
    StoredResult,
)
from fourtop.ports.event_page import EVENTS_KEPT_US, EventPage, StoredEvent, page_after
from fourtop.ports.headcount import (
    CountedParty,
    Headcount,
    HeldCover,
    counted_parties_of,
    held_covers_of,
)
from fourtop.ports.maintenance import (
    AsyncMaintainedStore,
    AsyncMaintenance,
    MaintainedStore,
    Maintenance,
)
from fourtop.ports.outbox import AsyncOutbox, Backlog, DeadLetter, Delivery, Outbox, subject_of
from fourtop.ports.plain_records import (
    PLAIN_KINDS,
    PlainRecord,
    RecordKind,
    RecordRef,
    by_kind,
    kind_of,
    owner_class,
    owner_refs,
    records_by_kind,
    refs,
)
from fourtop.ports.records import LoadedRecords, Records, joined_extent
from fourtop.ports.scope import IntervalSet, Scope
from fourtop.ports.seated import SEATED_REACH_US, SeatedParty, buffer_after_us
from fourtop.ports.statement_trace import STATEMENTS, TracedStatement
from fourtop.ports.store import AsyncStore, Clock, Store
from fourtop.ports.supposition import Supposition
from fourtop.ports.told_time import MAX_STEP_BACK_US, is_behind, tell_time
from fourtop.ports.view import View
from fourtop.ports.waiting_parties import WAITING, WAITING_REACH_US, waits_in

__all__ = [
    "EVENTS_KEPT_US",
    "MAX_NEEDS",
    "MAX_STEP_BACK_US",
    "NO_CHANGES",
    "PLAIN_KINDS",
    "SEATED_REACH_US",
    "STATEMENTS",
    "WAITING",
    "WAITING_REACH_US",
    "AsyncMaintainedStore",
    "AsyncMaintenance",
    "AsyncOutbox",
    "AsyncStore",
    "Backlog",
    "Changes",
    "Clock",
    "CountedParty",
    "DeadLetter",
    "Decision",
    "Delivery",
    "EventPage",
    "FloorChange",
    "Headcount",
    "HeldCover",
    "IntervalSet",
    "Listing",
    "LoadedRecords",
    "MaintainedStore",
    "Maintenance",
    "Need",
    "Outbox",
    "PlainRecord",
    "PolicyChange",
    "RecordKind",
    "RecordRef",
    "Records",
    "Scope",
    "SeatedParty",
    "Store",
    "StoredEvent",
    "StoredResult",
    "Supposition",
    "TracedStatement",
    "View",
    "buffer_after_us",
    "by_kind",
    "counted_parties_of",
    "held_covers_of",
    "is_behind",
    "joined_extent",
    "kind_of",
    "owner_class",
    "owner_refs",
    "page_after",
    "records_by_kind",
    "refs",
    "subject_of",
    "tell_time",
    "waits_in",
]
