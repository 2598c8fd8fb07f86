from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, timedelta
from functools import cache
from itertools import combinations

import attrs
import pytest

from fourtop import (
    Allocation,
    BookingStatus,
    Engine,
    EventType,
    InvalidInput,
    MemoryStore,
    Window,
    sample,
)
from fourtop.cli import main
from fourtop.cli.chart import chart
from fourtop.cli.demo_report import demo_report, evening_data
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.ports import Clock
from fourtop.simulation.demo.evening import DEFAULT_DATE, DEFAULT_SEED, play_evening
from fourtop.simulation.demo.record import Channel, Evening, Visit, VisitEvent
from tests.other_process import printed

SEEDS = (DEFAULT_SEED, 0, 1, 2, 3, 4)


@cache
def an_evening(seed: int = DEFAULT_SEED) -> Evening:
    return play_evening(MemoryStore, sample.pub(), sample.pub_demand(), seed=seed)


def visits_with(evening: Evening, event: VisitEvent) -> list[Visit]:
    return [visit for visit in evening.visits if visit.did(event)]


def tables_of(visit: Visit, event: VisitEvent) -> tuple[str, ...]:
    step = visit.did(event)
    assert step is not None
    return step.tables


def codes(evening: Evening) -> Counter[str]:
    return Counter(
        step.refusal.code.value
        for visit in evening.visits
        for step in visit.steps
        if step.refusal is not None
    )


def asked_for(visit: Visit) -> tuple[int, int, tuple[str, ...]]:
    return visit.party_size, visit.start_us, tables_of(visit, VisitEvent.SHOWN_LAST)


# ---- the scenes of the evening that everybody sees


def test_thirty_requests_are_numbered_as_they_are_made() -> None:
    evening = an_evening()
    assert [visit.number for visit in evening.visits] == list(range(1, 31))
    asked = [visit.asked_at for visit in evening.visits]
    assert asked == sorted(asked)


def test_parties_are_held_confirmed_and_booked_over_all_channels() -> None:
    evening = an_evening()
    assert {visit.channel for visit in evening.visits} == set(Channel)
    for event in (
        VisitEvent.HELD,
        VisitEvent.CONFIRMED,
        VisitEvent.BOOKED,
        VisitEvent.CAME,
        VisitEvent.LEFT,
    ):
        assert visits_with(evening, event), event


def test_refusals_name_several_reasons() -> None:
    assert set(codes(an_evening())) >= {"TABLES_TAKEN", "LAST_SEATING_PASSED", "ADJACENCY_MISMATCH"}


def test_two_race_for_the_last_table_and_one_gets_it() -> None:
    racers = visits_with(an_evening(), VisitEvent.SHOWN_LAST)
    assert len({asked_for(visit) for visit in racers}) == 1
    winner, loser = racers
    last = tables_of(winner, VisitEvent.SHOWN_LAST)
    assert [step.event for step in winner.steps][:3] == [
        VisitEvent.SHOWN_LAST,
        VisitEvent.HELD,
        VisitEvent.CONFIRMED,
    ]
    assert tables_of(winner, VisitEvent.CONFIRMED) == last
    assert [step.event for step in loser.steps][:2] == [VisitEvent.SHOWN_LAST, VisitEvent.REFUSED]
    assert len({step.at_us for step in (*winner.steps[:2], *loser.steps[:2])}) == 1


def test_a_table_whose_party_left_early_is_used_again() -> None:
    (waiting,) = visits_with(an_evening(), VisitEvent.WAITED)
    (leaving,) = visits_with(an_evening(), VisitEvent.LEFT_EARLY)
    left, booked = leaving.did(VisitEvent.LEFT_EARLY), waiting.did(VisitEvent.BOOKED)
    assert left is not None
    assert booked is not None
    assert waiting.did(VisitEvent.REFUSED) is not None
    assert set(booked.tables) & set(left.tables)
    assert booked.at_us == left.at_us


def test_somebody_cancels_and_somebody_stays_away() -> None:
    assert visits_with(an_evening(), VisitEvent.CANCELLED)
    assert visits_with(an_evening(), VisitEvent.STAYED_AWAY)


def test_a_hold_expires_and_its_guest_asks_again() -> None:
    (late,) = visits_with(an_evening(), VisitEvent.HOLD_EXPIRED)
    assert [step.event for step in late.steps][:4] == [
        VisitEvent.HELD,
        VisitEvent.HOLD_EXPIRED,
        VisitEvent.HELD,
        VisitEvent.CONFIRMED,
    ]


def test_a_second_click_gives_the_same_booking() -> None:
    (twice,) = visits_with(an_evening(), VisitEvent.REPLAYED)
    assert tables_of(twice, VisitEvent.REPLAYED) == tables_of(twice, VisitEvent.CONFIRMED)


