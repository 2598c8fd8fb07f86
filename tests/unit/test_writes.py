"""The writes of the public API, each with the decision function that every one of them runs.

A method that writes is listed here, or the tests fail. They play an evening in which every method
is called, and watch each transaction: what it changes must come out of the method's own function in
``engine/commands``. A method that hands the store a decision of another origin is found.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeVar

import attrs
import pytest

from fourtop import (
    CountedIds,
    Desk,
    Engine,
    ManualClock,
    MemoryStore,
    RelayOptions,
    WaitlistTerms,
    jobs,
    offer_waitlist,
    prune_allocations,
    prune_confirmations,
    prune_outbox,
    relay_outbox,
    release_late,
    sweep_holds,
)
from fourtop.engine import engine as engine_module
from fourtop.engine.commands import status
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Command
from fourtop.ports import Changes, Decision, MaintainedStore, Need, Scope, View
from tests.evening import NOW, STAFF, a_house, at, booked, held, one_table, party_size
from tests.unit.desk_calls import CLOCK, EVENING
from tests.unit.test_async_engine import answered, public

T = TypeVar("T")

COMMANDS: Final = "fourtop.engine.commands."
JOBS: Final = "fourtop.jobs."
DESKS: Final = sorted(Path(engine_module.__file__).parent.glob("*desk.py"))

# Each method of a desk that writes, with the decision functions of its command.
WRITES: Final = {
    "assign": ("assign.assign_tables",),
    "block": ("block.make_block",),
    "book": ("book.make_booking",),
    "cancel": ("status.end_booking",),
    "clear_shadows": ("clear_shadows.clear_shadows",),
    "close_slot": ("close_slot.close_slot",),
    "complete": ("complete.complete_stay",),
    "commit_day_plan": ("commit_day_plan.commit_plan",),
    "confirm": ("confirm.confirm_hold",),
    "edit_floor": ("edit_house.edit_floor",),
    "edit_policy": ("edit_house.edit_policy",),
    "edit_restaurant": ("edit_house.edit_restaurant",),
    "extend_hold": ("extend_hold.extend_hold",),
    "free_and_block": ("free_and_block.free_and_block",),
    "hold": ("hold.make_hold",),
    "import_bookings": ("import_bookings.import_bookings", "import_bookings.import_shadows"),
    "join_waitlist": ("join_waitlist._Joining.decide",),
    "leave_waitlist": ("leave_waitlist._leave",),
    "move": ("move.move_bookings",),
    "no_show": ("no_show.mark_absent",),
    "offer": ("offer._Offering.decide",),
    "open_slot": ("open_slot.open_slot",),
    "pin": ("pin.pin_booking",),
    "prolong": ("prolong._Prolonging.decide",),
    "release_hold": ("release_hold.release_hold",),
    "release_slot": ("reserve_slot._command.<locals>.decided",),
    "replace_hold": ("replace_hold.replace_hold",),
    "replace_house": ("edit_house.replace_house",),
    "reschedule": ("reschedule.reschedule_booking",),
    "reserve_slot": ("reserve_slot._command.<locals>.decided",),
    "resize": ("resize._Resizing.decide",),
    "seat": ("seat.seat_party",),
    "swap": ("swap.swap_tables",),
    "unassign": ("unassign.unassign_tables",),
    "unblock": ("unblock.remove_block",),
    "undo": ("undo.undo_step",),
    "unpin": ("pin.pin_booking",),
    "walk_in": ("book.make_booking",),
}
# Each method of an engine that writes, with the function that decides about it. A new restaurant
# has no records that a decision could read.
ENGINE_WRITES: Final = {
    "add_restaurant": (),
    "remove_restaurant": ("remove_restaurant.check_unused",),
}
# Each job that writes, with the decision functions of its commands.
JOB_WRITES: Final = {
    "offer_waitlist": ("offer._Offering.decide", "status.end_booking"),
    "release_late": ("status.end_booking",),
    "sweep_holds": ("fourtop.jobs.sweep._swept",),
}
# Jobs that move, delete or deliver what has ended, and decide nothing.
UPKEEP: Final[dict[str, Callable[[MaintainedStore], object]]] = {
    "prune_allocations": prune_allocations,
    "prune_confirmations": prune_confirmations,
    "prune_outbox": prune_outbox,
    "relay_outbox": lambda store: relay_outbox(store, lambda _: None, RelayOptions()),
}
# The methods of a store that write.
STORE_WRITES: Final = {"add_restaurant", "remove_restaurant", "transact"}


# ---- watching ------------------------------------------------------------------------------------


@attrs.define
class Watched:
    """The transactions of one call.

    Args:
        entered: The functions of commands that decided, with the changes that each returned.
        written: The changes that the store was given.
    """

    entered: dict[str, list[Changes]] = attrs.field(factory=dict)
    written: list[Changes] = attrs.field(factory=list)

    def is_decided_by(self, functions: tuple[str, ...]) -> bool:
        """Tell whether all that was written came out of one of some functions."""
        returned = [each for name in functions for each in self.entered.get(name, [])]
        return all(changes in returned for changes in self.written)


class WatchedStore(MemoryStore):
    """A store that notes which functions of commands decide each transaction."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.watched = Watched()

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        """Decide as a memory store does, and note the functions."""
        watched = self.watched

        def watching(view: View) -> Decision[T] | Need:
            with returns_noted_in(watched.entered):
                decision = decide(view)
            if isinstance(decision, Decision) and plain(decision.changes) != Changes():
                watched.written.append(plain(decision.changes))
            return decision

        return super().transact(scope, watching)

    def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        """Check as a memory store does, and note the functions."""

        def watching(view: View) -> Need | None:
            with returns_noted_in(self.watched.entered):
                return check(view)

        super().remove_restaurant(scope, watching)


