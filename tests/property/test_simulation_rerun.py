"""Twelve days of bookings in the shape of a busy house, every yes and every no by brute force."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import attrs
import pytest

from fourtop import (
    Actor,
    BookingRow,
    BookingStatus,
    BookingWindow,
    Floor,
    House,
    InvalidInput,
    InvalidRows,
    Planning,
    Preference,
    ServicePeriod,
    sample,
    sketch_floor,
    sketch_house,
)
from fourtop.model.calendar import Calendar
from fourtop.simulation import Rerun, rerun
from tests.property.planner_oracle import Case, possible

FIRST = date(2030, 5, 6)
DAYS = 12
# 17 tables. A line lists the tables that can be pushed to the first one: each join in one line
# only, as the file of a host may have it.
SEATS = (2, 2, 2, 4, 4, 4, 2, 4, 6, 6, 4, 2, 2, 8, 6, 2, 4)
ONE_WAY = {
    1: (2,),
    2: (3,),
    4: (5,),
    5: (6, 9),
    9: (10,),
    11: (12,),
    12: (13,),
    14: (15,),
    16: (17,),
}
SERVICES = {
    "lunch": ("12:00", "15:00"),
    "afternoon": ("15:00", "18:00"),
    "dinner": ("18:00", "23:00"),
}
STAYS = ((2, 75), (4, 90), (6, 105), (None, 120))
MOST_TABLES = 3


def house() -> House:
    floor = sketch_floor(
        {str(number): seats for number, seats in enumerate(SEATS, 1)},
        joins=[(str(one), str(two), 0) for one, others in ONE_WAY.items() for two in others],
    )
    made = sketch_house("Busy", floor, timezone="Europe/Berlin", turn_minutes=dict(STAYS))
    periods = [
        ServicePeriod(key, *hours, last_seating_minutes=30, overrun_allowed=True)
        for key, hours in SERVICES.items()
    ]
    planning = Planning(max_tables=MOST_TABLES, slack_budget=6)
    return attrs.evolve(made, policy=attrs.evolve(made.policy, periods=periods, planning=planning))


def rows_of_the_days() -> list[BookingRow]:
    """Draw 12 days of 55 to 123 parties, with lead times of minutes to weeks, some cancelled."""
    draw = Random("twelve days")
    rows = []
    for place in range(DAYS):
        day = FIRST + timedelta(days=place)
        parties = 123 if place == 5 else 55 + int(draw.random() * 60)
        for number in range(parties):
            minutes = draw.choices((12, 13, 15, 17, 18, 19, 20), (3, 4, 1, 1, 4, 5, 3))[0] * 60
            start = datetime.combine(day, time()) + timedelta(
                minutes=minutes + 15 * int(draw.random() * 4)
            )
            size = draw.choices(
                (1, 2, 3, 4, 5, 6, 8, 10, 12, 18), (3, 40, 12, 20, 6, 8, 5, 3, 2, 1)
            )[0]
            lead = draw.choices((10, 90, 1_440, 10_080, 40_320), (2, 3, 4, 3, 1))[0]
            created = start - timedelta(minutes=int(lead * (0.5 + draw.random())))
            fate = draw.random()
            status = BookingStatus.COMPLETED
            ended = None
            if fate < 0.1:
                status = BookingStatus.CANCELLED
                ended = created + (start - created) * draw.random()
            elif fate < 0.14:
                status = BookingStatus.NO_SHOW
                ended = start + timedelta(minutes=20)
            rows.append(
                BookingRow(
                    f"d{place}-{number}",
                    size,
                    start.isoformat(),
                    status=status,
                    created=created.replace(second=0, microsecond=0).isoformat(),
                    ended=None if ended is None else ended.replace(microsecond=0).isoformat(),
                )
            )
    return rows


class BruteForce:
    """A list of bookings, every set of tables that the house has for each size, and loops."""

    def __init__(self, floor: Floor, planning: Planning) -> None:
        self.floor, self.planning = floor, planning
        self.all_tables = frozenset(table.id for table in floor.tables)
        self.sets: dict[int, list[frozenset[str]]] = {}
        self.taken: list[tuple[str, frozenset[str], datetime, datetime]] = []

    def sets_for(self, size: int) -> list[frozenset[str]]:
        if size not in self.sets:
            case = Case(
                self.floor, self.planning, size, Preference(), Preference(), self.all_tables
            )
            self.sets[size] = [frozenset(answer.tables) for answer in possible(case)]
        return self.sets[size]

    def code(self, size: int) -> str:
        """The code of a no: the tables are taken, do not touch, or are too small."""
        if self.sets_for(size):
            return "TABLES_TAKEN"
        apart = attrs.evolve(self.planning, adjacency_required=False)
        case = Case(self.floor, apart, size, Preference(), Preference(), self.all_tables)
        return "ADJACENCY_MISMATCH" if any(possible(case)) else "PARTY_NEVER_FITS"

    def free_sets(self, size: int, start: datetime, end: datetime) -> list[frozenset[str]]:
        busy: set[str] = set()
        for _, tables, since, until in self.taken:
            if since < end and start < until:
                busy |= tables
        return [tables for tables in self.sets_for(size) if not tables & busy]


def is_open(start: datetime) -> bool:
    """Whether a start is at least 30 minutes before the end of its service."""
    at = f"{start:%H:%M}"
    (hours,) = [hours for hours in SERVICES.values() if hours[0] <= at < hours[1]]
    end = datetime.combine(start.date(), time.fromisoformat(hours[1]))
    return start <= end - timedelta(minutes=30)


def told(moment: Any) -> datetime:
    return datetime.fromisoformat(str(moment))


@pytest.mark.slow
def test_every_yes_and_no_of_twelve_days_is_right() -> None:
    rows = rows_of_the_days()
    counts = Counter(told(row.start).date() for row in rows)
    assert (len(counts), max(counts.values())) == (12, 123)
    assert max(row.party_size for row in rows) == 18
    at = house()
    played = rerun(at, rows)
    assert len(played) == len(rows)
    place = {row.id: number for number, row in enumerate(rows)}
    asked = sorted(rows, key=lambda row: (told(row.created), place[row.id]))
    assert [each.row.id for each in played] == [row.id for row in asked]

    oracle, codes = BruteForce(at.floor, at.policy.planning), Counter[str]()
    ends: list[tuple[datetime, str]] = []
    joined = 0
    for each in played:
        row = each.row
        now, start = told(row.created), told(row.start)
        for ended in sorted(end for end in ends if end[0] <= now):
            oracle.taken = [entry for entry in oracle.taken if entry[0] != ended[1]]
        ends = [end for end in ends if end[0] > now]
        minutes = next(m for most, m in STAYS if most is None or row.party_size <= most)
        end = start + timedelta(minutes=minutes)
        free = oracle.free_sets(row.party_size, start, end)
        codes[each.code] += 1
        if not is_open(start):
            assert each.code == "LAST_SEATING_PASSED"
            continue
        assert bool(each) == bool(free)
        if each.booking is None:
            assert each.code == oracle.code(row.party_size)
            continue
        tables = frozenset(each.booking.tables)
        joined += len(tables) > 1
        assert tables in free
        oracle.taken.append((row.id, tables, start, end))
        if row.status in (BookingStatus.CANCELLED, BookingStatus.NO_SHOW):
            ends.append((told(row.ended), row.id))
    assert played.desk.audit().is_clean
    # The days are not trivial: many refusals, many joins, some parties that never fit.
    assert codes["TABLES_TAKEN"] > 100
    assert codes["ADJACENCY_MISMATCH"] > 3
    assert joined > 40
    assert len(played.accepted) > 500


# ---- small reruns


def row(number: int, start: str, created: str, **more: Any) -> BookingRow:
    return BookingRow(
        f"b{number}", 2, f"2030-05-06T{start}", created=f"2030-05-01T{created}", **more
    )


def small(**more: Any) -> House:
    return sketch_house("Small", sketch_floor({"1": 2}), timezone="Europe/Berlin", **more)


def answers(played: Rerun) -> dict[str, str]:
    return {each.row.id: each.code or "yes" for each in played}


def test_rows_are_asked_in_the_order_of_their_creation() -> None:
    rows = [row(1, "19:00", "12:00"), row(2, "18:30", "11:00"), row(3, "20:00", "11:00")]
    assert answers(rerun(small(), rows)) == {"b2": "yes", "b3": "yes", "b1": "TABLES_TAKEN"}


def test_a_cancelled_party_frees_its_table_for_the_next() -> None:
    cancelled = {"status": "cancelled", "ended": "2030-05-02T09:00"}
    late = attrs.evolve(row(2, "19:00", "12:00"), created="2030-05-02T09:00")
    early = attrs.evolve(row(3, "19:00", "12:00"), created="2030-05-02T08:59")
    played = rerun(small(), [row(1, "19:00", "12:00", **cancelled), late, early])
    assert answers(played) == {"b1": "yes", "b3": "TABLES_TAKEN", "b2": "yes"}
    assert (len(played.accepted), len(played.refused), played.covers) == (2, 1, 4)
    assert played.refusals == {"TABLES_TAKEN": 1}
    assert repr(played) == "<Rerun 3 rows, 2 yes, 1 no, 4 covers>"
    assert "TABLES_TAKEN" in played._repr_html_()
    assert played.table()["accepted"] == (True, False, True)


def test_a_cancelled_row_without_a_time_keeps_its_table_until_its_start() -> None:
    played = rerun(
        small(),
        [
            row(1, "19:00", "12:00", status="cancelled"),
            row(2, "19:30", "13:00"),
            attrs.evolve(row(3, "19:30", "12:00"), created="2030-05-06T19:00"),
        ],
    )
    assert answers(played) == {"b1": "yes", "b2": "TABLES_TAKEN", "b3": "yes"}


def test_stays_are_those_of_the_policy_or_of_the_rows() -> None:
    rows = [
        row(1, "18:00", "10:00", end="2030-05-06T20:30"),
        row(2, "19:30", "11:00"),
    ]
    assert answers(rerun(small(), rows)) == {"b1": "yes", "b2": "yes"}
    assert answers(rerun(small(), rows, lengths="given")) == {"b1": "yes", "b2": "TABLES_TAKEN"}


def test_promised_tables_are_kept_and_other_tables_are_chosen() -> None:
    at = sketch_house("Two", sketch_floor({"1": 2, "2": 2}), timezone="Europe/Berlin")
    played = rerun(
        at,
        [
            row(1, "19:00", "10:00", tables=["2"], names_tables=True),
            row(2, "19:00", "11:00", tables=["2"]),
        ],
    )
    assert [each.booking and each.booking.tables for each in played] == [("2",), ("1",)]


def test_guests_are_bound_by_rules_that_staff_may_break() -> None:
    at = small()
    window = BookingWindow(horizon_days=2)
    at = attrs.evolve(at, policy=attrs.evolve(at.policy, booking_windows=[window]))
    rows = [row(1, "19:00", "10:00")]
    assert answers(rerun(at, rows)) == {"b1": "yes"}
    guest = Actor("web", "guest")
    assert answers(rerun(at, rows, actor=guest)) == {"b1": "BEYOND_HORIZON"}


def test_every_problem_of_the_rows_is_listed() -> None:
    good = row(1, "19:00", "10:00")
    rows = [
        good,
        good,
        attrs.evolve(row(2, "19:00", "10:00"), created=None),
        attrs.evolve(row(3, "19:00", "10:00"), created="2030-05-07T10:00"),
        row(4, "19:00", "10:00", occasion="brunch"),
        row(5, "19:00", "10:00", tables=["9"], names_tables=True),
        BookingRow("b6", 2, "2030-03-31T02:30", created="2030-03-01T10:00"),
    ]
    with pytest.raises(InvalidRows) as refused:
        rerun(small(), rows)
    found = [(problem.row, problem.column) for problem in refused.value.problems]
    assert found == [
        (2, "id"),
        (3, "created"),
        (4, "created"),
        (5, "occasion"),
        (6, "tables"),
        (7, "start"),
    ]
    with pytest.raises(InvalidRows) as refused:
        rerun(small(), [row(1, "19:00", "10:00", must=Preference(zones=["attic"]))])
    assert refused.value.problems[0].row == 1


def test_wrong_arguments_of_a_rerun_are_refused() -> None:
    rows = [row(1, "19:00", "10:00")]
    wrong: list[tuple[str, Any, Any, dict[str, Any]]] = [
        ("house", 3, rows, {}),
        ("rows", small(), [3], {}),
        ("lengths", small(), rows, {"lengths": "long"}),
        ("actor", small(), rows, {"actor": "staff"}),
    ]
    for field, at, given, options in wrong:
        with pytest.raises(InvalidInput) as refused:
            rerun(at, given, **options)
        assert refused.value.field == field
    assert len(rerun(sample.pub(), [])) == 0


def test_the_calendar_of_the_oracle_is_that_of_the_house() -> None:
    at = house()
    calendar = Calendar(at.restaurant, at.policy)
    assert len(calendar.services_on(FIRST)) == 3
