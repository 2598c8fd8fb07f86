"""The ports: what the engine asks of a store, and what a store may answer."""

from fourtop.ports.changes import MAX_NEEDS, NO_CHANGES, Answer, Changes, Decision, FloorChange, Need, PolicyChange
from fourtop.ports.headcount import Claim, Headcount, claims_of
from fourtop.ports.maintenance import MaintainedStore, Maintenance
from fourtop.ports.outbox import DeadLetter, Delivery, Outbox, subject_of
from fourtop.ports.records import Rows, Source, joined_extent
from fourtop.ports.scope import Scope, Spans
from fourtop.ports.store import AsyncStore, Clock, Store
from fourtop.ports.view import View

__all__ = [
    "MAX_NEEDS",
    "NO_CHANGES",
    "Answer",
    "AsyncStore",
    "Changes",
    "Claim",
    "Clock",
    "DeadLetter",
    "Decision",
    "Delivery",
    "FloorChange",
    "Headcount",
    "MaintainedStore",
    "Maintenance",
    "Need",
    "Outbox",
    "PolicyChange",
    "Rows",
    "Scope",
    "Source",
    "Spans",
    "Store",
    "View",
    "claims_of",
    "joined_extent",
    "subject_of",
]
