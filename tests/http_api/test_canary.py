"""A canary in every text of a request: no answer repeats it, and no log record has it."""

from __future__ import annotations

import logging

import pytest

from tests.http_api.client import Client
from tests.http_api.test_availability import FRIDAY, PARTY

MAIL = "canary-7c1d@example.com"
TEXT = "the regular of 7, canary"
IN_PATH = MAIL.replace("@", "%40")


def test_no_answer_and_no_log_record_repeats_a_personal_text(
    api: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "fourtop")
    texts = [
        api("POST", "/bookings", json={**PARTY, key: MAIL}).text
        for key in ("occasion", "channel", "reference", "past_reason", "start", MAIL)
    ]
    for key in ("channel", "occasion", "exclude", "at", "date", "zones", "areas", "features"):
        answer = api("GET", "/availability", params={**FRIDAY, key: MAIL})
        if key != "features":
            assert answer.status_code == 422
        texts.append(answer.text)
    texts.append(api("POST", "/bookings", json=PARTY, headers={"Idempotency-Key": MAIL}).text)
    again = {**PARTY, "party_size": 2}
    texts.append(api("POST", "/bookings", json=again, headers={"Idempotency-Key": MAIL}).text)
    texts.append(api("GET", f"/bookings/{IN_PATH}").text)
    texts.append(api("GET", "/bookings/b1", headers={"If-None-Match": MAIL}).text)
    texts.append(api("POST", "/bookings/b1/cancel", headers={"If-Match": MAIL}).text)
    texts.append(api("POST", "/holds", json=PARTY, params={"session": MAIL}).text)
    assert "KEY_REUSED" in "".join(texts)
    assert [text for text in texts if "canary" in text] == []
    assert "canary" not in caplog.text


def test_what_staff_write_reaches_no_guest_and_no_log(
    api: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "fourtop")
    table = {"id": "6", "number": "6", "capacity": 4, "zone_id": "main", "notes": TEXT}
    assert api("POST", "/tables", json=table, role="admin").status_code == 200
    window = {"start": PARTY["start"], "end": "2026-05-01T22:00:00+00:00"}
    block = {**window, "tables": ["6"], "reason": TEXT}
    assert api("POST", "/blocks", json=block, role="admin").status_code == 201
    override = {"rule": "CAPACITY_EXCEEDED", "reason": TEXT}
    made = api("POST", "/bookings", json={**PARTY, "overrides": [override]}, role="waiter")
    assert made.status_code == 201
    while api("POST", "/bookings", json=PARTY).is_success:
        pass
    named = {**PARTY, "tables": ["6"]}
    texts = [
        api("GET", "/availability", params=FRIDAY).text,
        *(api("POST", path, json=named).text for path in ("/bookings", "/holds", "/quotes")),
        api("POST", "/bookings", json=PARTY).text,
        api("GET", made.headers["location"]).text,
        api("POST", f"{made.headers['location']}/cancel", headers={"If-Match": '"9"'}).text,
        api("GET", "/house").text,
        api("GET", "/blocks", params=window).text,
        # The events of all this, which staff see.
        api("GET", "/events/stream", params={"after": 0}, role="waiter").text,
    ]
    assert [text for text in texts if "canary" in text] == []
    assert "canary" not in caplog.text
    assert "canary" in api("GET", "/house", role="admin").text
