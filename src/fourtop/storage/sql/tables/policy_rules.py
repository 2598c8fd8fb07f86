"""Tables of the rules of a policy: one table for each class of rules, in the policy's order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from enum import Enum
from typing import Any, Final

import attrs

from fourtop.model.booking_rules import BookingWindow
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.date_exception import DateException
from fourtop.model.demand import DemandProfile
from fourtop.model.house import House
from fourtop.model.service_period import TurnBand
from fourtop.model.zone_rules import WalkInRule, ZoneRule
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.part import Entries, Key, Part, Rows
from fourtop.storage.sql.tables.values import Row

_KINDS: Final = "kind IN ('regular', 'holiday', 'event', 'manual', 'emergency')"
_PERIODS: Final = "restaurant_service_periods"
_WALK_IN_TABLES: Final = "restaurant_walk_in_tables"


def _stored(value: Any) -> Any:
    """Return a value of a rule as a column keeps it: times, dates and kinds as text."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, TurnBand):
        return [value.max_party, value.minutes]
    if isinstance(value, frozenset):
        return sorted(map(_stored, value))
    return [_stored(each) for each in value] if isinstance(value, tuple) else value


@attrs.frozen
class _RuleTable:
    """The table of one class of rules.

    Args:
        table: The table.
        attribute: The attribute of a policy that holds the rules.
        kind: The class.
        columns: The column of each attribute of the class.
        flags: The attributes that are true or false.
        is_replaced: Whether a changed row is deleted and inserted again.
    """

    table: str
    attribute: str
    kind: Callable[..., Any]
    columns: dict[str, str]
    flags: tuple[str, ...] = ()
    is_replaced: bool = False

    @property
    def part(self) -> Part:
        """The part of a house that the table holds; a row is known by its position."""
        return Part(
            self.table,
            ("position", *self.columns.values()),
            ("position",),
            self._entries,
            self._row,
            is_replaced=self.is_replaced,
        )

    def _entries(self, house: House) -> Entries:
        rules = getattr(house.policy, self.attribute)
        return {(place,): rule for place, rule in enumerate(rules)}

    def _row(self, key: Key, rule: Any) -> Row:
        values = {column: _stored(getattr(rule, name)) for name, column in self.columns.items()}
        return {"position": key[0], **values}

    def rules_of(self, rows: Rows) -> dict[int, dict[str, Any]]:
        """Return the values of each rule by its position, in order."""
        found = {}
        for position, *values in sorted(rows[self.table], key=lambda row: row[0]):
            rule = dict(zip(self.columns, values, strict=True))
            found[position] = rule | {name: bool(rule[name]) for name in self.flags}
        return found


