"""A house without any default, a house with all defaults, and their documents."""

from __future__ import annotations

from fourtop.model.booking_rules import BookingWindow, HoldRules, SeatingRules
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.date_exception import DateException
from fourtop.model.demand import DemandProfile
from fourtop.model.distances import Aisle, KeptApart
from fourtop.model.enforcement import Enforcement
from fourtop.model.floor import Floor, Join
from fourtop.model.house import House
from fourtop.model.planning_rules import Planning, Scarcity, Weights
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant, Zone
from fourtop.model.service_period import Occasion, ServicePeriod
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Position, Table
from fourtop.model.zone_rules import WalkInRule, ZoneRule

BARE = House(Restaurant("pub", "Pub", timezone="UTC"), Floor([], zones=[]), Policy([]))

# Every attribute of every value differs from its default.
FULL = House(
    Restaurant(
        "r-1",
        "The Corner",
        timezone="America/New_York",
        slug="corner",
        reservation_interval_minutes=30,
        default_duration_minutes=100,
        last_seating_buffer_minutes=60,
        active=False,
    ),
    Floor(
        [
            Table(
                "t1",
                "A 1",
                4,
                "z1",
                min_party=2,
                max_party=6,
                section="North",
                category="lounge",
                seating="booth",
                mobility="fixed",
                out_of_service=True,
                active=False,
                features=["window", "step-free"],
                position=Position(1, 2.5, 45),
                notes="Wobbles; “fold a mat”.",
                shape="rectangle",
                length_cm=160,
                width_cm=80,
            ),
            Table("t2", "A 2", 4, "z1"),
            Table("t3", "A 10", 2, "z1"),
            Table("b-1", "B 1", 2, "Bar"),
        ],
        zones=[Zone("z1", "Café", order=2, area="outdoor"), Zone("Bar", "Bar", area="bar")],
        joins=[Join(("t1", "t2"), 2), Join(("t2", "t3"))],
        set_capacities=[SetCapacity(("t1", "t2", "t3"), 7, 5), SetCapacity(("t1", "t3"), 5)],
        joins_within_zone=True,
        kept_apart=[KeptApart(("t3", "t2"))],
        aisles=[Aisle(joined=["t2", "t1"], closes=["t3", "b-1"])],
        numbers_unique_in="zone",
    ),
    Policy(
        [
            ServicePeriod(
                "lunch",
                "12:00",
                "15:00",
                weekdays=["sunday", "monday"],
                occasions=["tea", "drinks"],
                turn_bands=[(2, 60), (None, 75)],
                buffer_before_minutes=5,
                buffer_after_minutes=10,
                last_start="14:00",
                overrun_allowed=True,
                min_dwell_minutes=30,
                interval_minutes=30,
                closed_starts=["13:30", "12:30"],
            ),
            ServicePeriod(
                "eve", "18:00", "01:00", dates=["2026-12-31", "2026-12-24"], last_seating_minutes=45
            ),
        ],
        occasions=[Occasion("tea", [(None, 45)]), Occasion("drinks", [(4, 60), (8, 90)])],
        closures=["2026-12-25", "2026-01-01"],
        turn_bands=[(2, 80)],
        capacity_rules=[
            CapacityRule(max_covers=40, period="lunch", weekday="monday"),
            CapacityRule(max_parties=0, on="2026-12-24"),
            CapacityRule(max_covers=12, zone="z1", kind="event"),
        ],
        planning=Planning(
            adjacency_mode="neighbors",
            adjacency_required=False,
            adjacency_min_party=5,
            max_tables=4,
            slack_budget=None,
            staff_max_slack=6,
            weights=Weights(
                overage=1.125,
                table_count=2.125,
                fragmentation=3.125,
                adjacency=6,
                scarcity=0.1,
                wish=7,
                joins_closed=0.5,
                dead_time=1.5,
                idle_time=0.125,
                parties_starved=250,
            ),
            demand_multiplier=1.5,
            scarcities=[Scarcity(2, 0.8), Scarcity(4, 0.045, category="bar", seating="high_top")],
        ),
        holds=HoldRules(
            ttl_seconds=60,
            rate_limit=6,
            rate_window_seconds=30,
            max_live=50,
            max_live_per_session=3,
            max_lifetime_seconds=1_800,
        ),
        past_grace_minutes=0,
        channels=["online", "phone"],
        booking_windows=[
            BookingWindow(
                notice_minutes=120, horizon_days=60, channel="online", min_party=2, max_party=6
            ),
            BookingWindow(notice_minutes=1_440, min_party=7),
        ],
        exceptions=[
            DateException("2026-05-04", "lunch", closed=True),
            DateException(
                "2026-05-11",
                start="11:00",
                end="16:00",
                last_start="14:30",
                interval_minutes=45,
                closed_starts=["13:15", "11:45"],
            ),
        ],
        pacing_rules=[
            PacingRule(30, max_covers=20, max_parties=8, spread="meal", period="lunch"),
            PacingRule(15, max_parties=4, weekday="sunday"),
            PacingRule(15, max_parties=2, on="2026-12-24", kind="holiday"),
        ],
        channel_shares=[
            ChannelShare("phone", 6, period="lunch", weekday="sunday", release_minutes=120),
            ChannelShare("walk_in", 4, on="2026-12-24"),
        ],
        zone_rules=[
            ZoneRule(
                "Bar",
                start="12:00",
                end="23:00",
                last_start="22:00",
                weekdays=["sunday", "monday"],
                season=("05-01", "09-30"),
                turn_bands=[(None, 60)],
            ),
            ZoneRule("z1", closed=True),
        ],
        walk_in_rules=[
            WalkInRule(tables=["t3", "t1"], weekdays=["sunday"]),
            WalkInRule(dates=["2026-12-24"], period="lunch"),
        ],
        guest_stay=(60, 180),
        seating=SeatingRules(
            early_minutes=30,
            late_minutes=60,
            no_show_after_minutes=20,
            overstay_minutes=10,
            reseat_notice_minutes=240,
        ),
        demand_profiles=[
            DemandProfile(
                "late",
                1.5,
                start="21:00",
                end="00:30",
                weekdays=["sunday", "friday"],
                period="lunch",
                priority=2,
            ),
            DemandProfile("early", 0.85, end="18:00"),
        ],
        enforcement=Enforcement(
            capacity="shadow", capacity_percent=25, adjacency="off", adjacency_percent=50
        ),
    ),
)

