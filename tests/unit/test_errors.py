from __future__ import annotations

import copy
import json
import pickle

import pytest

import fourtop.errors
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
    safe_repr,
)

SPRING = "2026-03-29T02:00:00+01:00"
AUTUMN = ("2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00")

PROBLEMS = tuple(
    RowProblem(1, Code.INVALID_INPUT, text, line=None if text == "a" else 7) for text in "abcde"
)

# Each error of the tree: the error, its code, its status, its text.
CASES: list[tuple[FourtopError, Code, int, str]] = [
    (
        InvalidInput("party_size", "must be more", "0"),
        Code.INVALID_INPUT,
        422,
        "party_size: must be more (got 0)",
    ),
    (
        InvalidIdentifier("id", "must be an id", "''"),
        Code.INVALID_IDENTIFIER,
        422,
        "id: must be an id (got '')",
    ),
    (
        UnknownName.of("must.zones", "Main", ("main", "bar")),
        Code.INVALID_INPUT,
        422,
        "must.zones: must be one of bar, main (got 'Main')",
    ),
    (
        InvalidWindow("window", "must end", "x/y"),
        Code.INVALID_WINDOW,
        422,
        "window: must end (got x/y)",
    ),
    (
        NaiveDatetime("start", "must have a zone", "noon"),
        Code.NAIVE_DATETIME,
        422,
        "start: must have a zone (got noon)",
    ),
    (
        NonexistentTime("start", "must exist", "01:30", SPRING),
        Code.NONEXISTENT_TIME,
        422,
        f"start: the local time does not exist; use {SPRING} (got 01:30)",
    ),
    (
        AmbiguousTime("start", "must be unambiguous", "01:30", AUTUMN),
        Code.AMBIGUOUS_TIME,
        422,
        f"start: the local time occurs twice; use {AUTUMN[0]} or {AUTUMN[1]} (got 01:30)",
    ),
    (
        InvalidDocument("tables[3]", "must be x", "1"),
        Code.INVALID_DOCUMENT,
        422,
        "tables[3]: must be x (got 1)",
    ),
    (
        InvalidDocument("row", "must be x", "1", 7),
        Code.INVALID_DOCUMENT,
        422,
        "line 7: row: must be x (got 1)",
    ),
    (
        InvalidRows("id", "must be x", "1", 2, PROBLEMS),
        Code.INVALID_DOCUMENT,
        422,
        "line 2: id: must be x (got 1); and 4 more",
    ),
    (
        InvalidRows("id", "must be x", "1", 2, PROBLEMS[:1]),
        Code.INVALID_DOCUMENT,
        422,
        "line 2: id: must be x (got 1)",
    ),
    (
        ImportRejected(PROBLEMS[:2]),
        Code.IMPORT_REJECTED,
        422,
        "nothing was imported: row 1: a; line 7: b",
    ),
    (
        ImportRejected(PROBLEMS),
        Code.IMPORT_REJECTED,
        422,
        "nothing was imported: row 1: a; line 7: b; line 7: c; and 2 more",
    ),
    (
        KeyReused("confirm", "k1"),
        Code.KEY_REUSED,
        422,
        "the key 'k1' of confirm belongs to another request",
    ),
    (NotFound("table", "t9"), Code.NOT_FOUND, 404, "there is no table 't9'"),
    (
        ForeignTenant("r2"),
        Code.FOREIGN_TENANT,
        403,
        "a change of the restaurant 'r2' touches another restaurant's rows",
    ),
    (
        Refused(Refusal.by_rule(Code.CLOSED, date="2026-12-25")),
        Code.CLOSED,
        422,
        "closed on 2026-12-25",
    ),
    (
        AllocationsOverlap("table", "t1", "a1", "booking", "b1", "s", "e"),
        Code.ALLOCATIONS_OVERLAP,
        409,
        "allocations_no_overlap: table 't1' is taken from s to e by booking 'b1'",
    ),
    (
        AllocationsOverlap("table", "t1", "a1", "hold", "h1", "s", "e"),
        Code.HOLD_CONFLICT,
        409,
        "allocations_no_overlap: table 't1' is taken from s to e by hold 'h1'",
    ),
    (HoldExpired("h1", "noon"), Code.HOLD_EXPIRED, 409, "the hold 'h1' expired at noon"),
    (HoldEnded("h1", "released"), Code.HOLD_ENDED, 409, "the hold 'h1' is released"),
    (
        HoldMismatch("h1", "b1"),
        Code.HOLD_MISMATCH,
        409,
        "the hold 'h1' is for another booking than 'b1'",
    ),
    (
        HoldLimit("live_per_session", 10),
        Code.HOLD_LIMIT,
        429,
        "the limit live_per_session of 10 is reached",
    ),
    (
        HoldRateLimit("b1", 5, 60, 17),
        Code.HOLD_RATE_LIMIT,
        429,
        "5 holds were made for the booking 'b1' in 60 s; try again in 17 s",
    ),
    (
        PolicyDrift("h1", ("a", "b")),
        Code.POLICY_DRIFT,
        409,
        "since the hold 'h1' was made, these changed: a, b",
    ),
    (
        IllegalTransition("b1", "completed", "confirmed"),
        Code.ILLEGAL_TRANSITION,
        409,
        "the booking 'b1' is completed and cannot become confirmed",
    ),
    (
        NothingToUndo("b1", "confirmed"),
        Code.NOTHING_TO_UNDO,
        409,
        "the booking 'b1' is confirmed, and no step of it can be undone",
    ),
    (AlreadyExists("booking", "b1"), Code.ALREADY_EXISTS, 409, "the booking 'b1' exists already"),
    (InUse("zone", "z1", "table t1"), Code.IN_USE, 409, "the zone 'z1' is in use by table t1"),
    (
        StaleVersion("floor", 3, 4),
        Code.STALE_VERSION,
        409,
        "the floor is at version 4; the change was made from version 3",
    ),
    (
        StoreUnavailable("no route"),
        Code.STORE_UNAVAILABLE,
        503,
        "the store is unavailable: no route",
    ),
    (
        ClockBehind("pub", "2027-05-01T12:00:00+00:00", "2026-05-01T12:00:00+00:00"),
        Code.CLOCK_BEHIND,
        503,
        (
            "the clock says 2026-05-01T12:00:00+00:00, and the restaurant 'pub' has been told"
            " 2027-05-01T12:00:00+00:00"
        ),
    ),
    (
        TransactionConflict("40001"),
        Code.TRANSACTION_CONFLICT,
        503,
        "another transaction conflicted (40001); roll your transaction back and run it again",
    ),
    (
        TransactionUnusable("it is read-only"),
        Code.TRANSACTION_UNUSABLE,
        503,
        "the transaction cannot be used: it is read-only",
    ),
    (
        OutcomeUnknown("confirm"),
        Code.OUTCOME_UNKNOWN,
        503,
        "the reply to confirm was lost; repeat it with the same key",
    ),
    (
        StoreMisconfigured(("the table zones is missing", "the role is a superuser")),
        Code.STORE_MISCONFIGURED,
        503,
        "the store cannot be used: the table zones is missing; the role is a superuser",
    ),
    (
        SweepFailed(64, 127, 2, "ZeroDivisionError", 70),
        Code.SWEEP_FAILED,
        503,
        "cases 64 to 127: case 70 raised ZeroDivisionError; the chunk was tried 2 times",
    ),
    (
        SweepFailed(0, 63, 1, "BrokenProcessPool"),
        Code.SWEEP_FAILED,
        503,
        "cases 0 to 63: the executor failed once (BrokenProcessPool)",
    ),
    (
        MissingPackage("pandas", "to_pandas"),
        Code.MISSING_PACKAGE,
        503,
        "to_pandas needs pandas, which is not installed: install pandas",
    ),
    (
        MissingPackage("distributed", "a sweep on Dask", "dask"),
        Code.MISSING_PACKAGE,
        503,
        "a sweep on Dask needs distributed, which is not installed: install fourtop[dask]",
    ),
]
ERRORS = pytest.mark.parametrize(
    "error", [case[0] for case in CASES], ids=lambda error: type(error).__name__
)


