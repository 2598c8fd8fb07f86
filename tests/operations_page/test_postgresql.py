"""The page on an async engine in PostgreSQL: an evening of staff, and an edit of an admin."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest

from fourtop import AsyncEngine, CountedIds, ManualClock
from fourtop.storage.sql import AsyncSqlStore
from tests.database.furnished import postgresql_url
from tests.evening import FRIDAY, a_house
from tests.operations_page.client import PageClient, client_of, form_to, forms_of

pytestmark = pytest.mark.slow


@pytest.fixture
def sql_page(clock: ManualClock) -> Iterator[PageClient]:
    """Give a client of the page of the small house in PostgreSQL."""
    with postgresql_url() as url:
        store = AsyncSqlStore(url, clock=clock)
        engine = AsyncEngine(store, ids=CountedIds("n"))
        with client_of(engine) as client:
            client.run(engine.add_restaurant(a_house()))
            yield client
            client.run(store.close())


def book(page: PageClient, at: str, size: str) -> str:
    """Book a party by the form; return the address of its page."""
    shown = forms_of(page.get("/bookings"))
    form = next(e for e in shown if e.method == "post" and e.action.endswith("/bookings"))
    answer = page.submit(form, on=FRIDAY.isoformat(), at=at, party_size=size)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def test_staff_book_seat_and_serve_a_waiting_party(
    sql_page: PageClient, clock: ManualClock
) -> None:
    page = sql_page
    place = book(page, "19:00", "4")
    stale = form_to(page.get(place), "/reschedule")
    assert page.submit(stale, party_size="0").status_code == 422
    assert page.submit(stale, party_size="3").status_code == 303
    assert page.submit(stale, at="19:30").status_code == 412
    form = [e for e in forms_of(page.get("/waitlist")) if e.action.endswith("/waitlist")][-1]
    assert page.submit(form, at="19:00", party_size="2").status_code == 303
    clock.advance(minutes=7 * 60)
    assert page.submit(form_to(page.get("/waitlist"), "/waitlist/offers")).status_code == 303
    answer = page.submit(form_to(page.get("/waitlist"), "/seat"))
    assert answer.headers["location"].endswith("?done=seat")
    assert page.submit(form_to(page.get(place), "/seat")).status_code == 303
    text = page.get("/bookings").text
    assert text.count('class="pill s-checked_in"') == 2
    assert "2 bookings, 5 covers" in text
    for view in ("", "/timeline", "/heat", "/month"):
        assert page.get(view).status_code == 200


def test_an_admin_keeps_a_stranded_party_and_blocks_a_table(sql_page: PageClient) -> None:
    page = sql_page
    place = book(page, "21:00", "4")
    form = form_to(page.get("/rules"), "/rules/periods")
    shown = page.submit(form, end="22:00", last_start="20:00", step="save")
    assert "1 party loses its table or its time." in shown.text
    assert page.submit(form_to(shown, "/rules/periods"), step="repair").status_code == 303
    kept = re.search(r'class="clock">(\d\d:\d\d)', page.get(place).text)
    assert kept is not None
    assert kept[1] <= "20:00"
    shown = page.get("/document")
    found = re.search(r"<textarea [^>]*>\n(.*?)</textarea>", shown.text, re.DOTALL)
    assert found is not None
    document = json.loads(unescape(found[1]))
    document["policy"]["booking_windows"] = [{"horizon_days": 30}]
    form = form_to(shown, "/document")
    assert page.submit(form, document=json.dumps(document)).status_code == 303
    assert "horizon_days" in page.get("/document").text
    assert page.submit(form, document=json.dumps(document)).status_code == 412
    shown = page.get("/blocks")
    form = next(e for e in forms_of(shown) if e.method == "post" and e.action.endswith("/blocks"))
    day = FRIDAY.isoformat()
    fields = {"on": day, "at": "17:00", "until_on": day, "until_at": "18:00", "reason": "chairs"}
    assert page.submit(form, **fields, tables=["1"]).status_code == 303
    shown = page.get("/blocks")
    assert "chairs" in shown.text
    assert page.submit(form_to(shown, "/end")).status_code == 303
