"""What a person sees: the repr of every public value, HTML tables, and errors in a notebook."""

from __future__ import annotations

import inspect
import pickle
from datetime import UTC, datetime
from enum import Enum
from html.parser import HTMLParser
from typing import Any, is_typeddict
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import attrs
import pytest

import fourtop
from fourtop import (
    GUEST,
    Actor,
    Allocation,
    AsyncEngine,
    AsyncMemoryStore,
    AsyncSqlStore,
    AtRisk,
    Audit,
    BookingChange,
    Bookings,
    BookingStatus,
    Calendar,
    ClearReport,
    Code,
    CountedIds,
    Desk,
    Engine,
    Event,
    EventType,
    Finding,
    Fingerprint,
    FourtopError,
    Hold,
    HouseDifference,
    ImportReport,
    InvalidInput,
    LocalTime,
    LocalTimes,
    ManualClock,
    MemoryStore,
    NotFound,
    Overlap,
    Override,
    Owner,
    OwnerKind,
    PacingUsage,
    PartDifference,
    PlannedMove,
    ProblemKind,
    Pruned,
    Quote,
    Reason,
    Receipt,
    Refusal,
    Refused,
    Relayed,
    ReleasedLate,
    Reseating,
    ResourceType,
    Rival,
    RuleProblem,
    Score,
    Selection,
    Severity,
    SharedTable,
    Spread,
    SqlStore,
    Step,
    Swept,
    SystemClock,
    TableSnapshot,
    Term,
    TimeOrderedIds,
    TurnBand,
    WalkIn,
    Window,
)
from fourtop.errors.display import WIDTH
from fourtop.model.hold import HoldState
from fourtop.model.window import brief_iso
from tests.evening import NOW, a_house, one_table, open_desk
from tests.types.right_arguments import RIGHT
from tests.unit.day_plan_case import planned, waits

SIX = datetime(2030, 5, 3, 17, tzinfo=UTC)
LONG = "x" * 64
RULE = fourtop.Proof.RULE
DATABASE_URL = "postgresql+psycopg://ada:secret@db/fourtop?password=secret"


def at(hour: int, minute: int = 0) -> datetime:
    return SIX.replace(hour=hour, minute=minute)


WINDOW = Window(at(17), at(19))
ROW = Allocation("a1", "pub", ResourceType.TABLE, "t1", WINDOW, OwnerKind.BOOKING, "b1")


def pub() -> Desk:
    store = MemoryStore(ManualClock(at(12)))
    engine = Engine(store, ids=CountedIds("n"))
    return engine.add_restaurant(fourtop.sample.pub(), actor=Actor("web", "guest"))


def plain_samples() -> list[Any]:
    """Values that need no desk."""
    return [
        Actor(LONG, LONG),
        fourtop.Aisle(joined=["t1", "t2"], closes=["t3"]),
        fourtop.KeptApart(("t1", "t2")),
        AsyncEngine(AsyncMemoryStore()),
        AsyncEngine(AsyncMemoryStore()).desk("pub"),
        AsyncMemoryStore(),
        AsyncSqlStore(DATABASE_URL),
        Audit("pub", 3, (Overlap(ROW, ROW),), (ROW,), ("b1",)),
        Bookings(),
        CountedIds("n"),
        Engine(MemoryStore()),
        Event(EventType.BOOKING_CREATED, "k", "pub", 0, GUEST, booking_id="b1", hold_id="h1"),
        HouseDifference((PartDifference("tables", (LONG,) * 9, changed=(LONG,)),), (LONG,)),
        PartDifference("tables", added=(LONG,)),
        Finding("schema_old", Severity.REFUSE, "the schema is old " * 9, "run: fourtop migrate"),
    ]


