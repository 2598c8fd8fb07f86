"""Arguments of every accepted type: type checkers and the constructors accept them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from alembic import context
from sqlalchemy import Connection, MetaData

import fourtop
from fourtop import (
    Alternative,
    AlternativeTerms,
    Area,
    BookingRequest,
    BookingRow,
    BookingWindow,
    CapacityRule,
    ChannelShare,
    DateException,
    DemandForecast,
    DemandProfile,
    Desk,
    Enforcement,
    EnforcementMode,
    Floor,
    HoldRules,
    Join,
    Mobility,
    Move,
    Occasion,
    OfferTerms,
    PacingRule,
    Planning,
    Policy,
    Position,
    Preference,
    RelayOptions,
    Restaurant,
    RuleKind,
    Scarcity,
    SeatingRules,
    ServicePeriod,
    SetCapacity,
    Spread,
    SteeringMode,
    SteeringPolicy,
    Table,
    TurnBand,
    WalkInRule,
    Weekday,
    Weights,
    Window,
    Zone,
    ZoneRule,
)
from fourtop.simulation import (
    Behaviour,
    Demand,
    Guest,
    Lognormal,
    Normal,
    Poisson,
    Scenario,
    SearchTerms,
    Stays,
    SweepOptions,
)
from fourtop.simulation.studies import (
    Study,
    Variant,
    accept_rules,
    buffers,
    minimum_parties,
    mixes_of_seats,
    notice,
    pacing,
    study,
    table_mix,
    turn_times,
    worth_of_joins,
)

NOON = datetime(2030, 5, 3, 12, tzinfo=UTC)
ONE = datetime(2030, 5, 3, 14, tzinfo=ZoneInfo("Europe/London"))


def is_large(guest: Guest, _desk: Desk) -> bool:
    """Accept parties of three or more."""
    return guest.party_size > 2


def half_of_them(_guest: Guest, _alternative: Alternative) -> float:
    """Let half of the guests take an alternative."""
    return 0.5


TWO = np.int64(2)

RIGHT: tuple[object, ...] = (
    BookingRequest(4, NOON, must=Preference(features={"window"}), tables=["t1"]),
    BookingRequest(TWO, NOON, occasion="drinks"),
    BookingRow("b1", TWO, "2026-05-01T19:00", end=NOON, tables=["1"], status="confirmed"),
    Window(NOON, ONE),
    Table("t1", "1", TWO, "main", min_party=np.int8(1), max_party=np.uint16(2)),
    Table("t1", "1", 4, "main", mobility="fixed", features=["window"], position=Position(1, 2.5)),
    Table("t1", "1", 4, "main", mobility=Mobility.FIXED, features={"window"}),
    Position(np.float64(1.5), TWO, rotation=90),
    Join(("t1", "t2"), TWO),
    Join({"t1", "t2"}, seat_loss=1),
    SetCapacity(["t1", "t2"], TWO, np.int32(1)),
    Zone("bar", "Bar", area="bar", order=TWO),
    Zone("bar", "Bar", area=Area.BAR),
    Floor([], zones=()),
    ServicePeriod("dinner", "17:00", time(23), weekdays=["monday", Weekday.FRIDAY]),
    ServicePeriod("eve", "17:00", "23:00", dates=[date(2026, 12, 24), "2026-12-31"]),
    ServicePeriod("lunch", "12:00", "15:00", turn_bands=[(2, 60), TurnBand(None, TWO)]),
    ServicePeriod("late", "22:00", "02:00", last_start="01:00", min_dwell_minutes=TWO),
    Occasion("drinks", [(None, 35)]),
    CapacityRule(max_covers=TWO, weekday="monday"),
    CapacityRule(max_parties=20, on="2026-12-24", period="dinner"),
    HoldRules(ttl_seconds=np.int64(60)),
    Planning(adjacency_mode="pairwise", max_tables=TWO, slack_budget=None, demand_multiplier=1.5),
    Weights(overage=TWO, wish=np.float64(2.5)),
    Policy([], closures=["2026-12-25", date(2026, 12, 26)], past_grace_minutes=TWO),
    Restaurant("pub", "The Pub", timezone="Europe/London", default_duration_minutes=np.int64(90)),
    Preference(zones=["main"], areas=["bar", Area.INDOOR], seatings=("sofa",)),
    CapacityRule(max_covers=12, zone="terrace", kind="event"),
    PacingRule(TWO, max_parties=np.int64(10), spread="meal", period="dinner"),
    PacingRule(30, max_covers=20, spread=Spread.START, kind=RuleKind.HOLIDAY),
    ChannelShare("phone", TWO, weekday="sunday", release_minutes=120),
    BookingWindow(notice_minutes=TWO, horizon_days=60, channel="online", max_party=6),
    DateException("2026-12-24", "dinner", end="20:00", closed_starts=["18:00", time(19)]),
    DateException(date(2026, 12, 24), closed=True),
    ZoneRule("terrace", start="12:00", end=time(21), season=("05-01", "09-30")),
    WalkInRule(tables=["t1"], weekdays=["sunday"]),
    SeatingRules(early_minutes=TWO, late_minutes=None),
    DemandProfile("peak", np.float64(1.35), start="18:00", end=time(22), weekdays=["friday"]),
    DemandProfile("usual", TWO, priority=np.int64(3)),
    DemandForecast({"friday": {"19:00": 12}}, stay_minutes=np.int64(90), lead_shares={0: 0.2}),
    DemandForecast({Weekday.FRIDAY: {time(19): np.float64(1.5)}}, lead_shares=[(60, 1)]),
    DemandForecast([(Weekday.FRIDAY, [(time(19), 12)])]),
    OfferTerms(np.int64(30), steering=SteeringPolicy("order")),
    SteeringPolicy(SteeringMode.ONE_BETTER, saves_more_than=np.float64(0.5)),
    Enforcement(capacity="shadow", adjacency=EnforcementMode.OFF, adjacency_percent=TWO),
    Scarcity(TWO, 0.8, category="bar"),
    Planning(scarcities=[Scarcity(2, 1)]),
    Policy([], demand_profiles=[DemandProfile("peak", 2)], enforcement=Enforcement()),
    Policy([], channels=["online"], guest_stay=(60, 180), seating=SeatingRules()),
    Move("b1", ["t1"]),
    RelayOptions(batch=TWO, max_batches=None),
    SweepOptions(processes=TWO, chunk_size=None, resume=Path("results")),
    SearchTerms(np.float64(0.5), first=TWO, confidence=0.9),
    Demand(20, {2: 3, 4: 1.5}, {"19:00": 2, "20:00": 1}, lead_minutes=np.float64(600)),
    Demand(Poisson(20), {2: 1}, {time(19): 1}, channels={"web": 1}, abandon_shares={"web": 0.1}),
    Demand(
        5, {2: 1}, {"19:00": 1}, late_minutes=Normal(3, 9, low=-20), weekday_factors={"friday": 2}
    ),
    Stays({2: 75, 4: Lognormal(95, 20), None: 120}, until_close_share=0.1),
    Behaviour(accept=is_large, staff_channels=["phone", "mail"]),
    Behaviour(alternatives=AlternativeTerms(split=True), take=half_of_them),
)
"""Every value above was made without an error."""


def study_a_house(now: Scenario, busier: Scenario) -> tuple[Study, ...]:
    """Call each study as a notebook does."""
    return (
        study({"now": now, "busier": busier}, evenings=5, seed=2, metric="refused"),
        study([Variant("now", now), Variant("busier", busier, {"factor": 2})], base="now"),
        worth_of_joins(now, [("4", "6")], per="evening"),
        table_mix(now, mixes_of_seats(20, sizes=[2, 4]), gap=0.5, processes=2),
        turn_times(now, [90, 120], stays_follow=True),
        turn_times(now, {"flat": 120, "long": 150}),
        buffers(now, (10, 15)),
        pacing(now, [8, 12], interval_minutes=30, spread="meal"),
        minimum_parties(now, range(2, 5), seats_from=6),
        notice(now, [60], resume="results"),
        accept_rules(now, {"large": is_large}),
    )


def configure(connection: Connection, metadata: MetaData) -> None:
    """Configure Alembic as a host does, with our filter."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=fourtop.exclude_fourtop(connection),
    )
