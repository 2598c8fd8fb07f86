"""A canary in every text of a request: no answer repeats it, and no log record has it."""

from __future__ import annotations

import logging

import pytest

from tests.http_api.client import Client
from tests.http_api.test_availability import FRIDAY, PARTY

MAIL = "canary-7c1d@example.com"
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