_CAPACITY: Final = _RuleTable(
    "restaurant_capacity_rules",
    "capacity_rules",
    CapacityRule,
    {
        "max_covers": "max_covers",
        "max_parties": "max_parties",
        "period": "period",
        "weekday": "weekday",
        "on": "on_date",
        "zone": "zone_id",
        "kind": "kind",
    },
    is_replaced=True,
)
_WINDOWS: Final = _RuleTable(
    "restaurant_booking_windows",
    "booking_windows",
    BookingWindow,
    {
        "notice_minutes": "notice_minutes",
        "horizon_days": "horizon_days",
        "channel": "channel",
        "min_party": "min_party",
        "max_party": "max_party",
    },
)
_EXCEPTIONS: Final = _RuleTable(
    "restaurant_date_exceptions",
    "exceptions",
    DateException,
    {
        "on": "on_date",
        "period": "period",
        "closed": "closed",
        "start": "start_time",
        "end": "end_time",
        "last_start": "last_start_time",
        "interval_minutes": "interval_minutes",
        "closed_starts": "closed_starts",
    },
    flags=("closed",),
)
_PACING: Final = _RuleTable(
    "restaurant_pacing_rules",
    "pacing_rules",
    PacingRule,
    {
        "interval_minutes": "interval_minutes",
        "max_covers": "max_covers",
        "max_parties": "max_parties",
        "spread": "spread",
        "period": "period",
        "weekday": "weekday",
        "on": "on_date",
        "kind": "kind",
    },
)
_SHARES: Final = _RuleTable(
    "restaurant_channel_shares",
    "channel_shares",
    ChannelShare,
    {
        "channel": "channel",
        "covers": "covers",
        "period": "period",
        "weekday": "weekday",
        "on": "on_date",
        "release_minutes": "release_minutes",
    },
)
_ZONES: Final = _RuleTable(
    "restaurant_zone_rules",
    "zone_rules",
    ZoneRule,
    {
        "zone": "zone_id",
        "closed": "closed",
        "start": "start_time",
        "end": "end_time",
        "last_start": "last_start_time",
        "weekdays": "weekdays",
        "season": "season",
        "turn_bands": "turn_bands",
    },
    flags=("closed",),
)
_WALK_INS: Final = _RuleTable(
    "restaurant_walk_in_rules",
    "walk_in_rules",
    WalkInRule,
    {"weekdays": "weekdays", "dates": "dates", "period": "period"},
)
_DEMAND: Final = _RuleTable(
    "restaurant_demand_profiles",
    "demand_profiles",
    DemandProfile,
    {
        "name": "name",
        "multiplier": "multiplier",
        "start": "start_time",
        "end": "end_time",
        "weekdays": "weekdays",
        "period": "period",
        "priority": "priority",
    },
)
_RULE_TABLES: Final = (
    *(_CAPACITY, _WINDOWS, _EXCEPTIONS, _PACING, _SHARES, _ZONES, _WALK_INS),
    _DEMAND,
)
_WALK_IN_COLUMNS: Final = ("rule_position", "table_id")


def _walk_in_tables(house: House) -> Entries:
    return {
        (place, table_id): None
        for place, rule in enumerate(house.policy.walk_in_rules)
        for table_id in rule.tables
    }


RULE_PARTS: Final = (
    *(each.part for each in _RULE_TABLES),
    Part(
        _WALK_IN_TABLES,
        _WALK_IN_COLUMNS,
        _WALK_IN_COLUMNS,
        _walk_in_tables,
        lambda key, _: dict(zip(_WALK_IN_COLUMNS, key, strict=True)),
    ),
)


def rules_of(rows: Rows) -> dict[str, Any]:
    """Return the rules of the rows of all rule tables, by the policy's attribute."""
    found = {each.attribute: each.rules_of(rows) for each in _RULE_TABLES}
    tables: dict[int, list[str]] = {}
    for position, table_id in rows[_WALK_IN_TABLES]:
        tables.setdefault(position, []).append(table_id)
    for position, rule in found[_WALK_INS.attribute].items():
        rule["tables"] = tables.get(position, [])
    return {
        each.attribute: [each.kind(**rule) for rule in found[each.attribute].values()]
        for each in _RULE_TABLES
    }


# ---- the tables ----------------------------------------------------------------------------------


def rule_tables(make: TableBuilder) -> None:
    """Add the tables of rules."""
    _capacity_table(make)
    _window_table(make)
    _exception_table(make)
    _pacing_table(make)
    _share_table(make)
    _zone_table(make)
    _walk_in_tables_of(make)
    _demand_table(make)


def _period_reference(make: TableBuilder, name: str) -> Any:
    return make.house_reference(f"{name}_period_fkey", "period", _PERIODS, "key")


def _scope(make: TableBuilder) -> tuple[Any, ...]:
    return (
        make.key("period", null=True),
        make.words("weekday", null=True),
        make.words("on_date", null=True),
    )


def _scope_check(make: TableBuilder, name: str) -> Any:
    return make.check(f"{name}_scope_check", "weekday IS NULL OR on_date IS NULL")


def _cap_check(make: TableBuilder, name: str) -> Any:
    return make.check(f"{name}_cap_check", "max_covers IS NOT NULL OR max_parties IS NOT NULL")


def _capacity_table(make: TableBuilder) -> None:
    name = _CAPACITY.table
    make.house_table(
        name,
        ("position",),
        make.small("position"),
        make.small("max_covers", null=True),
        make.small("max_parties", null=True),
        *_scope(make),
        make.key("zone_id", null=True),
        make.words("kind", default="regular"),
        _period_reference(make, name),
        make.house_reference(f"{name}_zone_fkey", "zone_id", "zones"),
        _cap_check(make, name),
        _scope_check(make, name),
        make.check(f"{name}_kind_check", _KINDS),
    )