def reports() -> list[Any]:
    """Values that commands, jobs and checks return, and one that a command takes."""
    return [
        ClearReport(3, 5, replayed=True),
        BookingChange(party_size=3, start=SIX, tables=[LONG, "t1", "t2"]),
        ImportReport(3, 5, replayed=True),
        fourtop.CsvFormat(columns={"A long name of a column" * 9: "id"}, dates="day-first"),
        fourtop.RowFile(()),
        fourtop.RowProblem(7, Code.INVALID_INPUT, "a long text of a problem" * 9),
        LocalTime(LONG, LONG, "2030-05-03T18:00+01:00", "2030-05-03T19:00+02:00"),
        LocalTimes(),
        PacingUsage(0, 900_000_000, Spread.START, 3, 1, 5),
        fourtop.ZoneUsage(LONG, 3, 1, 5),
        Pruned(),
        Relayed(),
        ReleasedLate(2),
        SharedTable(LONG, LONG, LONG),
        WalkIn(4, tables=[LONG, "t1", "t2"], minutes=60, occasion="birthday"),
        RuleProblem(ProblemKind.DEAD, "capacity_rules[2]", "no service runs where it applies"),
        Step(BookingStatus.CONFIRMED, WINDOW, 7),
        Swept(),
    ]


def of_staff() -> list[Any]:
    """What staff choose by hand, and what the checks say."""
    desk = pub()
    request = fourtop.BookingRequest(30, SIX)
    overrides = [Override("PARTY_ABOVE_MAXIMUM", "a secret reason")]
    chosen = Selection(["big-bay"], request=request, overrides=overrides)
    found = desk.validate(Selection(["big-bay"], request=request))
    return [chosen, *chosen.overrides, found, *found.checks, Selection([LONG], booking_id=LONG)]


def explanations() -> list[Any]:
    """An explanation of a no with its changes, and one of a yes."""
    desk = pub()
    refused = desk.explain(fourtop.BookingRequest(30, SIX))
    agreed = desk.explain(fourtop.BookingRequest(4, SIX))
    return [*refused.changes, refused, agreed, agreed.versions]


def alternatives() -> list[Any]:
    """What else a party can have, and how full the evening is."""
    desk = pub()
    found = desk.alternatives(fourtop.BookingRequest(4, SIX))
    none = desk.alternatives(fourtop.BookingRequest(30, SIX))
    full, turns = desk.utilisation(SIX.date()), desk.rotations(SIX.date())
    values = [found, *found.found, found.terms, none, *none.rejected, full, *full.periods]
    return [*values, *full.periods[0].slots, turns, *turns.periods, *turns.periods[0].tables]


def offers() -> list[Any]:
    """The starts around a wish, with their costs."""
    terms = fourtop.SteeringPolicy("one_better", saves_more_than=1)
    forecast = fourtop.DemandForecast({"friday": {"19:00": 12}}, lead_shares={0: 0.5})
    found = pub().offers(fourtop.BookingRequest(4, SIX), forecast=forecast, steering=terms)
    return [found, *found.found, found.found[0].cost, found.terms, terms, forecast]


def the_day() -> list[Any]:
    """The day, the month, the feed and the lists of bookings."""
    desk = pub()
    desk.book(fourtop.BookingRequest(4, SIX))
    terms = fourtop.FeedTerms(SIX.date(), 1, [2, 4])
    day, month, feed = desk.day(SIX.date()), desk.month(2030, 5, 4), desk.feed(terms)
    wanted = fourtop.BookingFilter(at(12), at(22), statuses=["confirmed"])
    values = [day, month, month.days[2], feed, feed.cells[0], terms]
    entries = [table.entries[0] for table in day.tables if table.entries]
    return [*values, *day.tables, *entries, wanted, desk.list_bookings(wanted)]


def day_plans() -> list[Any]:
    """A day plan for two parties that ask for the same table."""
    desk = open_desk(MemoryStore(ManualClock(NOW)), a_house(one_table()))
    for name in (LONG, "bo"):
        waits(desk, name, 4)
    plan = planned(desk)
    return [plan, *plan.moves, *plan.left]


