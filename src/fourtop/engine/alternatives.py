"""Alternatives: the best other tables of a party whose own are occupied."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy, Inquiry
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.limits import limits_of
from fourtop.engine.needed_records import missing_counts
from fourtop.engine.promises import missing_horizon
from fourtop.engine.rivals import describe, taken
from fourtop.engine.steps import own
from fourtop.engine.usage import Released
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.actor import Actor
from fourtop.model.allocation import Allocation, Owner
from fourtop.model.booking import Booking
from fourtop.model.plan import Plan
from fourtop.model.window import Window
from fourtop.ports import Need, Scope, View


@attrs.frozen
class TableSearch:
    """The rules and the actor of a search for other tables of one booking.

    Args:
        compiled: The rules of the house.
        actor: Asks for the tables.
    """

    compiled: CompiledHouse
    actor: Actor

    def find(
        self, view: View, booking: Booking, window: Window, party_size: int | None = None
    ) -> Plan | Refusal | Need:
        """Return the best tables that are free for a booking in a window, or the refusal.

        Its own tables count as free for it, and it keeps its conditions. Promised parties keep
        tables that seat them.

        Args:
            view: The restaurant at this moment.
            booking: The booking.
            window: The time for which it needs tables.
            party_size: Its new size; ``None``: the size that it has.
        """
        candidacy = self.candidacy(view, booking, window, party_size)
        if not isinstance(candidacy, Candidacy):
            return candidacy
        if view.has_promises:
            need = missing_horizon(candidacy.admission, candidacy.windows)
            if need is not None:
                return need
        checks = candidacy.admission.composition.with_tables
        refusals = (check.find(candidacy) for check in checks)
        refusal = next((each for each in refusals if each is not None), None)
        return candidacy.plans[0] if refusal is None else refusal

    def candidacy(
        self,
        view: View,
        booking: Booking,
        window: Window,
        party_size: int | None = None,
        *,
        others: tuple[Owner, ...] = (),
    ) -> Candidacy | Refusal | Need:
        """Return a booking on its way to the check of tables, or why it cannot get there.

        Args:
            view: The restaurant at this moment.
            booking: The booking.
            window: The time for which it needs tables.
            party_size: Its new size; ``None``: the size that it has.
            others: Other owners whose tables count as free for it.
        """
        size = booking.party_size if party_size is None else party_size
        start_us = booking.stay.dining.start_us
        party = Inquiry(
            size,
            start_us,
            booking.must,
            booking.wish,
            booking.occasion,
            channel=booking.channel,
        )
        released = Released((*own(booking.id), *others), booking.id)
        candidacy = Candidacy(Admission(view, self.compiled, self.actor, released), party)
        need = self._missing(view, booking, window)
        if need is not None:
            return need
        candidacy.stay = attrs.evolve(booking.stay, occupied=window)
        service = self.compiled.calendar.find_service(start_us)
        if service is None:
            return Refusal.by_rule(
                Code.OUTSIDE_SERVICE_HOURS, start=self.compiled.calendar.local_text(start_us)
            )
        candidacy.service = service
        return candidacy

    def need_with(self, scope: Scope, view: View, booking: Booking, window: Window) -> Need:
        """Return the need of some records, with those that the search lacks by itself.

        A decision may ask three times, and the promised parties may need one question more.
        """
        missing = self._missing(view, booking, window)
        return Need(scope if missing is None else scope | missing.scope)

    def _missing(self, view: View, booking: Booking, window: Window) -> Need | None:
        scope = view.scope
        windows = () if scope.covers(window) else (window,)
        service = self.compiled.calendar.find_service(booking.stay.dining.start_us)
        counts: Scope | None = None
        if service is not None and limits_of(self.compiled, service).binds:
            counts = missing_counts(view, self.compiled, (service.window,))
        if not windows and counts is None:
            return None
        need = Scope(scope.restaurant_id, windows=windows)
        return Need(need if counts is None else need | counts)


def occupied(
    view: View, tables: Collection[str], rivals: Collection[Allocation], instead: Plan | Refusal
) -> Refusal:
    """Return the refusal of tables that other parties have; it names them and the best others.

    A party that sits there makes it ``TABLE_OCCUPIED``.

    Args:
        view: Covers the windows of the rivals.
        tables: The tables that were refused.
        rivals: The allocations in the way.
        instead: The best other tables, if any are free.
    """
    sitting = {party.booking.id for party in view.seated_parties()}
    is_seated = any(row.owner_id in sitting for row in rivals)
    facts = {
        "tables": list(tables),
        "in_the_way": [describe(row) for row in rivals],
        "alternative": list(instead.tables) if isinstance(instead, Plan) else [],
    }
    if is_seated:
        return Refusal((Reason(Code.TABLE_OCCUPIED, facts),), Proof.NAMED_TABLES)
    (first,) = taken(tables, rivals).reasons
    return Refusal((Reason(first.code, {**first.details, **facts}),), Proof.NAMED_TABLES)
