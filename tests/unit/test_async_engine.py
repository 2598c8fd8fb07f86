"""The async engine mirrors the sync one, answers alike, and a cancel leaves nothing half done."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any, Final, TypeVar, get_type_hints

import attrs
import pytest

from fourtop import (
    AllocationsOverlap,
    AsyncDesk,
    AsyncEngine,
    AsyncMemoryStore,
    Booking,
    BookingStatus,
    ClockBehind,
    CountedIds,
    Desk,
    Engine,
    Event,
    FourtopError,
    House,
    InvalidInput,
    ManualClock,
    MemoryStore,
    Move,
    NotFound,
    OutcomeUnknown,
    Refused,
)
from fourtop.engine.dispatch.executor import at_once
from fourtop.ports import AsyncStore, Changes, Decision, EventPage, Need, Scope, Store, View
from tests.evening import (
    MONTH,
    NOW,
    STAFF,
    a_house,
    one_table,
    party_size,
)
from tests.unit.desk_calls import CALLS, CLOCK, EVENING

T = TypeVar("T")

OVERLAP: Final = AllocationsOverlap(
    "table", "1", "a9", "booking", "b9", "2026-05-01T19:00:00+00:00", "2026-05-01T20:30:00+00:00"
)

# ---- the mirror ----------------------------------------------------------------------------------

MIRRORS: Final = [(Desk, AsyncDesk), (Engine, AsyncEngine), (Store, AsyncStore)]
AWAITED_FOR: Final[dict[Any, Any]] = {Desk: AsyncDesk, Engine: AsyncEngine, Store: AsyncStore}
# All other methods touch the store.
NOT_AWAITED: Final = {"Engine.desk", "Engine.on_store", "Engine.within"}


def public(kind: type[Any]) -> dict[str, Any]:
    """Return the public members of a class and of our classes that it derives from."""
    members: dict[str, Any] = {}
    for each in reversed(kind.__mro__):
        if each.__module__.partition(".")[0] == "fourtop":
            members |= vars(each)
    return {name: member for name, member in members.items() if not name.startswith("_")}


def facts(function: Callable[..., Any]) -> tuple[list[inspect.Parameter], dict[str, Any]]:
    named = inspect.signature(function).parameters.values()
    parameters = [each.replace(annotation=inspect.Parameter.empty) for each in named]
    hints = get_type_hints(function)
    return parameters, {name: AWAITED_FOR.get(hint, hint) for name, hint in hints.items()}


def bare(annotation: object) -> object:
    """Type variables of two modules are two, whatever their names."""
    return str(annotation) if "~" in str(annotation) else annotation


@pytest.mark.parametrize(("called", "awaited"), MIRRORS, ids=lambda kind: kind.__name__)
def test_the_awaited_one_has_the_same_members_in_the_same_order(
    called: type[Any], awaited: type[Any]
) -> None:
    assert list(public(awaited)) == list(public(called))
    kinds = {name: isinstance(member, property) for name, member in public(called).items()}
    assert {name: isinstance(member, property) for name, member in public(awaited).items()} == kinds


@pytest.mark.parametrize(("called", "awaited"), MIRRORS, ids=lambda kind: kind.__name__)
def test_the_awaited_one_takes_and_returns_the_same(called: type[Any], awaited: type[Any]) -> None:
    for name, member in public(called).items():
        mirrored = public(awaited)[name]
        if isinstance(member, property):
            assert get_type_hints(member.fget) == get_type_hints(mirrored.fget), name
            continue
        (parameters, hints), (mirrored_parameters, mirrored_hints) = facts(member), facts(mirrored)
        assert mirrored_parameters == parameters, name
        assert {key: bare(hint) for key, hint in mirrored_hints.items()} == {
            key: bare(hint) for key, hint in hints.items()
        }, name


@pytest.mark.parametrize(("called", "awaited"), MIRRORS, ids=lambda kind: kind.__name__)
def test_what_touches_the_store_is_awaited(called: type[Any], awaited: type[Any]) -> None:
    for name, member in public(awaited).items():
        if not isinstance(member, property):
            expected = f"{called.__name__}.{name}" not in NOT_AWAITED
            assert inspect.iscoroutinefunction(member) == expected, name


# ---- the same answers ----------------------------------------------------------------------------


@attrs.frozen
class Raised:
    """What came of a call that failed."""

    kind: type[FourtopError]
    details: dict[str, Any]


def answered(desk: Desk, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
    try:
        member = getattr(desk, name)
        return member(*args, **kwargs) if callable(member) else member
    except FourtopError as error:
        return Raised(type(error), error.details)


async def awaited(
    desk: AsyncDesk, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> object:
    try:
        member = getattr(desk, name)
        return await member(*args, **kwargs) if callable(member) else member
    except FourtopError as error:
        return Raised(type(error), error.details)


def played() -> tuple[MemoryStore, list[object]]:
    """The store and the answers after the evening of a sync desk."""
    clock = ManualClock(NOW)
    store = MemoryStore(clock)
    desk = Engine(store, ids=CountedIds("n")).add_restaurant(a_house(), actor=STAFF)
    answers: list[object] = []
    for name, args, kwargs in EVENING:
        if name == CLOCK:
            clock.move_to(*args)
        else:
            answers.append(answered(desk, name, args, kwargs))
    return store, answers


def test_every_call_of_an_evening_is_answered_alike() -> None:
    called, expected = played()

    async def play() -> tuple[list[object], tuple[Event, ...]]:
        clock = ManualClock(NOW)
        store = AsyncMemoryStore(clock)
        other = await AsyncEngine(store, ids=CountedIds("n")).add_restaurant(a_house(), actor=STAFF)
        answers: list[object] = []
        for name, args, kwargs in EVENING:
            if name == CLOCK:
                clock.move_to(*args)
            else:
                answers.append(await awaited(other, name, args, kwargs))
        return answers, await store.events("house")

    answers, events = asyncio.run(play())
    for (name, args, kwargs), answer, wanted in zip(CALLS, answers, expected, strict=True):
        assert answer == wanted, (name, args, kwargs)
    assert events == called.events("house")


def test_every_method_is_called_that_evening_and_succeeds_once() -> None:
    assert {name for name, _, _ in CALLS} == set(public(Desk))
    _, answers = played()
    succeeded = {
        name
        for (name, _, _), answer in zip(CALLS, answers, strict=True)
        if not isinstance(answer, Raised)
    }
    assert succeeded == set(public(Desk))


def test_an_engine_lists_its_restaurants_and_finds_their_desks() -> None:
    async def play() -> tuple[str, ...]:
        engine = AsyncEngine(AsyncMemoryStore())
        for name in ("There", "Here"):
            await engine.add_restaurant(a_house(name=name))
        assert (await engine.desk("here").house()).restaurant.name == "Here"
        with pytest.raises(InvalidInput, match="house"):
            await engine.add_restaurant("here")  # type: ignore[arg-type]  # what somebody may pass who does not check types
        return await engine.restaurant_ids()

    assert asyncio.run(play()) == ("here", "there")


def test_an_awaited_engine_moves_to_another_store_with_its_ids() -> None:
    async def play() -> list[str]:
        house = a_house()
        engine = AsyncEngine(AsyncMemoryStore(ManualClock(NOW)), ids=CountedIds("n"))
        first = await engine.add_restaurant(house)
        second = await engine.on_store(AsyncMemoryStore(ManualClock(NOW))).add_restaurant(house)
        own = engine.on_store(AsyncMemoryStore(ManualClock(NOW)), ids=CountedIds("m"))
        third = await own.add_restaurant(house)
        with pytest.raises(InvalidInput, match="store"):
            engine.on_store("sqlite:///pub.db")  # type: ignore[arg-type]  # The error that is tested.
        return [(await desk.book(party_size(2))).id for desk in (first, second, third)]

    assert asyncio.run(play()) == ["n1", "n2", "m1"]


def test_an_awaited_engine_goes_into_a_transaction_by_the_store_of_that_transaction() -> None:
    class Hosting(AsyncMemoryStore):
        def within(self, connection: object) -> AsyncStore:
            return inside if connection == "the transaction" else self

    inside = AsyncMemoryStore(ManualClock(NOW))
    engine = AsyncEngine(Hosting(ManualClock(NOW)))
    assert engine.within("the transaction").store is inside
    with pytest.raises(InvalidInput, match="store: must be a store in a database"):
        AsyncEngine(AsyncMemoryStore()).within("the transaction")


def test_tasks_at_once_share_the_tables_out() -> None:
    async def play() -> tuple[int, bool]:
        desk = await AsyncEngine(AsyncMemoryStore(ManualClock(NOW))).add_restaurant(a_house())
        calls = (desk.book(party_size(4)) for _ in range(10))
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(each) for each in answers if isinstance(each, Exception)} == {Refused}
        return sum(not isinstance(each, Exception) for each in answers), (
            await desk.audit()
        ).is_clean

    assert asyncio.run(play()) == (4, True)


# ---- races and cancellation ----------------------------------------------------------------------


class SteppingStore:
    """A store that is somewhere else, as it were: each call awaits its way there and back.

    Args:
        cancelled_at: The await, counted over all calls from 0, at which the task that makes the
            call is cancelled.
        losses: What the next transactions fail with at their commit.
    """

    def __init__(
        self, *, cancelled_at: int | None = None, losses: Iterable[FourtopError] = ()
    ) -> None:
        self.memory = MemoryStore(ManualClock(NOW))
        self.cancelled_at = cancelled_at
        self.losses = list(losses)
        self.awaits = 0
        self.tries = 0

    async def _step(self) -> None:
        task = asyncio.current_task()
        if task is not None and self.awaits == self.cancelled_at:
            task.cancel()
        self.awaits += 1
        await asyncio.sleep(0)

    async def add_restaurant(self, house: House) -> None:
        await self._step()
        self.memory.add_restaurant(house)
        await self._step()

    async def remove_restaurant(self, scope: Scope, check: Callable[[View], Need | None]) -> None:
        await self._step()
        self.memory.remove_restaurant(scope, check)
        await self._step()

    async def restaurant_ids(self) -> tuple[str, ...]:
        await self._step()
        return self.memory.restaurant_ids()

    async def read(self, scope: Scope, ask: Callable[[View], T | Need]) -> T:
        await self._step()
        answer = self.memory.read(scope, ask)
        await self._step()
        return answer

    async def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        self.tries += 1
        await self._step()
        if self.losses:
            self.memory.transact(scope, lambda view: undone(decide(view)))
            await self._step()
            raise self.losses.pop(0)
        answer = self.memory.transact(scope, decide)
        await self._step()
        return answer

    async def events(self, restaurant_id: str) -> tuple[Event, ...]:
        await self._step()
        return self.memory.events(restaurant_id)

    async def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> EventPage:
        await self._step()
        return self.memory.events_after(restaurant_id, sequence, limit)


def undone(decided: Decision[Any] | Need) -> Decision[Any] | Need:
    return decided if isinstance(decided, Need) else Decision(None, Changes())


def desks(store: SteppingStore, house: House | None = None) -> tuple[Desk, AsyncDesk]:
    """A sync desk that prepares and checks, and the desk under test; both at one restaurant."""
    seen = Engine(store.memory, ids=CountedIds("seen-")).add_restaurant(
        a_house() if house is None else house
    )
    return seen, AsyncEngine(store, ids=CountedIds("n")).desk("house")


Command = Callable[[AsyncDesk], Awaitable[Any]]
COMMANDS: Final[dict[str, Command]] = {
    "hold": lambda desk: desk.hold(party_size(4), key="k"),
    "extend": lambda desk: desk.extend_hold("seen-1", seconds=60, key="k"),
    "confirm": lambda desk: desk.confirm("seen-1", booking_id="b1", key="k"),
    "replace": lambda desk: desk.replace_hold("seen-1", party_size(4, "18:00"), key="k"),
    "book": lambda desk: desk.book(party_size(4), key="k"),
    "cancel": lambda desk: desk.cancel("seen-2", key="k"),
    "move": lambda desk: desk.move([Move("seen-2", ("5",))], key="k"),
}


def state(desk: Desk, store: SteppingStore) -> tuple[object, ...]:
    seen = (
        desk.versions(),
        desk.bookings(MONTH),
        desk.allocations(MONTH),
        desk.confirmations("seen-1"),
    )
    return (*seen, desk.find_hold("seen-1"), store.memory.events("house"))


def scene(
    *, cancelled_at: int | None = None, losses: Iterable[FourtopError] = ()
) -> tuple[SteppingStore, Desk, AsyncDesk]:
    store = SteppingStore(cancelled_at=cancelled_at, losses=losses)
    seen, desk = desks(store)
    seen.hold(party_size(2))
    seen.book(party_size(2))
    return store, seen, desk


async def was_cancelled(command: Awaitable[object]) -> bool:
    """Make the call in a task of its own, and tell whether it was cancelled."""

    async def make() -> None:
        await command

    task = asyncio.create_task(make())
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
    return task.cancelled()


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_cancelled_at_any_await_a_command_has_happened_or_has_not(command: Command) -> None:
    store, seen, desk = scene()
    before = state(seen, store)
    asyncio.run(was_cancelled(command(desk)))
    after = state(seen, store)
    assert before != after
    found = []
    for place in range(store.awaits):
        store, seen, desk = scene(cancelled_at=place)
        assert asyncio.run(was_cancelled(command(desk)))
        found.append(state(seen, store))
    assert [each == before for each in found] == [True, False]
    assert [each == after for each in found] == [False, True]


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("place", [0, 1])
def test_a_command_that_was_cancelled_is_settled_by_its_key(command: Command, place: int) -> None:
    store, seen, desk = scene()
    asyncio.run(was_cancelled(command(desk)))
    after = state(seen, store)
    store, seen, desk = scene(cancelled_at=place)

    async def settle() -> Any:
        assert await was_cancelled(command(desk))
        # The ids start anew, as if the first call had been the only one.
        return await command(AsyncEngine(store, ids=CountedIds("n")).desk("house"))

    answer = asyncio.run(settle())
    first = answer[0] if isinstance(answer, tuple) else answer
    assert first.replayed == (place == 1)
    assert state(seen, store) == after


def test_a_lost_race_is_decided_anew_for_the_awaited_one_too() -> None:
    store, seen, desk = scene(losses=[OVERLAP] * 3)
    assert asyncio.run(desk.book(party_size(4))).tables == ("3",)
    assert store.tries == 4
    assert len(seen.bookings(MONTH)) == 2


def test_four_lost_races_are_enough_for_the_awaited_one_too() -> None:
    store, seen, desk = scene(losses=[OVERLAP] * 4)
    with pytest.raises(AllocationsOverlap) as caught:
        asyncio.run(desk.confirm("seen-1"))
    assert caught.value is OVERLAP
    assert store.tries == 5
    assert [each.confirmed for each in seen.confirmations("seen-1")] == [False]


def test_cancelled_between_its_tries_a_confirmation_leaves_at_most_its_evidence() -> None:
    store, seen, desk = scene(losses=[OVERLAP] * 4)
    with pytest.raises(AllocationsOverlap):
        asyncio.run(desk.confirm("seen-1"))
    evidence = []
    for place in range(store.awaits):
        store, seen, desk = scene(cancelled_at=place, losses=[OVERLAP] * 4)
        untouched = seen.bookings(MONTH), seen.allocations(MONTH), seen.find_hold("seen-1")
        assert asyncio.run(was_cancelled(desk.confirm("seen-1")))
        assert (
            seen.bookings(MONTH),
            seen.allocations(MONTH),
            seen.find_hold("seen-1"),
        ) == untouched
        evidence.append(len(seen.confirmations("seen-1")))
    assert evidence == [0] * 9 + [1]


def test_a_lost_reply_names_the_command_that_was_awaited() -> None:
    cause = ConnectionError("gone")
    lost = OutcomeUnknown("transact")
    lost.__cause__ = cause
    store, _, desk = scene(losses=[lost])
    with pytest.raises(OutcomeUnknown) as caught:
        asyncio.run(desk.confirm("seen-1"))
    assert (caught.value.command, caught.value.__cause__) == ("confirm", cause)
    assert store.tries == 1


def test_a_refusal_is_raised_where_it_is_awaited() -> None:
    store, seen, desk = scene()
    before = state(seen, store)
    with pytest.raises(Refused):
        asyncio.run(desk.book(party_size(40)))
    assert state(seen, store) == before
    assert store.tries == 1


def test_a_hold_is_confirmed_once_however_many_tasks_ask() -> None:
    async def play() -> list[Booking]:
        desk = await AsyncEngine(SteppingStore(), ids=CountedIds("n")).add_restaurant(
            a_house(one_table())
        )
        hold = await desk.hold(party_size(4))
        answers = await asyncio.gather(*(desk.confirm(hold.id) for _ in range(3)))
        assert (await desk.find_booking(answers[0].id)) == answers[0]
        return answers

    answers = asyncio.run(play())
    assert [each.replayed for each in answers] == [False, True, True]
    assert {(each.id, each.status) for each in answers} == {
        (answers[0].id, BookingStatus.CONFIRMED)
    }
    assert answers[0].stay.dining.end - answers[0].stay.dining.start == timedelta(minutes=90)


def test_a_store_that_is_called_must_not_wait() -> None:
    with pytest.raises(AssertionError, match="nothing to wait for"):
        at_once(asyncio.sleep(0))


def test_a_clock_that_ran_ahead_is_set_back() -> None:
    async def play() -> None:
        clock = ManualClock(NOW + timedelta(hours=1))
        store = AsyncMemoryStore(clock)
        desk = await AsyncEngine(store).add_restaurant(a_house())
        assert (await desk.book(party_size(2))).party_size == 2
        clock.move_to(NOW)
        with pytest.raises(ClockBehind):
            await desk.house()
        assert await store.reset_clock("house") == 3_600_000_000
        assert await store.reset_clock("house") == 0
        assert await desk.house() == a_house()
        with pytest.raises(NotFound):
            await store.reset_clock("nowhere")

    asyncio.run(play())