def waiting_parties() -> list[Any]:
    """A waitlist with an offer, and a slot."""
    desk = pub()
    terms = fourtop.WaitlistTerms(at(17), at(18), until=at(15))
    entry = desk.join_waitlist(fourtop.BookingRequest(4, SIX), terms)
    offer = desk.offer(SIX.date())
    waitlist = desk.waitlist(SIX.date())
    slot = desk.open_slot(SIX, 12)
    found = [entry, entry.waiting, offer, waitlist, *waitlist.entries, terms, slot]
    return [*found, fourtop.Offered(2, 1)]


def stranded() -> list[Any]:
    """What an edit strands, with its repair, and what rules in shadow mode would refuse."""
    desk = pub()
    booking = desk.book(fourtop.BookingRequest(4, SIX))
    desk.hold(fourtop.BookingRequest(4, SIX))
    floor = desk.house().floor
    without = attrs.evolve(
        floor, tables=[attrs.evolve(table, out_of_service=True) for table in floor.tables]
    )
    closed = attrs.evolve(
        floor,
        tables=[
            attrs.evolve(table, out_of_service=table.id in booking.tables) for table in floor.tables
        ],
    )
    lost, moved = desk.preview(floor=lambda _: without), desk.preview(floor=lambda _: closed)
    report = desk.shadow_report(Window(at(0), at(23)))
    values = [lost, *lost.bookings, *lost.holds, moved, moved.repair, *moved.repair.repairs]
    ways = [each.way_out for each in moved.repair.repairs]
    return [*values, *ways, report, fourtop.ShadowCount(Code.CAPACITY_EXCEEDED, 2, 9)]


def reseated(desk: Desk, quote: Quote) -> list[Any]:
    moves = tuple(PlannedMove(f"{LONG[:60]}{n}", 1, [LONG], [LONG, "t2"]) for n in range(5))
    reseating = Reseating(
        *(4, quote.stay.dining.start_us, ["t1"], moves, desk.versions()),
        restaurant_id=desk.restaurant_id,
    )
    return [moves[0], reseating, attrs.evolve(quote, reseating=reseating)]


def samples() -> list[Any]:
    """At least one value of every public class, most of them as a desk returns them."""
    desk = pub()
    request = fourtop.BookingRequest(4, SIX)
    quote = desk.quote(request)
    assert isinstance(quote, Quote)
    hold = desk.hold(request)
    booking = desk.confirm(hold.id)
    day = Window(at(0), at(23))
    availability = desk.availability(SIX.date(), [2, 4])
    house = desk.house()
    calendar = Calendar(house.restaurant, house.policy)
    refusal = Refusal.by_rule(Code.CLOSED, date="2030-05-03")
    return [
        *RIGHT,
        desk.free_and_block(day, tables=[house.floor.tables[-1].id], reason="paint"),
        *availability.slots[:1],
        *availability.usage,
        *calendar.services_on(SIX.date()),
        *desk.confirmations(hold.id),
        *house.floor.tables,
        *house.floor.zones,
        *house.policy.occasions,
        *quote.plan.score.terms,
        *plain_samples(),
        *reports(),
        *explanations(),
        *of_staff(),
        *alternatives(),
        *offers(),
        *the_day(),
        *day_plans(),
        *waiting_parties(),
        *stranded(),
        *reseated(desk, quote),
        Fingerprint('{"a":1}'),
        AtRisk(booking, booking, ("t1",), 5, quote.plan),
        GUEST,
        ManualClock(SIX),
        *(MemoryStore(), fourtop.measure_store(MemoryStore())),
        Overlap(ROW, ROW),
        Owner(OwnerKind.HOLD, LONG),
        ROW,
        Receipt(replayed=True, plan=quote.plan, usage=quote.usage),
        Receipt(),
        Rival("a1", "t1", WINDOW, "block", "b1"),
        SqlStore(DATABASE_URL),
        SystemClock(),
        *(TableSnapshot("t1", size) for size in (4, None)),
        TimeOrderedIds(),
        TurnBand(2, 60),
        availability,
        booking,
        booking.assignment,
        booking.stay,
        calendar,
        desk,
        desk.block(Window(at(20), at(21)), tables=["big-bay"], reason="a broken leg"),
        desk.bookings(day),
        house.policy,
        *(hold, hold.fingerprint),
        house,
        house.floor,
        quote,
        quote.plan,
        *(refusal, refusal.reasons[0]),
        Score((Term("overage", 1, 3.5999999999999996),)),
    ]


