"""A canary in every text of a request: no answer repeats it, and no log record has it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from copy import deepcopy
from json import dumps
from typing import Any

import attrs
import pytest

from fourtop import CapacityRule, CountedIds, Engine, ManualClock, MemoryStore
from fourtop.formats.results import to_data
from tests.evening import a_house, at
from tests.http_api.canaries import BODIES, CANARY, places, put_at, samples
from tests.http_api.client import Client, client_of
from tests.http_api.conftest import MakeClient
from tests.http_api.test_availability import FRIDAY, PARTY
from tests.unit.document_case import FULL

MAIL = "canary-7c1d@example.com"
TEXT = "the regular of 7, canary"
RULE = "CAPACITY_EXCEEDED"
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
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "fourtop")
    with make_client(a_house(capacity_rules=[CapacityRule(max_covers=13)])) as api:
        table = {"id": "6", "number": "6", "capacity": 4, "zone_id": "main", "notes": TEXT}
        assert api("POST", "/tables", json=table, role="admin").status_code == 200
        window = {"start": PARTY["start"], "end": "2026-05-01T22:00:00+00:00"}
        block = {**window, "tables": ["6"], "reason": TEXT}
        assert api("POST", "/blocks", json=block, role="admin").status_code == 201
        while api("POST", "/bookings", json=PARTY).is_success:
            pass
        # The cap is reached, so that the override is needed, and its reason is kept.
        over = {**PARTY, "party_size": 2, "overrides": [{"rule": RULE, "reason": TEXT}]}
        made = api("POST", "/bookings", json=over, role="waiter")
        later = {**over, "start": "2026-05-01T20:45:00+00:00"}
        kept = api("POST", "/holds", json=later, role="waiter")
        for record in (made, kept):
            assert record.status_code == 201
            (override,) = api("GET", record.headers["location"], role="waiter").json()["overrides"]
            assert (override["rule"], override["reason"]) == (RULE, TEXT)
        named = {**PARTY, "tables": ["6"]}
        stale = {"If-Match": '"9"'}
        texts = [
            api("GET", "/availability", params=FRIDAY).text,
            *(api("POST", path, json=named).text for path in ("/bookings", "/holds", "/quotes")),
            api("POST", "/bookings", json=PARTY).text,
            *(api("GET", record.headers["location"]).text for record in (made, kept)),
            api("POST", f"{made.headers['location']}/cancel", headers=stale).text,
            api("GET", "/house").text,
            api("GET", "/blocks", params=window).text,
            # The events of all this, which staff see.
            api("GET", "/events/stream", params={"after": 1}, role="waiter").text,
        ]
        assert RULE in texts[-1]
        assert [text for text in texts if "canary" in text] == []
        assert "canary" not in caplog.text
        assert "canary" in api("GET", "/house", role="admin").text


# ---- every text of every route

# The places where people write a text of their own, or a client a key; every other one has names.
OVERRIDING = {
    *("quote", "hold", "replace_hold", "book", "first_free_day", "explain", "reschedule"),
    *("walk_in", "validate", "assign", "swap"),
}
KEYED = {
    *("hold", "release_hold", "extend_hold", "replace_hold", "confirm", "book", "reschedule"),
    *("cancel", "join_waitlist", "offer", "resize", "walk_in", "assign", "unassign", "pin"),
    *("unpin", "move", "swap", "block", "free_and_block", "unblock", "commit_day_plan"),
}
ACCEPTED = {
    *(f"{name} body overrides.reason" for name in OVERRIDING),
    *("read_alternatives body request.overrides.reason", "move body moves.overrides.reason"),
    "validate body request.overrides.reason",
    *(f"{name} header Idempotency-Key" for name in KEYED),
    "follow_events header Last-Event-ID",
    *("put_table body number", "put_table body section", "put_table body category"),
    *("put_table body seating", "put_table body features", "put_table body notes"),
    *("put_zone body name", "block body reason", "free_and_block body reason"),
}


@pytest.fixture
def evening() -> Engine:
    """Give the house in the evening, with a cap that each party exceeds."""
    engine = Engine(MemoryStore(ManualClock(at("19:00"))), ids=CountedIds("n"))
    engine.add_restaurant(a_house(capacity_rules=[CapacityRule(max_covers=1)], channels=["online"]))
    return engine


@pytest.fixture
def crowded(evening: Engine) -> Iterator[Client]:
    with client_of(evening) as client:
        yield client


@pytest.mark.slow
def test_the_request_of_each_route_with_a_body_is_legal_without_a_canary(crowded: Client) -> None:
    # Otherwise the next test would find no text, because the request fails for another reason.
    for each in samples():
        if each.operation.name != "replace_house":
            answer = each.send(crowded, "x")
            assert answer.is_success, f"{each}: {answer.text}"
    assert {each.operation.name for each in samples()} == {*BODIES, "replace_house"}


@pytest.mark.slow
def test_no_refusal_and_no_log_record_repeats_a_text_of_any_place(
    crowded: Client, evening: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "fourtop")
    accepted, repeated = set(), []
    for each in places():
        answer = each.send(crowded)
        if answer.is_success:
            accepted.add(str(each))
        elif "canary" in answer.text:
            repeated.append(f"{each}: {answer.text}")
    assert repeated == []
    assert "canary" not in caplog.text
    assert accepted == ACCEPTED
    events = dumps(to_data(evening.store.events("house")))
    assert (RULE in events, "canary" in events) == (True, False)


def leaves(value: Any) -> Iterator[tuple[str | int, ...]]:
    """Yield the places of the texts of a document; of a list, those of its first member."""
    if isinstance(value, str):
        yield ()
    elif isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value[:1])
        for key, each in members:
            for keys in leaves(each):
                yield (key, *keys)


@pytest.mark.slow
def test_no_refusal_of_a_house_document_repeats_a_text() -> None:
    engine = Engine(MemoryStore(ManualClock(at("19:00"))))
    # It has a value for every key that a document can have.
    engine.add_restaurant(attrs.evolve(FULL, restaurant=attrs.evolve(FULL.restaurant, id="house")))
    accepted = set()
    with client_of(engine) as api:
        document = api("GET", "/house", role="admin").json()
        found = list(leaves(document))
        for keys in found:
            changed = deepcopy(document)
            put_at(changed, keys, CANARY)
            params = {"preview": True}
            answer = api("PUT", "/house", json=changed, params=params, role="admin")
            if answer.is_success:
                accepted.add(".".join(str(each) for each in keys if each != 0))
            else:
                assert "canary" not in answer.text, keys
    assert len(found) > 50
    # Others name the zone and the table, so that those keep their names.
    assert accepted == {
        *("restaurant.name", "tables.section", "tables.category", "tables.seating"),
        *("tables.features", "tables.notes"),
    }
