"""Operators' queries, as the page for them has them, run by the login that the page makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from threading import Thread
from time import monotonic
from typing import Any, Final

import attrs
import psycopg
import pytest

from fourtop import (
    BookingRequest,
    CountedIds,
    Desk,
    Engine,
    HoldEnded,
    ResourceType,
    Window,
    measure_store,
    sketch_floor,
    sketch_house,
)
from fourtop.storage.sql import SqlStore
from tests.database.furnished import LOGIN, postgresql_database
from tests.database.session import cluster
from tests.sql.history import fill
from tests.sql.page import queries

QUERIES: Final = queries()
LOGGING_IN: Final = "A login that sees everything"
TWICE: Final = "Is any table taken twice?"
WHO: Final = "Which party has which table?"
GROWTH: Final = "How many confirmations, and when was the last?"
ALIVE: Final = "How many holds are alive?"
FAILURES: Final = "Why did confirmations fail?"
SNAPSHOT: Final = "Which tables were confirmed?"
ALERTS: Final = tuple(title for title, sql in QUERIES.items() if "AS alert" in sql)

# The database tells the time here, as it does for its operators.
TOMORROW: Final = datetime.combine(datetime.now(UTC).date() + timedelta(days=1), time(19), UTC)
HOUR_US: Final = 60 * 60 * 1_000_000
PATIENCE_SECONDS: Final = 60
DOUBLE: Final = """
ALTER TABLE fourtop.allocations DROP CONSTRAINT allocations_no_overlap;
INSERT INTO fourtop.allocations
    (restaurant_id, id, resource_type, resource_id, start_us, end_us, booking_id, shadow)
SELECT restaurant_id, 'wrong', resource_type, resource_id, start_us + 60000000, end_us, booking_id,
    shadow
FROM fourtop.allocations WHERE booking_id IS NOT NULL AND resource_type = 'table'
ORDER BY id LIMIT 1
"""

Owner = psycopg.Connection[tuple[Any, ...]]


@attrs.frozen
class Service:
    """A restaurant in service: a hold, three confirmed bookings, one failed confirmation."""

    database: str
    desk: Desk
    owner: Owner

    def run(self, title: str) -> list[tuple[Any, ...]]:
        """Run a query of the page as the operator."""
        return cluster_rows(self.database, QUERIES[title])

    def alert(self, title: str) -> int:
        ((count,),) = self.run(title)
        return int(count)


def cluster_rows(database: str, sql: str) -> list[tuple[Any, ...]]:
    with cluster().connect(database, user="bookings_operator") as operator:
        return operator.execute(sql.encode()).fetchall()


def wanted(size: int, hours: float = 0) -> BookingRequest:
    return BookingRequest(size, TOMORROW + timedelta(hours=hours))


def a_pub() -> Any:
    floor = sketch_floor({"1": 2, "2": 2, "3": 4, "4": 4}, joins=["3-4"])
    return sketch_house(
        "The Pub", floor, timezone="UTC", periods={"dinner": "17:00-23:00"}, turn_minutes=90
    )


@pytest.fixture
def service() -> Iterator[Service]:
    with postgresql_database() as name, cluster().connect(name) as owner:
        owner.execute(QUERIES[LOGGING_IN].encode())
        store = SqlStore(cluster().url(name, user=LOGIN))
        desk = Engine(store, ids=CountedIds("n")).add_restaurant(a_pub())
        desk.confirm(desk.hold(wanted(8)).id, key="k1")
        desk.confirm(desk.hold(wanted(2)).id)
        desk.book(wanted(2, 1.5))
        fail(desk)
        desk.hold(wanted(2))
        yield Service(name, desk, owner)
        store.close()
        owner.execute("DROP OWNED BY bookings_operator; DROP ROLE bookings_operator")


def fail(desk: Desk, times: int = 1) -> None:
    hold = desk.hold(wanted(2, -1.5))
    desk.release_hold(hold.id)
    for _ in range(times):
        with pytest.raises(HoldEnded):
            desk.confirm(hold.id)


def test_the_operator_sees_every_restaurant_and_writes_to_none(service: Service) -> None:
    assert cluster_rows(service.database, "SELECT id FROM fourtop.restaurants") == [("the-pub",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        cluster_rows(service.database, "DELETE FROM fourtop.bookings RETURNING id")


def test_the_overlap_audit_answers_no_rows(service: Service) -> None:
    assert service.run(TWICE) == []


def test_the_overlap_audit_finds_what_the_constraint_would_have_refused(service: Service) -> None:
    service.owner.execute(DOUBLE)
    ((restaurant_id, resource_type, _, first, second, both),) = service.run(TWICE)
    assert (restaurant_id, resource_type, {first, second} & {"wrong"}) == (
        "the-pub",
        "table",
        {"wrong"},
    )
    assert both.lower == TOMORROW + timedelta(minutes=1)


def at_the_time_of(start: datetime) -> str:
    """The page's query, of an hour from a start."""
    there = "tstzrange('2026-05-01 18:00+00', '2026-05-01 20:00+00')"
    assert there in QUERIES[WHO]
    return QUERIES[WHO].replace(there, f"tstzrange('{start}', '{start + timedelta(hours=1)}')")


