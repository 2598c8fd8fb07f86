"""Sweeping and pruning: what goes, what stays, and that no answer changes by it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import TypeVar

import attrs
import pytest

from fourtop import (
    Allocation,
    Availability,
    BookingRequest,
    Desk,
    Engine,
    EventType,
    FourtopError,
    HoldEnded,
    HoldExpired,
    HoldState,
    InvalidInput,
    KeyReused,
    ManualClock,
    MemoryStore,
    NotFound,
    OwnerKind,
    Quote,
    Refusal,
    StoreUnavailable,
    Window,
)
from fourtop.jobs.relay import relay_outbox
from fourtop.jobs.retention import (
    Pruned,
    prune_allocations,
    prune_confirmations,
    prune_outbox,
)
from fourtop.jobs.sweep import Swept, sweep_holds
from fourtop.model.event import Event
from fourtop.ports import Changes, Decision, MaintainedStore, Need, Scope, View
from fourtop.storage.memory.state import RestaurantState
from tests.contract.loading import LoadingStore
from tests.evening import (
    FRIDAY,
    MONTH,
    at,
    at_once,
    booked,
    held,
    open_desk,
)
from tests.evening import (
    a_house as a_small_house,
)

T = TypeVar("T")
DAY_US = 86_400_000_000


@pytest.fixture(params=[MemoryStore, LoadingStore])
def store(request: pytest.FixtureRequest, clock: ManualClock) -> MaintainedStore:
    made: MaintainedStore = request.param(clock)
    return made


@pytest.fixture
def desk(store: MaintainedStore) -> Desk:
    return open_desk(store)


def expired(store: MaintainedStore) -> list[Event]:
    return [
        event
        for restaurant_id in store.restaurant_ids()
        for event in store.events(restaurant_id)
        if event.type is EventType.HOLD_EXPIRED
    ]


# ---- sweep ---------------------------------------------------------------------------------------


def test_a_restaurant_that_is_removed_during_a_sweep_is_left_out(
    store: MaintainedStore, desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held(desk, 2)
    other = open_desk(store, a_small_house(name="Other"))
    held(other, 2)
    clock.advance(minutes=10)
    found = store.expired_holds(store.now_us(), 10)
    assert len(found) == 2
    Engine(store).remove_restaurant("other")

    monkeypatch.setattr(store, "expired_holds", lambda *_: found)
    assert sweep_holds(store, max_batches=1) == Swept(1)


def test_a_sweep_ends_dead_holds_and_tells_of_each_once(
    store: MaintainedStore, desk: Desk, clock: ManualClock
) -> None:
    dead = [held(desk, 2), held(desk, 4)]
    clock.advance(minutes=2)
    alive = held(desk, 2)
    clock.advance(minutes=1)
    assert sweep_holds(store) == Swept(2)
    assert sweep_holds(store) == Swept(0)
    assert {row.owner_id for row in desk.allocations(MONTH)} == {alive.id}
    assert [event.hold_id for event in expired(store)] == [hold.id for hold in dead]
    assert {(event.actor.id, event.actor.role) for event in expired(store)} == {("fourtop", "job")}


def test_a_swept_hold_is_told_to_have_expired(
    store: MaintainedStore, desk: Desk, clock: ManualClock
) -> None:
    hold = held(desk, 2)
    clock.advance(minutes=3)
    before = desk.versions()
    sweep_holds(store)
    assert desk.versions() == attrs.evolve(before, occupancy=before.occupancy + 1)
    with pytest.raises(HoldExpired):
        desk.confirm(hold.id)


def test_a_sweep_goes_on_until_nothing_is_left(
    store: MaintainedStore, desk: Desk, clock: ManualClock
) -> None:
    other = open_desk(store, a_small_house(name="Other"))
    for _ in range(2):
        held(desk, 2)
        held(other, 2)
        clock.advance(seconds=1)
    clock.advance(minutes=3)
    assert sweep_holds(store, batch=1, max_batches=2) == Swept(2)
    assert sweep_holds(store, batch=1) == Swept(2)
    assert (desk.allocations(MONTH), other.allocations(MONTH)) == ((), ())


class Meanwhile(MemoryStore):
    """Something happens between the search for dead holds and their end, once."""

    happens: Callable[[], object] | None = None

    def expired_holds(self, before_us: int, limit: int) -> tuple[tuple[str, str], ...]:
        found = super().expired_holds(before_us, limit)
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return found


@pytest.mark.parametrize("what", ["extended", "released", "forgotten"])
def test_a_hold_that_changed_since_it_was_found_is_left_alone(
    clock: ManualClock, what: str
) -> None:
    store = Meanwhile(clock)
    desk = open_desk(store)
    hold = held(desk, 2)
    clock.move_to(hold.expires_at)

    def happens() -> None:
        changed = attrs.evolve(hold, expires_us=hold.expires_us + 1)
        rows: tuple[Allocation, ...] = ()
        if what != "extended":
            changed = attrs.evolve(hold, state=HoldState.RELEASED)
            rows = desk.allocations(MONTH)
        changes = Changes(removed=rows, holds_changed=(changed,))
        store.transact(Scope(desk.restaurant_id), lambda _: Decision(None, changes))
        if what == "forgotten":
            store.delete_holds(hold.stay.occupied.end_us, 1)

    store.happens = happens
    assert sweep_holds(store, batch=1) == Swept(0)
    assert expired(store) == []


class Locked(MemoryStore):
    """Keeps the restaurant ``alpha`` from everybody."""

    is_locked = False

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        if self.is_locked and scope.restaurant_id == "alpha":
            raise StoreUnavailable("alpha is locked")
        return super().transact(scope, decide)


def test_a_restaurant_that_is_locked_keeps_no_other_from_being_swept(clock: ManualClock) -> None:
    store = Locked(clock)
    desks = [open_desk(store, a_small_house(name=name)) for name in ("Alpha", "Beta")]
    dead = [held(desk, 2).id for desk in desks]
    clock.advance(minutes=9)
    store.is_locked = True
    with pytest.raises(StoreUnavailable, match="alpha is locked"):
        sweep_holds(store)
    store.is_locked = False
    kinds = [
        [event.hold_id for event in store.events(each) if event.type is EventType.HOLD_EXPIRED]
        for each in ("alpha", "beta")
    ]
    assert kinds == [[], [dead[1]]]
    assert sweep_holds(store) == Swept(1)


def test_of_two_sweeps_that_find_the_same_one_does_the_work(clock: ManualClock) -> None:
    store = Meanwhile(clock)
    desk = open_desk(store)
    held(desk, 2)
    clock.advance(minutes=3)
    swept: list[Swept] = []
    store.happens = lambda: swept.append(sweep_holds(store, batch=1))
    assert (sweep_holds(store, batch=1), swept) == (Swept(0), [Swept(1)])
    assert len(expired(store)) == 1


def test_sweeps_at_once_do_the_work_once(
    store: MaintainedStore, desk: Desk, clock: ManualClock
) -> None:
    for size in (2, 2, 4, 4, 6):
        held(desk, size)
    clock.advance(minutes=3)
    done = at_once([lambda: sweep_holds(store, batch=2)] * 4)
    assert sum(each.holds for each in done if isinstance(each, Swept)) == 5
    assert len(expired(store)) == 5


# ---- prune ---------------------------------------------------------------------------------------


def test_rows_that_ended_thirty_days_ago_move_into_the_archive(
    store: MaintainedStore, desk: Desk, clock: ManualClock
) -> None:
    booking = booked(desk, 2)
    rows = desk.allocations(MONTH)
    clock.move_to(booking.stay.occupied.end + timedelta(days=30, microseconds=-1))
    assert prune_allocations(store) == Pruned()
    clock.advance(seconds=0.000_001)
    assert prune_allocations(store) == Pruned(allocations=1)
    assert desk.allocations(MONTH) == ()
    assert store.archived(desk.restaurant_id, MONTH) == rows
    assert desk.find_booking(booking.id) == booking
    assert desk.audit().is_clean


def test_pruning_goes_on_batch_by_batch(
    store: MaintainedStore, desk: Desk, clock: ManualClock
) -> None:
    for text in ("17:00", "18:30", "20:00"):
        booked(desk, 4, text)
    clock.advance(minutes=60 * 24 * 3)
    assert prune_allocations(store, days=1, batch=1, max_batches=2) == Pruned(allocations=2)
    assert prune_allocations(store, days=1, batch=1) == Pruned(allocations=1)


def test_what_was_confirmed_is_kept_for_thirty_days_and_then_forgotten(
    store: MaintainedStore, desk: Desk, clock: ManualClock
) -> None:
    hold = held(desk, 2)
    confirmed = desk.confirm(hold.id, key="k")
    day = timedelta(days=1)
    clock.move_to(clock.now + 29 * day)
    assert prune_confirmations(store) == Pruned()
    again = [desk.confirm(hold.id, key="k"), desk.confirm(hold.id)]
    assert again == [confirmed] * 2
    assert [each.replayed for each in again] == [True] * 2
    clock.move_to(clock.now + day)
    assert prune_confirmations(store) == Pruned(confirmations=1, stored_results=1)
    with pytest.raises(HoldEnded):
        desk.confirm(hold.id, key="k")
    # The refusal was written down as evidence, which keeps the hold on record for as long.
    clock.move_to(clock.now + 30 * day)
    assert prune_confirmations(store) == Pruned(confirmations=1, holds=1)
    with pytest.raises(NotFound):
        desk.confirm(hold.id)
    assert desk.find_booking(confirmed.id) == confirmed


def test_a_key_is_as_good_as_new_after_its_time(
    store: MaintainedStore, desk: Desk, clock: ManualClock
) -> None:
    booked(desk, 2, key="k")
    with pytest.raises(KeyReused):
        booked(desk, 4, key="k")
    clock.advance(minutes=60 * 24 * 30)
    assert prune_confirmations(store) == Pruned(stored_results=1)
    week_later = BookingRequest(4, at("19:00", FRIDAY + timedelta(days=35)))
    assert not desk.book(week_later, key="k").replayed


def test_a_hold_keeps_its_record_while_its_window_lies_ahead(
    store: MaintainedStore, desk: Desk, clock: ManualClock
) -> None:
    hold = desk.hold(BookingRequest(2, at("19:00", FRIDAY + timedelta(days=60))))
    desk.release_hold(hold.id)
    clock.advance(minutes=60 * 24 * 40)
    assert prune_confirmations(store) == Pruned()
    with pytest.raises(HoldEnded):
        desk.confirm(hold.id)
    clock.advance(minutes=60 * 24 * 60)
    assert prune_confirmations(store) == Pruned(confirmations=1, holds=1)


@pytest.mark.parametrize("killed_after", ["delete_confirmations", "delete_stored_results"])
def test_a_pruning_killed_in_between_leaves_no_result_without_its_answer(
    clock: ManualClock, killed_after: str
) -> None:
    store = MemoryStore(clock)
    desk = open_desk(store)
    hold = held(desk, 2)
    desk.confirm(hold.id)
    clock.advance(minutes=60 * 24 * 30)
    for name in ("delete_confirmations", "delete_stored_results"):
        getattr(store, name)(store.now_us() - 30 * DAY_US, 500)
        if name == killed_after:
            break
    with pytest.raises(HoldEnded):
        desk.confirm(hold.id)


class ForgetsMeanwhile(MemoryStore):
    """Run jobs between two reads of a transaction, as a less isolating database may."""

    def _on_view(
        self,
        state: RestaurantState,
        scope: Scope,
        now_us: int,
        question: Callable[[View], T | Need],
    ) -> T:
        def asked(view: View) -> T | Need:
            answer = question(view)
            if isinstance(answer, Need) and answer.scope.stored_results:
                state.confirmations.stored_results.clear()
            return answer

        return super()._on_view(state, scope, now_us, asked)


def test_a_confirmation_that_is_forgotten_while_it_is_asked_for_has_ended(
    clock: ManualClock,
) -> None:
    desk = open_desk(ForgetsMeanwhile(clock))
    hold = held(desk, 2)
    desk.confirm(hold.id, key="k")
    with pytest.raises(HoldEnded):
        desk.confirm(hold.id, key="another")


def test_events_are_kept_for_thirty_days_after_they_were_delivered(
    store: MaintainedStore, desk: Desk, clock: ManualClock
) -> None:
    booked(desk, 2)
    clock.advance(minutes=60 * 24 * 40)
    assert prune_outbox(store) == Pruned()
    relay_outbox(store, lambda _: None)
    assert prune_outbox(store) == Pruned()
    clock.advance(minutes=60 * 24 * 30)
    assert prune_outbox(store, batch=1) == Pruned(events=2)
    assert store.events(desk.restaurant_id) == ()


@pytest.mark.parametrize("job", [prune_allocations, prune_confirmations, prune_outbox])
@pytest.mark.parametrize(
    "wrong", [{"days": 0}, {"days": 1.5}, {"batch": 0}, {"batch": 10_001}, {"max_batches": 0}]
)
def test_a_number_out_of_its_range_is_refused(
    store: MaintainedStore, job: Callable[..., Pruned], wrong: dict[str, float]
) -> None:
    with pytest.raises(InvalidInput):
        job(store, **wrong)


@pytest.mark.parametrize("wrong", [{"batch": 0}, {"max_batches": 0}])
def test_a_sweep_refuses_a_number_out_of_its_range(
    store: MaintainedStore, wrong: dict[str, int]
) -> None:
    with pytest.raises(InvalidInput):
        sweep_holds(store, **wrong)


def test_jobs_log_what_they_did_in_numbers(
    store: MaintainedStore, desk: Desk, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    held(desk, 2)
    clock.advance(minutes=3)
    with caplog.at_level(logging.INFO, "fourtop.jobs"):
        sweep_holds(store)
        prune_allocations(store)
        prune_confirmations(store)
        prune_outbox(store)
    assert [record.getMessage() for record in caplog.records] == [
        "swept 1 holds",
        "archived 0 allocations",
        "deleted 0 confirmations, 0 stored results, 0 holds",
        "deleted 0 events",
    ]
    assert {record.name for record in caplog.records} == {"fourtop.jobs"}


# ---- no wrong answer, only rows ------------------------------------------------------------------

DAYS = 45
WEEK = range(33, 40)
LATELY = timedelta(days=29)


def told(call: Callable[[], object]) -> object:
    """What a call answers; a refusal is an answer."""
    try:
        answer = call()
    except FourtopError as error:
        return str(error)
    return answer, getattr(answer, "replayed", None)


def offer(answer: Availability | Quote | Refusal) -> object:
    """An answer without the versions, of which jobs may raise one."""
    if isinstance(answer, Availability):
        return answer.slots, answer.usage
    return answer if isinstance(answer, Refusal) else (answer.plan, answer.others, answer.usage)


def taken(desk: Desk, window: Window) -> list[Allocation]:
    """Who has had which table when; rows of dead holds are in nobody's way, swept or not."""
    return [row for row in desk.allocations(window) if row.owner_kind is not OwnerKind.HOLD]


