"""The methods of the booking server, by the requests and answers of its public documentation."""

from __future__ import annotations

import time
from typing import Any

import pytest

from fourtop import ManualClock
from tests.aggregator.aggregator import (
    MERCHANT,
    METHODS,
    USER,
    Aggregator,
    create,
    seconds,
    slot_time,
)
from tests.evening import STAFF, at, party_size

SLOT = {**create()["slot"]}


def lookup(aggregator: Aggregator, *slots: dict[str, Any]) -> list[bool]:
    answer = aggregator("BatchAvailabilityLookup", {"merchant_id": "1234", "slot_time": slots})
    assert answer.status_code == 200
    found = answer.json()["slot_time_availability"]
    assert [each["slot_time"] for each in found] == list(slots)
    return [each["available"] for each in found]


def booked(aggregator: Aggregator, *of: Any, **changes: Any) -> dict[str, Any]:
    answer = aggregator("CreateBooking", create(*of, **changes))
    assert answer.status_code == 200
    booking: dict[str, Any] = answer.json()["booking"]
    return booking


def take_all_tables(aggregator: Aggregator, start: str = "19:00") -> None:
    for number, size in enumerate((2, 2, 4, 4, 6)):
        booked(aggregator, start, size, click=f"all-{number}")


def cause_of(aggregator: Aggregator, name: str, body: Any) -> str:
    answer = aggregator(name, body)
    assert answer.status_code == 200
    assert answer.json().keys() == {"booking_failure"}
    return str(answer.json()["booking_failure"]["cause"])


# ---- HealthCheck


def test_a_healthy_server_answers_200_without_a_body(aggregator: Aggregator) -> None:
    answer = aggregator("HealthCheck")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("login", [None, ("aggregator", "wrong"), ("wrong", "wrong")])
@pytest.mark.parametrize("name", METHODS)
def test_only_the_login_of_the_aggregator_is_let_in(
    aggregator: Aggregator, name: str, login: tuple[str, str] | None
) -> None:
    body = None if name == "HealthCheck" else create()
    answer = aggregator(name, body, login=login)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")


# ---- BatchAvailabilityLookup


def test_a_page_of_slots_is_answered_in_its_order_with_each_slot_as_it_came(
    aggregator: Aggregator,
) -> None:
    starts = ("19:00", "19:30", "16:00", "20:00", "19:07")
    assert lookup(aggregator, *map(slot_time, starts)) == [True, True, False, True, False]


def test_a_click_on_a_slot_asks_for_it_alone(aggregator: Aggregator) -> None:
    assert lookup(aggregator, slot_time()) == [True]
    take_all_tables(aggregator)
    assert lookup(aggregator, slot_time()) == [False]


def test_a_slot_without_a_length_has_the_length_of_the_policy(aggregator: Aggregator) -> None:
    slot = slot_time()
    del slot["duration_sec"]
    assert lookup(aggregator, slot) == [True]


def test_a_length_that_the_house_does_not_offer_is_not_available(aggregator: Aggregator) -> None:
    assert lookup(aggregator, slot_time(duration_sec="7200"), slot_time()) == [False, True]
    wished = create(slot={**SLOT, "duration_sec": "7200"})
    assert cause_of(aggregator, "CreateBooking", wished) == "SLOT_UNAVAILABLE"


@pytest.mark.parametrize(
    "extra",
    [float("nan"), float("inf"), "\ud800", {"\ud800": 1}],
    ids=["not a number", "infinite", "half a pair", "half a pair as a key"],
)
def test_a_key_that_no_answer_can_repeat_is_a_malformed_request(
    extra: object, aggregator: Aggregator
) -> None:
    body = {"merchant_id": MERCHANT.id, "slot_time": [{**slot_time(), "more": extra}]}
    assert aggregator("BatchAvailabilityLookup", body).status_code == 400
    body["slot_time"] = [{**slot_time(), "more": {"tags": ["ü", 1.5]}}]
    assert aggregator("BatchAvailabilityLookup", body).status_code == 200


def test_a_body_has_a_limit(aggregator: Aggregator) -> None:
    body = {"user_id": "a" * 2_000_000}
    assert aggregator("ListBookings", body).status_code == 413


def test_no_slot_is_answered_by_no_slot(aggregator: Aggregator) -> None:
    assert lookup(aggregator) == []


def test_slots_of_several_days_and_sizes_are_found_among_many(aggregator: Aggregator) -> None:
    days = [at("19:00").replace(day=day) for day in (1, 2, 3, 20)]
    slots = [slot_time(size=size, start_sec=seconds(day)) for day in days for size in (2, 8, 40)]
    assert lookup(aggregator, *slots) == [True, True, False] * 4


