"""Duels: two calls at once on a small house, and the facts that must hold in every order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

import attrs

from fourtop import (
    Allocation,
    AllocationsOverlap,
    Booking,
    BookingStatus,
    CapacityRule,
    Code,
    CountedIds,
    DayPlan,
    Desk,
    Engine,
    EventType,
    Hold,
    HoldEnded,
    HoldExpired,
    HoldLimit,
    HoldRules,
    House,
    IllegalTransition,
    ManualClock,
    Refused,
    Reseating,
    TableState,
    WalkIn,
    sketch_floor,
)
from fourtop.errors import NotFound
from fourtop.ports import Changes
from fourtop.storage.memory.state import RestaurantState
from fourtop.testing.interleavings import Interleaving, Scheduler, SteppedStore
from fourtop.timeline import Occupancy
from tests.contract.broken_judge import IgnoresAbsentRemovals
from tests.evening import NOW, a_house, at, booked, change, held, one_table, party_size, table_rows

R = TypeVar("R")
Calls = Mapping[str, Callable[[], object]]
MakeStore = Callable[[Scheduler, ManualClock], SteppedStore]


class LocklessStore(SteppedStore):
    """A stepped store that forgets the lock, and nothing else: it still judges what is written."""

    def _inside(self, restaurant_id: str, work: Callable[[RestaurantState], R]) -> R:
        state = self._states.get(restaurant_id)
        if state is None:
            raise NotFound("restaurant", restaurant_id)
        self._scheduler.step("lock")
        return work(state)


class BlindOccupancy(Occupancy):
    """It drops a row that overlaps another, as if it had been written."""

    def add(self, allocation: Allocation) -> None:
        with suppress(AllocationsOverlap):
            super().add(allocation)


class TrustingState(IgnoresAbsentRemovals):
    """It judges nothing."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.occupancy = BlindOccupancy([table.id for table in house.floor.tables])

    def _check_bookings(self, changes: Changes) -> None:
        pass

    def _check_new(self, changes: Changes) -> None:
        pass


class CarelessStore(LocklessStore):
    """A stepped store that neither locks nor judges: the check-then-write of the textbooks."""

    def _new_state(self, house: House) -> RestaurantState:
        return TrustingState(house)


@attrs.frozen
class Scene:
    """A restaurant in which something has happened already."""

    desk: Desk
    clock: ManualClock
    store: SteppedStore
    hold: Hold | None = None
    booking: Booking | None = None
    reseating: Reseating | None = None
    plan: DayPlan | None = None

    @property
    def found(self) -> Reseating:
        assert self.reseating is not None
        return self.reseating

    @property
    def hold_id(self) -> str:
        assert self.hold is not None
        return self.hold.id

    @property
    def booking_id(self) -> str:
        assert self.booking is not None
        return self.booking.id


@attrs.frozen
class Duel:
    """Two calls or more, the house that they are made in, and the judge of what came of them.

    Args:
        house: The house.
        calls: The calls by name.
        judge: Asserts what has to hold after every run.
        prepare: What has happened before: returns fields of the scene.
        then: What happens in the prepared scene, such as the time that passes.
        runs: In how many orders the steps can come on a store with a lock.
        needs_lock: Whether a store that judges, but does not lock, goes wrong in some order.
    """

    house: House
    calls: Callable[[Scene, Scheduler], Calls]
    judge: Callable[[Interleaving[Scene]], None]
    prepare: Callable[[Desk], dict[str, Any]] = lambda _: {}
    then: Callable[[Scene], object] = attrs.field(default=lambda _: None, kw_only=True)
    runs: int = attrs.field(kw_only=True)
    needs_lock: bool = attrs.field(default=False, kw_only=True)

    def set_on(self, make_store: MakeStore) -> Callable[[Scheduler], Scene]:
        def make_scene(scheduler: Scheduler) -> Scene:
            clock = ManualClock(NOW)
            store = make_store(scheduler, clock)
            desk = Engine(store, ids=CountedIds("n")).add_restaurant(self.house)
            scene = Scene(desk, clock, store, **self.prepare(desk))
            self.then(scene)
            return scene

        return make_scene


def two_tables() -> House:
    """Two fours that cannot be joined."""
    return a_house(sketch_floor({"1": 4, "2": 4}))


