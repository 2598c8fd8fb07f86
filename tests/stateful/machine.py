"""The machine that plays evenings on two restaurants at once, and lets the model judge every answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fourtop import (
    BookingRow,
    Desk,
    Engine,
    FourtopError,
    House,
    KeyReused,
    ManualClock,
    MemoryStore,
    Move,
    Preference,
    Quote,
    Refusal,
    Request,
    Window,
)
from fourtop.errors import HoldMismatch
from fourtop.testing.strategies import houses
from tests.stateful import arranging, booking, comparing, editing, holding
from tests.stateful.drawing import (
    ACTORS,
    MOMENTS,
    UNKNOWN,
    Caller,
    Wish,
    callers,
    clock_choices,
    edited_floor,
    edited_policy,
    edited_restaurant,
    next_moment,
    pick,
    pick_id,
    picks,
    wishes,
)
from tests.stateful.holding import Asked, Terms
from tests.stateful.ledger import AWAITING, SEATED, Guest, Keep, Ledger, Wrong
from tests.stateful.service import instant_of, local_date, moment, starts

IDS = ("r1", "r2")
SPAN = timedelta(days=15)
PICKS = picks()
FIELDS = st.integers(0, 3)
# What most parties ask for: some table at a time on offer.
PLAIN: dict[str, Any] = {"occasion": None, "must": Preference(), "named": 0, "beside": 0}

PARTIES = st.lists(st.sampled_from((2, 4, 3, 2, 1, 5, 6)), min_size=1, max_size=3)

Run = Callable[[Desk], Any]


def _any_of(what: str) -> Callable[[Any], bool]:
    """Return a precondition: there is something of a kind in some restaurant."""

    def holds(machine: Evening) -> bool:
        return any(getattr(ledger, what) for ledger in machine.ledgers)

    return holds


HAS_HOLDS = precondition(_any_of("keeps"))
HAS_BOOKINGS = precondition(_any_of("guests"))
HAS_BLOCKS = precondition(_any_of("blocks"))
HAS_ANSWERS = precondition(_any_of("answers"))


class TenantIds:
    """Ids that count for each restaurant on its own, so that both restaurants have the same ones."""

    def __init__(self) -> None:
        self.here = 0
        self._counts = [0] * len(IDS)

    def next(self) -> str:
        self._counts[self.here] += 1
        # As long as each other, because evidence of one instant comes by id.
        return f"n{self._counts[self.here]:04}"


@attrs.frozen
class Trial:
    """A command: how the engine is asked, what the model says, how both are compared."""

    command: str
    asked: Any
    run: Run
    judge: Callable[[Ledger, str], Any]
    check: Callable[[Any, Any], None]
    new_id: Callable[[Any], str] = lambda _: UNKNOWN


def pick_hold(ledger: Ledger, choice: int) -> str:
    return pick_id([keep.id for keep in ledger.alive()], ledger.keeps, choice)


def pick_booking(ledger: Ledger, statuses: tuple[str, ...], choice: int) -> str:
    return pick_id([guest.id for guest in ledger.guests.values() if guest.status in statuses], ledger.guests, choice)


def check_held(answer: Any, true: Keep) -> None:
    comparing.check_hold(answer.hold, true, true.state)


def check_changed(answer: Any, true: Guest) -> None:
    comparing.check_booking(answer.booking, true)


class Evening(RuleBasedStateMachine):
    """Two restaurants, one store, one clock. Every answer is judged; after every step all that can be seen is."""

    # Of all evenings of a run: how many rules were carried out, and what came of each command.
    steps: ClassVar[int] = 0
    tally: ClassVar[Counter[tuple[str, str]]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(MOMENTS[0])
        self.ids = TenantIds()
        self.engine = Engine(MemoryStore(self.clock), ids=self.ids)
        self.ledgers: list[Ledger] = []
        self.opened = MOMENTS[0]
        self.runs: dict[tuple[int, str, str], Run] = {}
        self.seen_rows: list[set[str]] = [set() for _ in IDS]
        self.seen_events: list[set[str]] = [set() for _ in IDS]
        self.told = [0] * len(IDS)

    @initialize(
        first=houses(restaurant_id=IDS[0], most_tables=6),
        second=houses(restaurant_id=IDS[1], most_tables=3, timezone="America/New_York"),
        opened=st.sampled_from(MOMENTS),
    )
    def open(self, first: House, second: House, opened: datetime) -> None:
        self.clock.move_to(opened)
        self.opened = opened
        for house in (first, second):
            self.engine.open(house)
            self.ledgers.append(Ledger(house.restaurant, house.floor, house.policy))

    # ---- the trial of one command

    def _here(self, caller: Caller) -> Ledger:
        ledger = self.ledgers[caller.here]
        ledger.now = max(ledger.now, self.clock.now_us())
        ledger.actor = caller.actor
        self.ids.here = caller.here
        return ledger

    def _where(self, caller: Caller, what: str) -> Caller:
        """Return the caller, in the other restaurant if this one has nothing of a kind."""
        return caller if getattr(self.ledgers[caller.here], what) else attrs.evolve(caller, here=1 - caller.here)

    def _desk(self, caller: Caller) -> Desk:
        return self.engine.desk(IDS[caller.here], actor=caller.actor)

    def _count(self, command: str, outcome: str) -> None:
        type(self).tally[command, outcome] += 1

    def _try(self, caller: Caller, trial: Trial) -> None:
        ledger = self._here(caller)
        answer, error = None, None
        try:
            answer = trial.run(self._desk(caller))
        except FourtopError as raised:
            error = raised
        try:
            replay = self._replay(ledger, caller.key, trial)
            true = None if replay is not None else trial.judge(ledger, UNKNOWN if error else trial.new_id(answer))
        except Wrong as wrong:
            assert error is not None, f"{trial.command}: {wrong} is due, and the answer is {answer}"
            comparing.check_error(error, wrong)
            self._count(trial.command, f"refused: {error.code.value}")
            return
        assert error is None, f"{trial.command} was refused without need: {error!r}"
        if replay is not None:
            assert answer == replay
            self._count(trial.command, "replayed")
        else:
            trial.check(answer, true)
            self._count(trial.command, "accepted")
        if caller.key is not None and (trial.command, caller.key) not in ledger.answers:
            ledger.answers[trial.command, caller.key] = (trial.asked, answer)
            self.runs[caller.here, trial.command, caller.key] = trial.run

    def _replay(self, ledger: Ledger, key: str | None, trial: Trial) -> Any | None:
        """Return the stored answer that is due, if there is one."""
        if key is not None and (trial.command, key) in ledger.answers:
            asked, stored = ledger.answers[trial.command, key]
            if asked != trial.asked:
                raise Wrong(KeyReused, command=trial.command, key=key)
            return as_replay(stored)
        if trial.command == "confirm" and trial.asked.hold_id in ledger.confirmed:
            booking_id, stored = ledger.confirmed[trial.asked.hold_id]
            if trial.asked.booking_id not in (None, booking_id):
                keep = ledger.keeps[trial.asked.hold_id]
                holding.leave_evidence(ledger, keep, trial.asked, (trial.asked.booking_id, "HOLD_MISMATCH"))
                raise Wrong(HoldMismatch, hold_id=trial.asked.hold_id, booking_id=trial.asked.booking_id)
            return as_replay(stored)
        return None

    # ---- reads

    @rule(
        caller=callers(),
        wish=wishes(),
        what=st.sampled_from(("quote", "quote", "availability", "table_states")),
        others=st.sampled_from((1, 2, 5)),
        limit=st.sampled_from((20, 1, 2)),
    )
    def look(self, caller: Caller, wish: Wish, what: str, others: int, limit: int) -> None:
        """Ask for a quote, for what is on offer on a date, or for what the tables are now."""
        ledger = self._here(caller)
        if what == "quote":
            self._quote(caller, wish.request(ledger))
        elif what == "availability":
            self._availability(caller, wish, sorted({wish.party, others}), limit)
        else:
            said = self._desk(caller).table_states()
            assert {table: state.value for table, state in said.items()} == comparing.table_states(ledger)
            assert list(said) == [table.id for table in ledger.floor.tables]
            self._count("table_states", "accepted")

    def _quote(self, caller: Caller, request: Request) -> None:
        ledger = self._here(caller)
        quoted: Quote | Refusal | None = None
        error = None
        try:
            quoted = self._desk(caller).quote(request)
        except FourtopError as raised:
            error = raised
        try:
            comparing.check_quote(ledger, request, quoted)
        except Wrong as wrong:
            assert error is not None, f"quoted {quoted} instead of {wrong}"
            comparing.check_error(error, wrong)
            self._count("quote", f"refused: {error.code.value}")
            return
        assert error is None, f"a quote failed without need: {error!r}"
        self._count("quote", f"refused: {quoted.code.value}" if isinstance(quoted, Refusal) else "accepted")

    def _availability(self, caller: Caller, wish: Wish, parties: list[int], limit: int) -> None:
        ledger = self._here(caller)
        day = local_date(ledger.restaurant, ledger.now) + timedelta(days=wish.day)
        at = None if wish.slot else wish.request(ledger).start
        offered = self._desk(caller).availability(day, parties, must=wish.must, at=at, spots_limit=limit)
        begins = starts(ledger.restaurant, ledger.policy, day) if at is None else [instant_of(at)]
        wanted = [Request(party, moment(start), must=wish.must) for start in begins for party in parties]
        assert offered.on == day
        comparing.check_availability(ledger, offered, wanted, limit)
        self._count("availability", "accepted")

    # ---- holds

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
    @rule(caller=callers(), wish=wishes(), choice=PICKS, is_right=st.sampled_from((True, True, True, False)))
    def hold_for_booking(self, caller: Caller, wish: Wish, choice: int, *, is_right: bool) -> None:
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        guests = [guest for guest in ledger.guests.values() if guest.status in AWAITING or not is_right]
        guest = pick(guests, choice)
        if guest is None or not is_right:
            request = wish.request(ledger)
        else:
            request = wish.request(ledger, party=guest.party, start=guest.sitting.start)
        self._hold(caller, request, Terms(UNKNOWN if guest is None else guest.id))

    def _hold(self, caller: Caller, request: Request, terms: Terms) -> None:
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
            new_id=lambda answer: str(answer.hold.id),
        )
        self._try(caller, trial)

    @HAS_HOLDS
    @rule(caller=callers(), wish=wishes(), choice=PICKS, ttl=st.sampled_from((None, None, 30)), same=st.booleans())
    def replace(self, caller: Caller, wish: Wish, choice: int, ttl: int | None, *, same: bool) -> None:
        caller = self._where(caller, "keeps")
        ledger = self._here(caller)
        hold_id = pick_hold(ledger, choice)
        keep = ledger.keeps.get(hold_id)
        if same and keep is not None:
            request = wish.request(ledger, party=keep.party, start=keep.sitting.start)
        else:
            request = wish.request(ledger)
        trial = Trial(
            "replace",
            (hold_id, request, ttl),
            lambda desk: desk.replace(hold_id, request, ttl_seconds=ttl, key=caller.key),
            lambda ledger, new_id: holding.replace(ledger, new_id, hold_id, request, ttl),
            check_held,
            new_id=lambda answer: str(answer.hold.id),
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
            lambda desk: desk.extend(hold_id, seconds=seconds, key=caller.key),
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
            lambda desk: desk.release(hold_id, key=caller.key),
            lambda ledger, _: holding.release(ledger, hold_id),
            check_held,
        )
        self._try(caller, trial)

    @HAS_HOLDS
    @rule(caller=callers(), choice=PICKS, named=st.integers(0, 9), requote=st.booleans())
    def confirm(self, caller: Caller, choice: int, named: int, *, requote: bool) -> None:
        caller = self._where(caller, "keeps")
        ledger = self._here(caller)
        hold_id = pick_hold(ledger, choice)
        self._confirm(caller, Asked(hold_id, self._named_for(ledger, hold_id, named), requote, caller.key))

    @HAS_HOLDS
    @rule(caller=callers())
    def confirm_plainly(self, caller: Caller) -> None:
        """Confirm the newest hold that is alive."""
        caller = self._where(caller, "keeps")
        self._confirm(caller, Asked(pick_hold(self._here(caller), 0), None, requote=False, key=caller.key))

    def _confirm(self, caller: Caller, asked: Asked) -> None:
        hold_id = asked.hold_id

        def run(desk: Desk) -> Any:
            return desk.confirm(hold_id, booking_id=asked.booking_id, requote=asked.requote, key=caller.key)

        def check(answer: Any, true: Guest) -> None:
            comparing.check_booking(answer.booking, true)
            assert (answer.hold_id, answer.replayed) == (hold_id, False)
            self.ledgers[caller.here].confirmed[hold_id] = (true.id, answer)

        trial = Trial(
            "confirm",
            asked,
            run,
            lambda ledger, new_id: holding.confirm(ledger, new_id, asked),
            check,
            new_id=lambda answer: str(answer.booking.id),
        )
        self._try(caller, trial)

    def _named_for(self, ledger: Ledger, hold_id: str, choice: int) -> str | None:
        """Return the id that a confirmation names: mostly none, a new one, or the one of a booking that fits."""
        keep = ledger.keeps.get(hold_id)
        if choice <= 4 or keep is None:
            return None
        if choice == 5:
            return f"new-{len(ledger.guests)}"
        if choice <= 7:
            fitting = [
                guest.id
                for guest in ledger.guests.values()
                if (guest.party, guest.sitting.start) == (keep.party, keep.sitting.start) and guest.status in AWAITING
            ]
            return fitting[-1] if fitting else keep.booking_id
        return pick(list(ledger.guests), choice - 8)

    @rule(caller=callers(), wish=wishes(), parties=PARTIES, session=st.sampled_from((None, "s1")))
    def hold_plainly(self, caller: Caller, wish: Wish, parties: list[int], session: str | None) -> None:
        """Hold tables for a few parties that come at the same time."""
        for party in parties:
            request = attrs.evolve(wish, **PLAIN).request(self._here(caller), party=party)
            self._hold(caller, request, Terms(None, None, session))
            self.all_that_is_seen_is_as_the_model_says()

    # ---- bookings

    @rule(caller=callers(), wish=wishes(), parties=PARTIES)
    def book_plainly(self, caller: Caller, wish: Wish, parties: list[int]) -> None:
        """Book for a few parties that come at the same time."""
        for party in parties:
            request = attrs.evolve(wish, **PLAIN).request(self._here(caller), party=party)
            self._book(caller, request, None, later=False)
            self.all_that_is_seen_is_as_the_model_says()

    @rule(caller=callers(), wish=wishes(), later=st.sampled_from((False, False, True)), named=FIELDS)
    def book(self, caller: Caller, wish: Wish, named: int, *, later: bool) -> None:
        request = wish.request(self._here(caller))
        self._book(caller, request, None if named else f"b{wish.slot}", later=later)

    def _book(self, caller: Caller, request: Request, booking_id: str | None, *, later: bool) -> None:
        def check(answer: Any, true: Guest) -> None:
            comparing.check_booking(answer.booking, true)
            ledger = self.ledgers[caller.here]
            service = comparing.service_of(ledger, true.sitting)
            comparing.check_usage(ledger, answer.capacity, service)

        trial = Trial(
            "book",
            (request, booking_id, later),
            lambda desk: desk.book(
                request, booking_id=booking_id, tables="later" if later else "now", key=caller.key
            ),
            lambda ledger, new_id: booking.book(ledger, new_id, request, booking_id, later=later),
            check,
            new_id=lambda answer: str(answer.booking.id),
        )
        self._try(caller, trial)

    @HAS_BOOKINGS
    @rule(caller=callers(), wish=wishes(), choice=PICKS, keeps=FIELDS)
    def reschedule(self, caller: Caller, wish: Wish, choice: int, keeps: int) -> None:
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        booking_id = pick_booking(ledger, (*AWAITING, "confirmed"), choice)
        guest = ledger.guests.get(booking_id)
        request = wish.request(
            ledger,
            party=guest.party if guest and keeps & 1 else None,
            start=guest.sitting.start if guest and keeps & 2 else None,
        )
        trial = Trial(
            "reschedule",
            (booking_id, request),
            lambda desk: desk.reschedule(booking_id, request, key=caller.key),
            lambda ledger, _: booking.reschedule(ledger, booking_id, request),
            check_changed,
        )
        self._try(caller, trial)

    @HAS_BOOKINGS
    @rule(caller=callers(), command=st.sampled_from(tuple(booking.STEPS)), choice=PICKS)
    def step(self, caller: Caller, command: str, choice: int) -> None:
        caller = self._where(caller, "guests")
        self._step(caller, command, pick_booking(self._here(caller), booking.STEPS[command][0], choice))

    def _step(self, caller: Caller, command: str, booking_id: str) -> None:
        trial = Trial(
            command,
            booking_id,
            lambda desk: getattr(desk, command)(booking_id, key=caller.key),
            lambda ledger, _: booking.step(ledger, command, booking_id),
            check_changed,
        )
        self._try(caller, trial)

    @HAS_BOOKINGS
    @rule(
        caller=callers(),
        choices=st.lists(PICKS, min_size=1, max_size=3),
        tables=st.lists(st.sampled_from((0, 0, 0, 1, 2, 3, 4, 5, 6, 12, 24)), min_size=3, max_size=3),
    )
    def move(self, caller: Caller, choices: list[int], tables: list[int]) -> None:
        """Move up to three bookings: to named tables, or each to where the next one sits."""
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        guests = list(dict.fromkeys(pick_booking(ledger, SEATED, choice) for choice in choices))
        moves = []
        for place, guest_id in enumerate(guests):
            named = tuple(
                table.id for bit, table in enumerate(ledger.floor.tables) if tables[place] >> bit & 1
            )
            other = ledger.guests.get(guests[(place + 1) % len(guests)])
            if not named and other is not None and other.given is not None:
                named = other.given.tables
            moves.append((guest_id, tuple(sorted(named or (UNKNOWN,)))))

        def check(answer: Any, true: list[Guest]) -> None:
            assert len(answer.bookings) == len(true)
            for said, guest in zip(answer.bookings, true, strict=True):
                comparing.check_booking(said, guest)

        trial = Trial(
            "move",
            moves,
            lambda desk: desk.move([Move(*each) for each in moves], key=caller.key),
            lambda ledger, _: arranging.move(ledger, moves),
            check,
        )
        self._try(caller, trial)

    @rule(
        caller=callers(),
        wish_list=st.lists(st.tuples(wishes(), PICKS, st.sampled_from((True, True, False))), min_size=1, max_size=3),
        status=st.sampled_from(("confirmed", "confirmed", "pending", "checked_in", "completed", "priority_waitlist")),
    )
    def import_bookings(self, caller: Caller, wish_list: list[tuple[Wish, int, bool]], status: str) -> None:
        ledger = self._here(caller)
        rows = []
        for wish, number, has_end in wish_list:
            request = wish.request(ledger)
            start = request.start - timedelta(hours=6) if status == "completed" else request.start
            table = pick(ledger.floor.tables, number)
            numbers = ["99"] if table is None else [table.number]
            rows.append(
                BookingRow(
                    f"i{number}-{wish.slot}",
                    wish.party,
                    start.isoformat(),
                    end=(start + timedelta(minutes=80)).isoformat() if has_end else None,
                    tables=[] if status in ("pending", "priority_waitlist") and wish.day == 0 else numbers,
                    status=status,
                    occasion=wish.occasion,
                )
            )

        def check(answer: Any, true: tuple[int, int]) -> None:
            assert (answer.bookings, answer.allocations) == true

        trial = Trial(
            "import",
            rows,
            lambda desk: desk.import_bookings(rows, key=caller.key),
            lambda ledger, _: arranging.take_over(ledger, rows),
            check,
        )
        self._try(caller, trial)

    # ---- blocks

    @rule(
        caller=callers(),
        wish=wishes(),
        named=st.sampled_from((1, 2, 4, 3, 1, 2, 16, 5, 6, 0, 8)),
        zone_id=st.sampled_from((None, None, None, "main", "bar", UNKNOWN)),
        minutes=st.sampled_from((30, 120, 600)),
    )
    def block(self, caller: Caller, wish: Wish, named: int, zone_id: str | None, minutes: int) -> None:
        ledger = self._here(caller)
        start = wish.request(ledger).start
        window = Window(start, start + timedelta(minutes=minutes))
        if zone_id is not None:
            named = named & 8
        tables = tuple(sorted(table.id for bit, table in enumerate(ledger.floor.tables) if named >> bit & 1))
        if named == 8 and not tables:
            tables = (UNKNOWN,)

        def check(answer: Any, true: Any) -> None:
            said = answer.block
            assert (said.id, said.tables, said.window, said.actor) == (true.id, true.tables, window, ledger.actor)

        trial = Trial(
            "block",
            (window, tables, zone_id),
            lambda desk: desk.block(window, tables=tables, zone_id=zone_id, reason="a wobbly leg", key=caller.key),
            lambda ledger, new_id: arranging.block(ledger, new_id, window, tables, zone_id),
            check,
            new_id=lambda answer: str(answer.block.id),
        )
        self._try(caller, trial)

    @HAS_BLOCKS
    @rule(caller=callers(), choice=PICKS)
    def unblock(self, caller: Caller, choice: int) -> None:
        caller = self._where(caller, "blocks")
        ledger = self._here(caller)
        ahead = [each.id for each in ledger.blocks.values() if each.end > ledger.now]
        block_id = pick_id(ahead, ledger.blocks, choice)

        def check(answer: Any, true: Any) -> None:
            window = answer.block.window
            assert (answer.block.id, window.start_us, window.end_us) == (true.id, true.start, true.end)

        trial = Trial(
            "unblock",
            block_id,
            lambda desk: desk.unblock(block_id, key=caller.key),
            lambda ledger, _: arranging.unblock(ledger, block_id),
            check,
        )
        self._try(caller, trial)

    # ---- the house

    @rule(
        caller=callers(),
        what=st.sampled_from(("floor", "floor", "policy", "policy", "restaurant")),
        choice=st.integers(0, 11),
        place=st.integers(0, 6),
        amount=st.integers(0, 3),
    )
    def edit(self, caller: Caller, what: str, choice: int, place: int, amount: int) -> None:
        """Change one thing of a house; sometimes from the version that is there, sometimes from another."""
        ledger = self._here(caller)
        before = getattr(ledger, what)
        after: Any
        if what == "floor":
            after = edited_floor(before, choice, place, amount)
        elif what == "policy":
            after = edited_policy(ledger, choice, amount)
        else:
            after = edited_restaurant(before, choice)
        found = ledger.floor_version if what == "floor" else ledger.policy_version
        self._edit(caller, what, (before, after), (None, None, None, None, found, found + 1, None)[place])

    def _edit(self, caller: Caller, what: str, values: tuple[Any, Any], version: int | None) -> None:
        before, after = values

        def change(found: Any) -> Any:
            assert found == before, "an edit gets what is there now"
            return after

        def check(answer: House, _: None) -> None:
            ledger = self.ledgers[caller.here]
            assert answer == House(ledger.restaurant, ledger.floor, ledger.policy)

        trial = Trial(
            f"edit_{what}",
            None,
            lambda desk: getattr(desk, f"edit_{what}")(change, expected=version),
            lambda ledger, _: getattr(editing, f"edit_{what}")(ledger, after, version),
            check,
        )
        self._try(attrs.evolve(caller, key=None), trial)

    # ---- time, and the same again

    @rule(choice=clock_choices())
    def pass_time(self, choice: int) -> None:
        now = max(ledger.now for ledger in self.ledgers)
        then = moment(next_moment(self.ledgers, now, choice))
        self.clock.move_to(min(then, self.opened + SPAN))
        self._count("clock", "back" if then < moment(now) else "on")

    @HAS_ANSWERS
    @rule(choice=PICKS, actor=st.sampled_from(ACTORS))
    def repeat(self, choice: int, actor: Any) -> None:
        """Give a command that succeeded once more: the stored success comes back unchanged, and nothing happens."""
        found = pick(list(self.runs), choice)
        if found is None:
            return
        here, command, key = found
        ledger = self._here(Caller(here, actor, key))
        answer = self.runs[found](self.engine.desk(IDS[here], actor=actor))
        assert answer == as_replay(ledger.answers[command, key][1])
        self._count(command, "replayed")

    # ---- all that can be seen

    @invariant()
    def counts(self) -> None:
        type(self).steps += 1

    @invariant()
    def all_that_is_seen_is_as_the_model_says(self) -> None:
        for here, ledger in enumerate(self.ledgers):
            ledger.now = max(ledger.now, self.clock.now_us())
            self._check_restaurant(here, ledger)

    def _check_restaurant(self, here: int, ledger: Ledger) -> None:
        desk = self.engine.desk(IDS[here])
        comparing.check_versions(ledger, desk.versions())
        assert desk.house() == House(ledger.restaurant, ledger.floor, ledger.policy)
        always = Window(self.opened - timedelta(days=5), self.opened + timedelta(days=20))
        comparing.check_rows(ledger, desk.allocations(always), self.seen_rows[here])
        guests = sorted(ledger.guests.values(), key=lambda guest: (guest.sitting.start, guest.id))
        found = desk.bookings(always)
        assert len(found) == len(guests)
        for said, guest in zip(found, guests, strict=True):
            comparing.check_booking(said, guest)
        for keep in ledger.keeps.values():
            self._check_keep(desk, ledger, keep)
        store: Any = self.engine.store
        events = store.events(IDS[here])
        comparing.check_news(ledger, events[self.told[here] :], self.seen_events[here])
        self.told[here] = len(events)
        audit = desk.audit()
        assert audit.is_clean, audit
        assert audit.allocations == len(ledger.rows)

    def _check_keep(self, desk: Desk, ledger: Ledger, keep: Keep) -> None:
        found = desk.find_hold(keep.id)
        assert (found is not None) == ledger.is_alive(keep)
        if found is not None:
            comparing.check_hold(found, keep, "active")
        said = desk.confirmations(keep.id)
        proofs = ledger.proofs.get(keep.id, [])
        assert len(said) == len(proofs)
        for result, proof in zip(said, proofs, strict=True):
            comparing.check_proof(result, proof)


def as_replay(stored: Any) -> Any:
    """Return a stored answer as it comes the second time: unchanged, but marked."""
    marker = "duplicate" if hasattr(stored, "duplicate") else "replayed"
    return attrs.evolve(stored, **{marker: True})


