"""Errors and refusals: one tree of exceptions, one list of codes."""

from fourtop.errors.code import Code
from fourtop.errors.display import safe_repr
from fourtop.errors.exceptions import (
    AllocationsOverlap,
    AlreadyExists,
    ForeignTenant,
    FourtopError,
    IllegalTransition,
    InUse,
    NotFound,
    NothingToUndo,
    Refused,
    StaleVersion,
)
from fourtop.errors.hold_errors import (
    HoldEnded,
    HoldExpired,
    HoldLimit,
    HoldMismatch,
    HoldRateLimit,
    PolicyDrift,
)
from fourtop.errors.input_errors import (
    AmbiguousTime,
    InvalidDocument,
    InvalidIdentifier,
    InvalidInput,
    InvalidWindow,
    KeyReused,
    NaiveDatetime,
    NonexistentTime,
)
from fourtop.errors.missing_package import MissingPackage
from fourtop.errors.refusal import Proof, Reason, Refusal
from fourtop.errors.row_errors import ImportRejected, InvalidRows
from fourtop.errors.row_problem import RowProblem
from fourtop.errors.store_errors import (
    ClockBehind,
    OutcomeUnknown,
    StoreMisconfigured,
    StoreUnavailable,
)
from fourtop.errors.sweep_failed import SweepFailed
from fourtop.errors.transaction_errors import TransactionConflict, TransactionUnusable
from fourtop.errors.unknown_name import UnknownName

__all__ = [
    "AllocationsOverlap",
    "AlreadyExists",
    "AmbiguousTime",
    "ClockBehind",
    "Code",
    "ForeignTenant",
    "FourtopError",
    "HoldEnded",
    "HoldExpired",
    "HoldLimit",
    "HoldMismatch",
    "HoldRateLimit",
    "IllegalTransition",
    "ImportRejected",
    "InUse",
    "InvalidDocument",
    "InvalidIdentifier",
    "InvalidInput",
    "InvalidRows",
    "InvalidWindow",
    "KeyReused",
    "MissingPackage",
    "NaiveDatetime",
    "NonexistentTime",
    "NotFound",
    "NothingToUndo",
    "OutcomeUnknown",
    "PolicyDrift",
    "Proof",
    "Reason",
    "Refusal",
    "Refused",
    "RowProblem",
    "StaleVersion",
    "StoreMisconfigured",
    "StoreUnavailable",
    "SweepFailed",
    "TransactionConflict",
    "TransactionUnusable",
    "UnknownName",
    "safe_repr",
]