def sorted_out(run: Interleaving[Scene], kind: type[Any]) -> tuple[list[Any], list[Any]]:
    """Return the answers of a kind, and the others."""
    answers = list(run.answers.values())
    return [each for each in answers if isinstance(each, kind)], [
        each for each in answers if not isinstance(each, kind)
    ]


def won_and_lost(run: Interleaving[Scene], kind: type[Any]) -> tuple[Any, Any]:
    """Return the one answer of a kind, and the one of another."""
    won, lost = sorted_out(run, kind)
    assert (len(won), len(lost)) == (1, 1), "not exactly one has won"
    return won[0], lost[0]


def owners(desk: Desk) -> list[tuple[str, str]]:
    return sorted((row.resource_id, row.owner_id) for row in table_rows(desk))


# ---- hold x hold


def _two_holds(scene: Scene, _: Scheduler) -> Calls:
    return {
        "a": lambda: scene.desk.hold(party_size(4), key="a"),
        "b": lambda: scene.desk.hold(party_size(4), key="b"),
    }


def _one_holds(run: Interleaving[Scene]) -> None:
    desk = run.scene.desk
    won, lost = won_and_lost(run, Hold)
    assert isinstance(lost, Refused)
    assert lost.code is Code.TABLES_TAKEN
    assert owners(desk) == [("1", won.id)]
    winner = next(name for name, answer in run.answers.items() if answer is won)
    again = desk.hold(party_size(4), key=winner)
    assert (again, again.replayed) == (won, True)


def _both_hold(run: Interleaving[Scene]) -> None:
    won, lost = sorted_out(run, Hold)
    assert lost == []
    assert owners(run.scene.desk) == sorted((each.tables[0], each.id) for each in won)


def _two_holds_apart(scene: Scene, _: Scheduler) -> Calls:
    return {
        "a": lambda: scene.desk.hold(party_size(4, tables=["1"])),
        "b": lambda: scene.desk.hold(party_size(4, tables=["2"])),
    }


def _one_is_over_the_limit(run: Interleaving[Scene]) -> None:
    won, lost = won_and_lost(run, Hold)
    assert isinstance(lost, HoldLimit)
    assert [owner for _, owner in owners(run.scene.desk)] == [won.id]


# ---- confirm, release, extend


def _with_hold(desk: Desk) -> dict[str, Any]:
    return {"hold": held(desk, 4)}


def _confirm_and_release(scene: Scene, _: Scheduler) -> Calls:
    return {
        "confirm": lambda: scene.desk.confirm(scene.hold_id, key="c"),
        "release": lambda: scene.desk.release_hold(scene.hold_id),
    }


def _confirmed_or_released(run: Interleaving[Scene]) -> None:
    desk, hold_id = run.scene.desk, run.scene.hold_id
    confirm, release = run.answers["confirm"], run.answers["release"]
    evidence = [each.confirmed for each in desk.confirmations(hold_id)]
    if isinstance(confirm, Booking):
        assert isinstance(release, HoldEnded)
        assert release.state == "confirmed"
        assert owners(desk) == [("1", confirm.id)]
        assert evidence == [True]
        again = desk.confirm(hold_id, key="c")
        assert (again, again.replayed) == (confirm, True)
    else:
        assert isinstance(confirm, HoldEnded)
        assert confirm.state == "released"
        assert isinstance(release, Hold)
        assert owners(desk) == []
        assert evidence == [False]


def _two_confirmations(scene: Scene, _: Scheduler) -> Calls:
    return {
        "a": lambda: scene.desk.confirm(scene.hold_id, key="a"),
        "b": lambda: scene.desk.confirm(scene.hold_id, booking_id=None, key="b"),
    }


def _confirmed_once(run: Interleaving[Scene]) -> None:
    desk, hold_id = run.scene.desk, run.scene.hold_id
    confirmed, others = sorted_out(run, Booking)
    assert others == []
    assert sorted(each.replayed for each in confirmed) == [False, True]
    assert confirmed[0] == confirmed[1]
    assert owners(desk) == [("1", confirmed[0].id)]
    assert [each.confirmed for each in desk.confirmations(hold_id)] == [True]
    again = desk.confirm(hold_id, key="later")
    assert (again, again.replayed) == (confirmed[0], True)


