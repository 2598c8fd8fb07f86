"""The checks of a confirmation: its booking, and the hold by today's rules and tables."""

from __future__ import annotations

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.admitted_party import Seating
from fourtop.engine.candidacy import Candidacy
from fourtop.engine.checks.tables import check_kept
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.confirmed_hold import as_request
from fourtop.engine.dispatch.requests import one_or_none
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import (
    check_awaits_confirmation,
    differences,
    get_booking,
    owners_for,
)
from fourtop.engine.usage import NOTHING_RELEASED, Released
from fourtop.errors import FourtopError, HoldMismatch, NotFound, PolicyDrift, Refusal, Refused
from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking import Booking
from fourtop.model.direct_init import direct_init
from fourtop.model.hold import Hold
from fourtop.model.request import BookingRequest, Preference
from fourtop.model.window import Window
from fourtop.ports import Need, Scope, View


@attrs.frozen
class Confirmation:
    """The arguments of a confirmation.

    Args:
        hold_id: The hold.
        booking_id: The pending booking, or the id of a new one; ``None``: the hold's, or a new id.
        requote: Whether to quote again if the facts that the hold relied on have changed.
        expected: The version of the pending booking that the caller saw; ``None``: any.
    """

    hold_id: str
    booking_id: str | None
    requote: bool
    expected: int | None = None


