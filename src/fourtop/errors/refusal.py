"""Refusals: values that name the reasons for a no, and how far it is proven."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, Self

import attrs

from fourtop.errors.code import Code
from fourtop.errors.display import brief, html_table

_TEXT = {
    Code.RESTAURANT_INACTIVE: "the restaurant takes no bookings at present",
    Code.CLOSED: "closed on {date}",
    Code.OUTSIDE_SERVICE_HOURS: "no service period is open at {start}",
    Code.LAST_SEATING_PASSED: "{start} is after the last seating of {period}, {last_start}",
    Code.DWELL_BELOW_MINIMUM: (
        "{dwell_minutes} minutes are left before {period} ends;"
        " a stay is at least {minimum_minutes}"
    ),
    Code.OCCASION_NOT_OFFERED: "{period} does not offer the occasion {occasion}",
    Code.BOOKING_IN_PAST: "{start} is more than {grace_minutes} minutes ago",
    Code.NOTICE_TOO_SHORT: "{start} is too soon; it must be booked {notice_minutes} minutes ahead",
    Code.BEYOND_HORIZON: (
        "{date} is more than {horizon_days} days ahead; it can be booked from {opens} on"
    ),
    Code.NOT_A_START_TIME: "{start} is not a start time on offer; the nearest: {nearest_starts}",
    Code.STAY_OUT_OF_BOUNDS: "a stay of {minutes} minutes is not on offer; {bounds}",
    Code.ZONE_CLOSED: "the zone {zone} is closed on {date}",
    Code.ZONE_OUTSIDE_HOURS: "the zone {zone} is not open at {start}",
    Code.ZONE_LAST_SEATING_PASSED: (
        "{start} is after the last seating of the zone {zone}, {last_start}"
    ),
    Code.STAY_CUT: "the stay ends at {end} and would be cut at {cut}",
    Code.LOCAL_TIME_CHANGED: "the party was told {told}, which would become {start}",
    Code.TABLE_REMOVED: "{the_tables} {are} no longer on the floor",
    Code.CAPACITY_EXCEEDED: (
        "{period} on {date} is limited to {limit} {unit}; {booked} booked, {requested} asked for"
    ),
    Code.PACING_EXCEEDED: (
        "{start} to {end} is limited to {limit} {unit}; {booked} booked, {requested} asked for"
    ),
    Code.ZONE_CAPACITY_EXCEEDED: (
        "zone {zone} is limited to {limit} {unit} for {period} on {date};"
        " {booked} booked, {requested} asked for"
    ),
    Code.CHANNEL_SHARE_HELD_BACK: (
        "{held_back} of {limit} covers for {period} on {date} are held back for {channels}"
        " until {until}; {available} are left, {requested} asked for"
    ),
    Code.WALK_INS_ONLY: "{the_tables} {are} for walk-ins only, for {period} on {date}",
    Code.TABLES_TOO_CLOSE: "{the_tables} {are} kept free beside a party at table {beside}",
    Code.AISLE_CLOSED: "joining tables {joined} closes the aisle to {the_tables}",
    Code.CANNOT_BE_FREED: "{the_tables} cannot be freed; not moved: {stuck}",
    Code.PARTY_NEVER_FITS: "no table or combination on this floor seats a party of {party_size}",
    Code.NO_TABLES_MATCH: (
        "tables that seat {party_size} exist, but none meets the conditions {wanted}"
    ),
    Code.SEARCH_LIMIT_REACHED: (
        "no tables for a party of {party_size} were found among the first {limit} sets searched"
    ),
    Code.TABLES_TAKEN: "every table or combination that seats {party_size} is in use",
    Code.TABLES_PROMISED: (
        "the free tables that seat {party_size} are needed by {promised}, to which tables are"
        " promised at that time"
    ),
    Code.NO_RESEATING: "{found} ({nodes} placements searched)",
    Code.SLOT_FULL: "{available} covers at {start}; {reserved} reserved, {requested} asked for",
    Code.TABLE_OCCUPIED: "{the_tables} {are} occupied by {parties}",
    Code.NEEDED_NEXT: (
        "{the_tables} {are} needed by {next_parties};"
        " the stay can be prolonged by {minutes} minutes"
    ),
    Code.TOO_EARLY_TO_SEAT: (
        "the party is booked for {start}; it can be seated from {earliest} on, and it is {now}"
    ),
    Code.TOO_LATE_TO_SEAT: (
        "the party is booked for {start}; it can be seated until {latest}, and it is {now}"
    ),
    Code.TOO_EARLY_FOR_NO_SHOW: (
        "the party is booked for {start}; it is a no-show from {earliest} on, and it is {now}"
    ),
    Code.HOLD_CONFLICT: "{the_tables} {are} held at that time (allocations_no_overlap)",
    Code.ALLOCATIONS_OVERLAP: "{the_tables} {are} taken at that time (allocations_no_overlap)",
    Code.POLICY_DRIFT: "since the hold was made, these changed: {changed}",
    Code.PARTY_BELOW_MINIMUM: (
        "a party of {party_size} is below the minimum of {minimum} for {the_tables}"
    ),
    Code.PARTY_ABOVE_MAXIMUM: (
        "a party of {party_size} is above the maximum of {maximum} for {the_tables}"
    ),
    Code.SLACK_EXCEEDED: ("{the_tables} {leave} {slack} seats over; at most {budget} are allowed"),
    Code.TOO_MANY_TABLES: "{count} tables were named; at most {maximum} may be joined",
    Code.TABLE_OUT_OF_SERVICE: "{the_tables} {are} not in service",
    Code.TABLE_INACTIVE: "{the_tables} {are} not active on this floor",
    Code.TABLE_NOT_MOVABLE: "{the_tables} {are} fixed and cannot be joined",
    Code.ZONE_MISMATCH: "{the_tables} stand in different zones",
    Code.ADJACENCY_MISMATCH: "{the_tables} cannot be pushed together (mode {mode})",
    Code.BOOKING_PINNED: "the booking {booking_id} is pinned to {the_tables}",
    Code.ADJACENCY_MODE_MISMATCH: (
        "{the_tables} are joined, but not in the way that this house asks for (mode {mode})"
    ),
}

_SINGULAR = {"covers": "cover", "parties": "party"}


def _words_of(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words of sentences about one or more tables, and about conditions."""
    tables = details.get("tables", ())
    is_one = isinstance(tables, str) or len(tables) == 1
    named = f"table{'' if is_one else 's'} {_listed(tables)}" if tables else "all tables"
    return {
        "the_tables": named,
        "are": "is" if is_one else "are",
        "leave": "leaves" if is_one else "leave",
        "wanted": _conditions_of(details),
        "next_parties": _listed(
            [f"{row['owner_id']} from {row['start']}" for row in details.get("in_the_way", ())]
        ),
        "parties": _listed(
            [f"{row['owner_id']} until {row['end']}" for row in details.get("in_the_way", ())]
        ),
        "stuck": _listed([f"{id_} ({why})" for id_, why in details.get("causes", {}).items()]),
        "nearest_starts": _listed(details.get("nearest") or "none"),
        "bounds": _bounds_of(details),
        "unit": _unit_of(details),
        "found": _searched_moves(details),
    }