def test_a_lookup_that_would_take_minutes_is_refused(aggregator: Aggregator) -> None:
    day = seconds(at("19:00"))
    slots = [
        slot_time(size=number, start_sec=str(int(day) + 86_400 * number), duration_sec="3600")
        for number in range(1, 301)
    ]
    body = {"merchant_id": MERCHANT.id, "slot_time": slots}
    answer = aggregator("BatchAvailabilityLookup", body)
    assert answer.status_code == 400
    assert "too many dates" in answer.json()["detail"]


def test_what_a_lookup_shows_can_be_booked(aggregator: Aggregator) -> None:
    take_all_tables(aggregator, "18:00")
    starts = [f"{hour}:{minute:02}" for hour in (17, 18, 19, 20) for minute in (0, 15, 30, 45)]
    shown = lookup(aggregator, *map(slot_time, starts))
    assert {True, False} == set(shown)
    for start, is_shown in zip(starts, shown, strict=True):
        body = create(start, click=f"try-{start}")
        answer = aggregator("CreateBooking", body).json()
        assert ("booking" in answer) is is_shown
        if is_shown:
            gone = {"booking_id": answer["booking"]["booking_id"], "status": "CANCELED"}
            aggregator("UpdateBooking", {"booking": gone})


@pytest.mark.slow
def test_a_lookup_of_many_slots_answers_within_its_limit(aggregator: Aggregator) -> None:
    days = [at("17:00").replace(day=day) for day in range(1, 8)]
    slots = [
        slot_time(size=size, start_sec=str(int(day.timestamp()) + 900 * quarter))
        for day in days
        for quarter in range(16)
        for size in (2, 4, 6)
    ]
    began = time.process_time()
    assert all(lookup(aggregator, *slots))
    # The aggregator counts an answer after 1.5 s as an error; this is a page of a whole week. Other
    # processes of a busy machine do not count.
    assert time.process_time() - began < 1.5


# ---- CreateBooking


def test_a_booking_is_answered_as_documented(aggregator: Aggregator) -> None:
    booking = booked(aggregator)
    assert booking == {
        "booking_id": booking["booking_id"],
        "payment_information": {"prepayment_status": "PREPAYMENT_NOT_PROVIDED"},
        "slot": SLOT,
        "status": "CONFIRMED",
        "user_information": USER,
    }
    assert booking["booking_id"].startswith("1234~")


def test_the_same_token_makes_one_booking_and_one_answer(aggregator: Aggregator) -> None:
    assert booked(aggregator) == booked(aggregator)
    assert len(set(aggregator.users.calls)) == 1
    status = {"booking_id": booked(aggregator)["booking_id"], "status": "CANCELED"}
    aggregator("UpdateBooking", {"booking": status})
    assert booked(aggregator)["status"] == "CONFIRMED"  # What was answered then.


def test_the_same_token_with_another_slot_is_a_malformed_request(aggregator: Aggregator) -> None:
    booked(aggregator)
    answer = aggregator("CreateBooking", create("20:00"))
    assert (answer.status_code, answer.json()["code"]) == (400, "KEY_REUSED")


def test_a_full_slot_is_a_failure_of_status_200(aggregator: Aggregator) -> None:
    take_all_tables(aggregator)
    assert cause_of(aggregator, "CreateBooking", create()) == "SLOT_UNAVAILABLE"


def test_a_prepaid_slot_is_refused(aggregator: Aggregator) -> None:
    paid = create(payment_information={"prepayment_status": "PREPAYMENT_PROVIDED"})
    assert cause_of(aggregator, "CreateBooking", paid) == "PAYMENT_OPTION_NOT_VALID"


@pytest.mark.parametrize(
    "slot",
    [
        {"merchant_id": "9999"},
        {"service_id": "9999"},
        {"resources": {"party_size": 0}},
        {"start_sec": "soon"},
        {"duration_sec": "61"},
    ],
    ids=str,
)
def test_a_slot_that_does_not_exist_is_a_malformed_request(
    aggregator: Aggregator, slot: dict[str, Any]
) -> None:
    answer = aggregator("CreateBooking", create(slot={**SLOT, **slot}))
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_numbers_may_be_numbers(aggregator: Aggregator) -> None:
    numbers = {key: int(SLOT[key]) for key in ("start_sec", "duration_sec")}
    assert booked(aggregator, slot={**SLOT, **numbers})["slot"] == SLOT


# ---- UpdateBooking


def test_a_booking_gets_another_time_as_documented(aggregator: Aggregator) -> None:
    booking = booked(aggregator)
    patch = {
        "booking_id": booking["booking_id"],
        "slot": {"duration_sec": "5400", "start_sec": seconds("20:30")},
    }
    changed = aggregator("UpdateBooking", {"booking": patch}).json()["booking"]
    assert changed == {**booking, "slot": {**SLOT, "start_sec": seconds("20:30")}}
    assert aggregator("UpdateBooking", {"booking": patch}).json()["booking"] == changed