def _extend_against_time(scene: Scene, scheduler: Scheduler) -> Calls:
    def tick() -> None:
        scheduler.step("tick")
        scene.clock.advance(seconds=180)

    return {
        "extend": lambda: scene.desk.extend_hold(scene.hold_id, seconds=60),
        "rival": lambda: scene.desk.hold(party_size(4)),
        "time": tick,
    }


def _extended_or_expired(run: Interleaving[Scene]) -> None:
    """Judge by the trace: what a call is told as the time, it is told when it reads the clock."""
    desk = run.scene.desk
    extend, rival = run.answers["extend"], run.answers["rival"]
    tick = run.steps.index(("time", "tick"))
    if run.steps.index(("extend", "clock")) < tick:
        assert isinstance(extend, Hold)
        assert isinstance(rival, Refused)
        assert owners(desk) == [("1", run.scene.hold_id)]
        return
    assert isinstance(extend, HoldExpired)
    if run.steps.index(("rival", "clock")) < tick:
        assert isinstance(rival, Refused)
        assert owners(desk) == [("1", run.scene.hold_id)]
    else:
        assert isinstance(rival, Hold)
        assert owners(desk) == [("1", rival.id)]


def _extend_and_release(scene: Scene, _: Scheduler) -> Calls:
    return {
        "extend": lambda: scene.desk.extend_hold(scene.hold_id, seconds=60),
        "release": lambda: scene.desk.release_hold(scene.hold_id),
    }


def _released_at_the_end(run: Interleaving[Scene]) -> None:
    desk = run.scene.desk
    extend = run.answers["extend"]
    assert isinstance(run.answers["release"], Hold)
    assert isinstance(extend, Hold) or (
        isinstance(extend, HoldEnded) and extend.state == "released"
    )
    assert owners(desk) == []
    assert desk.find_hold(run.scene.hold_id) is None


# ---- replace x hold


def _replace_and_hold(scene: Scene, _: Scheduler) -> Calls:
    return {
        "replace": lambda: scene.desk.replace_hold(scene.hold_id, party_size(4, tables=["2"])),
        "rival": lambda: scene.desk.hold(party_size(4)),
    }


def _replaced_or_kept(run: Interleaving[Scene]) -> None:
    desk, hold_id = run.scene.desk, run.scene.hold_id
    replace, rival = run.answers["replace"], run.answers["rival"]
    assert isinstance(rival, Hold)
    if isinstance(replace, Hold):
        # The rival comes second, and gets the table that was given up.
        assert owners(desk) == [("1", rival.id), ("2", replace.id)]
        assert desk.find_hold(hold_id) is None
    else:
        assert isinstance(replace, Refused)
        assert owners(desk) == [("1", hold_id), ("2", rival.id)]
        assert desk.find_hold(hold_id) == run.scene.hold


# ---- bookings


def _two_bookings(scene: Scene, _: Scheduler) -> Calls:
    return {
        "a": lambda: scene.desk.book(party_size(4), key="a"),
        "b": lambda: scene.desk.book(party_size(4), key="b"),
    }


def _one_books(run: Interleaving[Scene]) -> None:
    desk = run.scene.desk
    won, lost = won_and_lost(run, Booking)
    assert isinstance(lost, Refused)
    assert lost.code is Code.TABLES_TAKEN
    assert owners(desk) == [("1", won.id)]
    winner = next(name for name, answer in run.answers.items() if answer is won)
    again = desk.book(party_size(4), key=winner)
    assert (again, again.replayed) == (won, True)


def _two_bookings_apart(scene: Scene, _: Scheduler) -> Calls:
    return {
        "a": lambda: scene.desk.book(party_size(4, tables=["1"])),
        "b": lambda: scene.desk.book(party_size(4, tables=["2"])),
    }


def _one_is_over_the_cap(run: Interleaving[Scene]) -> None:
    won, lost = won_and_lost(run, Booking)
    assert isinstance(lost, Refused)
    assert lost.code is Code.CAPACITY_EXCEEDED
    assert [owner for _, owner in owners(run.scene.desk)] == [won.id]


def _the_same_booking_twice(scene: Scene, _: Scheduler) -> Calls:
    return {
        "a": lambda: scene.desk.book(party_size(4), key="k"),
        "b": lambda: scene.desk.book(party_size(4), key="k"),
    }


