"""The personal data of a user passes through to the host, and stays nowhere else."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException

from fourtop import Booking, CountedIds, Engine, InvalidInput, ManualClock, MemoryStore
from fourtop.aggregator import Merchant, ServerOptions, User, basic_login, booking_server
from fourtop.storage.sql import SqlStore, migrate
from tests.aggregator.aggregator import (
    LOGIN,
    SECRET,
    USER,
    Aggregator,
    Users,
    aggregator_of,
    create,
)
from tests.evening import NOW, a_house

CANARY = "canary-7c1d"
CANARIES = {
    "user_id": f"{CANARY}-id",
    "given_name": f"{CANARY}-given",
    "family_name": f"{CANARY}-family",
    "telephone": f"{CANARY}-telephone",
    "email": f"{CANARY}@example.com",
}


def with_canaries(**changes: Any) -> dict[str, Any]:
    wish = f"{CANARY}-wish"
    return create(user_information=CANARIES, additional_request=wish, **changes)


def test_the_host_gets_the_personal_data(aggregator: Aggregator) -> None:
    booking = aggregator("CreateBooking", with_canaries()).json()["booking"]
    kept = aggregator.users.kept[booking["booking_id"].partition("~")[2]]
    assert kept == User(**CANARIES, additional_request=f"{CANARY}-wish")
    assert repr(kept) == "User()"
    assert booking["user_information"] == CANARIES


def test_a_text_that_no_encoding_holds_is_kept_with_a_mark(aggregator: Aggregator) -> None:
    broken = {**USER, "user_id": "1\ud800", "given_name": "\udfff"}
    answer = aggregator("CreateBooking", create(user_information=broken))
    assert answer.status_code == 200
    shown = answer.json()["booking"]["user_information"]
    assert (shown["user_id"], shown["given_name"]) == ("1?", "?")


@pytest.mark.slow
def test_no_store_no_event_and_no_log_record_has_personal_data(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "fourtop")
    path, clock = tmp_path / "night.db", ManualClock(NOW)
    url = f"sqlite:///{path}"
    migrate(url)
    store = SqlStore(url, clock=clock)
    engine = Engine(store, ids=CountedIds("n"))
    engine.add_restaurant(a_house())
    with aggregator_of(engine, clock) as aggregator:
        booking_id = aggregator("CreateBooking", with_canaries()).json()["booking"]["booking_id"]
        wrong = with_canaries(slot={**create()["slot"], "start_sec": CANARY})
        errors = [
            aggregator("CreateBooking", wrong),
            aggregator("CreateBooking", {CANARY: CANARY}),
            aggregator("GetBookingStatus", {"booking_id": f"1234~{CANARY}@"}),
            aggregator("CreateBooking", with_canaries(click="")),
        ]
        again = aggregator("GetBookingStatus", {"booking_id": booking_id})
    store.close()
    assert [each.status_code for each in errors] == [400] * len(errors)
    assert again.status_code == 200
    assert [each.text for each in errors if CANARY in each.text] == []
    stored = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"aggregator-" in stored
    assert CANARY.encode() not in stored
    assert CANARY not in caplog.text


def test_a_host_that_fails_to_keep_a_user_is_called_again_by_the_repeated_request() -> None:
    clock, users = ManualClock(NOW), Users()
    engine = Engine(MemoryStore(clock), ids=CountedIds("n"))
    engine.add_restaurant(a_house())
    is_down = True

    def keep(booking: Booking, user: User) -> None:
        if is_down:
            raise HTTPException(503, "the host's store of users is down")
        users.keep(booking, user)

    with aggregator_of(engine, clock) as aggregator:
        options = ServerOptions(user_secret=SECRET, keep_user=keep, clock=clock)
        app = FastAPI()
        merchant = Merchant(id="1234", restaurant_id="house", service_id="5678")
        app.include_router(booking_server(engine, [merchant], basic_login(*LOGIN), options))
        there = Aggregator(app, engine, aggregator.runner, users)
        assert there("CreateBooking", create()).status_code == 503
        is_down = False
        booking = there("CreateBooking", create()).json()["booking"]
        # Without the host's find_user, later answers have no personal data.
        (listed,) = there(
            "ListBookings", {"user_id": create()["user_information"]["user_id"]}
        ).json()["bookings"]
    assert users.calls == [booking["booking_id"].partition("~")[2]]
    assert "user_information" not in listed


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("user_secret", {"user_secret": b"short"}),
        ("user_secret", {"user_secret": "a text of sixteen characters"}),
        ("keep_user", {"user_secret": SECRET, "keep_user": 7}),
        ("find_user", {"user_secret": SECRET, "find_user": "no"}),
    ],
)
def test_wrong_options_are_refused_by_name(field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        ServerOptions(**wrong)
    assert caught.value.field == field
    assert "short" not in str(caught.value)
