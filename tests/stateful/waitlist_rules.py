"""The rules about the waitlist: parties join, leave, get offers, and take them or not."""

from __future__ import annotations

from typing import Any, Final

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from fourtop import BookingRequest, EventType, MemoryStore, WaitlistTerms
from fourtop.jobs import offer_waitlist
from fourtop.jobs.sweep import JOB
from tests.stateful import comparing, waitlist
from tests.stateful.drawing import Caller, Wish, callers, pick, seen, versions, wishes
from tests.stateful.hold_rules import HoldRules
from tests.stateful.holding import Asked
from tests.stateful.ledger import MINUTE, SEATED, SECOND, Guest, Keep
from tests.stateful.live_rules import LiveRules
from tests.stateful.service import local_date, moment
from tests.stateful.stage import FIELDS, PARTIES, PICKS, PLAIN, Trial, check_changed, pick_booking
from tests.stateful.waitlist import Flexibility, OfferTerms

# How many minutes before and after its start a party would come, too.
_MARGINS: Final = st.sampled_from((*(None,) * 6, 0, 60, 120, 240, 60, 240, -15, 1500))
# When it stops waiting, in minutes from now; ``None``: at its latest start.
_PATIENCE: Final = st.sampled_from((*(None,) * 8, 0, 5, 5, 20, 20, 90, -1, 1500))


def _is_waiting(guest: Guest) -> bool:
    return guest.status == "waitlisted"


def _has_parties(machine: WaitlistRules) -> bool:
    return any(_is_waiting(each) for here in machine.ledgers for each in here.guests.values())


HAS_PARTIES: Final = precondition(_has_parties)
# Other stores have the restaurants of earlier evenings, and the job makes ids by itself.
IS_ALONE: Final = precondition(lambda machine: machine.twins is None)


@attrs.frozen
class Margins:
    """How flexible a party is, in minutes. Its patience counts from now."""

    before: int | None
    after: int | None
    patience: int | None

    def around(self, start: int, now: int) -> Flexibility:
        return Flexibility(
            None if self.before is None else start - self.before * MINUTE,
            None if self.after is None else start + self.after * MINUTE,
            None if self.patience is None else now + self.patience * MINUTE,
        )


_STRICT: Final = Margins(None, None, None)