def _searched_moves(details: Mapping[str, Any]) -> str:
    moves = details.get("moves")
    at_most = f"at most {moves} {'move' if moves == 1 else 'moves'} of other parties"
    if not details.get("is_proven", True):
        return f"the search ended before it knew whether {at_most} make room"
    if details.get("is_final"):
        return "no moves of other parties make room"
    return f"not even {at_most} make room"


def _bounds_of(details: Mapping[str, Any]) -> str:
    if details.get("maximum_minutes") is None:
        return "guests do not choose the length of a stay"
    return "guests may stay {minimum_minutes} to {maximum_minutes}".format_map(details)


def _unit_of(details: Mapping[str, Any]) -> Any:
    unit: Any = details.get("unit")
    return _SINGULAR.get(unit, unit) if details.get("limit") == 1 else unit


def _conditions_of(details: Mapping[str, Any]) -> Any:
    wanted = details.get("wanted")
    if wanted is None:
        # Stored by a version that named the kinds only.
        return _listed(details.get("conditions", ()))
    return "; ".join(f"{kind} {_listed(values)}" for kind, values in wanted.items())


def _listed(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


class Proof(StrEnum):
    """How far a refusal is proven.

    ``RULE``: a rule of the house forbids it for every table. ``NO_PLAN``: no set of tables on
    this floor seats the party, even in an empty house. ``NO_FREE_PLAN``: sets exist, but in each
    of them a table is in use at that time; the search does not re-seat other parties.
    ``NO_RESEATING_WITHIN``: nor do as many moves of other parties as the caller allowed seat it;
    the reason ``NO_RESEATING`` has that number. ``NO_RESEATING``: no number of moves of the parties
    that may move seats it. ``NAMED_TABLES``: the search looked only at the tables that the request
    named. ``NOT_PROVEN``: the search met its bound of nodes before it found a set or a re-seating;
    one may exist.
    """

    RULE = "rule"
    NO_PLAN = "no_plan"
    NO_FREE_PLAN = "no_free_plan"
    NO_RESEATING_WITHIN = "no_reseating_within"
    NO_RESEATING = "no_reseating"
    NAMED_TABLES = "named_tables"
    NOT_PROVEN = "not_proven"


@attrs.frozen(repr=False)
class Reason:
    """One binding constraint of a refusal: its code, and its facts as plain data (ids, no names).

    >>> print(Reason(Code.PARTY_NEVER_FITS, {"party_size": 40}))
    no table or combination on this floor seats a party of 40
    """

    code: Code
    details: Mapping[str, Any] = attrs.field(factory=dict, hash=False)

    def __str__(self) -> str:
        facts = {name: _listed(value) for name, value in self.details.items()}
        return _TEXT[self.code].format_map(facts | _words_of(self.details))

    def __repr__(self) -> str:
        return brief(self, f"{self.code.value}: {self}")


@attrs.frozen(repr=False)
class Refusal:
    """A no: the constraints in the way, and how far the no is proven. It is falsy.

    Args:
        reasons: The binding constraints, the decisive one first. Never empty.
        proof: How far it is proven.

    >>> refusal = Refusal((Reason(Code.PARTY_NEVER_FITS, {"party_size": 40}),), Proof.NO_PLAN)
    >>> refusal.code.value, str(refusal)
    ('PARTY_NEVER_FITS', 'no table or combination on this floor seats a party of 40')
    """

    reasons: tuple[Reason, ...]
    proof: Proof

    def __attrs_post_init__(self) -> None:
        assert self.reasons, "a refusal names at least one reason"

    @property
    def code(self) -> Code:
        """The code of the decisive reason."""
        return self.reasons[0].code

    @classmethod
    def by_rule(cls, code: Code, **details: Any) -> Self:
        """Make the refusal of one rule of the house."""
        return cls((Reason(code, details),), Proof.RULE)

    def __bool__(self) -> Literal[False]:
        """Return False, so that ``if desk.quote(request):`` asks whether the party can sit."""
        return False

    def __str__(self) -> str:
        return "; ".join(str(reason) for reason in self.reasons)

    def __repr__(self) -> str:
        return brief(self, f"{self.code.value}: {self}")

    def _repr_html_(self) -> str:
        rows = [(reason.code.value, reason) for reason in self.reasons]
        return html_table(f"Refused (proof: {self.proof.value})", ("code", "reason"), rows)
