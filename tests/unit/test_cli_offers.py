"""``fourtop offers``: of a floor, of a restaurant in a database, with a policy and a forecast."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fourtop import BookingRequest, CountedIds, Desk, Engine, SqlStore, sample
from tests.database.furnished import sqlite_url
from tests.evening import STAFF, a_house, at, one_table
from tests.unit.cli_case import AT, NOW, Captured, as_json, bookings, refused_input, run

ASKED = ("--at", AT, "--now", NOW, "--party", "3")


def test_starts_come_with_their_tables_and_costs(capsys: Captured) -> None:
    code, out, err = run(capsys, "offers", "pub", *ASKED, "--demand", "pub", "--better", "0.1")
    assert (code, err) == (0, "")
    blocks = [block.splitlines() for block in out.rstrip("\n").split("\n\n")]
    head, offered, others, sentence = blocks
    assert head == ["The Pub, Friday 1 May 2026, 19:00: a party of 3"]
    assert [line.partition(": High 4, ")[0] for line in offered] == [
        "offered, with the covers that each costs beyond the cheapest start:",
        "  19:00",
        "  19:30, 30 minutes later",
    ]
    assert others[0] == "bookable, not offered:"
    assert len(others) == 4
    assert sentence[0].startswith("19:30 is better for the house than 19:00, by ")


def test_the_cheapest_start_comes_first_on_request(capsys: Captured) -> None:
    code, out, _ = run(capsys, "offers", "pub", *ASKED, "--demand", "pub", "--order")
    assert code == 0
    assert out.splitlines()[3] == "  19:30, 30 minutes later: High 4, +0.00 covers"
    assert "not offered" not in out


def test_a_taken_wish_is_a_no_with_other_starts(tmp_path: Path, capsys: Captured) -> None:
    rows = bookings(
        tmp_path,
        *(
            f"b{place},2,2026-05-01T17:30+01:00,2026-05-01T19:15+01:00,{table.number}"
            for place, table in enumerate(sample.pub().floor.tables)
        ),
    )
    code, out, _ = run(capsys, "offers", "pub", *ASKED, "--bookings", rows)
    assert code == 0
    assert "\n\nno: every table or combination that seats 3 is in use (TABLES_TAKEN)\n\n" in out
    assert " start:\n  19:15, 15 minutes later: High 4, " in out
    assert "\n\nnot possible:\n  18:45: every table or combination" in out
    sentence = "No start is better for the house than 19:15; the wish itself cannot be booked."
    assert out.endswith(f"\n\n{sentence}\n")


def test_a_party_without_a_start_is_a_no(capsys: Captured) -> None:
    asked = ("--at", AT, "--now", NOW, "--party", "60", "--flexible", "15")
    code, out, _ = run(capsys, "offers", "pub", *asked)
    assert code == 1
    assert out.splitlines()[-3:] == [
        "not possible:",
        "  18:45: no table or combination on this floor seats a party of 60",
        "  19:15: no table or combination on this floor seats a party of 60",
    ]


def test_offers_are_data(capsys: Captured) -> None:
    code, data = as_json(capsys, "offers", "pub", *ASKED, "--flexible", "15", "--better", "9")
    assert (code, data["bookable"], data["refusal"], data["has_forecast"]) == (0, True, None, False)
    assert data["steering"] == {"mode": "one_better", "saves_more_than": 9.0}
    wish, earlier, later = data["offers"]
    assert (wish["start"], wish["is_wish"], wish["is_shown"]) == (
        "2026-05-01T19:00:00+01:00",
        True,
        True,
    )
    assert (earlier["moved_minutes"], earlier["is_shown"], later["moved_minutes"]) == (
        -15,
        False,
        15,
    )
    assert wish["cost"] == {
        "displaced_covers": 0.0,
        "wasted_covers": 0.0,
        "demand_percent": 0.0,
        "total": 0.0,
    }
    assert (wish["extra_covers"], later["extra_covers"]) == (0.0, 0.0)
    assert (wish["numbers"], wish["dining"]["start"]) == (["High 4"], wish["start"])
    assert data["explanation"] == "No start is better for the house than 19:00, the wish."
    code, data = as_json(capsys, "offers", "pub", "--at", AT, "--now", NOW, "--party", "60")
    assert (code, data["bookable"], data["refusal"]["code"]) == (1, False, "PARTY_NEVER_FITS")
    assert data["rejected"][0]["refusal"]["code"] == "PARTY_NEVER_FITS"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = SqlStore(sqlite_url(tmp_path / "night.db"))
    yield Engine(store, ids=CountedIds("n")).add_restaurant(a_house(one_table()), actor=STAFF)
    store.close()


def test_offers_of_a_stored_restaurant_count_its_bookings(
    desk: Desk, tmp_path: Path, capsys: Captured
) -> None:
    desk.book(BookingRequest(4, at("20:30").replace(year=2030)))
    url = f"sqlite:///{tmp_path / 'night.db'}"
    later = at("19:00").replace(year=2030).isoformat()
    asked = ("--store", url, "--restaurant", "house", "--party", "4", "--at", later)
    code, out, _ = run(capsys, "offers", *asked)
    assert code == 0
    assert "not possible:\n  19:15: " in out
    # At 19:00 the table is idle from 17:00 on; at 18:45 a quarter of an hour is dead instead.
    assert round(4 * (0.2 * 105 + 15 - 0.2 * 120) / 105, 2) == 0.46
    assert "  19:00: 1, +0.00 covers\n" in out
    assert "  18:45, 15 minutes earlier: 1, +0.46 covers\n" in out


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("--flexible", "241"), "--flexible: must be a whole number from 0 to 240 (got 241)"),
        (("--better", "-1"), "--better: must be a number from 0 to 1000 (got -1.0)"),
        (("--better", "some"), "argument --better: must be a number such as 0.5 (got 'some')"),
        (("--better", "1", "--order"), "argument --order: not allowed with argument --better"),
        (("--demand", "gone.json"), "gone.json: "),
    ],
)
def test_wrong_input_is_named(
    arguments: tuple[str, ...],
    fault: str,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused_input(capsys, "offers", "pub", *ASKED, *arguments).startswith(fault)


def test_offers_are_drawn_on_a_page(tmp_path: Path, capsys: Captured) -> None:
    page = tmp_path / "offers.html"
    code, out, _ = run(capsys, "offers", "pub", *ASKED, "--html", str(page))
    assert (code, out.splitlines()[-1]) == (0, f"page written to {page}")
    text = page.read_text("utf-8")
    assert "Cost of each start: party of" in text
    assert "Costs in covers" in text
    assert "High 4" in text
    code, data = as_json(capsys, "offers", "pub", *ASKED, "--html", str(page))
    assert data["html"] == str(page)
    assert as_json(capsys, "offers", "pub", *ASKED)[1]["html"] is None


def test_a_page_without_a_start_lists_the_refusals(tmp_path: Path, capsys: Captured) -> None:
    page = tmp_path / "offers.html"
    none = ("--at", AT, "--now", NOW, "--party", "60", "--html", str(page))
    assert run(capsys, "offers", "pub", *none)[0] == 1
    text = page.read_text("utf-8")
    assert "Not possible" in text
    assert "Costs in covers" not in text


def test_a_page_that_cannot_be_written_is_refused(tmp_path: Path, capsys: Captured) -> None:
    path = str(tmp_path / "none" / "offers.html")
    assert refused_input(capsys, "offers", "pub", *ASKED, "--html", path).startswith("--html: ")