def test_a_booking_gets_another_party_size(aggregator: Aggregator) -> None:
    booking = booked(aggregator)
    patch = {"booking_id": booking["booking_id"], "slot": {"resources": {"party_size": 4}}}
    changed = aggregator("UpdateBooking", {"booking": patch}).json()["booking"]
    assert changed["slot"] == {**SLOT, "resources": {"party_size": 4}}


def test_a_change_without_room_is_a_failure_and_changes_nothing(aggregator: Aggregator) -> None:
    booking = booked(aggregator)
    take_all_tables(aggregator, "20:45")
    patch = {"booking_id": booking["booking_id"], "slot": {"start_sec": seconds("20:45")}}
    assert cause_of(aggregator, "UpdateBooking", {"booking": patch}) == "SLOT_UNAVAILABLE"
    (listed,) = aggregator("ListBookings", {"user_id": USER["user_id"]}).json()["bookings"][:1]
    assert listed == booking


def test_a_booking_is_cancelled_once_and_the_repeated_request_has_the_same_answer(
    aggregator: Aggregator,
) -> None:
    patch = {"booking_id": booked(aggregator)["booking_id"], "status": "CANCELED"}
    answers = [aggregator("UpdateBooking", {"booking": patch}) for _ in range(2)]
    assert [each.json()["booking"]["status"] for each in answers] == ["CANCELED", "CANCELED"]
    later = {"booking_id": patch["booking_id"], "slot": {"start_sec": seconds("20:00")}}
    cause = cause_of(aggregator, "UpdateBooking", {"booking": later})
    assert cause == "BOOKING_ALREADY_CANCELLED"


def test_a_seated_party_cannot_be_cancelled(aggregator: Aggregator, clock: ManualClock) -> None:
    booking_id = booked(aggregator)["booking_id"]
    clock.move_to(at("19:00"))
    desk: Any = aggregator.engine.desk("house", actor=STAFF)
    seated = desk.seat(booking_id.partition("~")[2])
    if not hasattr(seated, "status"):
        aggregator.run(seated)
    patch = {"booking_id": booking_id, "status": "CANCELED"}
    cause = cause_of(aggregator, "UpdateBooking", {"booking": patch})
    assert cause == "BOOKING_NOT_CANCELLABLE"


@pytest.mark.parametrize("change", [{}, {"slot": {}}, {"status": "NO_SHOW"}], ids=str)
def test_an_update_without_a_change_is_a_malformed_request(
    aggregator: Aggregator, change: dict[str, Any]
) -> None:
    patch = {"booking_id": booked(aggregator)["booking_id"], **change}
    assert aggregator("UpdateBooking", {"booking": patch}).status_code == 400


# ---- GetBookingStatus and ListBookings


def test_the_status_of_a_booking_is_answered_as_documented(aggregator: Aggregator) -> None:
    booking_id = booked(aggregator)["booking_id"]
    assert aggregator("GetBookingStatus", {"booking_id": booking_id}).json() == {
        "booking_id": booking_id,
        "booking_status": "CONFIRMED",
        "prepayment_status": "PREPAYMENT_NOT_PROVIDED",
    }


def test_the_list_has_the_coming_bookings_of_one_user(
    aggregator: Aggregator, clock: ManualClock
) -> None:
    first = booked(aggregator, "17:00", click="1")
    second = booked(aggregator, "19:00", click="2")
    gone = booked(aggregator, "20:00", click="3")
    patch = {"booking_id": gone["booking_id"], "status": "CANCELED"}
    aggregator("UpdateBooking", {"booking": patch})
    booked(aggregator, click="4", user_information={**USER, "user_id": "2222"})

    def listed() -> list[dict[str, Any]]:
        answer = aggregator("ListBookings", {"user_id": USER["user_id"]})
        found: list[dict[str, Any]] = answer.json()["bookings"]
        return found

    assert listed() == [first, second]
    clock.move_to(at("18:00"))
    assert listed() == [second]
    assert aggregator("ListBookings", {"user_id": "unknown"}).json() == {"bookings": []}


@pytest.mark.parametrize("booking_id", ["n1", "9999~n1", "1234~n9", "1234~", "1234~a b"])
def test_an_unknown_booking_is_a_malformed_request(aggregator: Aggregator, booking_id: str) -> None:
    booked(aggregator)
    for name, body in (
        ("GetBookingStatus", {"booking_id": booking_id}),
        ("UpdateBooking", {"booking": {"booking_id": booking_id, "status": "CANCELED"}}),
    ):
        assert aggregator(name, body).status_code == 400


def test_the_aggregator_neither_sees_nor_cancels_the_bookings_of_others(
    aggregator: Aggregator,
) -> None:
    made = aggregator.engine.desk("house").book(party_size(2))
    other: Any = made if hasattr(made, "id") else aggregator.run(made)
    booking_id = f"1234~{other.id}"
    assert aggregator("GetBookingStatus", {"booking_id": booking_id}).status_code == 400
    patch = {"booking_id": booking_id, "status": "CANCELED"}
    assert aggregator("UpdateBooking", {"booking": patch}).status_code == 400
