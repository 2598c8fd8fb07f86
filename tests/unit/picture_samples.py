"""One picture of each kind and form, for the tests that every picture has to pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Final

import attrs

import fourtop
from fourtop import (
    Actor,
    BookingRequest,
    BookingRow,
    CountedIds,
    Day,
    DayPlan,
    Desk,
    Engine,
    Floor,
    ManualClock,
    MemoryStore,
    Position,
    Quote,
    StartOffers,
    SteeringPolicy,
    Window,
    plotting,
    sketch_floor,
)
from fourtop.plotting import BarRow, HeatRow, IntervalRow, LineSeries, Picture, TableMove

EVIL: Final = "<script>alert(\"1\")</script> & 'a name that is far too long for any table'"


def pub() -> Floor:
    return fourtop.sample.pub().floor


def till() -> Floor:
    """A floor with positions, shapes and sizes, and a join across two zones."""
    tables = {
        "1": (4, "square", Position(1280, 340), "Main"),
        "2": (4, "round", Position(1000, 340), "Main"),
        "3": (8, "rectangle", Position(700, 300, 30), "Main"),
        "4": (6, "oval", Position(1000, 640), "Main"),
        "5": (10, "rectangle", Position(700, 640, 90), "Main"),
        "T1": (6, "round", Position(1900, 340), "Terrace"),
        "T2": (12, "round", Position(1900, 640), "Terrace"),
    }
    notes = {
        number: {"capacity": seats, "shape": shape, "position": position, "zone": zone}
        for number, (seats, shape, position, zone) in tables.items()
    }
    notes["3"] |= {"length_cm": 240, "width_cm": 90, "out_of_service": True}
    return sketch_floor(notes, joins=[("1", "2", -2), ("2", "4", 1), ("1", "T1", 1)])


def hall(tables: int = 40) -> Floor:
    """Rows of eight tables, each row joined."""
    seats = (2, 2, 4, 4, 6)
    numbers = [f"{row}{column}" for row in range(tables // 8) for column in "abcdefgh"]
    joins = ["-".join(numbers[first : first + 8]) for first in range(0, tables, 8)]
    return sketch_floor({each: seats[int(each[0]) % 5] for each in numbers}, joins=joins)


def evil() -> Floor:
    zone = fourtop.Zone("main", EVIL[:49].strip())
    tables = [fourtop.Table(f"t{n}", f"{EVIL[:40].strip()} {n}", 4, "main") for n in range(5)]
    return Floor(tables, zones=[zone], joins=[fourtop.Join(("t0", "t1"), seat_loss=1)])


STATES: Final = {
    "big-bay": "reserved",
    "dining-4a": "occupied",
    "dining-4b": "overdue",
    "dining-6a": "cleaning",
    "dining-6b": "out_of_service",
    "dining-6c": "available",
}
MOVES: Final = (
    TableMove("r8, party of 9", ["dining-4a", "dining-4b"], ["big-bay"]),
    TableMove("r3", ["big-bay"], ["dining-6a"]),
    TableMove("r5", ["low-4a"], ["low-4b"]),
    TableMove("r6", ["low-4b"], ["low-4a"]),
)

ON: Final = date(2026, 5, 1)


def at(hour: int, minute: int = 0) -> datetime:
    """A local time of the pub, which is an hour ahead in May."""
    return datetime(2026, 5, 1, hour - 1, minute, tzinfo=UTC)


@cache
def live_day() -> Day:
    """An evening at twenty to eight with an entry in every state, in a floor with two zones."""
    clock = ManualClock(at(9))
    engine = Engine(MemoryStore(clock), ids=CountedIds("n"))
    desk = engine.add_restaurant(fourtop.sample.pub(), actor=Actor("host-7", "staff"))
    for booking_id, size, start, tables in (
        ("ahmed", 9, at(20), ["dining-4a", "dining-6b"]),
        ("brandt", 9, at(20), ["dining-4b", "dining-6c"]),
        ("clara", 4, at(18), ["dining-4a"]),
        ("dora", 3, at(17, 45), ["dining-4b"]),
        ("eve", 2, at(17, 15), ["dining-6a"]),
        ("fay", 5, at(18, 30), ["small-bay"]),
        ("gil", 8, at(19), ["low-4a", "low-4b"]),
        ("jo", 4, at(17), ["big-bay"]),
    ):
        desk.book(BookingRequest(size, start, tables=tables), booking_id=booking_id)
    desk.book(BookingRequest(4, at(20, 30)), booking_id="hu", tables="later")
    desk.book(BookingRequest(6, at(20, 30)), booking_id="ines", tables="later")
    desk.block(Window(at(9), at(19)), tables=["dining-6c"], reason="a wobbly <leg>")
    desk.block(Window(at(17), at(23)), tables=["high-4"], reason="paint")
    rows = [
        BookingRow("r1", 4, at(18, 15), end=at(19, 45), tables=("Big Bay",)),
        BookingRow("r2", 8, at(19), end=at(20, 45), tables=("Dining 4a", "Dining 6a")),
    ]
    desk.import_bookings(rows, shadow=True)
    clock.move_to(at(17, 15))
    desk.seat("jo")
    desk.seat("eve")
    clock.move_to(at(18))
    desk.seat("dora")
    desk.seat("clara")
    clock.move_to(at(18, 50))
    desk.complete("eve")
    desk.no_show("fay")
    clock.move_to(at(19))
    desk.seat("gil")
    clock.move_to(at(19, 40))
    desk.hold(BookingRequest(6, at(20, 15), tables=["big-bay"]))
    return desk.day(ON)


def empty_day() -> Day:
    """A day without a booking at a house far away."""
    house = fourtop.sketch_house("Far", sketch_floor({"1": 2}), timezone="Asia/Kolkata")
    desk = Engine(MemoryStore(ManualClock(at(9)))).add_restaurant(house)
    return desk.day(ON)


@cache
def large_day(tables: int = 40, bookings: int = 150) -> Day:
    """A night of a large house: its floor has rows of joined tables."""
    draw = Random(7)
    periods = {"dinner": "16:00-23:59"}
    house = fourtop.sketch_house(
        "Hall", hall(tables), timezone="UTC", periods=periods, turn_minutes=60
    )
    ids = CountedIds("a-long-id-of-a-program-")
    desk = Engine(MemoryStore(ManualClock(at(9))), ids=ids).add_restaurant(house)
    opening = datetime(2026, 5, 1, 16, tzinfo=UTC)
    for _ in range(4 * bookings):
        start = opening + timedelta(minutes=15 * int(24 * draw.random()))
        request = BookingRequest(1 + int(8 * draw.random()), start)
        if desk.quote(request):
            desk.book(request)
            bookings -= 1
            if not bookings:
                break
    assert not bookings, "the hall has the tables for them"
    return desk.day(ON)


COLUMNS: Final = tuple(f"{hour}:{minute:02}" for hour in range(17, 23) for minute in (0, 30))
WEEK: Final = tuple(
    HeatRow(name, [None if not day and slot < 2 else 9 * day + 7 * slot for slot in range(12)])
    for day, name in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", EVIL))
)


def large_columns() -> list[str]:
    """The labels of many columns."""
    return [f"{hour}:{minute:02}" for hour in range(10, 23) for minute in (0, 15, 30, 45)]


def large_heat() -> list[HeatRow]:
    """So many values that the picture has one path for each level."""
    return [
        HeatRow(
            f"Table {row}",
            [None if row == place else (row * 37 + place * 11) % 130 for place in range(52)],
        )
        for row in range(12)
    ]


@cache
def busy_desk() -> Desk:
    """A desk with a cap, a pacing rule, and parties that fill the evening."""
    floor = sketch_floor({"1": 2, "2": 4, "3": 4, "4": 6}, joins=["1-2-3-4"])
    periods = {"lunch": "12:00-15:00", "dinner": "17:00-23:00"}
    house = fourtop.sketch_house("The Corner", floor, timezone="Europe/London", periods=periods)
    policy = attrs.evolve(
        house.policy,
        capacity_rules=[fourtop.CapacityRule(max_covers=44)],
        pacing_rules=[fourtop.PacingRule(30, max_covers=8)],
    )
    desk = Engine(MemoryStore(ManualClock(at(9))), ids=CountedIds("n")).add_restaurant(
        attrs.evolve(house, policy=policy), actor=Actor("host-7", "staff")
    )
    for hour, size in ((12, 4), (17, 4), (17, 4), (18, 3), (19, 6), (20, 2)):
        desk.book(BookingRequest(size, at(hour)))
    return desk


def closed_desk() -> Desk:
    """A desk of a house that is closed on the date."""
    house = fourtop.sketch_house("Shut", sketch_floor({"1": 2}), timezone="UTC")
    desk = Engine(MemoryStore(ManualClock(at(9)))).add_restaurant(house)
    desk.edit_policy(lambda policy: policy.with_closure(ON))
    return desk


INTERVALS: Final = (
    IntervalRow("flat stay of 120 minutes", -14.2, -16.9, -11.5),
    IntervalRow("buffer of 15 minutes", -8.7, -10.6, -6.8),
    IntervalRow("minimum party of 4 on the big tables", 1.1, -1.4, 3.6),
    IntervalRow(EVIL, 2.9, 0.6, 5.2),
)
BARS: Final = (
    BarRow("tables taken", 31),
    BarRow("pacing exceeded", -12, is_marked=True),
    BarRow("closed", 0),
    BarRow(EVIL, 4),
)
TIMES: Final = COLUMNS
_COVERS: Final = (8, 14, 25, 28, 30, 29, 29, 33, 34, 30, 23, 10)
LINES: Final = (
    LineSeries("with the join", _COVERS, intervals=[(each - 3, each + 3) for each in _COVERS]),
    LineSeries("as it is", [each - 2 for each in _COVERS]),
    LineSeries(EVIL, [None, None, *(each / 2 for each in _COVERS[2:])]),
)


@cache
def quoted() -> tuple[Desk, Quote]:
    """The desk of the pub, and its quote for a party that needs two tables."""
    desk = Engine(MemoryStore(ManualClock(at(9)))).add_restaurant(fourtop.sample.pub())
    quote = desk.quote(BookingRequest(7, at(19)))
    assert isinstance(quote, Quote)
    return desk, quote


@cache
def offered() -> StartOffers:
    """The starts around a wish in a full evening: some are taken."""
    clock = ManualClock(at(9))
    desk = Engine(MemoryStore(clock), ids=CountedIds("n")).add_restaurant(fourtop.sample.pub())
    for hour, minute, size in ((18, 0, 4), (18, 30, 2), (18, 30, 9), (19, 30, 4), (19, 0, 8)):
        desk.book(BookingRequest(size, at(hour, minute)))
    gentle = SteeringPolicy("one_better", saves_more_than=0.3)
    return desk.offers(BookingRequest(6, at(18)), flexible_minutes=120, steering=gentle)


@cache
def taken() -> StartOffers:
    """The starts around a wish at a house whose only table is taken and whose doors close."""
    house = fourtop.sketch_house("Bay", sketch_floor({"1": 4}), timezone="Europe/London")
    desk = Engine(MemoryStore(ManualClock(at(9))), ids=CountedIds("n")).add_restaurant(house)
    for hour in (12, 14):
        desk.book(BookingRequest(4, at(hour)))
    return desk.offers(BookingRequest(4, at(13)), flexible_minutes=15)


@cache
def reseated() -> tuple[Day, Quote]:
    """A day, and the quote of a party for which another one moves."""
    floor = sketch_floor({"1": 4, EVIL[:40]: 2})
    house = fourtop.sketch_house(
        "Bay", floor, timezone="Europe/London", periods={"dinner": "17:00-23:00"}
    )
    desk = Engine(MemoryStore(ManualClock(at(9))), ids=CountedIds("n")).add_restaurant(house)
    block = desk.block(Window(at(17), at(23)), tables=[floor.tables[1].id], reason=EVIL)
    desk.book(BookingRequest(2, at(19)), booking_id="ann")
    desk.unblock(block.id)
    desk.book(BookingRequest(4, at(21)), booking_id="bob")
    quote = desk.quote(BookingRequest(4, at(19)), moves=1)
    assert isinstance(quote, Quote)
    return desk.day(ON), quote


@cache
def planned() -> tuple[Day, DayPlan]:
    """A day with bookings that wait, a hold and a block, and the plan of the day."""
    floor = sketch_floor({"1": 2, "2": 4, "3": 4, "4": 2, "5": 6}, joins=["1-2", "3-4"])
    house = fourtop.sketch_house(
        "Hall", floor, timezone="Europe/London", periods={"dinner": "17:00-23:00"}
    )
    desk = Engine(MemoryStore(ManualClock(at(16))), ids=CountedIds("n")).add_restaurant(
        house, actor=Actor("host-7", "staff")
    )
    twos = desk.block(Window(at(18), at(22)), tables=["1", "4"], reason="a loose leg")
    for name in ("ann", "bob"):
        desk.book(BookingRequest(2, at(19)), booking_id=name)
    desk.unblock(twos.id)
    desk.book(BookingRequest(2, at(17)), booking_id="eve")
    desk.block(Window(at(21), at(22)), tables=["5"], reason="paint")
    desk.hold(BookingRequest(2, at(17, 30), tables=["4"]))
    for name, size, hour in (("cem", 4, 19), ("dora", 5, 20), ("gil", 6, 18), ("hu", 4, 19)):
        desk.book(BookingRequest(size, at(hour)), booking_id=name, tables="later")
    return desk.day(ON), desk.plan_day(ON)


SAMPLES: Final[Mapping[str, Callable[[], Picture]]] = {
    "the pub": lambda: plotting.floor_plan(pub()),
    "the pub with states": lambda: plotting.floor_plan(
        pub(), states=STATES, highlighted=["dining-6a", "dining-6c", "dining-4b"]
    ),
    "a chosen plan": lambda: plotting.floor_plan(pub(), highlighted=["dining-4a", "dining-4b"]),
    "moves": lambda: plotting.floor_plan(pub(), moves=MOVES, title=EVIL),
    "positions": lambda: plotting.floor_plan(till()),
    "a hall": lambda: plotting.floor_plan(hall()),
    "evil names": lambda: plotting.floor_plan(evil(), moves=[TableMove(EVIL, ["t0"], ["t3"])]),
    "a night": lambda: plotting.night_chart(live_day()),
    "a large night": lambda: plotting.night_chart(large_day()),
    "a heat map": lambda: plotting.heat_map(
        WEEK, COLUMNS, title=EVIL, row_title="weekday", column_title="from"
    ),
    "a large heat map": lambda: plotting.heat_map(
        large_heat(), large_columns(), title="Many cells", row_title="table", column_title="from"
    ),
    "long labels": lambda: plotting.bar_chart(
        [
            *BARS,
            BarRow(
                "the refused parties of six and more on a Friday or a Saturday in May",
                3,
                is_marked=True,
            ),
        ],
        title="Refusals",
        unit="parties",
    ),
    "costs of starts": lambda: plotting.cost_strip(offered()),
    "no start": lambda: plotting.cost_strip(taken(), title=EVIL),
    "a re-seating": lambda: plotting.move_chart(*reseated(), title=EVIL),
    "a plan of a day": lambda: plotting.move_chart(*planned()),
    "no moves": lambda: plotting.move_chart(planned()[0], attrs.evolve(planned()[1], moves=())),
    "utilisation": lambda: plotting.utilisation_chart(busy_desk().utilisation(ON)),
    "availability": lambda: plotting.availability_chart(
        busy_desk().availability(ON, [2, 4, 9, 30])
    ),
    "a closed day": lambda: plotting.availability_chart(closed_desk().availability(ON, 2)),
    "intervals": lambda: plotting.interval_chart(
        INTERVALS, title="Rules", unit="covers a week", reference=0, note=EVIL
    ),
    "intervals without a reference": lambda: plotting.interval_chart(
        INTERVALS[:1], title=EVIL, unit="covers"
    ),
    "bars": lambda: plotting.bar_chart(BARS, title=EVIL, unit="parties"),
    "lines": lambda: plotting.line_chart(
        LINES, TIMES, title=EVIL, x_title="local time", y_title=EVIL
    ),
    "six lines": lambda: plotting.line_chart(
        [LineSeries(f"line {n}", [n, 0, n]) for n in range(6)],
        [0, 1, 5],
        title="Six",
        x_title=EVIL,
        y_title="covers",
    ),
    "scores": lambda: plotting.score_chart([quoted()[1].plan, *quoted()[1].others]),
    "an empty day": lambda: plotting.night_chart(empty_day(), title=EVIL),
    "a long title": lambda: plotting.bar_chart(
        BARS, title=(3 * EVIL)[:200], unit=(3 * EVIL)[:200], note=(3 * EVIL)[:200]
    ),
    "an empty floor": lambda: plotting.floor_plan(Floor([], zones=[])),
}
