"""Admission: the one list of checks that decides whether a party may sit down, and at which tables.

Quote, availability, hold, replace, book and reschedule run ``CHECKS``; confirm runs them only to
requote a hold that has drifted. To add a rule, write a function of a ``Candidacy`` that returns
``None`` or a ``Refusal``, and put it into the list.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Final

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.rivals import describe, find_rivals, taken
from fourtop.engine.usage import NOTHING_RELEASED, Released, count_usage
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.calendar import Service, Stay
from fourtop.model.capacity_rules import CapacityRule
from fourtop.model.plan import Plan
from fourtop.model.receipt import Usage
from fourtop.model.request import ANY_TABLE, BookingRequest, Preference
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.planner import PlanRequest
from fourtop.ports import Need, Scope, View

# Parties ask for few different things; the values are checked once.
plan_request: Final = lru_cache(maxsize=1_024)(PlanRequest)


@attrs.frozen
class Seating:
    """An admitted party: its stay, the service that it starts in, and its tables.

    Args:
        stay: How long it stays.
        service: The service.
        chosen: Its tables; ``None`` if it was admitted without tables.
        others: The next best plans, if the caller asked for any.
    """

    stay: Stay
    service: Service
    chosen: Plan | None = None
    others: tuple[Plan, ...] = ()

    @property
    def plan(self) -> Plan:
        """The tables of a party that was admitted with tables."""
        assert self.chosen is not None, "the party was admitted without tables"
        return self.chosen


@attrs.frozen
class Inquiry:
    """A party of an availability: the fields of a ``BookingRequest``, without its validation."""

    party_size: int
    start_us: int
    must: Preference
    wish: Preference = ANY_TABLE
    occasion: str | None = None
    tables: tuple[str, ...] = ()
    past_reason: str | None = None


Party = BookingRequest | Inquiry


# ---- the checks


class Candidacy:
    """A party on its way through the checks, with the facts that they look at.

    Args:
        admission: The rules and the view.
        party: The party.
        most_plans: How many plans to find where the party names no tables.
    """

    __slots__ = ("admission", "most_plans", "party", "plans", "service", "stay")

    # Set by the checks of hours and of tables; later checks and the caller rely on them.
    stay: Stay
    service: Service
    plans: tuple[Plan, ...]

    def __init__(self, admission: Admission, party: Party, most_plans: int = 1) -> None:
        self.admission: Admission = admission
        self.party: Party = party
        self.most_plans: int = most_plans
        self.plans = ()


def check_active(candidacy: Candidacy) -> Refusal | None:
    """Refuse every party while the restaurant takes no bookings."""
    if candidacy.admission.compiled.house.restaurant.active:
        return None
    return Refusal.by_rule(Code.RESTAURANT_INACTIVE)


def check_past(candidacy: Candidacy) -> Refusal | None:
    """Refuse a start in the past, unless staff gave a reason for it."""
    admission, party = candidacy.admission, candidacy.party
    if party.start_us >= admission.earliest_us or party.past_reason is not None:
        return None
    return Refusal.by_rule(
        Code.BOOKING_IN_PAST,
        start=admission.compiled.calendar.local_text(party.start_us),
        grace_minutes=admission.compiled.house.policy.past_grace_minutes,
    )


def check_hours(candidacy: Candidacy) -> Refusal | None:
    """Refuse a start outside service hours; find the stay and its service."""
    party, calendar = candidacy.party, candidacy.admission.compiled.calendar
    stay = calendar.stay(party.start_us, party.party_size, party.occasion)
    if isinstance(stay, Refusal):
        return stay
    service = calendar.find_service(party.start_us)
    assert service is not None, "a stay lies in a service"
    candidacy.stay, candidacy.service = stay, service
    return None


def check_capacity(candidacy: Candidacy) -> Refusal | None:
    """Refuse a party that would exceed a cap on the covers or parties of its service."""
    admission, service = candidacy.admission, candidacy.service
    if admission.find_capacity_rule(service) is None:
        return None
    usage = admission.usage(service)
    reasons = []
    for unit, maximum, booked, more in (
        ("covers", usage.max_covers, usage.booked_covers, candidacy.party.party_size),
        ("parties", usage.max_parties, usage.booked_parties, 1),
    ):
        if maximum is not None and booked + more > maximum:
            facts = {
                "period": usage.period,
                "date": usage.service_date.isoformat(),
                "unit": unit,
                "limit": maximum,
                "booked": booked,
                "requested": more,
            }
            reasons.append(Reason(Code.CAPACITY_EXCEEDED, facts))
    return Refusal(tuple(reasons), Proof.RULE) if reasons else None


def count_within_capacity(candidacy: Candidacy) -> int | None:
    """Return how many such parties the caps of the service still take; ``None``: any number."""
    admission, service = candidacy.admission, candidacy.service
    if admission.find_capacity_rule(service) is None:
        return None
    usage = admission.usage(service)
    left = []
    if usage.max_covers is not None:
        left.append((usage.max_covers - usage.booked_covers) // candidacy.party.party_size)
    if usage.max_parties is not None:
        left.append(usage.max_parties - usage.booked_parties)
    return min(left, default=None)


def check_tables(candidacy: Candidacy) -> Refusal | None:
    """Refuse a party without a free plan, or with named tables that do not suit it or are taken."""
    admission, party, window = candidacy.admission, candidacy.party, candidacy.stay.occupied
    ask = plan_request(party.party_size, must=party.must, wish=party.wish)
    if party.tables:
        plan = admission.judge_named(ask, party.tables)
        if isinstance(plan, Refusal):
            return plan
        candidacy.plans = (plan,)
        return admission.refuse_taken(plan.tables, window)
    found = admission.choose(ask, window, candidacy.most_plans)
    if isinstance(found, Refusal):
        return found
    candidacy.plans = found
    return None


class Reads(Enum):
    """The records that a check reads besides the house. A check runs after they are loaded."""

    NOTHING = "nothing"
    HEADCOUNTS = "headcounts"
    ALLOCATIONS = "allocations"


@attrs.frozen
class Check:
    """One rule of admission.

    Args:
        name: Identifies it in a ``Finding``.
        reads: The records that it reads.
        find: Returns ``None`` or a refusal.
        count: Returns how many such parties the rule would take one after another; ``None``: any
            number. A check that reads head counts needs it, so that availability counts right.
    """

    name: str
    reads: Reads
    find: Callable[[Candidacy], Refusal | None]
    count: Callable[[Candidacy], int | None] | None = None


CHECKS: Final = (
    Check("active", Reads.NOTHING, check_active),
    Check("past", Reads.NOTHING, check_past),
    Check("hours", Reads.NOTHING, check_hours),
    Check("capacity", Reads.HEADCOUNTS, check_capacity, count_within_capacity),
    Check("tables", Reads.ALLOCATIONS, check_tables),
)
_BEFORE_LOADING: Final = tuple(each for each in CHECKS if each.reads is Reads.NOTHING)
_AFTER_LOADING: Final = tuple(each for each in CHECKS if each.reads is not Reads.NOTHING)
# An availability counts tables instead of choosing some; a booking without tables skips them.
_WITHOUT_TABLES: Final = tuple(each for each in _AFTER_LOADING if each.find is not check_tables)
_COUNTED: Final = tuple(each for each in CHECKS if each.count is not None)


@attrs.frozen
class Finding:
    """The refusal of one check.

    Args:
        check: The check's name.
        refusal: Its refusal.
    """

    check: str
    refusal: Refusal


# ---- the composition


class Admission:
    """Runs the checks on one view. Answers that repeat from party to party are worked out once.

    Args:
        view: The restaurant at this moment.
        compiled: Its rules.
        released: What the party gives up.
    """

    def __init__(
        self, view: View, compiled: CompiledHouse, released: Released = NOTHING_RELEASED
    ) -> None:
        self._view = view
        self._released = released
        self._full = (1 << len(compiled.house.floor.tables)) - 1
        self._free: dict[tuple[int, int], int] = {}
        self._spots: dict[tuple[PlanRequest, int, int], int] = {}
        self._usage: dict[tuple[str, date], Usage] = {}
        self.compiled = compiled
        policy = compiled.house.policy
        self.earliest_us: int = view.now_us - policy.past_grace_minutes * MICROSECONDS_PER_MINUTE

    def admit(
        self, party: Party, *, most_plans: int = 1, with_tables: bool = True, counts: bool = False
    ) -> Seating | Refusal | Need:
        """Return the seating of a party, the first refusal, or the records that the checks need.

        Args:
            party: The party.
            most_plans: How many plans to find where the party names no tables.
            with_tables: Whether it gets tables now.
            counts: Whether the caller asks for the usage of the service afterwards.
        """
        candidacy = Candidacy(self, party, most_plans)
        refusal = _first_refusal(_BEFORE_LOADING, candidacy)
        if refusal is not None:
            return refusal
        need = self._missing(candidacy, counts=counts)
        if need is not None:
            return need
        checks = _AFTER_LOADING if with_tables else _WITHOUT_TABLES
        refusal = _first_refusal(checks, candidacy)
        if refusal is not None:
            return refusal
        plans = candidacy.plans
        chosen = plans[0] if plans else None
        return Seating(candidacy.stay, candidacy.service, chosen, plans[1:])

    def spots(self, party: Party, limit: int) -> int | Refusal:
        """Return how many such parties could be seated one after another, or the first refusal.

        Args:
            party: The party; it names no tables. The view covers all that the checks read.
            limit: The number at which counting stops.
        """
        candidacy = Candidacy(self, party)
        refusal = _first_refusal(_BEFORE_LOADING, candidacy)
        if refusal is None:
            refusal = _first_refusal(_WITHOUT_TABLES, candidacy)
        if refusal is not None:
            return refusal
        counts = (each.count(candidacy) for each in _COUNTED if each.count is not None)
        most = min((count for count in counts if count is not None), default=limit)
        ask = plan_request(party.party_size, must=party.must, wish=party.wish)
        # On a quiet evening the same tables are free at many starts.
        key = (ask, self.free(candidacy.stay.occupied), min(most, limit))
        spots = self._spots.get(key)
        if spots is None:
            spots = self._spots[key] = self.compiled.planner.count(*key)
        if spots:
            return spots
        refusal = check_tables(candidacy)
        assert refusal is not None, "a party without a spot has no plan"
        return refusal

    def findings(self, party: Party) -> tuple[Finding, ...] | Need:
        """Return what every check finds, in the order of the list.

        Without a stay, the checks that read records do not run.
        """
        candidacy = Candidacy(self, party)
        found = _all_findings(_BEFORE_LOADING, candidacy)
        if not hasattr(candidacy, "stay"):
            return found
        need = self._missing(candidacy, counts=False)
        return found + _all_findings(_AFTER_LOADING, candidacy) if need is None else need

    def _missing(self, candidacy: Candidacy, *, counts: bool) -> Need | None:
        scope = self._view.scope
        occupied, service = candidacy.stay.occupied, candidacy.service
        is_covered = occupied in scope.windows or scope.covers(occupied)
        windows = () if is_covered else (occupied,)
        is_counted = counts or self.find_capacity_rule(service) is not None
        is_missing = is_counted and not scope.covers_headcounts(service.window)
        if not windows and not is_missing:
            return None
        headcounts = (service.window,) if is_missing else ()
        return Need(Scope(scope.restaurant_id, windows=windows, headcounts=headcounts))

    # ---- covers and parties

    def find_capacity_rule(self, service: Service) -> CapacityRule | None:
        """Return the capacity rule of a service; ``None`` without one."""
        policy = self.compiled.house.policy
        if not policy.capacity_rules:
            return None
        return policy.find_capacity_rule(service.period.key, service.date)

    def usage(self, service: Service) -> Usage:
        """Return the covers and parties of a service.

        It counts bookings of a status that counts, and live holds without such a booking.
        """
        key = (service.period.key, service.date)
        usage = self._usage.get(key)
        if usage is None:
            rule = self.find_capacity_rule(service)
            usage = count_usage(self._view, self.compiled.calendar, service, self._released, rule)
            self._usage[key] = usage
        return usage

    # ---- tables

    def free(self, window: Window) -> int:
        """Return the tables that are free for a whole window, as a mask.

        Tables of released owners are free.
        """
        key = (window.start_us, window.end_us)
        free = self._free.get(key)
        if free is None:
            busy = self._view.busy_mask(window, self._released.owners)
            free = self._free[key] = self._full & ~busy
        return free

    def choose(self, ask: PlanRequest, window: Window, most: int) -> tuple[Plan, ...] | Refusal:
        """Return the best free plans, at least one, or the refusal with its rivals."""
        planner, free = self.compiled.planner, self.free(window)
        if most > 1:
            plans = planner.plans(ask, free, most)
            if plans:
                return plans
        chosen = planner.choose(ask, free)
        return self._with_rivals(chosen, window) if isinstance(chosen, Refusal) else (chosen,)

    def judge_named(self, ask: PlanRequest, tables: tuple[str, ...]) -> Plan | Refusal:
        """Return the plan of exactly these tables, or every rule that they break.

        Raises:
            NotFound: If a table is unknown.
        """
        return self.compiled.planner.judge(ask, tables)

    def refuse_taken(self, tables: tuple[str, ...], window: Window) -> Refusal | None:
        """Return the refusal of named tables that are taken; ``None`` if all are free."""
        rivals = find_rivals(self._view, tables, window, self._released.owners)
        return taken(tables, rivals) if rivals else None

    def _with_rivals(self, refusal: Refusal, window: Window) -> Refusal:
        return Refusal(
            tuple(self._with_rivals_on(each, window) for each in refusal.reasons), refusal.proof
        )

    def _with_rivals_on(self, reason: Reason, window: Window) -> Reason:
        if reason.code is not Code.TABLES_TAKEN:
            return reason
        rivals = find_rivals(self._view, reason.details["tables"], window, self._released.owners)
        in_the_way = [describe(row) for row in rivals]
        return Reason(reason.code, {**reason.details, "in_the_way": in_the_way})


def _first_refusal(checks: tuple[Check, ...], candidacy: Candidacy) -> Refusal | None:
    for check in checks:
        refusal = check.find(candidacy)
        if refusal is not None:
            return refusal
    return None


def _all_findings(checks: tuple[Check, ...], candidacy: Candidacy) -> tuple[Finding, ...]:
    found = ((check.name, check.find(candidacy)) for check in checks)
    return tuple(Finding(name, refusal) for name, refusal in found if refusal is not None)


def expected_windows(
    party: Party, compiled: CompiledHouse, *, counts: bool = False
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Return the windows, and those of headcounts, that the checks read if these rules still hold.

    If they do not, the checks ask for the rest; a record that was loaded in vain does no harm.
    """
    calendar = compiled.calendar
    stay = calendar.stay(party.start_us, party.party_size, party.occasion)
    if isinstance(stay, Refusal):
        return (), ()
    policy = compiled.house.policy
    if counts or policy.capacity_rules:
        service = calendar.find_service(party.start_us)
        assert service is not None, "a stay lies in a service"
        if counts or policy.find_capacity_rule(service.period.key, service.date) is not None:
            return (stay.occupied,), (service.window,)
    return (stay.occupied,), ()