def test_conflicts_of_a_time_are_the_rows_of_the_desk(service: Service) -> None:
    found = cluster_rows(service.database, at_the_time_of(TOMORROW))
    hour = Window(TOMORROW, TOMORROW + timedelta(hours=1))
    rows = [
        row for row in service.desk.allocations(hour) if row.resource_type is ResourceType.TABLE
    ]
    told = sorted((row.resource_id, row.window.start, row.window.end, row.owner_id) for row in rows)
    assert [(*each[:3], each[3] or each[4] or each[5]) for each in found] == told
    assert len(found) == 4


@pytest.mark.slow
def test_conflicts_of_a_time_are_found_by_the_index_of_the_constraint(service: Service) -> None:
    fill(
        service.owner,
        "the-pub",
        rows=50_000,
        before_us=round(TOMORROW.timestamp() - 86_400) * 1_000_000,
    )
    plan = "\n".join(
        str(line)
        for (line,) in cluster_rows(service.database, f"EXPLAIN {at_the_time_of(TOMORROW)}")
    )
    assert (
        "Index Scan using allocations_no_overlap" in plan
        or "Bitmap Index Scan on allocations_no_overlap" in plan
    )
    assert "Seq Scan" not in plan


def test_confirmations_are_counted_and_the_last_is_recent(service: Service) -> None:
    before = datetime.now(UTC) - timedelta(minutes=5)
    ((restaurant_id, confirmed, failed, latest),) = service.run(GROWTH)
    assert (restaurant_id, confirmed, failed) == ("the-pub", 2, 1)
    assert latest > before
    service.desk.confirm(service.desk.hold(wanted(2, 1.5)).id)
    ((_, *grown, later),) = service.run(GROWTH)
    assert grown == [3, 1]
    assert later > latest


def test_holds_that_are_alive_are_those_of_the_measurement(service: Service) -> None:
    with SqlStore(cluster().url(service.database, user=LOGIN)) as store:
        measured = measure_store(store)
    assert measured.holds_alive > 0
    assert service.run(ALIVE) == [(service.desk.restaurant_id, measured.holds_alive)]


def test_evidence_says_why(service: Service) -> None:
    ((_, restaurant_id, hold_id, code, details, tables, rivals),) = service.run(FAILURES)
    (result,) = service.desk.confirmations(hold_id)
    assert (restaurant_id, code, details) == ("the-pub", "HOLD_ENDED", dict(result.details))
    assert (tables, rivals) == ([{"table_id": "1", "capacity": 2}], [])


def test_the_row_of_a_confirmation_holds_tables_and_capacities(service: Service) -> None:
    found = [(table_id, capacity) for _, _, table_id, capacity in service.run(SNAPSHOT)]
    assert sorted(found) == [("1", 2), ("3", 4), ("4", 4)]


# ---- alerts


def test_each_rule_is_on_the_page_and_silent_on_a_good_day(service: Service) -> None:
    assert len(ALERTS) == 8
    assert {title: service.alert(title) for title in ALERTS} == dict.fromkeys(ALERTS, 0)


def set_back(table: str, column: str) -> Callable[[Service], object]:
    """Make something old that happened a moment ago."""
    text = f"UPDATE fourtop.{table} SET {column} = {column} - {HOUR_US}"  # noqa: S608  # Names of our own.
    return lambda service: service.owner.execute(text.encode())


def fill_the_past(service: Service) -> None:
    fill(
        service.owner,
        "the-pub",
        rows=10,
        before_us=round(TOMORROW.timestamp() - 40 * 86_400) * 1_000_000,
    )


TROUBLES: Final[dict[str, Callable[[Service], object]]] = {
    "Expired holds that are not swept": set_back("table_holds", "expires_us"),
    "Events that wait for long": set_back("capacity_outbox", "at_us"),
    "Dead letters": lambda service: service.owner.execute(
        "UPDATE fourtop.capacity_outbox SET dead_us = at_us"
    ),
    "Confirmations that fail": lambda service: fail(service.desk, 10),
    "Overlaps": lambda service: service.owner.execute(DOUBLE),
    "Bookings without tables": lambda service: service.owner.execute(
        "DELETE FROM fourtop.allocations WHERE booking_id IS NOT NULL"
    ),
    "Old allocations": fill_the_past,
}


@pytest.mark.parametrize("title", TROUBLES)
def test_each_rule_speaks_when_there_is_trouble(service: Service, title: str) -> None:
    TROUBLES[title](service)
    assert service.alert(title) > 0
    others = [each for each in ALERTS if each not in {title, "Overlaps"}]
    assert [each for each in others if service.alert(each)] == []


@pytest.mark.slow
def test_commands_that_wait_are_seen(service: Service) -> None:
    title = "Commands that wait for a restaurant"
    assert {*ALERTS} - {*TROUBLES} == {title}
    with cluster().connect(service.database) as rival:
        rival.execute("BEGIN")
        rival.execute("SELECT 1 FROM fourtop.restaurants FOR UPDATE")
        # It waits until it is seen, however long that takes here.
        store = SqlStore(
            cluster().url(service.database, user=LOGIN), lock_timeout_seconds=2 * PATIENCE_SECONDS
        )
        waiting = Thread(target=lambda: Engine(store).desk("the-pub").book(wanted(2, 1.5)))
        waiting.start()
        deadline = monotonic() + PATIENCE_SECONDS
        while not (seen := service.alert(title)) and monotonic() < deadline:
            pass
        rival.rollback()
        waiting.join()
        store.close()
    assert seen == 1