def tree(root: type[FourtopError]) -> set[type[FourtopError]]:
    return {root}.union(*(tree(each) for each in root.__subclasses__()))


def test_the_cases_below_name_every_error_of_the_tree() -> None:
    ours = {each for each in tree(FourtopError) if each.__module__ == "fourtop"}

    assert {type(case[0]) for case in CASES} | {FourtopError} == ours


@pytest.mark.parametrize(
    ("error", "code", "status", "text"), CASES, ids=lambda value: type(value).__name__
)
def test_an_error_has_its_code_its_status_and_its_text(
    error: FourtopError, code: Code, status: int, text: str
) -> None:
    assert (error.code, error.http_status, str(error)) == (code, status, text)
    assert error.is_retryable is code.is_retryable


@pytest.mark.parametrize(
    ("limit", "may_help"),
    [("live_per_restaurant", True), ("live_per_session", True), ("lifetime_seconds", False)],
)
def test_waiting_helps_against_a_limit_on_live_holds_and_not_on_their_age(
    limit: str, *, may_help: bool
) -> None:
    assert HoldLimit(limit, 600).is_retryable is may_help


@ERRORS
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_pickling(error: FourtopError, protocol: int) -> None:
    again = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301  # Our own bytes, made on this line.

    assert type(again) is type(error)
    assert (str(again), again.details, again.args) == (str(error), error.details, error.args)


