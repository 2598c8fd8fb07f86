"""The rules about plans that move several parties: room for a newcomer, and plans of a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from fourtop import BookingRequest, DayPlan, Desk, FourtopError, Quote, Refusal, Reseating, Window
from tests.stateful import booking, comparing, day_plan, holding, promises, room
from tests.stateful.admission import sit
from tests.stateful.arranging import Swap
from tests.stateful.drawing import ACTORS, Caller, Wish, callers, pick, wishes
from tests.stateful.holding import Terms
from tests.stateful.house_rules import HouseRules
from tests.stateful.ledger import MINUTE, Guest, Keep, Ledger, Wrong
from tests.stateful.service import local_date
from tests.stateful.stage import PARTIES, PICKS, PLAIN, Trial, check_held
from tests.stateful.waitlist_rules import WaitlistRules

# The model tries every assignment of the parties that wait, so they stay few.
FEW = 3
NODES = 40
# What became of the party that sits at a table which another one needs.
BLOCKERS = st.sampled_from(("moved", "moved", "moved", "named", "pinned"))


@attrs.frozen
class Kept:
    """A plan that a host looks at for a while before a command carries it out."""

    here: int
    request: BookingRequest
    plan: Reseating | DayPlan


# What happens between a plan and its command.
BEFORE = st.sampled_from(
    ("touch", "later", "take", "nothing", "leave", "touch", "pin", "wait", "later", "touch")
)
# How much larger the party is than the largest table that was free.
_BESIDE = (0, -1, 1)
# A larger party may stay longer.
_LONGER = 60 * MINUTE

HAS_KEPT = precondition(lambda machine: bool(machine.kept))


class PlanRules(WaitlistRules, HouseRules):
    """Make room for parties, and plan days; at once or from a plan of some time ago."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Kept] = []

    # ---- room for a newcomer

    @rule(
        caller=callers(),
        wish=wishes(),
        command=st.sampled_from(("quote", "book", "hold", "later", "hold", "later")),
        moves=st.sampled_from((1, 2, 1)),
        blocker=BLOCKERS,
        before=BEFORE,
    )
    def make_room(
        self,
        caller: Caller,
        wish: Wish,
        command: str,
        moves: int,
        *,
        blocker: str,
        before: str,
    ) -> None:
        """Let a party sit at a larger table than it needs, and ask for a party that needs it."""
        if moves == 1:
            # Staff need no notice.
            caller = attrs.evolve(caller, actor=ACTORS[1])
        plain, start = self._ahead(caller, wish)
        known = set(self._here(caller).blocks)
        most = self._block_the_largest(caller, plain, start, blocker)
        if most is None:
            return
        ledger = self._here(caller)
        asked = [plain.request(ledger, party_size=most + each, start=start) for each in _BESIDE]
        request = next((each for each in asked if room.needs_a_move(ledger, each)), asked[0])
        if command in ("quote", "later"):
            kept = self._find_room(caller, request, moves)
            if kept is not None:
                self._carry_out(caller, kept, before if command == "later" else "touch", "book")
        elif command == "book":
            self._book_with(caller, request, moves)
        else:
            self._hold_with(caller, request, moves)
        self.all_that_is_seen_is_as_the_model_says()
        self._open_again(caller, known)

    def _ahead(self, caller: Caller, wish: Wish) -> tuple[Wish, int]:
        """Return a plain wish and a start that is not past."""
        ledger, plain = self._here(caller), attrs.evolve(wish, **PLAIN)
        start = plain.request(ledger).start_us
        if start <= ledger.now:
            plain = attrs.evolve(plain, day=1)
            start = plain.request(ledger).start_us
        return plain, start

    def _open_again(self, caller: Caller, known: set[str]) -> None:
        for block_id in [each for each in self._here(caller).blocks if each not in known]:
            self._unblock(attrs.evolve(caller, key=None), block_id)

    def _block_the_largest(
        self, caller: Caller, plain: Wish, start: int, blocker: str
    ) -> int | None:
        """Seat a party of two at the largest table that is free; return the size of the table.

        A smaller table stays free, and all others are closed for that time.
        """
        # Staff need no notice, and a reason admits a start that has just passed.
        caller = attrs.evolve(caller, actor=ACTORS[1], key=None)
        ledger = self._here(caller)
        plain = attrs.evolve(plain, past_reason="walk-in")
        small = plain.request(ledger, party_size=2, start=start)
        try:
            seated = sit(ledger, small)
        except Wrong:
            return None
        free = ledger.free_tables(seated.block_start, seated.block_end)
        fitting = [each for each in ledger.floor.tables if each.id in free]
        fitting = [each for each in fitting if each.capacity > 1 and each.min_party < 3]
        by_size = sorted(fitting, key=lambda each: each.capacity)
        if len(by_size) < 2:
            return None
        smallest, largest = by_size[0], by_size[-1]
        if blocker == "named":
            small = attrs.evolve(small, tables=[largest.id])
        known = set(ledger.guests)
        self._book(caller, small, None, later=False)
        self.all_that_is_seen_is_as_the_model_says()
        for booking_id in [each for each in self._here(caller).guests if each not in known]:
            self._move(caller, [Swap(booking_id, (largest.id,))])
            self.all_that_is_seen_is_as_the_model_says()
            if blocker == "pinned":
                self._pin(caller, booking_id)
                self.all_that_is_seen_is_as_the_model_says()
        others = tuple(sorted(free - {smallest.id, largest.id}))
        if others:
            window = Window.of_micros(seated.block_start, seated.block_end + _LONGER)
            self._block(caller, window, others, None)
            self.all_that_is_seen_is_as_the_model_says()
        return largest.capacity

    def _find_room(self, caller: Caller, request: BookingRequest, moves: int) -> Kept | None:
        """Ask for the moves that make room, and keep them for later."""
        ledger = self._here(caller)
        answer: Quote | Refusal | None = None
        error: FourtopError | None = None
        try:
            answer = self._desk(caller).quote(request, moves=moves)
        except FourtopError as raised:
            error = raised
        found = answer.reseating if isinstance(answer, Quote) else None
        played = room.copied(ledger)

        def come(at: Ledger, asked: BookingRequest) -> Guest:
            return booking.book(at, "newcomer", asked, None, later=False)

        try:
            guest = room.seat(played, request, moves, found, come)
        except Wrong as wrong:
            if isinstance(answer, Refusal):
                comparing.check_refusal(answer, wrong)
                self._count("quote_with_moves", f"refused: {answer.code.value}")
            else:
                comparing.check_error(error, wrong, answer)
            return None
        assert error is None, f"a quote failed without need: {error!r}"
        assert isinstance(answer, Quote)
        assert guest.given is not None
        assert answer.plan.tables == guest.given.tables
        comparing.check_versions(ledger, answer.versions)
        if found is None:
            return None
        comparing.check_versions(ledger, found.versions)
        self.kept.append(Kept(caller.here, request, found))
        self._count("quote_with_moves", "accepted")
        return self.kept[-1]

    def _book_with(self, caller: Caller, request: BookingRequest, moves: int | Reseating) -> None:
        made = _Made()

        def run(desk: Desk) -> Any:
            return made.note(request, lambda: desk.book(request, moves=moves, key=caller.key))

        def come(ledger: Ledger, asked: BookingRequest, new_id: str) -> Guest:
            return booking.book(ledger, new_id, asked, None, later=False)

        def check(answer: Any, true: Guest) -> None:
            comparing.check_booking(answer, true)
            self._check_moves(answer, "book_with_moves")

        trial = Trial(
            "book",
            (request, moves),
            run,
            lambda ledger, new_id: _seat(
                ledger, request, moves, made, lambda at, asked: come(at, asked, new_id)
            ),
            check,
            new_id=lambda answer: str(answer.id),
        )
        self._try(caller, trial)

    def _hold_with(self, caller: Caller, request: BookingRequest, moves: int | Reseating) -> None:
        made, terms = _Made(), Terms()

        def run(desk: Desk) -> Any:
            return made.note(request, lambda: desk.hold(request, moves=moves, key=caller.key))

        def judge(ledger: Ledger, new_id: str) -> Keep:
            holding.life_of(ledger, None, ledger.now)
            holding.check_limits(ledger, terms, given_up=0)
            keep: Keep = _seat(
                ledger,
                request,
                moves,
                made,
                lambda at, asked: holding.hold(at, new_id, asked, terms),
            )
            return keep

        def check(answer: Any, true: Keep) -> None:
            check_held(answer, true)
            self._check_moves(answer, "hold_with_moves")

        trial = Trial(
            "hold", (request, moves), run, judge, check, new_id=lambda answer: str(answer.id)
        )
        self._try(caller, trial)

    def _check_moves(self, answer: Any, command: str) -> None:
        if answer.receipt.moves:
            self._count(command, "accepted")

    # ---- the plan of a day

    @rule(
        caller=callers(),
        wish=wishes(),
        parties=PARTIES,
        when=st.sampled_from(("later", "now", "later", "now", "another time")),
        blocker=BLOCKERS,
        before=BEFORE,
    )
    def plan_a_day(
        self,
        caller: Caller,
        wish: Wish,
        parties: list[int],
        *,
        when: str,
        blocker: str,
        before: str,
    ) -> None:
        """Let parties wait for tables beside one that has some, and plan their day."""
        caller = attrs.evolve(caller, actor=ACTORS[1])
        ledger = self._here(caller)
        plain, start = self._ahead(caller, wish)
        known = set(ledger.blocks)
        size = self._block_the_largest(caller, plain, start, blocker)
        for party_size in [*parties, *([] if size is None else [size])]:
            if promises.count_of_waiting(self._here(caller)) < FEW:
                request = plain.request(self._here(caller), party_size=party_size, start=start)
                self._book(attrs.evolve(caller, key=None), request, None, later=True)
                self.all_that_is_seen_is_as_the_model_says()
        ledger = self._here(caller)
        on = local_date(ledger.restaurant, start)
        plan = self._desk(caller).plan_day(on, node_budget=NODES)
        day_plan.check_plan(ledger, plan)
        self._count("plan_day", "accepted")
        if when == "now":
            self._commit_plan(caller, plan, is_fresh=True)
        elif plan.moves:
            kept = Kept(caller.here, plain.request(ledger, start=start), plan)
            self.kept.append(kept)
            if when == "later":
                self._carry_out(caller, kept, before, "book")
        self.all_that_is_seen_is_as_the_model_says()
        self._open_again(caller, known)

    def _commit_plan(self, caller: Caller, plan: DayPlan, *, is_fresh: bool) -> None:
        if not plan.moves:
            caller = attrs.evolve(caller, key=None)

        def judge(ledger: Ledger, _: str) -> list[Guest]:
            try:
                return day_plan.commit(ledger, plan)
            except Wrong as wrong:
                if is_fresh and not day_plan.is_about_promises(wrong):
                    raise AssertionError(f"a new plan is refused: {wrong.facts}") from wrong
                raise

        def check(answer: Any, true: list[Guest]) -> None:
            assert len(answer) == len(true)
            for said, guest in zip(answer, true, strict=True):
                comparing.check_booking(said, guest)

        trial = Trial(
            "commit_day_plan",
            plan,
            lambda desk: desk.commit_day_plan(plan, key=caller.key),
            judge,
            check,
        )
        self._try(caller, trial)

    # ---- plans of some time ago

    @HAS_KEPT
    @rule(
        caller=callers(),
        choice=PICKS,
        before=BEFORE,
        command=st.sampled_from(("book", "book", "hold")),
    )
    def carry_out(self, caller: Caller, choice: int, before: str, command: str) -> None:
        """Carry out a plan that was kept, perhaps after something that makes it stale."""
        kept = pick(self.kept, choice)
        if kept is not None:
            self._carry_out(caller, kept, before, command)

    def _carry_out(self, caller: Caller, kept: Kept, before: str, command: str) -> None:
        self.kept.remove(kept)
        staff = Caller(kept.here, ACTORS[1], None)
        self._befall(staff, kept, before)
        self.all_that_is_seen_is_as_the_model_says()
        caller = attrs.evolve(caller, here=kept.here)
        if isinstance(kept.plan, DayPlan):
            caller = attrs.evolve(caller, actor=ACTORS[1])
            self._commit_plan(caller, kept.plan, is_fresh=False)
        elif command == "book":
            self._book_with(caller, kept.request, kept.plan)
        else:
            self._hold_with(caller, kept.request, kept.plan)

    def _befall(self, staff: Caller, kept: Kept, what: str) -> None:
        """Let something happen to a plan."""
        ledger = self._here(staff)
        planned = [ledger.guests[each.booking_id] for each in kept.plan.moves]
        with_tables = [guest for guest in planned if guest.given is not None]
        guest = next(iter([*with_tables, *planned]), None)
        if what == "later" and promises.count_of_waiting(ledger) <= FEW:
            later = attrs.evolve(kept.request, tables=())
            self._book(staff, later, None, later=True)
        elif what == "take":
            self._book(staff, kept.request, None, later=False)
        elif what == "wait" and guest is not None:
            self._pass_until(guest.sitting.start)
        elif what == "pin" and guest is not None:
            self._pin(staff, guest.id)
        elif what == "touch" and guest is not None:
            # Then only its version is another.
            self._pin(staff, guest.id)
            self.all_that_is_seen_is_as_the_model_says()
            self._pin(staff, guest.id, "unpin")
        elif what == "leave" and guest is not None:
            self._step(staff, "cancel", guest.id, None)


class _Made:
    """The moves that the engine has made, which the model judges and learns."""

    def __init__(self) -> None:
        self.found: Reseating | None = None

    def note(self, request: BookingRequest, call: Callable[[], Any]) -> Any:
        """Make a call and note its moves."""
        self.found = None
        answer = call()
        moves = answer.receipt.moves
        if moves:
            self.found = room.found_by(request, answer, moves)
        return answer


def _seat(
    ledger: Ledger,
    request: BookingRequest,
    moves: int | Reseating,
    made: _Made,
    come: room.Newcomer[Any],
) -> Any:
    if isinstance(moves, Reseating):
        return room.seat_after(ledger, request, moves, come)
    return room.seat(ledger, request, moves, made.found, come)
