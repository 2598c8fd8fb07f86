"""``fourtop waitlist`` and ``fourtop jobs waitlist``: parties that wait, on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from fourtop import BookingRequest, BookingStatus, CountedIds, Desk, Engine, SqlStore
from fourtop.cli.database import VARIABLE
from tests.database.furnished import sqlite_url
from tests.evening import STAFF, a_house, one_table
from tests.unit.cli_case import Captured, as_json, refused_input, run

DATE = datetime.now(UTC).date() + timedelta(days=2)
SEVEN = datetime.combine(DATE, time(19), UTC)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """One table, taken at seven, and two parties that wait for it."""
    url = sqlite_url(tmp_path / "night.db")
    monkeypatch.setenv(VARIABLE, url)
    store = SqlStore(url)
    made = Engine(store, ids=CountedIds("n")).add_restaurant(a_house(one_table()), actor=STAFF)
    made.book(BookingRequest(4, SEVEN), booking_id="taken")
    for name in ("w1", "w2"):
        made.join_waitlist(BookingRequest(2, SEVEN), booking_id=name)
    yield made
    store.close()


def test_the_parties_that_wait_are_listed_in_their_order(desk: Desk, capsys: Captured) -> None:
    on = DATE.isoformat()
    code, out, _ = run(capsys, "waitlist", "house", "--on", on)
    assert (code, out.splitlines()[0][-14:]) == (0, "2 parties wait")
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["1", "19:00", "party", "of", "2", "w1"],
        ["2", "19:00", "party", "of", "2", "w2"],
    ]
    desk.cancel("taken")
    desk.offer(DATE)
    _, out, _ = run(capsys, "waitlist", "house", "--on", on)
    assert "offered 1 until" in out.splitlines()[1]
    code, data = as_json(capsys, "waitlist", "house", "--on", on)
    assert (code, data["restaurant"], data["on"]) == (0, "house", on)
    assert [each["offer"] is None for each in data["entries"]] == [False, True]


def test_the_first_party_that_can_be_seated_is_offered_a_table(
    desk: Desk, capsys: Captured
) -> None:
    asked = ("waitlist", "house", "--on", DATE.isoformat(), "--offer")
    assert run(capsys, *asked)[:2] == (1, "no party can be seated now\n")
    assert as_json(capsys, *asked) == (1, {"restaurant": "house", "offer": None})
    desk.cancel("taken")
    code, out, _ = run(capsys, *asked)
    assert (code, out.startswith("w1 is offered 1 at 19:00, until ")) == (0, True)
    hold_id = out.rsplit(maxsplit=1)[1]
    assert desk.confirm(hold_id).status is BookingStatus.CONFIRMED


def test_the_job_offers_what_is_free(desk: Desk, capsys: Captured) -> None:
    desk.cancel("taken")
    assert run(capsys, "jobs", "waitlist")[:2] == (0, "waitlist: 1 offer, 0 ended\n")
    assert as_json(capsys, "jobs", "waitlist", "--days", "3") == (
        0,
        {"waitlist": {"offers": 0, "ended": 0}},
    )
    text = refused_input(capsys, "jobs", "waitlist", "--days", "0")
    assert text.startswith("--days: must be a whole number from 1 to 28")


@pytest.mark.usefixtures("desk")
def test_a_waitlist_needs_a_restaurant_and_a_date(capsys: Captured) -> None:
    assert "there" in refused_input(capsys, "waitlist", "there", "--on", DATE.isoformat())
    assert "--on" in refused_input(capsys, "waitlist", "house")