def plain(changes: Changes) -> Changes:
    """Return the changes without the stored result, which the executor adds for a key."""
    return attrs.evolve(changes, stored_results=())


@contextmanager
def returns_noted_in(entered: dict[str, list[Changes]]) -> Iterator[None]:
    def note(frame: FrameType, event: str, value: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "return" and module.startswith((COMMANDS, JOBS)):
            name = f"{module}.{frame.f_code.co_qualname}".removeprefix(COMMANDS)
            found = entered.setdefault(name, [])
            if isinstance(value, Decision):
                found.append(plain(value.changes))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)


@pytest.fixture(scope="module")
def evening() -> dict[str, list[Watched]]:
    """The transactions of each call of an evening, by method."""
    clock = ManualClock(NOW)
    store = WatchedStore(clock)
    desk = Engine(store, ids=CountedIds("n")).add_restaurant(a_house(), actor=STAFF)
    found: dict[str, list[Watched]] = {}
    for name, args, kwargs in EVENING:
        if name == CLOCK:
            clock.move_to(*args)
            continue
        store.watched = Watched()
        answered(desk, name, args, kwargs)
        found.setdefault(name, []).append(store.watched)
    return found


# ---- the list ------------------------------------------------------------------------------------


def test_every_method_that_writes_is_listed(evening: dict[str, list[Watched]]) -> None:
    assert set(evening) == set(public(Desk))
    assert {name for name, calls in evening.items() if any(each.written for each in calls)} == set(
        WRITES
    )


@pytest.mark.parametrize("method", WRITES)
def test_a_write_runs_its_decision_function(evening: dict[str, list[Watched]], method: str) -> None:
    assert all(each.is_decided_by(WRITES[method]) for each in evening[method])


def test_every_write_of_a_desk_goes_through_the_executor() -> None:
    found: dict[str, str] = {}
    for path in DESKS:
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[node.name] = door_of(node)
        # No desk knows a store.
        assert not doors_in(tree), path.name
    assert {name for name, door in found.items() if door == "execute"} == set(WRITES)
    assert set(found.values()) == {"query", "execute", ""}


def door_of(method: ast.AST) -> str:
    """Return the method of the executor that a method of a desk calls; empty without one."""
    doors = {
        each.attr
        for each in ast.walk(method)
        if isinstance(each, ast.Attribute) and ast.unparse(each.value) == "self._executor"
    }
    assert len(doors) <= 1, doors
    return "".join(doors)


