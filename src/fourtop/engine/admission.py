"""The one judge: may this party sit down then, and where?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.allocation import Allocation, Owner
from fourtop.model.calendar import Service, Stay
from fourtop.model.plan import Plan
from fourtop.model.policy import CapacityRule
from fourtop.model.receipt import Usage
from fourtop.model.request import BookingRequest
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window, iso
from fourtop.planner import PlanRequest
from fourtop.ports import Need, Scope, View


@attrs.frozen
class Released:
    """What already belongs to the party and is given up by the same command.

    Args:
        owners: Their allocations are in nobody's way.
        booking_id: This booking does not count towards the caps.
        hold_id: This hold does not count towards the caps.
    """

    owners: tuple[Owner, ...] = ()
    booking_id: str | None = None
    hold_id: str | None = None


NOTHING_RELEASED = Released()


@attrs.frozen
class Seating:
    """A party that may sit down: where and how long."""

    stay: Stay
    plan: Plan


def reach(
    rules: CompiledHouse, stay: Stay, *, counts: bool = False
) -> tuple[Window, Window | None]:
    """Return what judging a stay looks at: when its tables are taken, and the service whose covers are counted.

    Args:
        rules: The house's.
        stay: The stay.
        counts: Whether the usage of its service will be asked for, cap or no cap.
    """
    service = rules.calendar.find_service(stay.dining.start_us)
    assert service is not None, "a stay lies in a service"
    policy = rules.house.policy
    is_counted = counts or policy.find_capacity_rule(service.period.key, service.date) is not None
    return stay.occupied, service.window if is_counted else None


def expected_scope(rules: CompiledHouse, request: BookingRequest, *, counts: bool = False) -> Scope:
    """Return what judging a request will look at, if these rules are still the house's.

    They may not be; then the judge has another need, and what was loaded for nothing does no harm.
    """
    restaurant_id = rules.house.restaurant.id
    stay = rules.calendar.stay(request.start_us, request.party_size, request.occasion)
    if isinstance(stay, Refusal):
        return Scope(restaurant_id)
    block, service = reach(rules, stay, counts=counts)
    return Scope(restaurant_id, windows=(block,), headcounts=() if service is None else (service,))


class Admission:
    """Judges requests on one view; what it has looked up for one it need not look up for the next.

    Every command and every read asks here, so that what is shown, held and booked follows one set
    of rules.

    Args:
        view: The restaurant at this moment.
        rules: Its compiled rules.
        own: What the party gives up.
    """

    def __init__(self, view: View, rules: CompiledHouse, own: Released = NOTHING_RELEASED) -> None:
        self._view = view
        self._rules = rules
        self._own = own
        policy = rules.house.policy
        self._earliest_us = view.now_us - policy.past_grace_minutes * MICROSECONDS_PER_MINUTE
        self._has_caps = bool(policy.capacity_rules)
        self._full = (1 << len(rules.house.floor.tables)) - 1
        self._free: dict[tuple[int, int], int] = {}
        self._spots: dict[tuple[PlanRequest, int, int], int] = {}
        self._caps: dict[tuple[str, date], CapacityRule | None] = {}
        self._usage: dict[tuple[str, date], Usage] = {}

    # ---- the rules of the house, without its tables

    def stay(self, request: BookingRequest) -> Stay | Refusal:
        """Return how long the party would stay, if the house takes it at that time at all."""
        is_recorded = request.past_reason is not None
        return self.stay_at(
            request.start_us, request.party_size, occasion=request.occasion, is_recorded=is_recorded
        )

    def stay_at(
        self,
        start_us: int,
        /,
        party_size: int,
        *,
        occasion: str | None = None,
        is_recorded: bool = False,
    ) -> Stay | Refusal:
        """Return how long a party would stay from a start, if the house takes it then at all.

        Args:
            start_us: The start, in microseconds.
            party_size: How many people.
            occasion: Key of the occasion, if any.
            is_recorded: Whether there is a reason on record to take a start in the past.
        """
        if not self._rules.house.restaurant.active:
            return Refusal.by_rule(Code.RESTAURANT_INACTIVE)
        if start_us < self._earliest_us and not is_recorded:
            start = self._rules.calendar.local_text(start_us)
            grace_minutes = self._rules.house.policy.past_grace_minutes
            return Refusal.by_rule(Code.BOOKING_IN_PAST, start=start, grace_minutes=grace_minutes)
        return self._rules.calendar.stay(start_us, party_size, occasion)

    def missing(self, stay: Stay, *, counts: bool = False) -> Need | None:
        """Return what the view does not cover of what judging a stay takes, if anything.

        Args:
            stay: The stay.
            counts: Whether the usage of its service will be asked for, cap or no cap.
        """
        scope = self._view.scope
        block, service = reach(self._rules, stay, counts=counts)
        windows = () if scope.covers(block) else (block,)
        services = () if service is None or scope.covers_headcounts(service) else (service,)
        return (
            Need(Scope(scope.restaurant_id, windows=windows, headcounts=services))
            if windows or services
            else None
        )

    def _service(self, stay: Stay) -> Service | None:
        return self._rules.calendar.find_service(stay.dining.start_us)

    def is_capped(self, service: Service) -> bool:
        """Tell whether a capacity rule applies to a service."""
        return self._cap(service) is not None

    def _cap(self, service: Service) -> CapacityRule | None:
        if not self._has_caps:
            return None
        key = (service.period.key, service.date)
        if key not in self._caps:
            self._caps[key] = self._rules.house.policy.find_capacity_rule(*key)
        return self._caps[key]

    def usage(self, service: Service) -> Usage:
        """Return the covers and parties of a service: bookings that count, and live holds without such a booking."""
        key = (service.period.key, service.date)
        usage = self._usage.get(key)
        if usage is None:
            usage = self._usage[key] = self._counted(service)
        return usage

    def _counted(self, service: Service) -> Usage:
        own, view = self._own, self._view
        seated = [
            each for each in view.headcounts(service.window) if self._is_in(service, each.start_us)
        ]
        held = [
            each.party_size
            for each in view.held_covers(service.window)
            if each.hold_id != own.hold_id
            and self._is_in(service, each.start_us)
            and not self._is_in(service, each.counted_us)
        ]
        covers = sum(each.covers for each in seated) + sum(held)
        parties = sum(each.parties for each in seated) + len(held)
        known = None if own.booking_id is None else view.find_booking(own.booking_id)
        if (
            known is not None
            and known.status.counts_covers
            and self._is_in(service, known.stay.dining.start_us)
        ):
            covers, parties = covers - known.party_size, parties - 1
        cap = self._cap(service)
        return Usage(
            period=service.period.key,
            service_date=service.date,
            booked_covers=covers,
            booked_parties=parties,
            max_covers=None if cap is None else cap.max_covers,
            max_parties=None if cap is None else cap.max_parties,
        )

    def _is_in(self, service: Service, start_us: int | None) -> bool:
        # Where the clocks go back, a service may run into the next, whose parties are not its own.
        return start_us is not None and service.is_same(self._rules.calendar.find_service(start_us))

    def over_cap(self, stay: Stay, party_size: int) -> Refusal | None:
        """Return the refusal by the caps of the stay's service, if a party more would exceed one."""
        service = self._service(stay) if self._has_caps else None
        if service is None or self._cap(service) is None:
            return None
        usage = self.usage(service)
        reasons = []
        for unit, maximum, booked, more in (
            ("covers", usage.max_covers, usage.booked_covers, party_size),
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

    # ---- its tables

    def free(self, block: Window) -> int:
        """Return the mask of the tables that are free for a whole window, the party's own counted as free."""
        key = (block.start_us, block.end_us)
        free = self._free.get(key)
        if free is None:
            free = self._free[key] = self._full & ~self._view.busy_mask(block, self._own.owners)
        return free

    def spots(self, ask: PlanRequest, stay: Stay, limit: int) -> int:
        """Return how many such parties could sit down one after the other, at most ``limit``.

        It is more than 0 exactly where ``choose_any`` finds a plan.
        """
        # On a quiet evening the same tables are free at many starts.
        key = (ask, self.free(stay.occupied), limit)
        spots = self._spots.get(key)
        if spots is None:
            spots = self._spots[key] = self._rules.planner.count(*key)
        return spots

    def choose(self, request: BookingRequest, stay: Stay) -> Plan | Refusal:
        """Return the best free plan, or the tables that were named; or what stands in the way."""
        ask = PlanRequest(request.party_size, must=request.must, wish=request.wish)
        if request.tables:
            judged = self._rules.planner.judge(ask, request.tables)
            return judged if isinstance(judged, Refusal) else self._if_free(judged, stay.occupied)
        return self.choose_any(ask, stay)

    def choose_any(self, ask: PlanRequest, stay: Stay) -> Plan | Refusal:
        """Return the best free plan, or what stands in the way."""
        chosen = self._rules.planner.choose(ask, self.free(stay.occupied))
        return self._with_rivals(chosen, stay.occupied) if isinstance(chosen, Refusal) else chosen

    def _if_free(self, plan: Plan, block: Window) -> Plan | Refusal:
        rivals = find_rivals(self._view, plan.tables, block, self._own.owners)
        return plan if not rivals else taken(plan.tables, rivals)

    def _with_rivals(self, refusal: Refusal, block: Window) -> Refusal:
        reasons = tuple(
            Reason(
                each.code,
                {**each.details, "in_the_way": self._described(each.details["tables"], block)},
            )
            if each.code is Code.TABLES_TAKEN
            else each
            for each in refusal.reasons
        )
        return Refusal(reasons, refusal.proof)

    def _described(self, tables: Collection[str], block: Window) -> list[dict[str, str]]:
        return [described(row) for row in find_rivals(self._view, tables, block, self._own.owners)]

    # ---- all of it

    def admit(self, request: BookingRequest) -> Seating | Refusal | Need:
        """Return where and how long the party may sit; or why not; or what has to be loaded to say so."""
        stay = self.stay(request)
        if isinstance(stay, Refusal):
            return stay
        need = self.missing(stay)
        if need is not None:
            return need
        over = self.over_cap(stay, request.party_size)
        if over is not None:
            return over
        plan = self.choose(request, stay)
        return plan if isinstance(plan, Refusal) else Seating(stay, plan)


def find_rivals(
    view: View, tables: Collection[str], window: Window, without: Collection[Owner] = ()
) -> tuple[Allocation, ...]:
    """Return, for each of the tables, the earliest allocation in the way in a window, in the tables' order."""
    found = (view.find_in_the_way(table_id, window, without) for table_id in tables)
    return tuple(row for row in found if row is not None)


def described(row: Allocation) -> dict[str, str]:
    """Write an allocation as plain data for a refusal: ids and instants only."""
    return {
        "allocation_id": row.id,
        "table_id": row.resource_id,
        "owner_kind": row.owner_kind.value,
        "owner_id": row.owner_id,
        "start": iso(row.window.start_us),
        "end": iso(row.window.end_us),
    }


def taken(tables: Collection[str], rivals: Collection[Allocation]) -> Refusal:
    """Return the refusal of named tables by what is in their way; a hold in the way decides the code."""
    held = any(row.owner_kind.value == "hold" for row in rivals)
    facts = {
        "constraint": "allocations_no_overlap",
        "tables": list(tables),
        "in_the_way": [described(row) for row in rivals],
    }
    code = Code.HOLD_CONFLICT if held else Code.ALLOCATIONS_OVERLAP
    return Refusal((Reason(code, facts),), Proof.NAMED_TABLES)
