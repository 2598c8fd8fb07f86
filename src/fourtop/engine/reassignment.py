"""Reassignment: other tables for bookings that keep their time, by the rules for tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy, Inquiry
from fourtop.engine.checks.distance import exclude_close_tables
from fourtop.engine.checks.promised import refuse_starving
from fourtop.engine.checks.tables import judge_named
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.composition import composition_of
from fourtop.engine.enforcement import planner_at
from fourtop.engine.limits import limits_of
from fourtop.engine.needed_records import missing_counts
from fourtop.engine.party_request import plan_request
from fourtop.engine.permits import Permits
from fourtop.engine.promises import Taken, missing_horizon
from fourtop.engine.stays import find_stays
from fourtop.engine.usage import NOTHING_RELEASED, Released
from fourtop.errors import Code, Reason, Refusal
from fourtop.model.actor import Actor
from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking import Booking
from fourtop.model.override import Override
from fourtop.model.plan import Plan
from fourtop.model.window import Window
from fourtop.ports import Need, Scope, View


@attrs.frozen
class Judgement:
    """The tables of a booking that are in order.

    Args:
        plan: The tables.
        overrides: What staff had to override.
        conditions: The kinds of required conditions that the tables do not meet.
    """

    plan: Plan
    overrides: tuple[Override, ...] = ()
    conditions: tuple[str, ...] = ()


@attrs.frozen
class Reassignment:
    """Bookings that get other tables in one command; each keeps its time.

    The rules about the party's time do not run again. Those about tables do: of the planner, of
    zones, of walk-ins. A party counts where it goes, and not where it was.

    Args:
        view: The restaurant at this moment.
        compiled: The rules of the house.
        actor: Gives the tables.
        tables: The new tables, by the id of the booking.
    """

    view: View
    compiled: CompiledHouse
    actor: Actor
    tables: Mapping[str, tuple[str, ...]]

    def missing(self) -> Scope | None:
        """Return the counts that the rules read and the view lacks."""
        calendar, composition = self.compiled.calendar, composition_of(self.compiled)
        if not (composition.table_rules and composition.reads_headcounts):
            return None
        starts = [each.stay.dining.start_us for each in self._bookings()]
        services = [each for each in map(calendar.find_service, starts) if each is not None]
        windows = [each.window for each in services if limits_of(self.compiled, each).binds]
        return missing_counts(self.view, self.compiled, tuple(dict.fromkeys(windows)))

    def judge(
        self, booking: Booking, window: Window, overrides: tuple[Override, ...]
    ) -> Judgement | Refusal:
        """Return the new tables of a booking, or every rule that they break.

        Whether they are free does not matter.

        Args:
            booking: One of the bookings.
            window: The time for which it gets them.
            overrides: What staff override.

        Raises:
            NotFound: If a table is unknown.
        """
        tables = self.tables[booking.id]
        admission = self._admission(self._released(booking))
        admission.permits = Permits(overrides)
        ask = plan_request(booking.party_size, must=booking.must)
        excluded = self._excluded(admission, booking, window)
        planner = planner_at(self.compiled, booking.stay)
        plan = judge_named(admission, planner, ask, tables, excluded)
        if isinstance(plan, Refusal):
            return plan
        needed = admission.permits.needed
        if all(each.rule is not Code.NO_TABLES_MATCH for each in needed):
            return Judgement(plan, needed)
        judged = planner.judge(ask, tables)
        assert isinstance(judged, Refusal), "the tables break the rule of conditions"
        return Judgement(plan, needed, _conditions(judged.reasons))

    def missing_promises(self, windows: Collection[Window]) -> Need | None:
        """Return the windows to load where promises overlap the new tables, if any are missing.

        Args:
            windows: The times for which the bookings get them; the view covers these.
        """
        if not self.view.has_promises:
            return None
        return missing_horizon(self._admission(NOTHING_RELEASED), windows)

    def refuse_starving(
        self, bookings: Collection[Booking], taken: tuple[Taken, ...]
    ) -> Refusal | None:
        """Refuse new tables if promised parties cannot be seated beside all bookings at theirs.

        Args:
            bookings: The bookings that leave their tables.
            taken: The new tables and the times.
        """
        if not self.view.has_promises:
            return None
        owners = tuple(Owner(OwnerKind.BOOKING, each.id) for each in bookings)
        guests = sum(each.party_size for each in bookings)
        return refuse_starving(self._admission(Released(owners)), guests, taken)

    def _bookings(self) -> tuple[Booking, ...]:
        found = [self.view.find_booking(booking_id) for booking_id in self.tables]
        return tuple(each for each in found if each is not None)

    @cached_property
    def _moved(self) -> tuple[Booking, ...]:
        """The bookings at their new tables."""
        return tuple(
            attrs.evolve(each, assignment=attrs.evolve(given, tables=self.tables[each.id]))
            for each in self._bookings()
            if (given := each.assignment) is not None
        )

    def _admission(self, released: Released) -> Admission:
        return Admission(self.view, self.compiled, self.actor, released)

    def _released(self, booking: Booking) -> Released:
        owners = tuple(Owner(OwnerKind.BOOKING, booking_id) for booking_id in self.tables)
        moved = tuple(each for each in self._moved if each.id != booking.id)
        return Released(owners, booking.id, minutes=booking.minutes, moved=moved)

    def _excluded(
        self, admission: Admission, booking: Booking, window: Window
    ) -> tuple[Reason, ...]:
        """Return why table rules keep some of the new tables from a booking."""
        if not admission.composition.table_rules:
            return ()
        candidacy = candidacy_of(admission, booking, window)
        if candidacy is None:
            return ()
        mask = self.compiled.house.floor.mask(self.tables[booking.id])
        # The distances are judged at the end of the command, when all parties are at their tables.
        rules = [
            each
            for each in admission.composition.table_rules
            if each.find is not exclude_close_tables
        ]
        excluded = [each for rule in rules for each in rule.find(candidacy)]
        return tuple(each.reason for each in excluded if each.concerns(mask))


def candidacy_of(admission: Admission, booking: Booking, window: Window) -> Candidacy | None:
    """Return a booking that keeps its time on its way to the rules for tables.

    ``None``: it starts in no service of today's hours.

    Args:
        admission: The rules and the view.
        booking: The booking.
        window: The time for which it gets tables.
    """
    compiled, start_us = admission.compiled, booking.stay.dining.start_us
    service = compiled.calendar.find_service(start_us)
    if service is None:
        return None
    party = Inquiry(
        booking.party_size,
        start_us,
        booking.must,
        booking.wish,
        occasion=booking.occasion,
        channel=booking.channel,
        minutes=booking.minutes,
    )
    candidacy = Candidacy(admission, party)
    candidacy.stay = attrs.evolve(booking.stay, occupied=window)
    candidacy.service = service
    stays = find_stays(compiled, party)
    if not isinstance(stays, Refusal):
        candidacy.variants, candidacy.zones_out = stays.variants, stays.closed
    return candidacy


def _conditions(reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    return tuple(
        kind
        for reason in reasons
        if reason.code is Code.NO_TABLES_MATCH
        for kind in reason.details["conditions"]
    )