@attrs.define
class Months:
    """Many days of a house, with jobs on some of them."""

    at_work: Collection[int]
    days_kept: int = 30
    clock: ManualClock = attrs.field(factory=lambda: ManualClock(at("12:00")))
    answers: list[object] = attrs.field(factory=list)
    published: list[str] = attrs.field(factory=list)
    confirmed: dict[date, str] = attrs.field(factory=dict)
    made: Callable[[ManualClock], MaintainedStore] = MemoryStore
    store: MaintainedStore = attrs.field(init=False)
    desk: Desk = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.store = self.made(self.clock)
        self.desk = open_desk(self.store)

    def spend(self) -> Months:
        for number in range(DAYS):
            day = FRIDAY + timedelta(days=number)
            self.clock.move_to(at("12:00", day))
            self._take_bookings(day)
            self._work(number)
            self._ask(day)
            self.clock.move_to(at("19:30", day))
            self.answers.append(told(lambda: self.desk.seat(f"b{day}")))  # noqa: B023  # Called at once.
            self._work(number)
            self._ask(day)
        return self

    def _take_bookings(self, day: date) -> None:
        desk, key, tomorrow = self.desk, day.isoformat(), day + timedelta(days=1)
        request = BookingRequest(4, at("19:00", tomorrow))
        walked_away = desk.hold(request)
        self.clock.advance(minutes=1)
        kept = self.confirmed[day] = desk.hold(request).id
        self.answers += [
            told(lambda: desk.complete(f"b{day - timedelta(days=1)}")),
            told(lambda: desk.confirm(kept, booking_id=f"b{tomorrow}", key=key)),
            offer(desk.quote(request)),
        ]
        self.clock.advance(minutes=2)
        self.answers += [
            offer(desk.quote(request)),
            told(
                lambda: desk.book(
                    BookingRequest(6, at("20:00", tomorrow)), booking_id=f"w{tomorrow}", key=key
                )
            ),
            told(lambda: desk.extend_hold(walked_away.id, seconds=60)),
            told(lambda: desk.confirm(walked_away.id)),
        ]

    def _ask(self, day: date) -> None:
        desk, now, long_ago = self.desk, self.clock.now, day - LATELY
        audit = desk.audit()
        forgotten = BookingRequest(6, at("20:00", long_ago), past_reason="forgotten")
        self.answers += [
            [offer(desk.availability(each, [2, 4, 8])) for each in (day, day + timedelta(days=1))],
            (offer(desk.quote(BookingRequest(4, at("20:00", day)))), offer(desk.quote(forgotten))),
            (
                desk.table_states(),
                desk.bookings(Window(now - LATELY, now)),
                taken(desk, Window(now - LATELY, now)),
            ),
            (audit.overlaps, audit.orphans, audit.without_tables),
        ]
        if long_ago in self.confirmed:
            hold_id, key = self.confirmed[long_ago], long_ago.isoformat()
            replayed = (
                told(lambda: desk.confirm(hold_id)),
                told(lambda: desk.confirm(hold_id, key="another")),
            )
            again = BookingRequest(6, at("20:00", long_ago + timedelta(days=1)))
            booking_id = f"w{long_ago + timedelta(days=1)}"
            self.answers += [
                replayed,
                told(lambda: desk.book(again, booking_id=booking_id, key=key)),
            ]

    def _work(self, number: int) -> None:
        if number in self.at_work:
            sweep_holds(self.store)
            prune_allocations(self.store, days=self.days_kept)
            prune_confirmations(self.store, days=self.days_kept)
            relay_outbox(self.store, lambda event: self.published.append(event.dedupe_key))
            prune_outbox(self.store, days=self.days_kept)

    @property
    def rows(self) -> int:
        return self.desk.audit().allocations


@pytest.mark.slow
def test_no_answer_changes_by_any_job_nor_by_a_week_without() -> None:
    never, daily = Months([]).spend(), Months(range(DAYS)).spend()
    assert sum("checked_in" in str(answer) for answer in never.answers) >= DAYS - 1
    assert sum(", True)" in str(answer) for answer in never.answers) >= DAYS - LATELY.days - 1
    assert daily.answers == never.answers
    during, after = Months(range(WEEK.start)).spend(), Months({*range(DAYS)} - {*WEEK}).spend()
    assert during.answers == after.answers == never.answers
    assert daily.rows == after.rows < during.rows < never.rows
    assert len(after.published) == len(daily.published)
    assert set(after.published) == set(daily.published) > set(during.published)


@pytest.mark.slow
def test_a_job_that_takes_what_is_still_asked_for_would_be_seen() -> None:
    never, hasty = Months([]).spend(), Months(range(DAYS), days_kept=28).spend()
    changed = [
        mine for mine, others in zip(never.answers, hasty.answers, strict=True) if mine != others
    ]
    assert changed
