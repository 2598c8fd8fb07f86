"""The machine's stage: restaurants, the trial of a command, and the look at all after each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition

from fourtop import (
    Desk,
    Enforcement,
    Engine,
    FourtopError,
    House,
    KeyReused,
    ManualClock,
    MemoryStore,
    Preference,
    Window,
)
from fourtop.errors import HoldMismatch
from fourtop.formats.slug import slug
from fourtop.model.results import ClearReport, ImportReport
from fourtop.ports import Store
from fourtop.testing.strategies import houses
from tests.stateful import comparing, holding
from tests.stateful.drawing import (
    MOMENTS,
    UNKNOWN,
    Caller,
    edited_limits,
    pick_id,
    picks,
)
from tests.stateful.ledger import AWAITING, Guest, Keep, Ledger, Wrong
from tests.stateful.twin import STEPS_BETWEEN_LOOKS, Twins, Unison, check_same, shown

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

    def holds(machine: Stage) -> bool:
        return any(getattr(ledger, what) for ledger in machine.ledgers)

    return holds


HAS_HOLDS = precondition(_any_of("keeps"))
HAS_BOOKINGS = precondition(_any_of("guests"))
HAS_BLOCKS = precondition(_any_of("blocks"))
HAS_SEATED = precondition(
    lambda machine: any(
        guest.status == "checked_in"
        for ledger in machine.ledgers
        for guest in ledger.guests.values()
    )
)
HAS_WAITING = precondition(
    lambda machine: any(
        guest.status in AWAITING for ledger in machine.ledgers for guest in ledger.guests.values()
    )
)
HAS_ANSWERS = precondition(_any_of("answers"))


class TenantIds:
    """Ids counted for each restaurant on its own, so that both restaurants have the same ones."""

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
    return pick_id(
        [guest.id for guest in ledger.guests.values() if guest.status in statuses],
        ledger.guests,
        choice,
    )


def check_held(answer: Any, true: Keep) -> None:
    comparing.check_hold(answer, true, true.state)


def check_changed(answer: Any, true: Guest) -> None:
    comparing.check_booking(answer, true)


class Stage(RuleBasedStateMachine):
    """Two restaurants, one store, one clock, and the model of each; subclasses bring the rules."""

    # Of all evenings of a run: how many rules were carried out, and what came of each command.
    steps: ClassVar[int] = 0
    tally: ClassVar[Counter[tuple[str, str]]] = Counter()
    # Stores that get every command, too; without any, the memory store is alone with the model.
    twins: ClassVar[Twins | None] = None

    def __init__(self) -> None:
        super().__init__()
        twins = type(self).twins
        self.clock = ManualClock(MOMENTS[0]) if twins is None else twins.clock
        self.clock.move_to(MOMENTS[0])
        self.tenants = IDS if twins is None else twins.new_tenants(IDS)
        self.stores: dict[str, Store] = {"memory": MemoryStore(self.clock)}
        if twins is not None:
            self.stores |= twins.stores
        self.ids = [TenantIds() for _ in self.stores]
        self.engines = {
            name: Engine(store, ids=ids)
            for (name, store), ids in zip(self.stores.items(), self.ids, strict=True)
        }
        self.touched: set[int] = set()
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
        limits=st.one_of(st.none(), st.tuples(st.integers(0, 9), st.integers(0, 3))),
        mode=st.sampled_from(("enforced", "enforced", "shadow")),
    )
    def open(
        self,
        first: House,
        second: House,
        opened: datetime,
        limits: tuple[int, int] | None,
        mode: str,
    ) -> None:
        type(self).steps -= 1  # Opening is no step.
        self.clock.move_to(opened)
        self.opened = opened
        for tenant, drawn in zip(self.tenants, (first, second), strict=True):
            # Twins keep the restaurants of earlier evenings, whose slugs are taken.
            restaurant = attrs.evolve(drawn.restaurant, id=tenant, slug=slug(tenant))
            house = attrs.evolve(drawn, restaurant=restaurant)
            if limits is not None:
                ledger = Ledger(restaurant, drawn.floor, drawn.policy, now=self.clock.now_us())
                policy = edited_limits(ledger, *limits)
                policy = attrs.evolve(policy, enforcement=Enforcement(capacity=mode))
                house = attrs.evolve(house, policy=policy)
            for engine in self.engines.values():
                engine.add_restaurant(house)
            self.ledgers.append(Ledger(house.restaurant, house.floor, house.policy))
        self.touched.update(range(len(IDS)))

    # ---- the trial of one command

    def _here(self, caller: Caller) -> Ledger:
        ledger = self.ledgers[caller.here]
        ledger.now = max(ledger.now, self.clock.now_us())
        ledger.actor = caller.actor
        for ids in self.ids:
            ids.here = caller.here
        return ledger

    def _where(self, caller: Caller, what: str) -> Caller:
        """Return the caller, in the other restaurant if this one has nothing of a kind."""
        return (
            caller
            if getattr(self.ledgers[caller.here], what)
            else attrs.evolve(caller, here=1 - caller.here)
        )

    def _desk(self, caller: Caller) -> Desk:
        desks = {
            name: engine.desk(self.tenants[caller.here], actor=caller.actor)
            for name, engine in self.engines.items()
        }
        return cast("Desk", Unison(desks)) if len(desks) > 1 else desks["memory"]

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
            true = (
                None
                if replay is not None
                else trial.judge(ledger, UNKNOWN if error else trial.new_id(answer))
            )
        except Wrong as wrong:
            code = comparing.check_error(error, wrong, answer)
            if trial.command == "confirm":
                self.touched.add(caller.here)  # It may have left evidence.
            self._count(trial.command, f"refused: {code}")
            return
        assert error is None, f"{trial.command} was refused without need: {error!r}"
        if replay is not None:
            assert shown(answer) == shown(replay)
            self._count(trial.command, "replayed")
        else:
            trial.check(answer, true)
            self.touched.add(caller.here)
            self._count(trial.command, "empty" if answer is None else "accepted")
        if answer is None or caller.key is None:
            return
        if (trial.command, caller.key) not in ledger.answers:
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
                holding.leave_evidence(
                    ledger, keep, trial.asked, (trial.asked.booking_id, "HOLD_MISMATCH")
                )
                raise Wrong(
                    HoldMismatch, hold_id=trial.asked.hold_id, booking_id=trial.asked.booking_id
                )
            return as_replay(stored)
        return None

    # ---- all that can be seen

    @invariant()
    def counts(self) -> None:
        type(self).steps += 1

    @invariant()
    def all_that_is_seen_is_as_the_model_says(self) -> None:
        for here, ledger in enumerate(self.ledgers):
            ledger.now = max(ledger.now, self.clock.now_us())
            self._check_restaurant(here, ledger)
        self._check_twins()

    def _check_twins(self) -> None:
        """Compare the twins too: after a change its restaurant, and now and then everything."""
        if len(self.stores) == 1:
            return
        if type(self).steps % STEPS_BETWEEN_LOOKS == 0:
            self.touched.update(range(len(IDS)))
            for tenant in self.tenants:
                audits = [engine.desk(tenant).audit() for engine in self.engines.values()]
                assert audits == audits[:1] * len(audits)
        for here in sorted(self.touched):
            check_same(self.stores, self.ledgers[here], self._always)
        self.touched.clear()

    @property
    def _always(self) -> Window:
        """From before the first evening until after the last one."""
        return Window(self.opened - timedelta(days=5), self.opened + timedelta(days=20))

    def _check_restaurant(self, here: int, ledger: Ledger) -> None:
        desk = self.engines["memory"].desk(self.tenants[here])
        comparing.check_versions(ledger, desk.versions())
        assert desk.house() == House(ledger.restaurant, ledger.floor, ledger.policy)
        comparing.check_rows(ledger, desk.allocations(self._always), self.seen_rows[here])
        guests = sorted(ledger.guests.values(), key=lambda guest: (guest.sitting.start, guest.id))
        found = desk.bookings(self._always)
        assert len(found) == len(guests)
        for said, guest in zip(found, guests, strict=True):
            comparing.check_booking(said, guest)
        for keep in ledger.keeps.values():
            self._check_keep(desk, ledger, keep)
        events = self.stores["memory"].events(self.tenants[here])
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
    """Return a stored result as a second call returns it: unchanged, but marked."""
    if isinstance(stored, tuple):
        return tuple(as_replay(each) for each in stored)
    if isinstance(stored, ImportReport | ClearReport):
        return attrs.evolve(stored, replayed=True)
    return attrs.evolve(stored, receipt=attrs.evolve(stored.receipt, replayed=True))