@direct_init
@attrs.frozen(eq=False)
class ConfirmationChecks:
    """The checks of a confirmation of a hold that exists. They write nothing.

    Args:
        invocation: The call.
        view: The restaurant at this moment.
        compiled: Its rules.
        wanted: The arguments.
        hold: The hold.
        is_house_unchanged: Whether neither floor nor policy was edited since the hold was made.
    """

    invocation: Invocation
    view: View
    compiled: CompiledHouse
    wanted: Confirmation
    hold: Hold
    is_house_unchanged: bool = attrs.field(init=False)

    @is_house_unchanged.default
    def _compare_versions(self) -> bool:
        versions = self.hold.fingerprint.versions
        return versions is not None and versions == self.compiled.versions

    def missing(self) -> Need | None:
        """Return the records to load besides the hold.

        A hold that is alive needs none while the house is as it was.
        """
        hold, scope = self.hold, self.view.scope
        bookings = one_or_none(hold.booking_id or self.wanted.booking_id) - scope.bookings
        is_alive = hold.is_alive(self.view.now_us)
        windows: tuple[Window, ...] = ()
        if not (is_alive and self.is_house_unchanged) and not scope.covers(hold.stay.occupied):
            windows = (hold.stay.occupied,)
        may_need_more = is_alive and self.view.has_promises and not self.is_house_unchanged
        if not bookings and not windows and not may_need_more:
            return None
        more = Scope(scope.restaurant_id, bookings=bookings, windows=windows)
        if is_alive and (windows or may_need_more):
            more |= self._read_to_admit()
        return None if more == Scope(scope.restaurant_id) else Need(more)

    def _admission(self, released: Released = NOTHING_RELEASED) -> Admission:
        released = attrs.evolve(released, minutes=self.hold.minutes)
        admission = Admission(self.view, self.compiled, self.invocation.actor, released)
        relaxed = self.hold.fingerprint.relaxed
        return admission.relaxed(relaxed) if relaxed else admission

    def _read_to_admit(self) -> Scope:
        admitted = self._admission().admit_again(as_request(self.hold))
        if isinstance(admitted, Need):
            return admitted.scope
        return Scope(self.invocation.restaurant_id)

    def target(self) -> Booking | None:
        """Return the booking to confirm; ``None``: a new one is made."""
        hold, booking_id = self.hold, self.wanted.booking_id
        if hold.booking_id is not None:
            if booking_id is not None and booking_id != hold.booking_id:
                raise HoldMismatch(hold.id, booking_id)
            booking = get_booking(self.view, hold.booking_id, self.wanted.expected)
        elif booking_id is not None and self.view.find_booking(booking_id) is not None:
            booking = get_booking(self.view, booking_id, self.wanted.expected)
        elif self.wanted.expected is not None:
            raise NotFound("booking", booking_id or hold.id)
        else:
            return None
        differs = differences(booking, hold.party_size, hold.stay.dining.start_us)
        if hold.booking_id is None and not self._meets(booking.must):
            differs = (*differs, "must")
        if differs:
            raise HoldMismatch(hold.id, booking.id, differs=differs)
        check_awaits_confirmation(booking)
        return booking

    def _meets(self, must: Preference) -> bool:
        """Tell whether the hold's tables meet the conditions of the booking."""
        floor = self.compiled.house.floor
        for table_id in self.hold.tables:
            table = floor.find_table(table_id)
            zone = None if table is None else floor.find_zone(table.zone_id)
            if table is not None and zone is not None and must.unmet(table, zone):
                return False
        return True

    def admitted_again(self, known: Booking | None) -> Seating | None:
        """Check the hold by today's rules; return another seating if a new quote has to be made.

        The hold, the booking that it is confirmed for and the booking's other holds are released:
        they belong to the same party.

        Raises:
            PolicyDrift: If the hold has drifted and no new quote was asked for.
            Refused: If today's rules or tables do not admit the party.
        """
        if self.is_house_unchanged:
            # No rule has changed. The party counts towards the caps since the hold was made.
            return None
        hold = self.hold
        booking_id = None if known is None else known.id
        others = () if known is None else owners_for(self.view, known.id)
        released = Released(
            (Owner(OwnerKind.HOLD, hold.id), *others), booking_id=booking_id, hold_id=hold.id
        )
        admission = self._admission(released)
        held = admission.admit_held(self._request_to_keep())
        if isinstance(held, Refusal):
            raise Refused(held)
        changed = self._changed(held)
        refusal = None if changed else check_kept(held, hold.tables)
        if not changed and refusal is None:
            return None
        if refusal is not None and not self.wanted.requote:
            raise Refused(refusal)
        seating = admission.admit_again(as_request(hold))
        assert not isinstance(seating, Need), "the windows to admit are loaded with the hold's"
        if isinstance(seating, Refusal):
            raise Refused(seating)
        if not self.wanted.requote:
            raise PolicyDrift(hold.id, changed)
        return seating

    def _request_to_keep(self) -> BookingRequest:
        """Return the hold's request, with the occasion of its stay while that is on offer."""
        request, occasion = as_request(self.hold), self.hold.stay.occasion
        service = self.compiled.calendar.find_service(request.start_us)
        if service is None or occasion not in service.period.occasions:
            return request
        return request.replaced(occasion=occasion)

    def _changed(self, held: Candidacy) -> tuple[str, ...]:
        """Return the facts that the hold relied on and that have changed, sorted."""
        hold, floor = self.hold, self.compiled.house.floor
        known = [each for each in hold.tables if floor.find_table(each) is not None]
        stay = held.stay_at(floor.mask(known))
        terms = (held.service.period, stay)
        now = self.compiled.fingerprint(hold.tables, terms, hold.party_size)
        changed = hold.fingerprint.changed(now)
        if stay.occasion != hold.stay.occasion:
            changed = tuple(sorted((*changed, "occasion")))
        # Other hours of the service may cut the stay.
        is_cut = stay.occupied != hold.stay.occupied
        return changed or (("stay",) if is_cut else ())


def try_out(
    invocation: Invocation, view: View, compiled: CompiledHouse, wanted: Confirmation
) -> Seating | FourtopError | None:
    """Return what a confirmation of a live hold would find; it writes nothing, also no evidence.

    Args:
        invocation: The actor of the confirmation.
        view: Covers the hold, its booking, its window and the records of its service.
        compiled: The rules of the house.
        wanted: The confirmation. Its hold is alive.

    Returns:
        The seating of a new quote, the error, or ``None`` if the hold would be confirmed as it is.
    """
    hold = view.find_hold(wanted.hold_id)
    assert hold is not None, "the hold is alive"
    checks = ConfirmationChecks(invocation, view, compiled, wanted, hold)
    try:
        return checks.admitted_again(checks.target())
    except FourtopError as error:
        return error
