"""The machine plays evenings on two restaurants at once; the model judges every answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import rule

from fourtop import Actor, ClockBehind, InvalidInput
from fourtop.ports import MAX_STEP_BACK_US, Scope
from tests.stateful import promises
from tests.stateful.arranging import Swap
from tests.stateful.drawing import (
    ACTORS,
    Caller,
    Wish,
    callers,
    clock_choices,
    edited_limits,
    next_moment,
    pick,
    wishes,
)
from tests.stateful.plan_rules import FEW, PlanRules
from tests.stateful.promises import Crowding
from tests.stateful.service import local_date, moment
from tests.stateful.stage import FIELDS, HAS_ANSWERS, PICKS, PLAIN, SPAN, as_replay
from tests.stateful.twin import shown
from tests.stateful.waitlist import OfferTerms
from tests.stateful.waitlist_rules import Margins

_MAX_STEP_BACK: Final = timedelta(microseconds=MAX_STEP_BACK_US)
# A party that is above most limits.
LARGE: Final = 6
FLEXIBLE: Final = Margins(0, 240, None)
# Which limit an edit changes: shares and walk-ins come up twice, because they seldom matter.
LIMITS: Final = st.sampled_from((*range(14), 6, 8))


class Evening(PlanRules):
    """All commands, and time. Every answer is judged, and after every step all that can be seen."""

    @rule(
        caller=callers(), wish=wishes(), later=st.sampled_from((False, False, True)), named=FIELDS
    )
    def book(self, caller: Caller, wish: Wish, named: int, *, later: bool) -> None:
        """Book for a party. If its tables are promised, see what that leaves, and move another."""
        ledger = self._here(caller)
        booking_id = None if named else f"b{wish.slot}"
        if not later or promises.count_of_waiting(ledger) >= FEW:
            self._book(caller, wish.request(ledger), booking_id, later=later)
            return
        plain = attrs.evolve(wish, **PLAIN)
        request = plain.request(ledger)
        crowding = promises.crowding(ledger, request.start_us) if named else None
        if crowding is not None:
            self._crowd(caller, plain, request.start_us, crowding)
            return
        self._book(caller, request, booking_id, later=True)
        self._look_beside(caller, request)

    def _crowd(self, caller: Caller, plain: Wish, start: int, crowding: Crowding) -> None:
        """Promise tables, book beside that, and move that party to the tables of the promise."""
        # Staff need no notice, and a reason admits a start that has just passed.
        caller = attrs.evolve(caller, actor=ACTORS[1], key=None)
        plain = attrs.evolve(plain, past_reason="walk-in")
        ledger = self._here(caller)
        promised = plain.request(ledger, party_size=crowding.promised, start=start)
        self._book(caller, promised, None, later=True)
        self._look_beside(caller, promised)
        known = set(ledger.guests)
        beside = plain.request(ledger, party_size=crowding.size, start=start)
        self._book(caller, beside, None, later=False)
        self.all_that_is_seen_is_as_the_model_says()
        for booking_id in [each for each in ledger.guests if each not in known]:
            self._move(caller, [Swap(booking_id, crowding.tables)])

    @rule(caller=callers(), wish=wishes(), choice=LIMITS, amount=st.integers(0, 3))
    def limit(self, caller: Caller, wish: Wish, choice: int, amount: int) -> None:
        """Change the limits on guests; see what they leave for a party, and for one that waits."""
        ledger, caller = self._here(caller), attrs.evolve(caller, key=None)
        after = edited_limits(ledger, choice, amount)
        self._edit(caller, "policy", (ledger.policy, after), None)
        plain = attrs.evolve(wish, **PLAIN)
        request = plain.request(ledger)
        for size in (request.party_size, LARGE):
            self._quote(caller, plain.request(ledger, party_size=size, start=request.start_us))
        self._join(caller, request, FLEXIBLE, None)
        self._offer(caller, OfferTerms(local_date(ledger.restaurant, request.start_us)))

    @rule(choice=clock_choices())
    def pass_time(self, choice: int) -> None:
        now = max(ledger.now for ledger in self.ledgers)
        then = moment(next_moment(self.ledgers, now, choice))
        if moment(now) - then > _MAX_STEP_BACK:
            self._refuse_the_clock(then, moment(now))
            return
        self.clock.move_to(min(then, self.opened + SPAN))
        # A store tells the time to whoever asks, and does not go back behind what it has told.
        self.touched.update(range(len(self.ledgers)))
        self._count("clock", "back" if then < moment(now) else "on")

    def _refuse_the_clock(self, then: datetime, now: datetime) -> None:
        """Set the clock far back: a restaurant told a later time answers nothing. Set it right."""
        self.clock.move_to(then)
        for here, ledger in enumerate(self.ledgers):
            if moment(ledger.now) - then > _MAX_STEP_BACK:
                try:
                    self.stores["memory"].read(Scope(self.tenants[here]), lambda view: view.now_us)
                except ClockBehind:
                    continue
                raise AssertionError("a clock far behind was taken for the time")
        self.clock.move_to(now)
        self._count("clock", "back")

    @HAS_ANSWERS
    @rule(choice=PICKS, actor=st.sampled_from(ACTORS))
    def repeat(self, choice: int, actor: Actor) -> None:
        """Repeat a command that succeeded: its stored success comes back, and nothing changes."""
        found = pick(list(self.runs), choice)
        if found is None:
            return
        here, command, key = found
        caller = Caller(here, actor, key)
        ledger = self._here(caller)
        try:
            answer = self.runs[found](self._desk(caller))
        except InvalidInput:
            # A guest may not ask for the override that the staff's command had.
            if command == "move" and actor.is_guest:
                return
            raise
        assert shown(answer) == shown(as_replay(ledger.answers[command, key][1]))
        self._count(command, "replayed")
