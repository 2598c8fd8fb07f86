"""Tables of a policy: the rules that a restaurant has once, occasions and service periods.

The weights of the score are JSON, because a column of fractions would round them on SQLite.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs

from fourtop.model.booking_rules import HoldRules, SeatingRules
from fourtop.model.enforcement import Enforcement
from fourtop.model.house import House
from fourtop.model.planning_rules import Planning, Scarcity, Weights
from fourtop.model.policy import Policy
from fourtop.model.service_period import Occasion, ServicePeriod, TurnBand, Weekday
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.part import Entries, Part, Rows
from fourtop.storage.sql.tables.policy_rules import RULE_PARTS, rule_tables, rules_of
from fourtop.storage.sql.tables.values import Row

# ---- the rules that a restaurant has once --------------------------------------------------------

RESTAURANT_SETTINGS: Final = (
    "reservation_interval_minutes",
    "default_duration_minutes",
    "last_seating_buffer_minutes",
)
_PLANNING: Final = (
    "adjacency_mode",
    "adjacency_required",
    "adjacency_min_party",
    "max_tables",
    "slack_budget",
    "staff_max_slack",
)
_HOLDS: Final = (
    "ttl_seconds",
    "rate_limit",
    "rate_window_seconds",
    "max_live",
    "max_live_per_session",
    "max_lifetime_seconds",
)
_SEATING: Final = (
    "early_minutes",
    "late_minutes",
    "no_show_after_minutes",
    "overstay_minutes",
    "reseat_notice_minutes",
)
_GUEST_STAY: Final = ("guest_stay_least_minutes", "guest_stay_most_minutes")
_SCARCITY: Final = ("capacity", "value", "category", "seating")
_ENFORCEMENT: Final = ("capacity", "capacity_percent", "adjacency", "adjacency_percent")
_WEIGHTS: Final = tuple(field.name for field in attrs.fields(Weights))
POLICY: Final = (
    *RESTAURANT_SETTINGS,
    "joins_within_zone",
    "numbers_unique_in",
    "past_grace_minutes",
    "turn_bands",
    "closures",
    *_PLANNING,
    "score",
    *(f"hold_{name}" for name in _HOLDS),
    "channels",
    *_GUEST_STAY,
    *_SEATING,
    "scarcities",
    *(f"enforce_{name}" for name in _ENFORCEMENT),
)


@attrs.frozen
class _Rules:
    """What ``restaurant_policies`` keeps of a house."""

    settings: tuple[Any, ...]
    joins_within_zone: bool
    numbers_unique_in: str
    past_grace_minutes: int
    turn_bands: tuple[TurnBand, ...]
    closures: frozenset[Any]
    planning: Planning
    holds: HoldRules
    channels: tuple[str, ...]
    guest_stay: tuple[int, int] | None
    seating: SeatingRules
    enforcement: Enforcement


def _rules(house: House) -> Entries:
    restaurant, policy = house.restaurant, house.policy
    rules = _Rules(
        tuple(getattr(restaurant, name) for name in RESTAURANT_SETTINGS),
        house.floor.joins_within_zone,
        house.floor.numbers_unique_in.value,
        policy.past_grace_minutes,
        policy.turn_bands,
        policy.closures,
        policy.planning,
        policy.holds,
        policy.channels,
        policy.guest_stay,
        policy.seating,
        policy.enforcement,
    )
    return {(): rules}


def _rules_row(rules: _Rules) -> Row:
    planning = rules.planning
    score = {name: getattr(planning.weights, name) for name in _WEIGHTS}
    return {
        **dict(zip(RESTAURANT_SETTINGS, rules.settings, strict=True)),
        "joins_within_zone": rules.joins_within_zone,
        "numbers_unique_in": rules.numbers_unique_in,
        "past_grace_minutes": rules.past_grace_minutes,
        "turn_bands": _bands_row(rules.turn_bands),
        "closures": sorted(day.isoformat() for day in rules.closures),
        **{name: getattr(planning, name) for name in _PLANNING},
        "adjacency_mode": planning.adjacency_mode.value,
        "score": {**score, "demand_multiplier": planning.demand_multiplier},
        **{f"hold_{name}": getattr(rules.holds, name) for name in _HOLDS},
        "channels": list(rules.channels),
        **dict(zip(_GUEST_STAY, rules.guest_stay or (None, None), strict=True)),
        **{name: getattr(rules.seating, name) for name in _SEATING},
        "scarcities": [[getattr(each, name) for name in _SCARCITY] for each in planning.scarcities],
        **{f"enforce_{name}": getattr(rules.enforcement, name) for name in _ENFORCEMENT},
    }


def _planning_of(row: Row) -> Planning:
    score = dict(row["score"])
    demand = score.pop("demand_multiplier")
    planning = {name: row[name] for name in _PLANNING}
    planning["adjacency_required"] = bool(planning["adjacency_required"])
    # Databases of earlier versions name weights that no longer exist, such as ``zone``, and lack
    # later ones: these houses keep the ranking that they had.
    weights = {name: score.get(name, 0) for name in _WEIGHTS}
    scarcities = [Scarcity(**dict(zip(_SCARCITY, each, strict=True))) for each in row["scarcities"]]
    return Planning(
        weights=Weights(**weights), demand_multiplier=demand, scarcities=scarcities, **planning
    )


def _guest_stay_of(row: Row) -> tuple[int, int] | None:
    least, most = (row[name] for name in _GUEST_STAY)
    return None if least is None else (least, most)


def _bands_row(bands: Sequence[TurnBand]) -> list[list[int | None]]:
    return [[band.max_party, band.minutes] for band in bands]


# ---- occasions and periods -----------------------------------------------------------------------

OCCASION: Final = ("key", "position", "turn_bands")
PERIOD: Final = (
    "key",
    "start_time",
    "end_time",
    "weekdays",
    "dates",
    "turn_bands",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "last_start_time",
    "last_seating_minutes",
    "overrun_allowed",
    "min_dwell_minutes",
    "interval_minutes",
    "closed_starts",
)
PERIOD_OCCASION: Final = ("period", "position", "occasion")
_WEEK: Final = tuple(Weekday)


def _occasion_row(entry: tuple[int, Occasion]) -> Row:
    position, occasion = entry
    bands = _bands_row(occasion.turn_bands)
    return {"key": occasion.key, "position": position, "turn_bands": bands}


def _period_row(period: ServicePeriod) -> Row:
    last = period.last_start
    return {
        "key": period.key,
        "start_time": f"{period.start:%H:%M}",
        "end_time": f"{period.end:%H:%M}",
        "weekdays": [day.value for day in _WEEK if day in period.weekdays],
        "dates": sorted(day.isoformat() for day in period.dates),
        "turn_bands": _bands_row(period.turn_bands),
        "buffer_before_minutes": period.buffer_before_minutes,
        "buffer_after_minutes": period.buffer_after_minutes,
        "last_start_time": None if last is None else f"{last:%H:%M}",
        "last_seating_minutes": period.last_seating_minutes,
        "overrun_allowed": period.overrun_allowed,
        "min_dwell_minutes": period.min_dwell_minutes,
        "interval_minutes": period.interval_minutes,
        "closed_starts": sorted(f"{at:%H:%M}" for at in period.closed_starts),
    }


def _period_of(row: list[Any], occasions: Sequence[str]) -> ServicePeriod:
    found = dict(zip(PERIOD, row, strict=True))
    found["overrun_allowed"] = bool(found["overrun_allowed"])
    for name in ("start", "end", "last_start"):
        found[name] = found.pop(f"{name}_time")
    return ServicePeriod(occasions=occasions, **found)


def _period_occasions(house: House) -> Entries:
    return {
        (period.key, place): occasion
        for period in house.policy.periods
        for place, occasion in enumerate(period.occasions)
    }


# ---- the parts of a policy -----------------------------------------------------------------------


def policy_of(rules: Row, rows: Rows) -> Policy:
    """Return the policy of the row of ``restaurant_policies`` and the rows of the other parts."""
    offered: dict[str, list[str]] = {}
    for period, _, occasion in sorted(rows["restaurant_period_occasions"]):
        offered.setdefault(period, []).append(occasion)
    occasions = sorted(rows["restaurant_occasions"], key=lambda row: row[1])
    return Policy(
        [_period_of(row, offered.get(row[0], ())) for row in rows["restaurant_service_periods"]],
        occasions=[Occasion(key, bands) for key, _, bands in occasions],
        closures=rules["closures"],
        turn_bands=rules["turn_bands"],
        planning=_planning_of(rules),
        holds=HoldRules(**{name: rules[f"hold_{name}"] for name in _HOLDS}),
        past_grace_minutes=rules["past_grace_minutes"],
        channels=rules["channels"],
        guest_stay=_guest_stay_of(rules),
        seating=SeatingRules(**{name: rules[name] for name in _SEATING}),
        enforcement=Enforcement(**{name: rules[f"enforce_{name}"] for name in _ENFORCEMENT}),
        **rules_of(rows),
    )


# Each part comes after the parts that it refers to.
POLICY_PARTS: Final = (
    Part("restaurant_policies", POLICY, (), _rules, lambda _, rules: _rules_row(rules)),
    Part(
        "restaurant_occasions",
        OCCASION,
        ("key",),
        lambda house: {
            (each.key,): (place, each) for place, each in enumerate(house.policy.occasions)
        },
        lambda _, entry: _occasion_row(entry),
    ),
    Part(
        "restaurant_service_periods",
        PERIOD,
        ("key",),
        lambda house: {(each.key,): each for each in house.policy.periods},
        lambda _, period: _period_row(period),
    ),
    Part(
        "restaurant_period_occasions",
        PERIOD_OCCASION,
        PERIOD_OCCASION[:2],
        _period_occasions,
        lambda key, occasion: dict(zip(PERIOD_OCCASION, (*key, occasion), strict=True)),
    ),
    *RULE_PARTS,
)


# ---- the tables ----------------------------------------------------------------------------------


def policy_tables(make: TableBuilder) -> None:
    """Add the tables of policies."""
    _policy_table(make)
    _occasion_table(make)
    _period_tables(make)
    rule_tables(make)


def _policy_table(make: TableBuilder) -> None:
    # Apart from the row of restaurants, which every command locks and updates.
    name = "restaurant_policies"
    make.house_table(
        name,
        (),
        *(make.small(each) for each in RESTAURANT_SETTINGS),
        make.flag("joins_within_zone"),
        make.small("past_grace_minutes"),
        make.document("turn_bands"),
        make.document("closures"),
        make.words("adjacency_mode"),
        make.flag("adjacency_required"),
        make.small("adjacency_min_party", null=True),
        make.small("max_tables"),
        make.small("slack_budget", null=True),
        make.document("score"),
        *(make.small(f"hold_{each}") for each in _HOLDS[:-1]),
        make.small("hold_max_lifetime_seconds", default=600),
        make.document("channels", default="[]"),
        *(make.small(each, null=True) for each in _GUEST_STAY),
        make.small("early_minutes", default=120),
        make.small("late_minutes", null=True),
        make.small("no_show_after_minutes", default=15),
        make.small("overstay_minutes", default=15),
        make.small("staff_max_slack", null=True),
        make.words("numbers_unique_in", default="restaurant"),
        make.document("scarcities", default="[]"),
        make.words("enforce_capacity", default="enforced"),
        make.small("enforce_capacity_percent", default=100),
        make.words("enforce_adjacency", default="enforced"),
        make.small("enforce_adjacency_percent", default=100),
        make.small("reseat_notice_minutes", default=0),
        make.check(f"{name}_numbers_check", "numbers_unique_in IN ('restaurant', 'zone')"),
        make.check(
            f"{name}_mode_check", "adjacency_mode IN ('connected', 'pairwise', 'neighbors')"
        ),
        make.check(f"{name}_interval_check", "reservation_interval_minutes > 0"),
        make.check(f"{name}_tables_check", "max_tables > 0"),
        make.check(f"{name}_hold_check", "hold_ttl_seconds > 0"),
    )


def _occasion_table(make: TableBuilder) -> None:
    make.house_table(
        "restaurant_occasions",
        ("key",),
        make.key("key"),
        make.small("position"),
        make.document("turn_bands"),
    )


def _period_tables(make: TableBuilder) -> None:
    name = "restaurant_service_periods"
    make.house_table(
        name,
        ("key",),
        make.key("key"),
        make.words("start_time"),
        make.words("end_time"),
        make.document("weekdays"),
        make.document("dates"),
        make.document("turn_bands"),
        make.small("buffer_before_minutes"),
        make.small("buffer_after_minutes"),
        make.words("last_start_time", null=True),
        make.small("last_seating_minutes", null=True),
        make.flag("overrun_allowed"),
        make.small("min_dwell_minutes"),
        make.small("interval_minutes", null=True),
        make.document("closed_starts", default="[]"),
        make.check(
            f"{name}_buffer_check", "buffer_before_minutes >= 0 AND buffer_after_minutes >= 0"
        ),
        make.check(f"{name}_last_check", "last_start_time IS NULL OR last_seating_minutes IS NULL"),
        make.check(f"{name}_dwell_check", "min_dwell_minutes > 0"),
    )
    link = "restaurant_period_occasions"
    make.house_table(
        link,
        PERIOD_OCCASION[:2],
        make.key("period"),
        make.small("position"),
        make.key("occasion"),
        make.house_reference(f"{link}_period_fkey", "period", name, "key"),
        make.house_reference(f"{link}_occasion_fkey", "occasion", "restaurant_occasions", "key"),
    )