@ERRORS
def test_an_error_survives_copying(error: FourtopError) -> None:
    assert copy.deepcopy(error).details == error.details


@ERRORS
def test_the_details_of_an_error_are_plain_data(error: FourtopError) -> None:
    assert json.loads(json.dumps(error.details)).keys() == error.details.keys()


@ERRORS
def test_an_error_can_be_raised_and_caught_by_its_root(error: FourtopError) -> None:
    with pytest.raises(FourtopError) as caught:
        raise error
    assert caught.value is error


def test_details_leave_out_what_is_not_known() -> None:
    assert InvalidDocument("f", "r", "g").details == {"field": "f", "rule": "r", "given": "g"}
    assert InvalidDocument("f", "r", "g", 3).details == {
        "field": "f",
        "rule": "r",
        "given": "g",
        "line": 3,
    }


def test_an_overlap_names_its_constraint_in_the_details() -> None:
    error = AllocationsOverlap("table", "t1", "a1", "booking", "b1", "s", "e")

    assert error.details["constraint"] == "allocations_no_overlap"
    assert error.details["in_the_way"] == "a1"


def test_a_refused_command_carries_proof_and_reasons() -> None:
    refusal = Refusal((Reason(Code.PARTY_NEVER_FITS, {"party_size": 40}),), Proof.NO_PLAN)

    assert Refused(refusal).details == {
        "proof": "no_plan",
        "reasons": [{"code": "PARTY_NEVER_FITS", "party_size": 40}],
    }
    assert Refused(refusal).refusal is refusal


# ---- refusals ------------------------------------------------------------------------------------

FACTS = {
    "date": "2026-12-25",
    "start": "19:00",
    "period": "dinner",
    "last_start": "21:00",
    "dwell_minutes": 10,
    "minimum_minutes": 45,
    "occasion": "drinks",
    "grace_minutes": 5,
    "limit": 40,
    "unit": "covers",
    "booked": 38,
    "requested": 4,
    "party_size": 4,
    "conditions": "zones",
    "tables": "t1",
    "minimum": 2,
    "maximum": 6,
    "slack": 5,
    "budget": 4,
    "count": 9,
    "mode": "connected",
}
REFUSALS = {
    Code.RESTAURANT_INACTIVE: "the restaurant takes no bookings at present",
    Code.CLOSED: "closed on 2026-12-25",
    Code.OUTSIDE_SERVICE_HOURS: "no service period is open at 19:00",
    Code.LAST_SEATING_PASSED: "19:00 is after the last seating of dinner, 21:00",
    Code.DWELL_BELOW_MINIMUM: "10 minutes are left before dinner ends; a stay is at least 45",
    Code.OCCASION_NOT_OFFERED: "dinner does not offer the occasion drinks",
    Code.BOOKING_IN_PAST: "19:00 is more than 5 minutes ago",
    Code.CAPACITY_EXCEEDED: "dinner on 2026-12-25 is limited to 40 covers; 38 booked, 4 asked for",
    Code.PARTY_NEVER_FITS: "no table or combination on this floor seats a party of 4",
    Code.NO_TABLES_MATCH: "tables that seat 4 exist, but none meets the conditions zones",
    Code.SEARCH_LIMIT_REACHED: (
        "no tables for a party of 4 were found among the first 40 sets searched"
    ),
    Code.TABLES_TAKEN: "every table or combination that seats 4 is in use",
    Code.HOLD_CONFLICT: "table t1 is held at that time (allocations_no_overlap)",
    Code.ALLOCATIONS_OVERLAP: "table t1 is taken at that time (allocations_no_overlap)",
    Code.PARTY_BELOW_MINIMUM: "a party of 4 is below the minimum of 2 for table t1",
    Code.PARTY_ABOVE_MAXIMUM: "a party of 4 is above the maximum of 6 for table t1",
    Code.SLACK_EXCEEDED: "table t1 leaves 5 seats over; at most 4 are allowed",
    Code.TOO_MANY_TABLES: "9 tables were named; at most 6 may be joined",
    Code.TABLE_OUT_OF_SERVICE: "table t1 is not in service",
    Code.TABLE_NOT_MOVABLE: "table t1 is fixed and cannot be joined",
    Code.ZONE_MISMATCH: "table t1 stand in different zones",
    Code.ADJACENCY_MISMATCH: "table t1 cannot be pushed together (mode connected)",
}


