"""Convert houses between the JSON of revision 0003 and the columns of revision 0004.

Revision 0003 keeps each part of a house as an entry of the house document, which leaves out what
equals a default. The functions are pure and frozen: they import no class of the model and never
change with it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

Data = dict[str, Any]
# The documents of one restaurant, by table of revision 0003; of restaurant_policies, one document
# for each of its columns.
Documents = Mapping[str, Sequence[Any]]
# The rows of one restaurant, by table of revision 0004.
Rows = dict[str, list[Data]]

dumps: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode

# A field: its key in the document, its column, its default. No default: it is always there.
_REQUIRED: Final = object()
_ZONE: Final = (
    ("name", "name", _REQUIRED),
    ("order", "sort_order", 0),
    ("setting", "area", "indoor"),
)
_TABLE: Final = (
    ("number", "number", _REQUIRED),
    ("capacity", "capacity", _REQUIRED),
    ("min_party", "min_party", 1),
    ("max_party", "max_party", None),
    ("section", "section", None),
    ("category", "category", "dining"),
    ("seating", "seating", "standard"),
    ("mobility", "mobility", "movable"),
    ("out_of_service", "out_of_service", False),
    ("active", "active", True),
    ("features", "features", ()),
    ("position", "position", None),
    ("notes", "notes", None),
)
_PERIOD: Final = (
    ("key", "key", _REQUIRED),
    ("start", "start_time", _REQUIRED),
    ("end", "end_time", _REQUIRED),
    ("weekdays", "weekdays", ()),
    ("dates", "dates", ()),
    ("turn_bands", "turn_bands", ()),
    ("buffer_before_minutes", "buffer_before_minutes", 0),
    ("buffer_after_minutes", "buffer_after_minutes", 0),
    ("last_start", "last_start_time", None),
    ("last_seating_minutes", "last_seating_minutes", None),
    ("overrun_allowed", "overrun_allowed", False),
    ("min_dwell_minutes", "min_dwell_minutes", 45),
)
_RULE: Final = (
    ("max_covers", "max_covers", None),
    ("max_parties", "max_parties", None),
    ("period", "period", None),
    ("weekday", "weekday", None),
    ("on", "on_date", None),
)
_RESTAURANT: Final = (
    ("reservation_interval_minutes", "reservation_interval_minutes", 15),
    ("default_duration_minutes", "default_duration_minutes", 90),
    ("last_seating_buffer_minutes", "last_seating_buffer_minutes", 120),
)
_POLICY: Final = (
    ("past_grace_minutes", "past_grace_minutes", 5),
    ("turn_bands", "turn_bands", ()),
    ("closures", "closures", ()),
)
_PLANNING: Final = (
    ("adjacency_mode", "adjacency_mode", "connected"),
    ("adjacency_required", "adjacency_required", True),
    ("adjacency_min_party", "adjacency_min_party", None),
    ("max_tables", "max_tables", 3),
    ("slack_budget", "slack_budget", 4),
)
_HOLDS: Final = (
    ("ttl_seconds", "hold_ttl_seconds", 180),
    ("rate_limit", "hold_rate_limit", 5),
    ("rate_window_seconds", "hold_rate_window_seconds", 60),
    ("max_live", "hold_max_live", 1_000),
    ("max_live_per_session", "hold_max_live_per_session", 10),
)
_WEIGHTS: Final[Mapping[str, Any]] = {
    "overage": 5,
    "table_count": 3,
    "fragmentation": 2,
    "adjacency": 1,
    "scarcity": 22,
    "wish": 10,
}
_DEMAND: Final = 1
_FLAGS: Final = frozenset({"out_of_service", "active", "overrun_allowed", "adjacency_required"})
# The columns of revision 0004 that hold JSON.
_JSON: Final = frozenset({"features", "position", "weekdays", "dates", "turn_bands", "closures"})

Fields = Sequence[tuple[str, str, Any]]


def slug(name: str) -> str:
    """Return the id that revision 0003 derives from a name and leaves out of the document."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].rstrip("-")