FULL_TEXT = """\
{
  "format": "fourtop/house/1",
  "restaurant": {
    "id": "r-1",
    "name": "The Corner",
    "timezone": "America/New_York",
    "slug": "corner",
    "reservation_interval_minutes": 30,
    "default_duration_minutes": 100,
    "last_seating_buffer_minutes": 60,
    "active": false
  },
  "zones": [{"id": "Bar", "name": "Bar", "area": "bar"}, {"id": "z1", "name": "Café", \
"order": 2, "area": "outdoor"}],
  "tables": [
    {
      "id": "t1",
      "number": "A 1",
      "capacity": 4,
      "zone": "Café",
      "min_party": 2,
      "max_party": 6,
      "section": "North",
      "category": "lounge",
      "seating": "booth",
      "mobility": "fixed",
      "out_of_service": true,
      "active": false,
      "features": ["step-free", "window"],
      "position": {"x": 1, "y": 2.5, "rotation": 45},
      "notes": "Wobbles; “fold a mat”.",
      "shape": "rectangle",
      "length_cm": 160,
      "width_cm": 80
    },
    {"id": "t2", "number": "A 2", "capacity": 4, "zone": "Café"},
    {"id": "t3", "number": "A 10", "capacity": 2, "zone": "Café"},
    {"number": "B 1", "capacity": 2, "zone": "Bar"}
  ],
  "joins": [{"tables": ["A 1", "A 2"], "seat_loss": 2}, ["A 2", "A 10"]],
  "joins_within_zone": true,
  "set_capacities": [
    {"tables": ["A 1", "A 2", "A 10"], "capacity": 7, "min_party": 5},
    {"tables": ["A 1", "A 10"], "capacity": 5}
  ],
  "kept_apart": [["A 2", "A 10"]],
  "aisles": [{"joined": ["A 1", "A 2"], "closes": ["A 10", "B 1"]}],
  "numbers_unique_in": "zone",
  "policy": {
    "periods": [
      {
        "key": "lunch",
        "start": "12:00",
        "end": "15:00",
        "weekdays": ["monday", "sunday"],
        "occasions": ["tea", "drinks"],
        "turn_bands": [[2, 60], [null, 75]],
        "buffer_before_minutes": 5,
        "buffer_after_minutes": 10,
        "last_start": "14:00",
        "overrun_allowed": true,
        "min_dwell_minutes": 30,
        "interval_minutes": 30,
        "closed_starts": ["12:30", "13:30"]
      },
      {
        "key": "eve",
        "start": "18:00",
        "end": "01:00",
        "dates": ["2026-12-24", "2026-12-31"],
        "last_seating_minutes": 45
      }
    ],
    "occasions": [{"key": "tea", "turn_bands": [[null, 45]]}, {"key": "drinks", \
"turn_bands": [[4, 60], [8, 90]]}],
    "closures": ["2026-01-01", "2026-12-25"],
    "turn_bands": [[2, 80]],
    "capacity_rules": [
      {"max_covers": 40, "period": "lunch", "weekday": "monday"},
      {"max_parties": 0, "on": "2026-12-24"},
      {"max_covers": 12, "zone": "Café", "kind": "event"}
    ],
    "planning": {
      "adjacency_mode": "neighbors",
      "adjacency_required": false,
      "adjacency_min_party": 5,
      "max_tables": 4,
      "slack_budget": null,
      "staff_max_slack": 6,
      "weights": {
        "overage": 1.125,
        "table_count": 2.125,
        "fragmentation": 3.125,
        "adjacency": 6,
        "scarcity": 0.1,
        "wish": 7,
        "joins_closed": 0.5,
        "dead_time": 1.5,
        "idle_time": 0.125,
        "parties_starved": 250
      },
      "demand_multiplier": 1.5,
      "scarcities": [
        {"capacity": 2, "value": 0.8},
        {"capacity": 4, "value": 0.045, "category": "bar", "seating": "high_top"}
      ]
    },
    "holds": {
      "ttl_seconds": 60,
      "rate_limit": 6,
      "rate_window_seconds": 30,
      "max_live": 50,
      "max_live_per_session": 3,
      "max_lifetime_seconds": 1800
    },
    "past_grace_minutes": 0,
    "channels": ["online", "phone"],
    "booking_windows": [
      {"notice_minutes": 120, "horizon_days": 60, "channel": "online", "min_party": 2, \
"max_party": 6},
      {"notice_minutes": 1440, "min_party": 7}
    ],
    "exceptions": [
      {"on": "2026-05-04", "period": "lunch", "closed": true},
      {
        "on": "2026-05-11",
        "start": "11:00",
        "end": "16:00",
        "last_start": "14:30",
        "interval_minutes": 45,
        "closed_starts": ["11:45", "13:15"]
      }
    ],
    "pacing_rules": [
      {"interval_minutes": 30, "max_covers": 20, "max_parties": 8, "spread": "meal", \
"period": "lunch"},
      {"interval_minutes": 15, "max_parties": 4, "weekday": "sunday"},
      {"interval_minutes": 15, "max_parties": 2, "on": "2026-12-24", "kind": "holiday"}
    ],
    "channel_shares": [
      {"channel": "phone", "covers": 6, "period": "lunch", "weekday": "sunday", \
"release_minutes": 120},
      {"channel": "walk_in", "covers": 4, "on": "2026-12-24"}
    ],
    "zone_rules": [
      {
        "zone": "Bar",
        "start": "12:00",
        "end": "23:00",
        "last_start": "22:00",
        "weekdays": ["monday", "sunday"],
        "season": ["05-01", "09-30"],
        "turn_bands": [[null, 60]]
      },
      {"zone": "Café", "closed": true}
    ],
    "walk_in_rules": [
      {"tables": ["A 1", "A 10"], "weekdays": ["sunday"]},
      {"dates": ["2026-12-24"], "period": "lunch"}
    ],
    "guest_stay": [60, 180],
    "seating": {
      "early_minutes": 30,
      "late_minutes": 60,
      "no_show_after_minutes": 20,
      "overstay_minutes": 10,
      "reseat_notice_minutes": 240
    },
    "demand_profiles": [
      {
        "name": "late",
        "multiplier": 1.5,
        "start": "21:00",
        "end": "00:30",
        "weekdays": ["friday", "sunday"],
        "period": "lunch",
        "priority": 2
      },
      {"name": "early", "multiplier": 0.85, "end": "18:00"}
    ],
    "enforcement": {"capacity": "shadow", "capacity_percent": 25, "adjacency": "off", \
"adjacency_percent": 50}
  }
}
"""

BARE_TEXT = """\
{
  "format": "fourtop/house/1",
  "restaurant": {"name": "Pub", "timezone": "UTC"},
  "zones": [],
  "tables": [],
  "policy": {"periods": []}
}
"""
