"""The rules about holds, from the first to the confirmation."""

from __future__ import annotations

from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import rule

from fourtop import BookingRequest, Desk
from tests.stateful import comparing, holding
from tests.stateful.drawing import UNKNOWN, Caller, Wish, callers, pick, seen, versions, wishes
from tests.stateful.holding import Asked, Terms
from tests.stateful.ledger import UNSEATED, Guest, Ledger
from tests.stateful.stage import (
    HAS_BOOKINGS,
    HAS_HOLDS,
    PARTIES,
    PICKS,
    PLAIN,
    Stage,
    Trial,
    check_held,
    pick_hold,
)


class HoldRules(Stage):
    """Make, extend, release, replace and confirm holds."""

    @rule(
        caller=callers(),
        wish=wishes(),
        ttl=st.sampled_from((None, None, 30, 600)),
        session=st.sampled_from((None, "s1", "s1", "s2")),
    )
    def hold(self, caller: Caller, wish: Wish, ttl: int | None, session: str | None) -> None:
        request = wish.request(self._here(caller))
        self._hold(caller, request, Terms(None, ttl, session))

    @HAS_BOOKINGS
    @rule(
        caller=callers(),
        wish=wishes(),
        choice=PICKS,
        times=st.sampled_from((1, 1, 2, 4)),
        is_right=st.sampled_from((True, True, True, False)),
    )
    def hold_for_booking(
        self, caller: Caller, wish: Wish, choice: int, times: int, *, is_right: bool
    ) -> None:
        """Hold tables for a booking that waits for them, perhaps too often, or for another."""
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        guests = [
            guest for guest in ledger.guests.values() if guest.status in UNSEATED or not is_right
        ]
        guest = pick(guests, choice)
        if guest is None or not is_right:
            request = wish.request(ledger)
        else:
            request = wish.request(ledger, party_size=guest.party_size, start=guest.sitting.start)
        for _ in range(1 if guest is None else times):
            self._hold(caller, request, Terms(UNKNOWN if guest is None else guest.id))
            self.all_that_is_seen_is_as_the_model_says()
            caller = attrs.evolve(caller, key=None)

    def _hold(self, caller: Caller, request: BookingRequest, terms: Terms) -> None:
        def run(desk: Desk) -> Any:
            return desk.hold(
                request,
                booking_id=terms.booking_id,
                ttl_seconds=terms.ttl_seconds,
                session=terms.session,
                key=caller.key,
            )

        trial = Trial(
            "hold",
            (request, terms),
            run,
            lambda ledger, new_id: holding.hold(ledger, new_id, request, terms),
            check_held,
            new_id=lambda answer: str(answer.id),
        )
        self._try(caller, trial)

    @HAS_HOLDS
    @rule(
        caller=callers(),
        wish=wishes(),
        choice=PICKS,
        ttl=st.sampled_from((None, None, 30)),
        same=st.booleans(),
    )
    def replace(
        self, caller: Caller, wish: Wish, choice: int, ttl: int | None, *, same: bool
    ) -> None:
        caller = self._where(caller, "keeps")
        ledger = self._here(caller)
        hold_id = pick_hold(ledger, choice)
        keep = ledger.keeps.get(hold_id)
        if same and keep is not None:
            request = wish.request(ledger, party_size=keep.party_size, start=keep.sitting.start)
        else:
            request = wish.request(ledger)
        trial = Trial(
            "replace",
            (hold_id, request, ttl),
            lambda desk: desk.replace_hold(hold_id, request, ttl_seconds=ttl, key=caller.key),
            lambda ledger, new_id: holding.replace(ledger, new_id, hold_id, request, ttl),
            check_held,
            new_id=lambda answer: str(answer.id),
        )
        self._try(caller, trial)

    @HAS_HOLDS
    @rule(caller=callers(), choice=PICKS, seconds=st.sampled_from((1, 60, 240, 420, 570)))
    def extend(self, caller: Caller, choice: int, seconds: int) -> None:
        caller = self._where(caller, "keeps")
        hold_id = pick_hold(self._here(caller), choice)
        trial = Trial(
            "extend",
            (hold_id, seconds),
            lambda desk: desk.extend_hold(hold_id, seconds=seconds, key=caller.key),
            lambda ledger, _: holding.extend(ledger, hold_id, seconds),
            check_held,
        )
        self._try(caller, trial)

    @HAS_HOLDS
    @rule(caller=callers(), choice=PICKS)
    def release(self, caller: Caller, choice: int) -> None:
        caller = self._where(caller, "keeps")
        hold_id = pick_hold(self._here(caller), choice)
        trial = Trial(
            "release",
            hold_id,
            lambda desk: desk.release_hold(hold_id, key=caller.key),
            lambda ledger, _: holding.release(ledger, hold_id),
            check_held,
        )
        self._try(caller, trial)

    @HAS_HOLDS
    @rule(
        caller=callers(),
        choice=PICKS,
        named=st.integers(0, 9),
        version=versions(),
        requote=st.booleans(),
    )
    def confirm(
        self, caller: Caller, choice: int, named: int, version: int | None, *, requote: bool
    ) -> None:
        caller = self._where(caller, "keeps")
        ledger = self._here(caller)
        hold_id = pick_hold(ledger, choice)
        booking_id = self._named_for(ledger, hold_id, named)
        keep = ledger.keeps.get(hold_id)
        of_hold = None if keep is None else keep.booking_id
        expected = seen(ledger, booking_id or of_hold, version)
        self._confirm(caller, Asked(hold_id, booking_id, requote, caller.key, expected))

    @HAS_HOLDS
    @rule(caller=callers())
    def confirm_plainly(self, caller: Caller) -> None:
        """Confirm the newest hold that is alive."""
        caller = self._where(caller, "keeps")
        self._confirm(
            caller, Asked(pick_hold(self._here(caller), 0), None, requote=False, key=caller.key)
        )

    def _confirm(self, caller: Caller, asked: Asked) -> None:
        hold_id = asked.hold_id

        def run(desk: Desk) -> Any:
            return desk.confirm(
                hold_id,
                booking_id=asked.booking_id,
                requote=asked.requote,
                expected=asked.expected,
                key=caller.key,
            )

        def check(answer: Any, true: Guest) -> None:
            comparing.check_booking(answer, true)
            assert answer.replayed is False
            self.ledgers[caller.here].confirmed[hold_id] = (true.id, answer)

        trial = Trial(
            "confirm",
            asked,
            run,
            lambda ledger, new_id: holding.confirm(ledger, new_id, asked),
            check,
            new_id=lambda answer: str(answer.id),
        )
        self._try(caller, trial)

    def _named_for(self, ledger: Ledger, hold_id: str, choice: int) -> str | None:
        """Return a confirmation's booking id: mostly none, a new one, or a fitting booking's."""
        keep = ledger.keeps.get(hold_id)
        if choice <= 4 or keep is None:
            return None
        if choice == 5:
            return f"new-{len(ledger.guests)}"
        if choice <= 7:
            fitting = [
                guest.id
                for guest in ledger.guests.values()
                if guest.party_size == keep.party_size
                and guest.comes_at(keep.sitting.start)
                and guest.status in UNSEATED
            ]
            return fitting[-1] if fitting else keep.booking_id
        return pick(list(ledger.guests), choice - 8)

    @rule(caller=callers(), wish=wishes(), parties=PARTIES, session=st.sampled_from((None, "s1")))
    def hold_plainly(
        self, caller: Caller, wish: Wish, parties: list[int], session: str | None
    ) -> None:
        """Hold tables for a few parties that come at the same time."""
        for party_size in parties:
            request = attrs.evolve(wish, **PLAIN).request(self._here(caller), party_size=party_size)
            self._hold(caller, request, Terms(None, None, session))
            self.all_that_is_seen_is_as_the_model_says()