class WaitlistRules(HoldRules, LiveRules):
    """Join and leave the waitlist, and make offers."""

    @rule(
        caller=callers(),
        wish=wishes(),
        margins=st.builds(Margins, before=_MARGINS, after=_MARGINS, patience=_PATIENCE),
        named=FIELDS,
    )
    def join(self, caller: Caller, wish: Wish, margins: Margins, named: int) -> None:
        """Join the waitlist, whether tables are free or not; then make an offer for that date."""
        ledger = self._here(caller)
        wish = attrs.evolve(wish, named=0) if named else attrs.evolve(wish, **PLAIN)
        booking_id = None if named else f"q{9 - wish.slot}"
        request = wish.request(ledger)
        self._join(caller, request, margins, booking_id)
        on = local_date(ledger.restaurant, request.start_us)
        self._offer(attrs.evolve(caller, key=None), OfferTerms(on))

    @rule(
        caller=callers(),
        wish=wishes(),
        sizes=PARTIES,
        freed=PICKS,
        answers=st.lists(st.sampled_from(("take", "take", "wait", "expire")), max_size=3),
    )
    def queue(
        self, caller: Caller, wish: Wish, sizes: list[int], freed: int, answers: list[str]
    ) -> None:
        """Let parties join for one time, free a table then, and offer it to one after the other."""
        caller, plain = attrs.evolve(caller, key=None), attrs.evolve(wish, **PLAIN)
        ledger = self._here(caller)
        seated = [guest for guest in ledger.guests.values() if guest.status in SEATED]
        guest = pick(seated, freed)
        is_ahead = guest is not None and guest.sitting.start >= ledger.now
        start = guest.sitting.start if guest is not None and is_ahead else None
        for size in sizes:
            self._pass_until(ledger.now + SECOND)
            ledger = self._here(caller)
            request = plain.request(ledger, party_size=size, start=start)
            self._join(caller, request, _STRICT, None)
        if guest is not None:
            command = "cancel" if guest.status == "confirmed" else "complete"
            self._step(caller, command, guest.id, None)
        for answer in answers:
            self._offer_at(caller, plain.request(ledger, start=start).start_us, answer)

    def _offer_at(self, caller: Caller, start: int, answer: str) -> None:
        """Make an offer for the date of a start; let it be taken, wait, or expire."""
        ledger = self._here(caller)
        on = local_date(ledger.restaurant, start)
        keep = self._offer(caller, OfferTerms(on, 30 if answer == "expire" else None))
        if keep is not None and answer == "take":
            self._confirm(caller, Asked(keep.id))
        elif keep is not None and answer == "expire":
            self._pass_until(keep.expires)

    @HAS_PARTIES
    @rule(
        caller=callers(),
        choice=PICKS,
        ttl=st.sampled_from((None, None, 30, 600)),
        most=st.sampled_from((3, 3, 1, 2)),
    )
    def offer(self, caller: Caller, choice: int, ttl: int | None, most: int) -> None:
        """Make an offer for a date on which a party waits."""
        caller = self._where_waiting(caller)
        ledger = self._here(caller)
        guest = pick([each for each in ledger.guests.values() if _is_waiting(each)], choice)
        on = (
            local_date(ledger.restaurant, ledger.now)
            if guest is None
            else guest.sitting.service_date
        )
        self._offer(caller, OfferTerms(on, ttl, most))

    @HAS_PARTIES
    @rule(
        caller=callers(),
        command=st.sampled_from(("leave_waitlist", "leave_waitlist", "cancel")),
        choice=PICKS,
        version=versions(),
    )
    def leave(self, caller: Caller, command: str, choice: int, version: int | None) -> None:
        """Let a party wait no longer."""
        caller = self._where_waiting(caller)
        ledger = self._here(caller)
        booking_id = pick_booking(ledger, ("waitlisted",), choice)
        self._step(caller, command, booking_id, seen(ledger, booking_id, version))

    @IS_ALONE
    @HAS_PARTIES
    @rule(choice=PICKS, is_late=st.booleans())
    def run_job(self, choice: int, *, is_late: bool) -> None:
        """Let the job end waits and make offers in both restaurants."""
        store = self.stores["memory"]
        assert isinstance(store, MemoryStore)
        waits = [
            guest.wait.until
            for ledger in self.ledgers
            for guest in ledger.guests.values()
            if _is_waiting(guest) and guest.wait is not None
        ]
        until = pick(waits, choice)
        if is_late and until is not None:
            self._pass_until(until + 1)
        self.all_that_is_seen_is_as_the_model_says()
        offered = offer_waitlist(store)
        made, ended = 0, 0
        for here, ledger in enumerate(self.ledgers):
            self._here(Caller(here, JOB, None))
            new_ids = [
                str(event.hold_id)
                for event in store.events(self.tenants[here])[self.told[here] :]
                if event.type is EventType.WAITLIST_OFFERED
            ]
            found = waitlist.run_job(ledger, new_ids, store.now_us())
            made, ended = made + found[0], ended + found[1]
            self.touched.add(here)
        assert (offered.offers, offered.ended) == (made, ended)
        self._count("offer_waitlist", "accepted" if made else "empty")
        if ended:
            self._count("offer_waitlist", "ended")

    # ---- each command

    def _join(
        self, caller: Caller, request: BookingRequest, margins: Margins, booking_id: str | None
    ) -> None:
        ledger = self._here(caller)
        flexibility = margins.around(request.start_us, ledger.now)
        until = None if flexibility.until is None else moment(flexibility.until)
        earliest, latest = (
            None if at is None else moment(at) for at in (flexibility.earliest, flexibility.latest)
        )
        terms = WaitlistTerms(earliest, latest, until=until)
        trial = Trial(
            "join_waitlist",
            (request, terms, booking_id),
            lambda desk: desk.join_waitlist(request, terms, booking_id=booking_id, key=caller.key),
            lambda ledger, new_id: waitlist.join(ledger, new_id, request, flexibility, booking_id),
            check_changed,
            new_id=lambda answer: str(answer.id),
        )
        self._try(caller, trial)

    def _offer(self, caller: Caller, terms: OfferTerms) -> Keep | None:
        """Make an offer, and look at the waitlist; return the hold, if one was made."""
        found: list[Keep] = []

        def check(answer: Any, true: tuple[Guest, Keep] | None) -> None:
            if true is None:
                assert answer is None, f"{answer} was made, and no party can be seated"
                return
            assert answer is not None, f"{true[0].id} can be seated"
            comparing.check_booking(answer.booking, true[0])
            comparing.check_hold(answer.hold, true[1], "active")
            found.append(true[1])

        how: dict[str, Any] = {"ttl_seconds": terms.ttl_seconds, "max_offers": terms.max_offers}
        trial = Trial(
            "offer",
            terms,
            lambda desk: desk.offer(terms.on, key=caller.key, **how),
            lambda ledger, new_id: waitlist.offer(ledger, new_id, terms),
            check,
            new_id=lambda answer: "" if answer is None else str(answer.hold.id),
        )
        self._try(caller, trial)
        self._look_at_waitlist(caller, terms)
        return found[0] if found else None

    def _look_at_waitlist(self, caller: Caller, terms: OfferTerms) -> None:
        ledger = self._here(caller)
        said = self._desk(caller).waitlist(terms.on)
        true = waitlist.parties(ledger, terms.on)
        assert [(each.place, each.booking.id) for each in said.entries] == [
            (place, guest.id) for place, guest in enumerate(true, 1)
        ]
        for entry, guest in zip(said.entries, true, strict=True):
            comparing.check_booking(entry.booking, guest)
            alive = {keep.id for keep in waitlist.open_offers(ledger, guest)}
            assert alive or entry.offer is None
            assert not alive or (entry.offer is not None and entry.offer.id in alive)
        comparing.check_versions(ledger, said.versions)

    def _where_waiting(self, caller: Caller) -> Caller:
        """Return the caller, in the other restaurant if no party waits in this one."""
        is_empty = not any(map(_is_waiting, self.ledgers[caller.here].guests.values()))
        return attrs.evolve(caller, here=1 - caller.here) if is_empty else caller