def test_named_tables_are_these_or_none() -> None:
    first, second = visits_with(an_evening(), VisitEvent.ASKED_FOR)
    assert tables_of(first, VisitEvent.BOOKED) == tables_of(first, VisitEvent.ASKED_FOR)
    refused = second.did(VisitEvent.REFUSED)
    assert refused is not None
    assert refused.refusal is not None
    assert (refused.refusal.proof.value, refused.tables) == (
        "named_tables",
        tables_of(second, VisitEvent.ASKED_FOR),
    )


# ---- what holds for every seed, judged apart from the audit


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_stays_of_a_table_overlap(seed: int) -> None:
    evening = an_evening(seed)
    assert evening.audit.is_clean
    assert evening.rows
    for one, other in combinations(evening.rows, 2):
        assert one.resource_id != other.resource_id or not one.window.overlaps(other.window)


@pytest.mark.parametrize("seed", SEEDS)
def test_everybody_sits_at_tables_that_seat_them(seed: int) -> None:
    evening = an_evening(seed)
    for visit in visits_with(evening, VisitEvent.CAME):
        tables = {row.resource_id for row in evening.rows if evening.visit_of(row) is visit}
        assert evening.house.floor.seats(tables) >= visit.party_size


@pytest.mark.parametrize("seed", SEEDS)
def test_half_hours_equal_a_count_minute_by_minute(seed: int) -> None:
    evening = an_evening(seed)
    absent = {visit.number for visit in visits_with(evening, VisitEvent.STAYED_AWAY)}
    for half in evening.half_hours:
        covers, tables = [], []
        for minute in range(30):
            at_us = half.start_us + minute * MICROSECONDS_PER_MINUTE
            there = [
                row for row in evening.rows if row.window.start_us <= at_us < row.window.end_us
            ]
            numbers = {int(row.owner_id.removeprefix("r")) for row in there} - absent
            covers.append(sum(evening.visits[number - 1].party_size for number in numbers))
            tables.append(len(there))
        assert (half.covers, half.tables) == (max(covers), max(tables))
        assert abs(half.use_percent - sum(tables) / 3) <= 0.5


def test_other_seeds_bring_other_guests() -> None:
    guests = {
        tuple((visit.party_size, visit.start_us) for visit in an_evening(seed).visits)
        for seed in SEEDS
    }
    assert len(guests) == len(SEEDS)


def test_the_night_is_played_in_the_store_that_was_made_for_it() -> None:
    stores: list[MemoryStore] = []

    def make_store(clock: Clock) -> MemoryStore:
        stores.append(MemoryStore(clock))
        return stores[-1]

    evening = play_evening(make_store, sample.pub(), sample.pub_demand())
    (store,) = stores
    desk = Engine(store).desk("the-pub")
    start = evening.half_hours[0].start
    statuses = Counter(
        each.status for each in desk.bookings(Window(start, start + timedelta(hours=7)))
    )
    assert statuses == {
        BookingStatus.COMPLETED: len(visits_with(evening, VisitEvent.CAME)),
        BookingStatus.CANCELLED: len(visits_with(evening, VisitEvent.CANCELLED)),
        BookingStatus.NO_SHOW: len(visits_with(evening, VisitEvent.STAYED_AWAY)),
    }
    events = Counter(event.type for event in store.events("the-pub"))
    held = sum(step.event is VisitEvent.HELD for visit in evening.visits for step in visit.steps)
    assert events[EventType.HOLD_CREATED] == held
    assert evening == an_evening()


def test_another_date_is_another_evening_of_the_same_guests() -> None:
    winter = play_evening(MemoryStore, sample.pub(), sample.pub_demand(), on=date(2026, 12, 4))
    assert [visit.party_size for visit in winter.visits] == [
        visit.party_size for visit in an_evening().visits
    ]
    assert f"{winter.half_hours[0].start:%H:%M}" == "17:00"


def test_a_date_beyond_reckoning_is_refused() -> None:
    with pytest.raises(InvalidInput, match="1971"):
        play_evening(MemoryStore, sample.pub(), sample.pub_demand(), on=date(1900, 1, 1))


# ---- the chart


def chart_lines(evening: Evening) -> dict[str, str]:
    """The bars of the chart by table number; a bar begins where the times do."""
    lines = chart(evening).splitlines()
    first = lines[0].index("17:00")
    bars = {}
    for table in evening.house.floor.tables:
        (line,) = [line for line in lines if line.startswith(f"{table.number} ")]
        bars[table.number] = line[first:]
    return bars


def test_chart_fits_in_a_hundred_columns() -> None:
    for seed in SEEDS:
        assert max(len(line) for line in demo_report(an_evening(seed)).splitlines()) <= 100


