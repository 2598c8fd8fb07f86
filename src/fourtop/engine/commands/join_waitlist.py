"""Join waitlist: note a party that would come if tables became free."""

from __future__ import annotations

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy
from fourtop.engine.checks.names import check_names, names_anything
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import (
    Caller,
    Command,
    check_request,
    optional_id,
)
from fourtop.engine.events import created_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.party_request import plan_request
from fourtop.errors import AlreadyExists, InvalidInput, Proof, Refusal, Refused, safe_repr
from fourtop.model import validators
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.request import BookingRequest
from fourtop.model.stay import Stay
from fourtop.model.waitlist_terms import WaitlistTerms
from fourtop.model.window import brief_iso
from fourtop.ports import Changes, Decision, View


def command(
    caller: Caller,
    request: BookingRequest,
    terms: WaitlistTerms,
    booking_id: str | None,
    *,
    key: str | None,
) -> Command[Booking]:
    """Build the command.

    Raises:
        InvalidInput: If an argument is of the wrong type, the request names tables or lifts rules,
            or the terms do not suit its start.
        InvalidIdentifier: If an id or the key is malformed.
    """
    check_request(caller, request)
    validators.check_instance("terms", terms, WaitlistTerms)
    for field in ("tables", "relax", "overrides"):
        if getattr(request, field):
            rule = "must be empty: an offer has any tables that suit the party"
            raise InvalidInput(field, rule, safe_repr(getattr(request, field)))
    checked_id = optional_id("booking_id", booking_id)
    arguments = {"request": request, "terms": terms, "booking_id": checked_id}
    invocation = caller.invocation("join_waitlist", key, arguments)
    return Command(
        invocation,
        caller.scope(checked_id),
        lambda view, compiled: _Joining(invocation, view, compiled, request).decide(
            terms, checked_id
        ),
    )


class _Joining:
    """The decision that a party waits."""

    def __init__(
        self,
        invocation: Invocation,
        view: View,
        compiled: CompiledHouse,
        request: BookingRequest,
    ) -> None:
        self.invocation = invocation
        self.view = view
        self.compiled = compiled
        self.request = request

    def decide(self, terms: WaitlistTerms, booking_id: str | None) -> Decision[Booking]:
        """Decide a new booking on the waitlist. It counts nowhere and has no tables."""
        view, request = self.view, self.request
        if booking_id is not None and view.find_booking(booking_id) is not None:
            raise AlreadyExists("booking", booking_id)
        waiting = terms.waiting_from(request.start_us)
        if waiting.has_ended(view.now_us):
            field = "until" if terms.until_us is not None else "start"
            raise InvalidInput(field, "must not have passed", brief_iso(waiting.until_us))
        stay = self._stay()
        booking = Booking(
            id=booking_id or self.invocation.id,
            restaurant_id=self.invocation.restaurant_id,
            party_size=request.party_size,
            status=BookingStatus.WAITLISTED,
            stay=stay,
            assignment=None,
            version=1,
            created_us=view.now_us,
            updated_us=view.now_us,
            actor=self.invocation.actor,
            past_reason=request.past_reason,
            must=request.must,
            wish=request.wish,
            occasion=request.occasion,
            channel=request.channel,
            minutes=request.minutes,
            reference=request.reference,
            local_start=self.compiled.calendar.local_text(request.start_us),
            waiting=waiting,
        )
        event = created_event(self.invocation, booking)
        return Decision(booking, Changes(bookings=(booking,), events=(event,)))

    def _stay(self) -> Stay:
        """Return the stay of the party at its start.

        Raises:
            Refused: If a rule forbids the start, or no tables of the house suit the party.
        """
        compiled, request = self.compiled, self.request
        if names_anything(request):
            check_names(compiled, request)
        admission = Admission(self.view, compiled, self.invocation.actor)
        candidacy = Candidacy(admission, request)
        refusal = admission.first_refusal(candidacy)
        if refusal is not None:
            raise Refused(refusal)
        ask = plan_request(request.party_size, must=request.must, wish=request.wish)
        found = compiled.planner.choose(ask, admission.all_tables)
        # A search that ended at its bound proves nothing: tables may be found when some are free.
        if isinstance(found, Refusal) and found.proof is not Proof.NOT_PROVEN:
            raise Refused(found)
        return candidacy.stay
