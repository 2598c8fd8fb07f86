"""The rules about the dining room: parties come early or late, and stay beyond their time."""

from __future__ import annotations

from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import rule

from fourtop import BookingRequest, WalkIn
from tests.stateful import live
from tests.stateful.booking_rules import BookingRules
from tests.stateful.drawing import Caller, Wish, callers, pick_id, wishes
from tests.stateful.ledger import AWAITING, MINUTE, SEATED, Guest, Ledger
from tests.stateful.service import local_date, moment, starts
from tests.stateful.stage import (
    FIELDS,
    HAS_BOOKINGS,
    HAS_SEATED,
    PICKS,
    PLAIN,
    SPAN,
    Trial,
    check_changed,
    pick_booking,
)

# How long before or after its start a party comes, in minutes; the bounds of the policy are among
# them, to the microsecond.
_COMES = (0, 0, -5, 10, -30, 25, -90, -120, 45, 80, 130)
_STAYS = (-20, 0, 0, 1, 5, 10, 15, 30, 90)
_BESIDE = (0, 0, 0, 1, -1)


class LiveRules(BookingRules):
    """Parties come and go, but not when they said."""

    @rule(
        caller=callers(),
        wish=wishes(),
        choice=PICKS,
        minutes=st.sampled_from(_COMES),
        beside=st.sampled_from(_BESIDE),
    )
    def arrive(self, caller: Caller, wish: Wish, choice: int, minutes: int, beside: int) -> None:
        """Let time pass until a party comes, and seat it; without one, book for it first."""
        ledger = self._here(caller)
        if all(guest.status != "confirmed" for guest in ledger.guests.values()):
            request = attrs.evolve(wish, **PLAIN).request(ledger)
            self._book(caller, request, None, later=False)
        booking_id = pick_booking(ledger, ("confirmed",), choice)
        guest = ledger.guests.get(booking_id)
        if guest is not None:
            self._pass_until(guest.sitting.start + minutes * MINUTE + beside)
        self._step(caller, "seat", booking_id, None)

    @HAS_SEATED
    @rule(
        caller=callers(),
        choice=PICKS,
        minutes=st.sampled_from(_STAYS),
        beside=st.sampled_from(_BESIDE),
        leaves=st.booleans(),
    )
    def linger(
        self, caller: Caller, choice: int, minutes: int, beside: int, *, leaves: bool
    ) -> None:
        """Let a party sit until its time is over and longer. If it stays, the next party comes."""
        caller = self._where_seated(caller)
        ledger = self._here(caller)
        booking_id = pick_booking(ledger, SEATED[1:], choice)
        guest = ledger.guests.get(booking_id)
        if guest is not None:
            self._pass_until(guest.sitting.end + minutes * MINUTE + beside)
        if leaves:
            self._step(caller, "complete", booking_id, None)
        else:
            self._look_at_risks(caller)
            if guest is not None:
                caller = attrs.evolve(caller, key=None)
                self._book_behind(caller, guest)
                self._seat_next(caller, guest)

    def _book_behind(self, caller: Caller, guest: Guest) -> None:
        """Book the tables of a party that overstays at the first start after it will have left."""
        ledger = self._here(caller)
        leaves = ledger.now + ledger.policy.seating.overstay_minutes * MINUTE
        day = local_date(ledger.restaurant, ledger.now)
        later = [each for each in starts(ledger.restaurant, ledger.policy, day) if each >= leaves]
        if guest.given is not None and later and ledger.now >= guest.sitting.end:
            request = BookingRequest(guest.party_size, moment(later[0]), tables=guest.given.tables)
            self._book(caller, request, None, later=False)

    def _seat_next(self, caller: Caller, guest: Guest) -> None:
        """Let the next party for a table come while a guest may still sit there."""
        given, ledger = guest.given, self._here(caller)
        ahead = [
            each
            for each in ledger.guests.values()
            if each.status == "confirmed"
            and each.given is not None
            and given is not None
            and each.given.start >= given.start
            and set(each.given.tables) & set(given.tables)
        ]
        if ahead:
            following = min(ahead, key=lambda each: each.sitting.start)
            self._pass_until(following.sitting.start)
            self._step(caller, "seat", following.id, None)

    @rule(caller=callers(), wish=wishes(), named=FIELDS)
    def walk_in(self, caller: Caller, wish: Wish, named: int) -> None:
        """Let a party come to the door without a booking."""
        ledger = self._here(caller)
        asked = wish.request(ledger)
        occasion = None if wish.beside == 0 else asked.occasion
        facts: dict[str, Any] = {"occasion": occasion, "must": asked.must, "wish": asked.wish}
        party = WalkIn(asked.party_size, tables=asked.tables, **facts)
        booking_id = None if named else f"w{wish.slot}"

        def judge(ledger: Ledger, new_id: str) -> Guest:
            request = BookingRequest(
                party.party_size,
                moment(ledger.now),
                tables=party.tables,
                channel="walk_in",
                **facts,
            )
            return live.walk_in(ledger, new_id, request, booking_id)

        trial = Trial(
            "walk_in",
            (party, booking_id),
            lambda desk: desk.walk_in(party, booking_id=booking_id, key=caller.key),
            judge,
            check_changed,
            new_id=lambda answer: str(answer.id),
        )
        self._try(caller, trial)

    @HAS_SEATED
    @rule(
        caller=callers(),
        choice=PICKS,
        minutes=st.sampled_from((5, 15, 30, 60, 1, 120, 0, 601)),
        how=st.sampled_from(("minutes", "minutes", "until", "until", "next", "both", "neither")),
    )
    def prolong(self, caller: Caller, choice: int, minutes: int, how: str) -> None:
        """Let a party stay longer; sometimes exactly until its table is needed."""
        caller = self._where_seated(caller)
        ledger = self._here(caller)
        booking_id = pick_booking(ledger, SEATED[1:], choice)
        guest = ledger.guests.get(booking_id)
        end = ledger.now if guest is None else guest.sitting.end
        until = end + (minutes - 5) * MINUTE
        if how == "next" and guest is not None and guest.given is not None:
            buffer = guest.sitting.block_end - guest.sitting.end
            until = self._next_row(ledger, guest) - buffer + (minutes == 1)
        given = {
            "minutes": minutes if how in ("minutes", "both") else None,
            "until": until if how in ("until", "next", "both") else None,
        }
        longer: dict[str, Any] = {
            "minutes": given["minutes"],
            "until": None if given["until"] is None else moment(given["until"]),
        }
        if how in ("both", "neither") or given["minutes"] in (0, 601):
            # Arguments are checked before keys.
            caller = attrs.evolve(caller, key=None)
        trial = Trial(
            "prolong",
            (booking_id, given),
            lambda desk: desk.prolong(booking_id, key=caller.key, **longer),
            lambda ledger, _: live.prolong(ledger, booking_id, **given),
            check_changed,
        )
        self._try(caller, trial)

    @staticmethod
    def _next_row(ledger: Ledger, guest: Guest) -> int:
        """Return when a table of a guest is needed next."""
        given = guest.given
        assert given is not None
        own = (("booking", guest.id),)
        rivals = ledger.rivals(given.tables, given.end, given.end + 600 * MINUTE, own)
        return min((row.start for row in rivals), default=given.end + 45 * MINUTE)

    @HAS_SEATED
    @rule(caller=callers())
    def look_at_risks(self, caller: Caller) -> None:
        """Ask which bookings come next to tables where a party still sits."""
        self._look_at_risks(self._where_seated(caller))

    def _look_at_risks(self, caller: Caller) -> None:
        ledger = self._here(caller)
        said = [
            (each.booking.id, each.seated.id, each.tables, each.short_minutes)
            for each in self._desk(caller).at_risk()
        ]
        true = live.at_risk(ledger)
        assert said == true
        # Only an answer with a booking in it says that the question was worth asking.
        self._count("at_risk", "accepted" if true else "empty")

    @HAS_BOOKINGS
    @rule(caller=callers(), choice=PICKS)
    def undo(self, caller: Caller, choice: int) -> None:
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        recent = sorted(
            (guest for guest in ledger.guests.values() if guest.last is not None),
            key=lambda guest: guest.updated,
        )
        booking_id = pick_id([guest.id for guest in recent], ledger.guests, choice)
        trial = Trial(
            "undo",
            booking_id,
            lambda desk: desk.undo(booking_id, key=caller.key),
            lambda ledger, _: live.undo(ledger, booking_id),
            check_changed,
        )
        self._try(caller, trial)

    @HAS_BOOKINGS
    @rule(caller=callers(), choice=PICKS, party_size=st.integers(1, 8))
    def resize(self, caller: Caller, choice: int, party_size: int) -> None:
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        booking_id = pick_booking(ledger, (*SEATED, *AWAITING), choice)
        trial = Trial(
            "resize",
            (booking_id, party_size),
            lambda desk: desk.resize(booking_id, party_size, key=caller.key),
            lambda ledger, _: live.resize(ledger, booking_id, party_size),
            check_changed,
        )
        self._try(caller, trial)

    def _where_seated(self, caller: Caller) -> Caller:
        """Return the caller, in the other restaurant if no party sits in this one."""
        guests = self.ledgers[caller.here].guests.values()
        is_empty = all(guest.status != "checked_in" for guest in guests)
        return attrs.evolve(caller, here=1 - caller.here) if is_empty else caller

    def _pass_until(self, then: int) -> None:
        """Move the clock on to an instant, if that is near; it does not go back."""
        now = max(ledger.now for ledger in self.ledgers)
        if now < then <= now + 26 * 60 * MINUTE:
            # The events of the command before are of the time before.
            self.all_that_is_seen_is_as_the_model_says()
            self.clock.move_to(min(moment(then), self.opened + SPAN))
            self.touched.update(range(len(self.ledgers)))
            self._count("clock", "on")