SAMPLES = samples()


def public_value_classes() -> set[str]:
    return {
        name
        for name in fourtop.__all__
        if inspect.isclass(kind := getattr(fourtop, name))
        and not issubclass(kind, Enum | FourtopError)
        and not is_typeddict(kind)
    }


def test_finding_35_the_samples_name_every_public_value() -> None:
    assert {type(each).__name__ for each in SAMPLES} >= public_value_classes()


@pytest.mark.parametrize("value", SAMPLES, ids=lambda value: type(value).__name__)
def test_finding_35_every_public_value_has_a_short_repr(value: Any) -> None:
    lines = repr(value).splitlines()

    assert len(lines) <= 2
    assert max(map(len, lines)) <= WIDTH
    assert " at 0x" not in lines[0]
    assert "_us=" not in lines[0]
    assert "secret" not in lines[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (fourtop.sample.pub().floor, "<Floor 10 tables, 49 seats, 11 joins>"),
        (pub(), "<Desk of the-pub as web (guest)>"),
        (Score((Term("overage", 1, 3.5999999999999996),)), "<Score 3.6 = overage 3.6>"),
        (ROW, "<Allocation table t1 2030-05-03T17:00/19:00Z, booking b1>"),
        (Refusal.by_rule(Code.CLOSED, date="x"), "<Refusal CLOSED: closed on x>"),
        (fourtop.Policy([]), "<Policy 0 periods>"),
        (Window(at(17), at(19)), "Window(2030-05-03T17:00:00+00:00/2030-05-03T19:00:00+00:00)"),
    ],
)
def test_finding_35_a_repr_names_the_facts(value: Any, text: str) -> None:
    assert repr(value) == text


def test_a_window_shows_seconds_and_dates_only_where_they_matter() -> None:
    assert Window(at(17), at(19)).brief() == "2030-05-03T17:00/19:00Z"
    assert Window(at(17), at(17, 30).replace(second=30)).brief() == (
        "2030-05-03T17:00Z/2030-05-03T17:30:30Z"
    )
    next_day = at(1).replace(day=4)
    assert Window(at(22), next_day).brief() == "2030-05-03T22:00Z/2030-05-04T01:00Z"


def test_a_window_is_shown_in_a_zone_that_is_known() -> None:
    zone = ZoneInfo("Europe/London")
    assert Window(at(17), at(19)).brief(zone) == "2030-05-03T18:00/20:00+01:00"


@pytest.mark.parametrize(
    "value", [each for each in SAMPLES if attrs.has(type(each))], ids=lambda each: str(type(each))
)
def test_every_public_value_takes_its_own_fields(value: Any) -> None:
    """``attrs.evolve`` and ``copy.replace`` give a constructor what it has stored."""
    again = attrs.evolve(value)
    assert again == value
    for each in attrs.fields(type(value)):
        assert type(getattr(again, each.name)) is type(getattr(value, each.name))


# ---- tables for notebooks ------------------------------------------------------------------------


