"""A canary in every text that may be personal: no span, metric or record of the log has it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import attrs
import pytest

from fourtop import (
    Actor,
    BookingRow,
    Engine,
    FourtopError,
    House,
    KeyReused,
    ManualClock,
    MemoryStore,
    Override,
    Refused,
    SqlStore,
    WalkIn,
    measure_store,
    prune_confirmations,
    relay_outbox,
    sweep_holds,
)
from tests.database.furnished import postgresql_url, sqlite_url
from tests.evening import NOW, a_house, at, five_tables, party_size, window
from tests.telemetry.recorder import Recorder

# An id has letters, digits, dots and hyphens only.
CANARY = "canary-7c1d"
MAIL = f"{CANARY}@example.com"
TEXT = f"Ms {CANARY}, {MAIL}, allergic to nuts"
WHO = Actor(f"{CANARY}.actor", "staff")


def a_named_house() -> House:
    """Return a house with the canary in its names and notes."""
    house = a_house(five_tables())
    tables = [attrs.evolve(table, notes=TEXT) for table in house.floor.tables]
    return House(
        attrs.evolve(house.restaurant, name=TEXT, slug=f"{CANARY}-slug"),
        attrs.evolve(house.floor, tables=tables),
        house.policy,
    )


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    clock = ManualClock(NOW)
    with ExitStack() as stack:
        if request.param == "memory":
            yield MemoryStore(clock)
        elif request.param == "sqlite":
            url = sqlite_url(tmp_path / "night.db")
            yield stack.enter_context(SqlStore(url, clock=clock))
        else:
            url = stack.enter_context(postgresql_url())
            yield stack.enter_context(SqlStore(url, clock=clock))


def play(desk: Any, store: Any) -> int:
    """Say the canary in every argument that takes text; return how many calls were refused."""
    named = {"reference": f"{CANARY}.reference"}
    request = party_size(2, **named)
    hold = desk.hold(request, session=f"{CANARY}.session", key=f"{CANARY}.key")
    desk.hold(request, session=f"{CANARY}.session", key=f"{CANARY}.key")
    desk.confirm(hold.id, key=f"{CANARY}.key2", booking_id=f"{CANARY}.booking")
    desk.quote(request)
    refused = 0
    with suppress(KeyReused):
        desk.hold(party_size(4, **named), key=f"{CANARY}.key")
        refused -= 1
    refused += 1
    calls: tuple[Callable[[], object], ...] = (
        lambda: desk.block(window("12:00", "13:00"), tables=["5"], reason=TEXT),
        lambda: desk.book(party_size(500, **named), key=f"{CANARY}.key3"),
        lambda: desk.cancel(f"{CANARY}.nobody"),
        lambda: desk.get_booking(f"{CANARY}.nobody"),
        lambda: desk.confirm(f"{CANARY}.hold"),
        lambda: desk.book(party_size(2, tables=[f"{CANARY}.table"])),
        lambda: desk.hold(party_size(2), key=MAIL),
        lambda: desk.hold(party_size(2), session=MAIL),
        lambda: desk.cancel(TEXT),
        lambda: desk.walk_in(WalkIn(500, reference=f"{CANARY}.walk-in")),
        lambda: desk.book(
            party_size(2, "12:00", overrides=[Override("OUTSIDE_SERVICE_HOURS", reason=TEXT)])
        ),
        lambda: desk.import_bookings(
            [BookingRow(f"{CANARY}.row", 2, at("19:00"), tables=("1", f"{CANARY}.t"))]
        ),
        lambda: desk.quote(party_size(2, channel=f"{CANARY}.channel")),
    )
    for call in calls:
        try:
            call()
        except (FourtopError, Refused):
            refused += 1
    sweep_holds(store)
    prune_confirmations(store)

    def down(_event: object) -> None:
        raise ConnectionError(TEXT)

    relay_outbox(store, down)
    return refused


def text_of(records: list[logging.LogRecord]) -> str:
    """Return everything that a handler could write of the records."""
    return str([{**vars(record), "text": record.getMessage()} for record in records])


def test_the_canary_is_in_no_span_metric_or_record(
    store: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "fourtop")
    recorder = Recorder()
    engine = Engine(recorder.telemetry.watch(store), observer=recorder.telemetry)
    desk = engine.add_restaurant(a_named_house(), actor=WHO)
    assert play(desk, store) >= 8
    recorder.telemetry.record(measure_store(store))
    logged = [record for record in caplog.records if record.name.startswith("fourtop")]
    # Much was told, and the canary was said: the search below searches something.
    told = recorder.text()
    assert told.count("fourtop.") > 20
    assert {record.name for record in logged} >= {"fourtop.checks", "fourtop.jobs"}
    assert any(CANARY in str(event) for event in store.events(desk.restaurant_id))
    assert CANARY not in told
    assert CANARY not in text_of(logged)


def test_the_search_would_find_the_canary() -> None:
    recorder = Recorder()
    with recorder.tracers.get_tracer("host").start_as_current_span("s") as span:
        span.set_attribute("guest", MAIL)
    assert CANARY in recorder.text()
    record = logging.LogRecord("fourtop.checks", 20, "x", 1, "told %s", (MAIL,), None)
    assert CANARY in text_of([record])
