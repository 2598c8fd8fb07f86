"""The engine: every command and read, and the decisions behind them."""

from fourtop.engine.async_desk import AsyncDesk
from fourtop.engine.async_engine import AsyncEngine
from fourtop.engine.commands.hold import HoldTerms
from fourtop.engine.commands.move import Move
from fourtop.engine.desk import Desk
from fourtop.engine.engine import Engine
from fourtop.engine.ids import CountedIds, IdSource, TimeOrderedIds
from fourtop.engine.queries.at_risk import AtRisk
from fourtop.engine.queries.audit import Audit, Overlap, SharedTable
from fourtop.engine.queries.availability import AvailabilityTerms
from fourtop.engine.queries.month import MonthTerms
from fourtop.engine.queries.table_state import TableState

__all__ = [
    "AsyncDesk",
    "AsyncEngine",
    "AtRisk",
    "Audit",
    "AvailabilityTerms",
    "CountedIds",
    "Desk",
    "Engine",
    "HoldTerms",
    "IdSource",
    "MonthTerms",
    "Move",
    "Overlap",
    "SharedTable",
    "TableState",
    "TimeOrderedIds",
]
