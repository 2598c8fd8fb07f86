"""Each metric: when it counts, and what it says."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    CapacityRule,
    Code,
    Desk,
    Engine,
    FourtopError,
    ManualClock,
    Measured,
    MemoryStore,
    Policy,
    Refused,
    SqlStore,
    StoreUnavailable,
    measure_store,
)
from fourtop.ports import Decision, MaintainedStore, Need, Scope, View
from fourtop.storage.sql.connection.transaction import RetryableError
from fourtop.telemetry.instruments import EXCEEDED
from tests.database.furnished import sqlite_url
from tests.evening import FRIDAY, NOW, STAFF, a_house, at, five_tables, one_table, party_size
from tests.telemetry.recorder import Recorder


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def capped(**policy: Any) -> Callable[[Policy], Policy]:
    return lambda before: attrs.evolve(before, **policy)


def open_desk(recorder: Recorder, store: Any = None, **how: Any) -> Desk:
    store = MemoryStore(ManualClock(NOW)) if store is None else store
    engine = Engine(recorder.telemetry.watch(store), observer=recorder.telemetry)
    return engine.add_restaurant(a_house(how.pop("floor", None), **how), actor=STAFF)


def test_checks_are_timed_by_request_and_outcome(recorder: Recorder) -> None:
    desk = open_desk(recorder)
    desk.quote(party_size(2))
    desk.hold(party_size(2))
    assert not desk.quote(party_size(500))
    with pytest.raises(Refused):
        desk.book(party_size(500))
    name = "booking.capacity_check.duration_ms"
    assert recorder.metrics()[name] == {
        frozenset({("request", request), ("code", code)}): 1
        for request, code in (
            ("quote", "ADMITTED"),
            ("hold", "ADMITTED"),
            ("quote", "PARTY_NEVER_FITS"),
            ("book", "PARTY_NEVER_FITS"),
        )
    }


def test_a_check_has_a_duration(recorder: Recorder) -> None:
    open_desk(recorder).quote(party_size(2))
    (scope,) = recorder._metrics.get_metrics_data().resource_metrics[0].scope_metrics  # type: ignore[union-attr]  # There are some.
    sums = [
        point.sum  # type: ignore[union-attr]  # A histogram has one.
        for metric in scope.metrics
        if metric.name == "booking.capacity_check.duration_ms"
        for point in metric.data.data_points
    ]
    assert len(sums) == 1
    assert 0 < sums[0] < 10_000


def test_measurements_are_passed_on_without_a_scrape_and_none_is_lost(recorder: Recorder) -> None:
    desk = open_desk(recorder)
    pending = recorder.telemetry._instruments._pending
    for number in range(40):
        assert len(pending) == number % 32
        desk.quote(party_size(2))
    name = "booking.capacity_check.duration_ms"
    assert recorder.value(name, request="quote", code="ADMITTED") == 40
    assert not pending


def test_threads_pass_on_each_measurement_once(recorder: Recorder) -> None:
    desk = open_desk(recorder)

    def ask(_: int) -> None:
        for _ in range(25):
            desk.quote(party_size(2))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(8)))
    name = "booking.capacity_check.duration_ms"
    assert recorder.value(name, request="quote", code="ADMITTED") == 200


def test_an_exemplar_names_the_span_of_its_request(recorder: Recorder) -> None:
    desk = open_desk(recorder)
    recorder.spans()
    desk.quote(party_size(2))
    (span,) = recorder.spans()
    (scope,) = recorder._metrics.get_metrics_data().resource_metrics[0].scope_metrics  # type: ignore[union-attr]  # There are some.
    (exemplar,) = (
        exemplar
        for metric in scope.metrics
        if metric.name == "booking.capacity_check.duration_ms"
        for point in metric.data.data_points
        for exemplar in point.exemplars
    )
    assert exemplar.span_id == span.context.span_id


def test_refusals_for_want_of_room_are_counted(recorder: Recorder) -> None:
    desk = open_desk(recorder, floor=one_table(4))
    desk.edit_policy(capped(capacity_rules=[CapacityRule(max_covers=3)]))
    name = "booking.capacity_exceeded.count"
    for _ in range(2):
        with pytest.raises(Refused):
            desk.hold(party_size(4))
    assert recorder.value(name, request="hold", code="CAPACITY_EXCEEDED") == 2
    desk.book(party_size(2))
    with pytest.raises(Refused):
        desk.book(party_size(1))
    assert recorder.value(name, request="book", code="TABLES_TAKEN") == 1
    # A house that has no such table is not full.
    desk.edit_policy(capped(capacity_rules=[]))
    assert not desk.quote(party_size(40))
    assert len(recorder.metrics()[name]) == 2


def test_every_counted_code_is_one_of_a_full_house() -> None:
    assert {code.http_status for code in EXCEEDED} == {409}
    assert Code.PARTY_NEVER_FITS not in EXCEEDED


def test_availability_is_timed(recorder: Recorder) -> None:
    desk = open_desk(recorder)
    desk.availability(FRIDAY, 2)
    desk.availability(FRIDAY, [2, 4])
    assert recorder.value("availability.check.duration_ms") == 2


def test_confirmations_that_are_replayed_are_counted(recorder: Recorder) -> None:
    desk = open_desk(recorder)
    hold = desk.hold(party_size(2), key="k1")
    name = "booking.confirmation.replay.count"
    desk.confirm(hold.id, key="k2")
    assert recorder.value(name) is None
    assert desk.confirm(hold.id, key="k2").replayed
    assert desk.confirm(hold.id).replayed
    assert recorder.value(name) == 2
    # Another command that is replayed is no confirmation.
    assert desk.hold(party_size(2), key="k1").replayed
    assert recorder.value(name) == 2


class Unreachable(MemoryStore):
    """Loses its database, or its temper."""

    error: Exception | None = None

    def transact(self, scope: Scope, decide: Callable[[View], Decision[Any] | Need]) -> Any:
        if self.error is not None:
            raise self.error
        return super().transact(scope, decide)


def test_failures_of_the_service_are_counted_and_refusals_are_not(recorder: Recorder) -> None:
    store = Unreachable(ManualClock(NOW))
    desk = open_desk(recorder, store)
    with pytest.raises(Refused):
        desk.hold(party_size(500))
    assert "booking.request.failure.count" not in recorder.metrics()
    for error, code in ((StoreUnavailable("x"), "STORE_UNAVAILABLE"), (KeyError("x"), "INTERNAL")):
        store.error = error
        with pytest.raises(type(error)):
            desk.hold(party_size(2))
        assert recorder.value("booking.request.failure.count", request="hold", code=code) == 1


def test_a_cancelled_request_is_no_failure(recorder: Recorder) -> None:
    async def play() -> None:
        engine = AsyncEngine(AsyncMemoryStore(ManualClock(NOW)), observer=recorder.telemetry)
        desk = await engine.add_restaurant(a_house())

        async def never(*_: object) -> None:
            await asyncio.Event().wait()

        desk._executor.store.transact = never  # type: ignore[method-assign, assignment]  # It hangs.
        task = asyncio.create_task(desk.hold(party_size(2)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(play())
    assert "booking.request.failure.count" not in recorder.metrics()


def sql_store(folder: Path) -> SqlStore:
    return SqlStore(sqlite_url(folder / "night.db"), clock=ManualClock(NOW))


def test_retries_violations_and_commits_of_a_store_are_counted(
    recorder: Recorder, tmp_path: Path
) -> None:
    with sql_store(tmp_path) as store:
        open_desk(recorder, store)
        assert recorder.value("booking.transaction.commit.count") == store.metrics.committed == 1
        assert recorder.value("booking.constraint_violation.count") == 0
        assert "booking.transaction.retry.count" not in recorder.metrics()
        store.metrics.count_retry("40001")
        store.metrics.count_retry("40001")
        store.metrics.count_retry("40P01")
        store.metrics.count_refusal()
        assert recorder.value("booking.transaction.retry.count", code="40001") == 2
        assert recorder.value("booking.transaction.retry.count", code="40P01") == 1
        assert recorder.value("booking.constraint_violation.count") == 1
        # The counts of several stores add up.
        (tmp_path / "other").mkdir()
        with sql_store(tmp_path / "other") as other:
            recorder.telemetry.watch(other)
            recorder.telemetry.watch(other)
            other.metrics.count_refusal()
            assert recorder.value("booking.constraint_violation.count") == 2
            assert repr(recorder.telemetry) == "<Telemetry watches 2 stores>"


def test_a_transaction_that_is_tried_again_is_counted(recorder: Recorder, tmp_path: Path) -> None:
    with sql_store(tmp_path) as store:
        desk = open_desk(recorder, store)
        runner: Any = store._transactions
        run_once = runner._run_once
        failed: list[int] = []

        def fail_once(*arguments: Any) -> Any:
            if not failed:
                failed.append(1)
                raise RetryableError(ConnectionError())
            return run_once(*arguments)

        runner._run_once, runner.wait = fail_once, lambda _: None
        desk.hold(party_size(2))
        assert recorder.value("booking.transaction.retry.count", code="ConnectionError") == 1


def test_a_store_that_is_gone_is_watched_no_more(recorder: Recorder, tmp_path: Path) -> None:
    store = sql_store(tmp_path)
    recorder.telemetry.watch(store)
    store.metrics.count_refusal()
    store.close()
    del store
    gc.collect()
    assert recorder.value("booking.constraint_violation.count") == 0


GAUGES = {
    "booking.overbooking.detected",
    "booking.holds.alive",
    "booking.at_risk.parties",
    "booking.outbox.age_seconds",
    "booking.outbox.waiting",
    "booking.outbox.dead_letters",
}


def test_gauges_show_the_last_measurement_and_nothing_before_it(recorder: Recorder) -> None:
    assert GAUGES.isdisjoint(recorder.metrics())
    recorder.telemetry.record(Measured(holds_alive=9))
    assert recorder.metrics().keys() >= GAUGES
    recorder.telemetry.record(
        Measured(
            restaurants=2,
            holds_alive=3,
            parties_at_risk=4,
            overlaps=5,
            services_overbooked=6,
            events_waiting=7,
            oldest_event_seconds=8.5,
            dead_letters=9,
        )
    )
    assert recorder.value("booking.overbooking.detected", kind="table") == 5
    assert recorder.value("booking.overbooking.detected", kind="service") == 6
    found = {name: recorder.value(name) for name in GAUGES - {"booking.overbooking.detected"}}
    assert found == {
        "booking.holds.alive": 3,
        "booking.at_risk.parties": 4,
        "booking.outbox.age_seconds": 8.5,
        "booking.outbox.waiting": 7,
        "booking.outbox.dead_letters": 9,
    }


def test_an_async_engine_tells_the_same(recorder: Recorder) -> None:
    async def play() -> None:
        store = AsyncMemoryStore(ManualClock(NOW))
        engine = AsyncEngine(recorder.telemetry.watch(store), observer=recorder.telemetry)
        desk = await engine.add_restaurant(a_house(five_tables()))
        await asyncio.gather(*(desk.hold(party_size(2)) for _ in range(3)))
        await desk.availability(FRIDAY, 2)
        with pytest.raises(Refused):
            await desk.book(party_size(500))

    asyncio.run(play())
    name = "booking.capacity_check.duration_ms"
    assert recorder.value(name, request="hold", code="ADMITTED") == 3
    assert recorder.value(name, request="book", code="PARTY_NEVER_FITS") == 1
    assert recorder.value("availability.check.duration_ms") == 1


def test_an_engine_on_another_store_keeps_its_observer(recorder: Recorder) -> None:
    engine = Engine(MemoryStore(ManualClock(NOW)), observer=recorder.telemetry)
    other = engine.on_store(MemoryStore(ManualClock(NOW)))
    other.add_restaurant(a_house()).hold(party_size(2))
    name = "booking.capacity_check.duration_ms"
    assert recorder.value(name, request="hold", code="ADMITTED") == 1


# ---- the measurement


def test_a_store_is_measured(store: MaintainedStore, clock: ManualClock) -> None:
    desk = Engine(store).add_restaurant(a_house(five_tables()), actor=STAFF)
    assert measure_store(store) == Measured(restaurants=1)
    desk.book(party_size(4, "17:00"))
    desk.book(party_size(4, "19:00"))
    desk.edit_policy(capped(capacity_rules=[CapacityRule(max_covers=7)]))
    clock.advance(minutes=1)
    found = measure_store(store)
    assert (found.services_overbooked, found.holds_alive, found.overlaps) == (1, 0, 0)
    assert found.events_waiting == len(store.events(desk.restaurant_id))
    assert found.oldest_event_seconds == 60
    assert measure_store(store, days=3).services_overbooked == 1
    clock.advance(minutes=60 * 24)
    assert measure_store(store).services_overbooked == 0


def test_holds_alive_and_dead_letters_are_measured(
    store: MaintainedStore, clock: ManualClock
) -> None:
    desk = Engine(store).add_restaurant(a_house(), actor=STAFF)
    desk.hold(party_size(2))
    clock.advance(minutes=2)
    desk.hold(party_size(2))
    assert measure_store(store).holds_alive == 2
    clock.advance(minutes=1)
    assert measure_store(store).holds_alive == 1
    for delivery in store.claim(9, 1_000_000):
        store.fail(delivery, None)
    assert measure_store(store) == Measured(
        restaurants=1, holds_alive=1, dead_letters=2, oldest_event_seconds=0.0
    )


def test_a_party_at_risk_is_measured_once(store: MaintainedStore, clock: ManualClock) -> None:
    desk = Engine(store).add_restaurant(a_house(one_table(4)), actor=STAFF)
    desk.book(party_size(2, "17:00"), booking_id="b1")
    desk.book(party_size(2, "19:00"), booking_id="b2")
    clock.move_to(at("17:00"))
    desk.seat("b1")
    clock.move_to(at("18:55"))
    found = measure_store(store)
    assert found.parties_at_risk == len(desk.at_risk()) == 1


def test_a_restaurant_that_cannot_be_reached_does_not_hide_the_failure(clock: ManualClock) -> None:
    class Locked(MemoryStore):
        def read(self, scope: Scope, ask: Any) -> Any:
            if scope.restaurant_id == "house":
                raise StoreUnavailable("house is locked")
            return super().read(scope, ask)

    store = Locked(clock)
    store.add_restaurant(a_house())
    with pytest.raises(StoreUnavailable, match="house is locked"):
        measure_store(store)


def test_a_restaurant_that_was_removed_meanwhile_is_left_out(clock: ManualClock) -> None:
    class Vanishing(MemoryStore):
        def restaurant_ids(self) -> tuple[str, ...]:
            return ("gone", *super().restaurant_ids())

    store = Vanishing(clock)
    store.add_restaurant(a_house())
    assert measure_store(store) == Measured(restaurants=1)


@pytest.mark.parametrize("days", [0, 29, True])
def test_the_days_of_a_measurement_have_bounds(days: int) -> None:
    with pytest.raises(FourtopError, match="days: must be a whole number from 1 to 28"):
        measure_store(MemoryStore(), days=days)