class Cells(HTMLParser):
    """Checks that tags are closed in order, and counts the cells of each row."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[int] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert attrs == []
        self.open.append(tag)
        if tag == "tr":
            self.rows.append(0)
        if tag in {"td", "th"}:
            self.rows[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


EVIL = "<script>alert('&')</script>"


def evil_floor() -> fourtop.Floor:
    zone = fourtop.Zone("main", EVIL[:50])
    tables = [
        fourtop.Table("t1", EVIL[:50], 4, "main", min_party=2),
        fourtop.Table("t2", "2", 4, "main", active=False),
        fourtop.Table("t3", "3", 4, "main", out_of_service=True),
        fourtop.Table("t4", "4", 4, "main", mobility="fixed"),
    ]
    return fourtop.Floor(tables, zones=[zone], joins=[fourtop.Join(("t1", "t2"))])


def shown_in_notebooks() -> list[Any]:
    desk = pub()
    request = fourtop.BookingRequest(4, SIX)
    desk.book(request)
    refusal = Refusal((Reason(Code.OCCASION_NOT_OFFERED, {"period": EVIL, "occasion": "x"}),), RULE)
    return [
        evil_floor(),
        desk.quote(request),
        desk.availability(SIX.date(), [2, 40]),
        desk.bookings(Window(at(0), at(23))),
        refusal,
    ]


@pytest.mark.parametrize("value", shown_in_notebooks(), ids=lambda value: type(value).__name__)
def test_a_notebook_shows_a_plain_and_escaped_table(value: Any) -> None:
    html = value._repr_html_()
    _, tag, table = html.rpartition("<table>")
    cells = Cells()
    cells.feed(tag + table.removesuffix("</details>"))

    assert table.startswith("<caption>")
    assert cells.open == []
    assert len(cells.rows) >= 2
    assert len(set(cells.rows)) == 1
    assert "<script>" not in html


def drawn_in_notebooks() -> list[Any]:
    desk = pub()
    quote = desk.quote(fourtop.BookingRequest(4, SIX))
    assert isinstance(quote, Quote)
    desk.book(fourtop.BookingRequest(4, SIX))
    reads = [desk.availability(SIX.date(), [2, 40]), desk.day(SIX.date())]
    return [evil_floor(), desk.house(), quote.plan, quote, *reads, desk.utilisation(SIX.date())]


@pytest.mark.parametrize("value", drawn_in_notebooks(), ids=lambda value: type(value).__name__)
def test_a_value_draws_itself_in_a_notebook(value: Any) -> None:
    svg = value._repr_svg_()
    root = ET.fromstring(svg)  # noqa: S314  # Our own text.

    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("role") == "img"
    assert len(repr(value)) <= WIDTH
    if hasattr(value, "_repr_html_"):
        # A notebook shows HTML rather than SVG, so the picture stands above the table.
        assert value._repr_html_().startswith(f"{svg}<details><summary>as a table</summary><table>")


def test_the_bookings_of_a_day_are_a_tuple() -> None:
    desk = pub()
    made = desk.book(fourtop.BookingRequest(4, SIX))

    found = desk.bookings(Window(at(0), at(23)))

    assert isinstance(found, Bookings)
    assert found == (made,)
    assert repr(Bookings([made] * 9)).endswith("and 6 more>")


def test_a_hold_that_ended_shows_its_state() -> None:
    hold = pub().hold(fourtop.BookingRequest(4, SIX))

    assert isinstance(hold, Hold)
    assert repr(attrs.evolve(hold, state=HoldState.RELEASED)).endswith("released>")


def test_a_live_hold_shows_its_expiry_whatever_its_id() -> None:
    hold = pub().hold(fourtop.BookingRequest(4, SIX))
    long = attrs.evolve(hold, id="0b5b1c5e-93a1-4a67-8a5b-0d7f7a3f2c11")

    assert repr(long).startswith("<Hold …7a3f2c11 2030-05-03T17:00/")
    assert f"active until {brief_iso(hold.expires_us)}>" in repr(long)


def test_a_quote_counts_its_other_plans() -> None:
    quote = pub().quote(fourtop.BookingRequest(4, SIX))
    assert isinstance(quote, fourtop.Quote)
    assert len(quote.others) > 1

    assert repr(quote).endswith(f", {len(quote.others)} more plans>")
    assert repr(attrs.evolve(quote, others=quote.others[:1])).endswith(", 1 more plan>")
    assert "more" not in repr(attrs.evolve(quote, others=()))


def test_a_booking_names_its_tables() -> None:
    made = pub().book(fourtop.BookingRequest(4, SIX))
    assert made.assignment is not None
    joined = attrs.evolve(made.assignment, tables=("3", "4"))

    assert f"table {made.tables[0]}, " in repr(made)
    assert "tables 3+4, confirmed" in repr(attrs.evolve(made, assignment=joined))


def test_an_availability_gives_the_code_of_a_refusal() -> None:
    html = pub().availability(SIX.date(), [40])._repr_html_()
    assert "<td>PARTY_NEVER_FITS: no table" in html
    assert "<td>17:00</td>" in html


# ---- errors --------------------------------------------------------------------------------------


def caught(call: Any) -> FourtopError:
    with pytest.raises(FourtopError) as found:
        call()
    return found.value


def test_finding_35_a_refused_command_shows_our_message_in_a_notebook() -> None:
    desk = pub()
    error = caught(lambda: desk.book(fourtop.BookingRequest(60, SIX)))

    first, last = error._render_traceback_()

    assert isinstance(error, Refused)
    assert first.startswith("Refused (PARTY_NEVER_FITS): no table or combination")
    assert "test_model_display.py" in last
    assert "desk.book" in last


def test_finding_35_a_refusal_with_several_reasons_lists_them() -> None:
    reasons = (Reason(Code.CLOSED, {"date": "x"}), Reason(Code.RESTAURANT_INACTIVE))

    assert Refused(Refusal(reasons, RULE))._render_traceback_() == [
        "Refused (CLOSED): closed on x; the restaurant takes no bookings at present",
        "  CLOSED: closed on x",
        "  RESTAURANT_INACTIVE: the restaurant takes no bookings at present",
    ]


def test_an_error_has_a_short_repr() -> None:
    assert repr(NotFound("table", "t9")) == "NotFound(\"there is no table 't9'\")"
    assert len(repr(InvalidInput("notes", "must be shorter", "x" * 500))) == WIDTH


def test_finding_35_times_of_a_house_are_shown_in_its_zone() -> None:
    desk = pub()
    request = fourtop.BookingRequest(4, SIX)
    quote = desk.quote(request)
    made = desk.book(request)
    day = desk.availability(SIX.date(), 4)
    found = desk.bookings(Window(at(0), at(23)))

    assert made.id in repr(found)
    assert "2030-05-03T18:00+01:00" in repr(found)
    assert "2030-05-03T18:00/19:45+01:00" in repr(quote)
    assert "2030-05-03T17:00+01:00" in repr(day.slots[0])
    for value in (quote, day, found):
        assert "18:00" in value._repr_html_()
    for value in (quote, found):
        assert "+01:00" in value._repr_html_()
    assert "Availability on 2030-05-03, times in Europe/London" in day._repr_html_()
    assert pickle.loads(pickle.dumps(found)).timezone == "Europe/London"  # noqa: S301  # Ours.


def test_an_availability_tells_the_two_hours_of_a_changed_clock_apart() -> None:
    night = datetime(2030, 10, 27, tzinfo=UTC).date()
    starts = (datetime(2030, 10, 27, 0, 30, tzinfo=UTC), datetime(2030, 10, 27, 1, 30, tzinfo=UTC))
    slots = tuple(
        fourtop.Slot(int(each.timestamp()) * 1_000_000, "late", 2, None, 1) for each in starts
    )
    found = fourtop.Availability(
        night, slots, (), fourtop.Versions(1, 1, 1), timezone="Europe/London"
    )
    assert all(hour in found._repr_html_() for hour in ("01:30+01:00", "01:30+00:00"))