def doors_in(tree: ast.AST) -> set[str]:
    """Return the names of a store's writes, and ``store`` itself, that a tree mentions."""
    names = {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
    return names & {"store", *STORE_WRITES}


def test_every_write_of_an_engine_is_listed_with_its_check() -> None:
    writes = {
        method.name: doors_in(method) & STORE_WRITES
        for method in ast.walk(ast.parse(Path(engine_module.__file__).read_text("utf-8")))
        if isinstance(method, ast.FunctionDef)
    }
    assert {name for name, doors in writes.items() if doors} == set(ENGINE_WRITES)
    store = WatchedStore(ManualClock(NOW))
    engine = Engine(store)
    engine.add_restaurant(a_house())
    engine.remove_restaurant("house")
    assert set(store.watched.entered) == set(ENGINE_WRITES["remove_restaurant"])


READING_JOBS: Final = ("check_local_times", "measure_store")


def test_every_job_is_listed() -> None:
    functions = {name for name in jobs.__all__ if inspect.isfunction(getattr(jobs, name))}
    # ``relay_forever`` is ``relay_outbox`` in a loop.
    sync = {*JOB_WRITES, *UPKEEP, *READING_JOBS, "relay_forever"}
    # The twin of a job runs the same coroutine.
    assert functions == sync | {f"async_{name}" for name in sync}
    for path in Path(jobs.__file__).parent.glob("*.py"):
        assert not doors_in(ast.parse(path.read_text("utf-8"))) & STORE_WRITES, path.name


def test_the_writes_of_a_job_run_decision_functions() -> None:
    clock = ManualClock(NOW)
    store = WatchedStore(clock)
    desk = Engine(store, ids=CountedIds("n")).add_restaurant(a_house(one_table()), actor=STAFF)
    held(desk, 4, "17:00")
    booked(desk, 4, "19:00")
    desk.join_waitlist(party_size(4, "20:30"))
    desk.join_waitlist(party_size(4, "20:45"), WaitlistTerms(until=at("12:05")))

    def watched(job: Callable[[], object], name: str) -> None:
        store.watched = Watched()
        job()
        assert store.watched.written, name
        assert store.watched.is_decided_by(JOB_WRITES[name]), name

    clock.move_to(at("12:10"))
    watched(lambda: sweep_holds(store), "sweep_holds")
    watched(lambda: offer_waitlist(store), "offer_waitlist")
    assert set(JOB_WRITES["offer_waitlist"]) <= set(store.watched.entered)
    clock.move_to(at("19:40"))
    watched(lambda: release_late(store, after_minutes=30), "release_late")


@pytest.mark.parametrize("job", UPKEEP)
def test_upkeep_writes_no_decision(job: str) -> None:
    clock = ManualClock(NOW)
    store = WatchedStore(clock)
    desk = Engine(store).add_restaurant(a_house(), actor=STAFF)
    desk.cancel(desk.confirm(held(desk, 4).id).id)
    clock.move_to(NOW + timedelta(days=90))
    store.watched = Watched()
    assert UPKEEP[job](store)
    assert not store.watched.written


# ---- paths that avoid the decisions --------------------------------------------------------------


class ScribblingDesk(Desk):
    """A desk with methods that nobody reviewed."""

    def past_the_executor(self, booking_id: str) -> None:
        """Write with the store itself."""
        self._executor.store.transact(
            Scope(self.restaurant_id, bookings=frozenset((booking_id,))),
            lambda view: Decision(None, larger(view, booking_id)),
        )

    def past_the_commands(self, booking_id: str) -> None:
        """Write with a decision of its own."""
        invocation = self._caller.invocation("scribble", None, {})
        scope = Scope(self.restaurant_id, bookings=frozenset((booking_id,)))
        command: Command[None] = Command(
            invocation, scope, lambda view, _: Decision(None, larger(view, booking_id))
        )
        self._executor.execute(command)

    def beside_the_decision(self, booking_id: str) -> None:
        """Add a change to the decision of a command."""
        command = status.cancel(self._caller, booking_id, expected=None, key=None)

        def decide(view: View, compiled: CompiledHouse) -> Decision[object]:
            decided = command.decide(view, compiled)
            return Decision(None, attrs.evolve(decided.changes, events=()))

        self._executor.execute(attrs.evolve(command, decide=decide))


def larger(view: View, booking_id: str) -> Changes:
    booking = view.find_booking(booking_id)
    assert booking is not None
    changed = attrs.evolve(booking, party_size=99, version=booking.version + 1)
    return Changes(bookings=(changed,))


@pytest.mark.parametrize(
    "method", ["past_the_executor", "past_the_commands", "beside_the_decision"]
)
def test_a_path_that_avoids_the_decision_functions_is_found(method: str) -> None:
    store = WatchedStore(ManualClock(NOW))
    desk = Engine(store, ids=CountedIds("n")).add_restaurant(a_house(), actor=STAFF)
    booked(desk, 2, booking_id="b1")
    store.watched = Watched()
    getattr(ScribblingDesk(desk._executor, desk._caller), method)("b1")
    assert store.watched.written
    assert not any(store.watched.is_decided_by(each) for each in WRITES.values())