def folded(name: str) -> str:
    """Return a name as references compare it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _columns(fields: Fields, data: Data) -> Data:
    """Return the columns of an entry. JSON is written as text."""
    row = {}
    for key, column, default in fields:
        value = data.get(key, default)
        assert value is not _REQUIRED, f"revision 0003 always writes {key}"
        is_json = column in _JSON and value is not None
        row[column] = dumps(list(value) if value == () else value) if is_json else value
    return row


def _entry(fields: Fields, row: Data) -> Data:
    """Return the entry of a row, without what equals a default."""
    entry = {}
    for key, column, default in fields:
        value = row[column]
        if column in _JSON and value is not None:
            value = json.loads(value)
        elif column in _FLAGS:
            value = bool(value)
        if value != (list(default) if default == () else default):
            entry[key] = value
    return entry


# ---- up ------------------------------------------------------------------------------------------


def rows_of(documents: Documents) -> Rows:
    """Return the rows of revision 0004 for the documents of one restaurant."""
    ((restaurant, policy, floor),) = documents["restaurant_policies"]
    zones = [{**_columns(_ZONE, each), "id": _id(each, "name")} for each in documents["zones"]]
    zone_ids = {folded(each["name"]): each["id"] for each in zones}
    tables = [
        {
            **_columns(_TABLE, each),
            "id": _id(each, "number"),
            "zone_id": zone_ids[folded(each["zone"])],
        }
        for each in documents["table_inventory"]
    ]
    table_ids = {folded(each["number"]): each["id"] for each in tables}
    sets = [_set_rows(each, table_ids) for each in floor.get("set_capacities", ())]
    periods = documents["restaurant_service_periods"]
    return {
        "restaurant_policies": [_rules_row(restaurant, policy, floor)],
        "zones": zones,
        "table_inventory": tables,
        "table_adjacencies": [
            _join_row(each, table_ids) for each in documents["table_adjacencies"]
        ],
        "table_set_capacities": [own for own, _ in sets],
        "table_set_members": [member for _, members in sets for member in members],
        "restaurant_occasions": [
            {"key": each["key"], "position": place, "turn_bands": dumps(each["turn_bands"])}
            for place, each in enumerate(policy.get("occasions", ()))
        ],
        "restaurant_service_periods": [_columns(_PERIOD, each) for each in periods],
        "restaurant_period_occasions": [
            {"period": each["key"], "position": place, "occasion": occasion}
            for each in periods
            for place, occasion in enumerate(each.get("occasions", ()))
        ],
        "restaurant_capacity_rules": [
            {"position": place, **_columns(_RULE, each)}
            for place, each in enumerate(documents["restaurant_capacity_rules"])
        ],
    }


def _id(entry: Data, name: str) -> str:
    found: str = entry["id"] if "id" in entry else slug(entry[name])
    return found


def _join_row(entry: Any, table_ids: Mapping[str, str]) -> Data:
    pair, loss = (entry, 0) if isinstance(entry, list) else (entry["tables"], entry["seat_loss"])
    first, second = sorted(table_ids[folded(number)] for number in pair)
    return {"first_table_id": first, "second_table_id": second, "seat_loss": loss}


def _set_rows(entry: Data, table_ids: Mapping[str, str]) -> tuple[Data, list[Data]]:
    members = sorted(table_ids[folded(number)] for number in entry["tables"])
    id_ = "+".join(members)
    own = {"id": id_, "capacity": entry["capacity"], "min_party": entry.get("min_party")}
    return own, [{"set_id": id_, "table_id": member} for member in members]


def _rules_row(restaurant: Data, policy: Data, floor: Data) -> Data:
    planning = policy.get("planning", {})
    weights = {**_WEIGHTS, **planning.get("weights", {})}
    # A weight ``zone`` of earlier versions is carried along; the store does not read it.
    score = {**weights, "demand_multiplier": planning.get("demand_multiplier", _DEMAND)}
    return {
        **_columns(_RESTAURANT, restaurant),
        "joins_within_zone": floor.get("joins_within_zone", False),
        **_columns(_POLICY, policy),
        **_columns(_PLANNING, planning),
        "score": dumps(score),
        **_columns(_HOLDS, policy.get("holds", {})),
    }


# ---- down ----------------------------------------------------------------------------------------


def documents_of(restaurant: Data, rows: Rows) -> dict[str, list[Any]]:
    """Return the documents of revision 0003 for the rows of one restaurant.

    Args:
        restaurant: The row of ``restaurants``.
        rows: The rows of the other tables, in the order of the documents.
    """
    (rules,) = rows["restaurant_policies"]
    zones = {each["id"]: each["name"] for each in rows["zones"]}
    numbers = {each["id"]: each["number"] for each in rows["table_inventory"]}
    return {
        "restaurant_policies": [
            (
                _restaurant_document(restaurant, rules),
                _policy_document(rules, rows["restaurant_occasions"]),
                _floor_document(rules, rows, numbers),
            )
        ],
        "zones": [_with_id(_entry(_ZONE, each), each["id"], "name") for each in rows["zones"]],
        "table_inventory": [
            _with_id({**_entry(_TABLE, each), "zone": zones[each["zone_id"]]}, each["id"], "number")
            for each in rows["table_inventory"]
        ],
        "table_adjacencies": [_join_entry(each, numbers) for each in rows["table_adjacencies"]],
        "restaurant_service_periods": [
            _period_entry(each, rows["restaurant_period_occasions"])
            for each in rows["restaurant_service_periods"]
        ],
        "restaurant_capacity_rules": [
            _entry(_RULE, each) for each in _placed(rows["restaurant_capacity_rules"])
        ],
    }


def _with_id(entry: Data, id_: str, name: str) -> Data:
    return entry if slug(entry[name]) == id_ else {"id": id_, **entry}


def _placed(rows: Iterable[Data]) -> list[Data]:
    by_position: Callable[[Data], int] = lambda row: row["position"]  # noqa: E731  # It is typed.
    return sorted(rows, key=by_position)


def _join_entry(row: Data, numbers: Mapping[str, str]) -> Any:
    pair = [numbers[row["first_table_id"]], numbers[row["second_table_id"]]]
    return {"tables": pair, "seat_loss": row["seat_loss"]} if row["seat_loss"] else pair


def _period_entry(row: Data, offered: Iterable[Data]) -> Data:
    entry = _entry(_PERIOD, row)
    occasions = [each["occasion"] for each in _placed(offered) if each["period"] == row["key"]]
    return {**entry, "occasions": occasions} if occasions else entry


def _restaurant_document(restaurant: Data, rules: Data) -> Data:
    id_ = restaurant["id"]
    own = {"name": restaurant["name"], "timezone": restaurant["timezone"]}
    if restaurant["slug"] != re.sub(r"[^a-z0-9]+", "-", id_.lower()).strip("-"):
        own["slug"] = restaurant["slug"]
    active = {} if restaurant["is_active"] else {"active": False}
    return _with_id({**own, **_entry(_RESTAURANT, rules), **active}, id_, "name")


def _policy_document(rules: Data, occasions: Iterable[Data]) -> Data:
    score = json.loads(rules["score"])
    demand = score.pop("demand_multiplier")
    planning = _entry(_PLANNING, rules)
    weights = {name: value for name, value in score.items() if value != _WEIGHTS.get(name)}
    planning |= {"weights": weights} if weights else {}
    planning |= {"demand_multiplier": demand} if demand != _DEMAND else {}
    document = {
        "occasions": [
            {"key": each["key"], "turn_bands": json.loads(each["turn_bands"])}
            for each in _placed(occasions)
        ],
        **_entry(_POLICY, rules),
        "planning": planning,
        "holds": _entry(_HOLDS, rules),
    }
    return {key: value for key, value in document.items() if value not in ([], {})}


def _floor_document(rules: Data, rows: Rows, numbers: Mapping[str, str]) -> Data:
    sets = []
    for each in rows["table_set_capacities"]:
        members = [
            numbers[member["table_id"]]
            for member in rows["table_set_members"]
            if member["set_id"] == each["id"]
        ]
        entry = {"tables": members, "capacity": each["capacity"]}
        sets.append(
            entry if each["min_party"] is None else {**entry, "min_party": each["min_party"]}
        )
    document: Data = {"joins_within_zone": True} if rules["joins_within_zone"] else {}
    return {**document, "set_capacities": sets} if sets else document
