"""The witness of the crashes finds what is lost or torn, whichever row it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from fourtop import BookingRequest, OutcomeUnknown, StoreUnavailable
from tests.crash.client import PARTY, Acknowledged, Intent, Lost, start_of
from tests.crash.witness import Witness, witness
from tests.database.furnished import sqlite_url

KEY = "confirm-1"
# What a crash might leave undone, each a row of a confirmation that lacks.
TORN = (
    "DELETE FROM command_results WHERE command = 'confirm'",
    "DELETE FROM booking_confirmation_results",
    "DELETE FROM capacity_outbox WHERE type = 'capacity.booking.created'",
    "DELETE FROM allocations WHERE booking_id IS NOT NULL",
    "DELETE FROM booking_table_assignments",
    "UPDATE table_holds SET state = 'active'",
    "UPDATE bookings SET status = 'pending'",
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return sqlite_url(tmp_path / "night.db")


@pytest.fixture
def seen(url: str) -> Iterator[Witness]:
    """A witness who has heard that a client is about to confirm its hold."""
    with witness(url, url) as heard:
        start = start_of(0, (datetime.now(UTC) + timedelta(days=1)).date())
        hold = heard.desk.hold(BookingRequest(PARTY, start))
        heard.hear(Intent(KEY, hold.id, hold.tables))
        yield heard


def confirm(seen: Witness) -> None:
    (intent,) = seen.open
    booking = seen.desk.confirm(intent.hold_id, key=KEY)
    seen.hear(Acknowledged(KEY, booking.id))


def execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_confirmation_is_seen_before_it_and_after_it(seen: Witness) -> None:
    assert not seen.look(KEY)
    confirm(seen)
    assert seen.look(KEY)
    seen.check_everything()


@pytest.mark.parametrize("statement", TORN)
def test_a_torn_confirmation_is_found(seen: Witness, url: str, statement: str) -> None:
    confirm(seen)
    execute(url, statement)
    with pytest.raises(AssertionError, match="is torn"):
        seen.look(KEY)


def test_a_lost_confirmation_is_found(seen: Witness) -> None:
    seen.hear(Acknowledged(KEY, "a-booking-that-nobody-has"))
    with pytest.raises(AssertionError, match="is lost"):
        seen.check_everything()


def test_a_booking_that_nobody_was_told_of_is_found(seen: Witness, url: str) -> None:
    confirm(seen)
    execute(url, f"INSERT INTO bookings SELECT {columns_with_another_id(url)} FROM bookings")  # noqa: S608  # Our own.
    with pytest.raises(AssertionError, match="nobody was told"):
        seen.check_everything()


def columns_with_another_id(url: str) -> str:
    engine = create_engine(url)
    with engine.connect() as connection:
        names = [row[1] for row in connection.execute(text("PRAGMA table_info(bookings)"))]
    engine.dispose()
    return ", ".join("'another'" if name == "id" else name for name in names)


def test_one_retry_settles_what_is_open(seen: Witness) -> None:
    seen.settle()
    assert not seen.open
    assert (seen.toll.before, seen.toll.after) == (1, 0)
    seen.check_everything()


def test_a_store_that_says_nothing_was_changed_must_be_right(seen: Witness) -> None:
    seen.look_after_loss(Lost(KEY, StoreUnavailable("a lost connection")))
    (intent,) = seen.open
    seen.desk.confirm(intent.hold_id, key=KEY)
    seen.look_after_loss(Lost(KEY, OutcomeUnknown("confirm")))
    assert (seen.toll.before, seen.toll.after, seen.toll.unknown) == (1, 1, 1)
    with pytest.raises(AssertionError, match="nothing was changed"):
        seen.look_after_loss(Lost(KEY, StoreUnavailable("a lost connection")))