@pytest.mark.parametrize("code", REFUSALS, ids=str)
def test_case_17_each_cause_of_a_refusal_has_a_code_and_a_sentence(code: Code) -> None:
    assert str(Reason(code, FACTS)) == REFUSALS[code]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            Code.ALLOCATIONS_OVERLAP,
            "tables t1, t2 are taken at that time (allocations_no_overlap)",
        ),
        (Code.PARTY_ABOVE_MAXIMUM, "a party of 4 is above the maximum of 6 for tables t1, t2"),
        (Code.SLACK_EXCEEDED, "tables t1, t2 leave 5 seats over; at most 4 are allowed"),
        (Code.TABLE_OUT_OF_SERVICE, "tables t1, t2 are not in service"),
    ],
)
def test_a_reason_about_several_tables_has_the_plural(code: Code, text: str) -> None:
    assert str(Reason(code, {**FACTS, "tables": ["t1", "t2"]})) == text


def test_a_reason_about_conditions_names_their_values() -> None:
    wanted = {"features": ["quiet", "window"], "zones": ["patio"]}
    details = {"party_size": 4, "conditions": ["features", "zones"], "wanted": wanted}
    assert str(Reason(Code.NO_TABLES_MATCH, details)) == (
        "tables that seat 4 exist, but none meets the conditions"
        " features quiet, window; zones patio"
    )


def test_a_refusal_says_all_its_reasons_and_is_coded_by_the_first() -> None:
    refusal = Refusal(
        (Reason(Code.ZONE_MISMATCH, FACTS), Reason(Code.TABLE_NOT_MOVABLE, FACTS)),
        Proof.NAMED_TABLES,
    )

    assert refusal.code is Code.ZONE_MISMATCH
    assert str(refusal) == f"{REFUSALS[Code.ZONE_MISMATCH]}; {REFUSALS[Code.TABLE_NOT_MOVABLE]}"


def test_a_refusal_by_rule_keeps_its_facts() -> None:
    refusal = Refusal.by_rule(Code.BOOKING_IN_PAST, start="19:00", grace_minutes=5)

    assert refusal.proof is Proof.RULE
    assert refusal.reasons == (
        Reason(Code.BOOKING_IN_PAST, {"start": "19:00", "grace_minutes": 5}),
    )


def test_a_refusal_without_a_reason_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError, match="at least one reason"):
        Refusal((), Proof.RULE)


def test_refusals_can_be_hashed_and_pickled() -> None:
    refusal = Refusal.by_rule(Code.CLOSED, date="2026-12-25")

    assert pickle.loads(pickle.dumps(refusal)) == refusal  # noqa: S301  # Our own bytes, made on this line.
    assert len({refusal, Refusal.by_rule(Code.CLOSED, date="2026-12-25")}) == 1


# ---- codes ---------------------------------------------------------------------------------------


def test_only_what_may_pass_by_itself_is_worth_a_retry() -> None:
    assert {code.value for code in Code if code.is_retryable} == {
        "TABLES_TAKEN",
        "TABLES_TOO_CLOSE",
        "AISLE_CLOSED",
        "TABLES_PROMISED",
        "SLOT_FULL",
        "TABLE_OCCUPIED",
        "TOO_EARLY_TO_SEAT",
        "TOO_EARLY_FOR_NO_SHOW",
        "HOLD_CONFLICT",
        "ALLOCATIONS_OVERLAP",
        "HOLD_LIMIT",
        "HOLD_RATE_LIMIT",
        "STALE_VERSION",
        "STORE_UNAVAILABLE",
        "TRANSACTION_CONFLICT",
        "OUTCOME_UNKNOWN",
    }


@pytest.mark.parametrize("code", Code, ids=str)
def test_a_code_is_its_own_text_and_has_a_status_of_ours(code: Code) -> None:
    assert code.value == code.name
    assert code.http_status in {403, 404, 409, 422, 429, 503}


def test_all_public_names_are_exported() -> None:
    assert sorted(fourtop.errors.__all__) == fourtop.errors.__all__
    assert all(hasattr(fourtop.errors, name) for name in fourtop.errors.__all__)


# ---- how a rejected value is written -------------------------------------------------------------


def nested() -> list[object]:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        ("x" * 10_000, f"'{'x' * 79}… (10002 characters)"),
        (10**5_000, "a value of type int that is too large to write"),
        ([10**5_000], "a value of type list that is too large to write"),
        (nested(), "a value of type list that is too large to write"),
        ("a\0b\n", r"'a\x00b\n'"),
    ],
    ids=["short", "long", "huge number", "huge number inside", "deep", "control characters"],
)
def test_a_rejected_value_fits_on_a_line(value: object, text: str) -> None:
    assert safe_repr(value) == text