def _window_table(make: TableBuilder) -> None:
    name = _WINDOWS.table
    make.house_table(
        name,
        ("position",),
        make.small("position"),
        make.small("notice_minutes"),
        make.small("horizon_days", null=True),
        make.key("channel", null=True),
        make.small("min_party"),
        make.small("max_party", null=True),
        make.check(f"{name}_notice_check", "notice_minutes >= 0"),
        make.check(
            f"{name}_party_check", "min_party > 0 AND (max_party IS NULL OR max_party >= min_party)"
        ),
    )


def _exception_table(make: TableBuilder) -> None:
    name = _EXCEPTIONS.table
    make.house_table(
        name,
        ("position",),
        make.small("position"),
        make.words("on_date"),
        make.key("period", null=True),
        make.flag("closed"),
        make.words("start_time", null=True),
        make.words("end_time", null=True),
        make.words("last_start_time", null=True),
        make.small("interval_minutes", null=True),
        make.document("closed_starts"),
        _period_reference(make, name),
    )


def _pacing_table(make: TableBuilder) -> None:
    name = _PACING.table
    make.house_table(
        name,
        ("position",),
        make.small("position"),
        make.small("interval_minutes"),
        make.small("max_covers", null=True),
        make.small("max_parties", null=True),
        make.words("spread"),
        *_scope(make),
        make.words("kind"),
        _period_reference(make, name),
        make.check(f"{name}_interval_check", "interval_minutes > 0"),
        make.check(f"{name}_spread_check", "spread IN ('start', 'meal')"),
        _cap_check(make, name),
        _scope_check(make, name),
        make.check(f"{name}_kind_check", _KINDS),
    )


def _share_table(make: TableBuilder) -> None:
    name = _SHARES.table
    make.house_table(
        name,
        ("position",),
        make.small("position"),
        make.key("channel"),
        make.small("covers"),
        *_scope(make),
        make.small("release_minutes"),
        _period_reference(make, name),
        make.check(f"{name}_covers_check", "covers > 0"),
        make.check(f"{name}_release_check", "release_minutes >= 0"),
        _scope_check(make, name),
    )


def _zone_table(make: TableBuilder) -> None:
    name = _ZONES.table
    make.house_table(
        name,
        ("position",),
        make.small("position"),
        make.key("zone_id"),
        make.flag("closed"),
        make.words("start_time", null=True),
        make.words("end_time", null=True),
        make.words("last_start_time", null=True),
        make.document("weekdays"),
        make.document("season", null=True),
        make.document("turn_bands"),
        make.house_reference(f"{name}_zone_fkey", "zone_id", "zones"),
        make.check(f"{name}_hours_check", "(start_time IS NULL) = (end_time IS NULL)"),
    )


def _walk_in_tables_of(make: TableBuilder) -> None:
    name = _WALK_INS.table
    make.house_table(
        name,
        ("position",),
        make.small("position"),
        make.document("weekdays"),
        make.document("dates"),
        make.key("period", null=True),
        _period_reference(make, name),
    )
    link = _WALK_IN_TABLES
    make.house_table(
        link,
        _WALK_IN_COLUMNS,
        make.small("rule_position"),
        make.key("table_id"),
        make.house_reference(f"{link}_rule_fkey", "rule_position", name, "position"),
        make.house_reference(f"{link}_table_fkey", "table_id", "table_inventory"),
    )


def _demand_table(make: TableBuilder) -> None:
    name = _DEMAND.table
    make.house_table(
        name,
        ("position",),
        make.small("position"),
        make.key("name"),
        # JSON, because a column of fractions would round it on SQLite.
        make.document("multiplier"),
        make.words("start_time", null=True),
        make.words("end_time", null=True),
        make.document("weekdays"),
        make.key("period", null=True),
        make.small("priority"),
        _period_reference(make, name),
        make.check(f"{name}_priority_check", "priority >= 0"),
    )