@pytest.mark.parametrize("seed", SEEDS)
def test_chart_shows_each_stay_to_five_minutes(seed: int) -> None:
    evening = an_evening(seed)
    bars, start_us = chart_lines(evening), evening.half_hours[0].start_us
    drawn = 0
    for table in evening.house.floor.tables:
        expected = {
            (
                (row.window.start_us - start_us) // 300_000_000,
                (row.window.end_us - start_us) // 300_000_000,
            )
            for row in evening.rows
            if row.resource_id == table.id
        }
        found = {(bar.start(), bar.end()) for bar in re.finditer(r"\[[^\]]*\]", bars[table.number])}
        assert found == expected
        drawn += len(found)
    assert drawn == len(evening.rows)


def test_chart_labels_each_stay_that_has_room() -> None:
    evening = an_evening()
    labels = {
        int(number)
        for bar in chart_lines(evening).values()
        for number in re.findall(r"\[#([0-9]+)", bar)
    }
    came = {visit.number for visit in visits_with(evening, VisitEvent.CAME)}
    assert came <= labels


def stretched(row: Allocation, minutes: int) -> Allocation:
    window = row.window
    return attrs.evolve(row, window=Window(window.start, window.end + timedelta(minutes=minutes)))


def test_chart_of_an_overbooked_table_shows_where() -> None:
    evening = an_evening()
    first, second = [row for row in evening.rows if row.resource_id == "big-bay"]
    minutes = (second.window.start_us - first.window.end_us) // MICROSECONDS_PER_MINUTE + 20
    bar = chart_lines(attrs.evolve(evening, rows=(stretched(first, minutes), second)))["Big Bay"]
    assert bar.count("!") == 4
    assert "!" not in chart(evening)


def test_chart_of_a_minute_is_one_stroke() -> None:
    evening = an_evening()
    row = evening.rows[0]
    short = attrs.evolve(
        row, window=Window(row.window.start, row.window.start + timedelta(minutes=1))
    )
    assert chart(attrs.evolve(evening, rows=(short,))).count("|") == 1


# ---- the command


def test_demo_is_the_same_text_for_a_seed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    first = capsys.readouterr().out
    assert main(["demo", "--seed", str(DEFAULT_SEED), "--on", DEFAULT_DATE.isoformat()]) == 0
    assert capsys.readouterr().out == first
    assert first == demo_report(an_evening()) + "\n"
    assert main(["demo", "--seed", "1"]) == 0
    assert capsys.readouterr().out != first


@pytest.mark.slow
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_demo_is_the_same_in_every_process(form: list[str]) -> None:
    command = ("-m", "fourtop.cli", "demo", *form)
    assert len({printed(*command, hash_seed=seed) for seed in ("1", "2")}) == 1


def test_story_has_a_line_for_each_request() -> None:
    evening = an_evening()
    lines = demo_report(evening).splitlines()
    numbers = [
        int(found[1])
        for line in lines
        if (found := re.match(r" {0,2}([0-9]{1,2})  [0-9]{2}:[0-9]{2}  ", line))
    ]
    assert numbers == list(range(1, 31))
    assert lines[-1].startswith("audit of ")
    assert "0 overlaps, 0 rows without an owner, 0 bookings without tables" in lines[-1]


def test_story_tells_every_step_but_coming_and_going() -> None:
    told = " ".join(demo_report(an_evening()).split())
    for part in (
        "asks for",
        "the last free; so is #",
        "held, confirmed",
        "confirms too late",
        "confirms twice",
        "waits at the bar",
        "cancels:",
        "has not come:",
        "leaves early:",
        "no: every table or combination",
    ):
        assert part in told, part


def test_summary_adds_up_to_thirty() -> None:
    (line,) = [
        line for line in demo_report(an_evening()).splitlines() if line.startswith("30 requests: ")
    ]
    seated, cancelled, absent, refused = (
        int(found) for found in re.findall(r"(\d+) (?=seated|cancel|did|refused)", line)
    )
    assert seated + cancelled + absent + refused == 30


def test_json_says_what_the_text_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    evening = an_evening()
    assert data == json.loads(json.dumps(evening_data(evening)))
    assert list(data) == ["restaurant", "date", "seed", "requests", "stays", "half_hours", "audit"]
    assert data["audit"] == {
        "clean": True,
        "allocations": evening.audit.allocations,
        "overlaps": [],
        "orphans": [],
        "without_tables": [],
        "shared_tables": [],
    }
    assert len(data["requests"]) == 30
    assert len(data["stays"]) == len(evening.rows)
    assert [half["covers"] for half in data["half_hours"]] == [
        half.covers for half in evening.half_hours
    ]


def test_shares_of_the_demand_are_kept() -> None:
    channels = Counter(visit.channel.value for visit in an_evening().visits)
    for name, share in sample.pub_demand().channels:
        assert abs(channels[name] - share * 30) <= 1