def _booked_once(run: Interleaving[Scene]) -> None:
    won, lost = sorted_out(run, Booking)
    assert lost == []
    assert sorted(each.replayed for each in won) == [False, True]
    assert won[0] == won[1]
    assert len(owners(run.scene.desk)) == 1


def _with_booking(desk: Desk) -> dict[str, Any]:
    return {"booking": booked(desk, 4)}


def _cancel_and_reschedule(scene: Scene, _: Scheduler) -> Calls:
    return {
        "cancel": lambda: scene.desk.cancel(scene.booking_id),
        "reschedule": lambda: scene.desk.reschedule(scene.booking_id, change(4, "20:45")),
    }


def _cancelled_at_the_end(run: Interleaving[Scene]) -> None:
    desk = run.scene.desk
    reschedule = run.answers["reschedule"]
    assert isinstance(run.answers["cancel"], Booking)
    assert isinstance(reschedule, Booking | IllegalTransition)
    final = desk.get_booking(run.scene.booking_id)
    assert final.status is BookingStatus.CANCELLED
    assert final.start == at("20:45" if isinstance(reschedule, Booking) else "19:00")
    assert final.version == (3 if isinstance(reschedule, Booking) else 2)
    assert owners(desk) == []


# ---- the live service: stays of one hour


def _in_an_hour(desk: Desk) -> dict[str, Any]:
    return {"booking": booked(desk, 4)}


def _seat_twice(scene: Scene, _: Scheduler) -> Calls:
    return {name: lambda: scene.desk.seat(scene.booking_id) for name in ("a", "b")}


def _seated_once(run: Interleaving[Scene]) -> None:
    won, lost = sorted_out(run, Booking)
    assert lost == []
    assert won[0] == won[1] == run.scene.desk.get_booking(run.scene.booking_id)
    assert (won[0].status, won[0].version) == (BookingStatus.CHECKED_IN, 2)
    kinds = [event.type for event in run.scene.store.events("house")]
    assert kinds.count(EventType.BOOKING_STATUS) == 1


def _seat_and_book(scene: Scene, _: Scheduler) -> Calls:
    return {
        "seat": lambda: scene.desk.seat(scene.booking_id),
        "book": lambda: scene.desk.book(party_size(4, "18:00")),
    }


def _seated_early_or_booked(run: Interleaving[Scene]) -> None:
    desk = run.scene.desk
    won, lost = won_and_lost(run, Booking)
    assert isinstance(lost, Refused)
    if won.id == run.scene.booking_id:
        assert owners(desk) == [("1", won.id)]
        assert lost.code is Code.TABLES_TAKEN
    else:
        assert owners(desk) == [("1", run.scene.booking_id), ("1", won.id)]
        assert lost.refusal.reasons[0].details["in_the_way"][0]["owner_id"] == won.id


def at_six(scene: Scene) -> None:
    scene.clock.move_to(at("18:00"))


def _sits(scene: Scene) -> None:
    scene.clock.move_to(at("19:00"))
    scene.desk.seat(scene.booking_id)


def _prolong_and_book(scene: Scene, _: Scheduler) -> Calls:
    return {
        "prolong": lambda: scene.desk.prolong(scene.booking_id, minutes=30),
        "book": lambda: scene.desk.book(party_size(4, "20:00")),
    }


def _prolonged_or_booked(run: Interleaving[Scene]) -> None:
    desk = run.scene.desk
    won, lost = won_and_lost(run, Booking)
    assert isinstance(lost, Refused)
    if won.id == run.scene.booking_id:
        assert owners(desk) == [("1", won.id)]
        assert won.stay.dining.end == at("20:30")
    else:
        assert lost.code is Code.NEEDED_NEXT
        assert owners(desk) == [("1", run.scene.booking_id), ("1", won.id)]


def _walk_in_and_hold(scene: Scene, _: Scheduler) -> Calls:
    return {
        "walk_in": lambda: scene.desk.walk_in(WalkIn(4)),
        "hold": lambda: scene.desk.hold(party_size(4, "18:00")),
    }


