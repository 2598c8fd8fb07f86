"""Resize: a party grows or shrinks, before it comes or at its tables."""

from __future__ import annotations

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.alternatives import TableSearch
from fourtop.engine.caps import recount
from fourtop.engine.checks.tables import judge_named
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, optional_version
from fourtop.engine.enforcement import planner_at
from fourtop.engine.events import rescheduled_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.party_request import plan_request
from fourtop.engine.permits import Permits
from fourtop.engine.preconditions import get_booking
from fourtop.errors import IllegalTransition, Reason, Refusal, Refused
from fourtop.model import validators
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.override import standing
from fourtop.model.plan import Plan
from fourtop.model.window import Window
from fourtop.ports import Changes, Decision, Need, Scope, View

_MAY_BE_RESIZED = (
    BookingStatus.PENDING,
    BookingStatus.PENDING_ALLOCATION,
    BookingStatus.CONFIRMED,
    BookingStatus.CHECKED_IN,
)


def command(
    caller: Caller, booking_id: str, party_size: int, *, expected: int | None, key: str | None
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidInput: If the party size or the version is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    size = validators.check_party(party_size)
    arguments = {
        "booking_id": booking_id,
        "party_size": size,
        "expected": optional_version(expected),
    }
    invocation = caller.invocation("resize", key, arguments)
    validators.check_identifier("booking_id", booking_id)
    return Command(
        invocation,
        Scope(caller.restaurant_id, bookings=frozenset((booking_id,))),
        lambda view, compiled: _Resizing(invocation, view, compiled, size).decide(
            booking_id, expected
        ),
    )


@attrs.frozen
class _Resizing:
    """The decision that a party has another size."""

    invocation: Invocation
    view: View
    compiled: CompiledHouse
    party_size: int

    def decide(self, booking_id: str, expected: int | None) -> Decision[Booking] | Need:
        booking = get_booking(self.view, booking_id, expected)
        if booking.status not in _MAY_BE_RESIZED:
            raise IllegalTransition(booking_id, booking.status.value, "resized")
        if booking.party_size == self.party_size:
            return Decision(booking)
        grows, codes = self.party_size > booking.party_size, booking.would_refuse
        if grows:
            actor = self.invocation.actor
            found = recount(self.view, self.compiled, actor, booking, self.party_size)
            if isinstance(found, Need):
                return found
            if isinstance(found, Refusal):
                raise Refused(found)
            codes = found
        # A party that shrinks keeps the tables where it sits, or that it was promised.
        keeps = booking.names_tables or booking.status is BookingStatus.CHECKED_IN
        if booking.assignment is not None and (grows or not keeps):
            need = self._refuse_tables(booking)
            if need is not None:
                return need
        resized = attrs.evolve(
            booking,
            party_size=self.party_size,
            version=booking.version + 1,
            updated_us=self.view.now_us,
            actor=self.invocation.actor,
            would_refuse=codes,
        )
        event = rescheduled_event(self.invocation, resized, booking)
        return Decision(resized, Changes(bookings=(resized,), events=(event,)))

    def _refuse_tables(self, booking: Booking) -> Need | None:
        """Refuse a size that the booking's tables do not suit, and name the best other tables."""
        ask = plan_request(self.party_size, must=booking.must)
        admission = Admission(self.view, self.compiled, self.invocation.actor)
        admission.permits = Permits(standing(booking.overrides, is_same_size=False))
        planner = planner_at(self.compiled, booking.stay)
        judged = judge_named(admission, planner, ask, booking.tables, ())
        if not isinstance(judged, Refusal):
            return None
        search = TableSearch(self.compiled, self.invocation.actor)
        instead = search.find(self.view, booking, self._ahead(booking), self.party_size)
        if isinstance(instead, Need):
            return instead
        alternative = list(instead.tables) if isinstance(instead, Plan) else []
        reasons = tuple(
            Reason(each.code, {**each.details, "alternative": alternative})
            for each in judged.reasons
        )
        raise Refused(attrs.evolve(judged, reasons=reasons))

    def _ahead(self, booking: Booking) -> Window:
        """Return the time for which the party still needs tables."""
        assert booking.assignment is not None, "it has tables"
        window, now_us = booking.assignment.window, self.view.now_us
        start_us = max(window.start_us, now_us)
        return Window.of_micros(start_us, max(window.end_us, start_us + 1))