def _sits_or_holds(run: Interleaving[Scene]) -> None:
    won, lost = sorted_out(run, Booking | Hold)  # type: ignore[arg-type]  # isinstance takes it.
    assert (len(won), len(lost)) == (1, 1)
    assert isinstance(lost[0], Refused)
    assert lost[0].code is Code.TABLES_TAKEN
    assert owners(run.scene.desk) == [("1", won[0].id)]


def _two_in_a_row(desk: Desk) -> dict[str, Any]:
    return {"booking": booked(desk, 4), "hold": held(desk, 4, "20:00")}


def _has_left_late(scene: Scene) -> None:
    """The next party is due, and the one before it has just left, ten minutes late."""
    scene.desk.confirm(scene.hold_id, booking_id="next")
    _sits(scene)
    scene.clock.move_to(at("20:10"))
    scene.desk.complete(scene.booking_id)


def _undo_and_seat(scene: Scene, _: Scheduler) -> Calls:
    return {
        "undo": lambda: scene.desk.undo(scene.booking_id),
        "seat": lambda: scene.desk.seat("next"),
    }


def _one_sits(run: Interleaving[Scene]) -> None:
    won, lost = won_and_lost(run, Booking)
    assert isinstance(lost, Refused)
    assert lost.code is Code.TABLE_OCCUPIED
    assert won.status is BookingStatus.CHECKED_IN
    assert run.scene.desk.table_states()["1"] is not TableState.AVAILABLE


ONE_HOUR: Final = a_house(one_table(), turn_minutes=60)
ONE_TABLE: Final = a_house(one_table())
DUELS: Final[Mapping[str, Duel]] = {
    "seat x seat": Duel(ONE_HOUR, _seat_twice, _seated_once, _in_an_hour, then=at_six, runs=8),
    "seat x book": Duel(
        ONE_HOUR, _seat_and_book, _seated_early_or_booked, _in_an_hour, then=at_six, runs=8
    ),
    "prolong x book": Duel(
        ONE_HOUR, _prolong_and_book, _prolonged_or_booked, _in_an_hour, then=_sits, runs=8
    ),
    "walk_in x hold": Duel(ONE_HOUR, _walk_in_and_hold, _sits_or_holds, then=at_six, runs=8),
    "undo x seat": Duel(
        ONE_HOUR,
        _undo_and_seat,
        _one_sits,
        _two_in_a_row,
        then=_has_left_late,
        runs=8,
        needs_lock=True,
    ),
    "hold x hold for the last table": Duel(ONE_TABLE, _two_holds, _one_holds, runs=8),
    "hold x hold with a table for each": Duel(two_tables(), _two_holds, _both_hold, runs=8),
    "hold x hold under a limit": Duel(
        attrs.evolve(
            two_tables(), policy=attrs.evolve(two_tables().policy, holds=HoldRules(max_live=1))
        ),
        _two_holds_apart,
        _one_is_over_the_limit,
        runs=8,
        needs_lock=True,
    ),
    "confirm x release": Duel(
        ONE_TABLE, _confirm_and_release, _confirmed_or_released, _with_hold, runs=8
    ),
    "confirm x confirm": Duel(ONE_TABLE, _two_confirmations, _confirmed_once, _with_hold, runs=8),
    "extend x expiry x hold": Duel(
        ONE_TABLE, _extend_against_time, _extended_or_expired, _with_hold, runs=61, needs_lock=True
    ),
    "extend x release": Duel(
        ONE_TABLE, _extend_and_release, _released_at_the_end, _with_hold, runs=8, needs_lock=True
    ),
    "replace x hold": Duel(two_tables(), _replace_and_hold, _replaced_or_kept, _with_hold, runs=8),
    "book x book for the last table": Duel(ONE_TABLE, _two_bookings, _one_books, runs=8),
    "book x book under a cap": Duel(
        attrs.evolve(
            two_tables(),
            policy=attrs.evolve(two_tables().policy, capacity_rules=[CapacityRule(max_covers=6)]),
        ),
        _two_bookings_apart,
        _one_is_over_the_cap,
        runs=8,
        needs_lock=True,
    ),
    "book x book of one key": Duel(ONE_TABLE, _the_same_booking_twice, _booked_once, runs=8),
    "cancel x reschedule": Duel(
        ONE_TABLE, _cancel_and_reschedule, _cancelled_at_the_end, _with_booking, runs=8
    ),
}
