"""Where a request has texts: each place, from the OpenAPI document, and requests with one of them.

The samples are legal requests; a canary takes the place of one text at a time.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import count
from typing import Any, Final
from urllib.parse import quote

import attrs
import httpx

from tests.http_api.client import Client, Operation, description

# Neither an id nor a name of the house: a text where people write one.
CANARY: Final = "canary 7c1d@example.com"
DAY: Final = "2026-05-01"
# Each request has a day of its own, so that no earlier one has taken the tables.
START: Final = "{day}T19:00:00+00:00"
# The house of these tests takes one person, so that each party needs it.
OVERRIDES: Final = [{"rule": "CAPACITY_EXCEEDED", "reason": "the chef agreed"}]
_WEEK: Final = (*("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),)
_PARTY: Final = {"party_size": 4, "start": START, "overrides": OVERRIDES}
_WINDOW: Final = {"start": "{day}T21:00:00+00:00", "end": "{day}T21:30:00+00:00"}
_BLOCK: Final = {**_WINDOW, "tables": ["5"], "reason": "painting"}

_FAR: Final = "2050-12-24"


def _rule(noun: str, **body: Any) -> dict[str, Any]:
    """Return the bodies of the routes that put a rule and remove it."""
    return {f"{step}_{noun}": body for step in ("put", "remove")}


# Of each route that takes a body, a legal one.
BODIES: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("quote", "hold", "replace_hold", "book", "first_free_day", "explain"), _PARTY),
    "join_waitlist": {"party_size": 4, "start": START},
    "read_alternatives": {"request": _PARTY},
    "reschedule": {"start": "{day}T19:30:00+00:00", "overrides": OVERRIDES},
    "walk_in": {"party_size": 4, "overrides": OVERRIDES},
    "validate": {"tables": ["4"], "request": _PARTY, "overrides": OVERRIDES},
    "assign": {"tables": ["5"], "overrides": OVERRIDES},
    "move": {"moves": [{"booking_id": "{booking_id}", "tables": ["4"], "overrides": OVERRIDES}]},
    "swap": {"first": "{first_id}", "second": "{booking_id}", "overrides": OVERRIDES},
    "plan_day": {"objective": "covers"},
    "commit_day_plan": {
        "on": DAY,
        "moves": [],
        "versions": {"floor": 1, "policy": 1, "occupancy": 1},
    },
    "put_table": {"id": "6", "number": "6", "capacity": 4, "zone_id": "main"},
    "put_zone": {"id": "patio", "name": "Patio", "area": "outdoor"},
    "put_join": {"tables": ["1", "2"], "seat_loss": 1},
    "put_period": {"key": "lunch", "start": "11:00", "end": "14:00", "last_start": "13:00"},
    **_rule("exception", on=_FAR, closed=True),
    **_rule("capacity_rule", on=_FAR, max_covers=40),
    **_rule("pacing_rule", interval_minutes=15, max_covers=40),
    **_rule("channel_share", channel="online", covers=9, on=_FAR),
    **_rule("zone_rule", zone="main", closed=False, weekdays=list(_WEEK)),
    **_rule("walk_in_rule", tables=["5"]),
    **_rule("booking_window", horizon_days=90),
    **_rule("demand_profile", name="usual", multiplier=1.2),
    **dict.fromkeys(("block", "free_and_block"), _BLOCK),
}
_QUERIES: Final[Mapping[str, Any]] = {
    "read_availability": {"date": DAY, "party_size": 4},
    "read_month": {"month": "2026-05", "party_size": 4},
    "extend_hold": {"seconds": 30},
    "resize": {"party_size": 2},
    "prolong": {"minutes": 15},
    "read_waitlist": {"date": DAY},
    "offer": {"date": DAY},
    "list_blocks": _WINDOW,
}
# The records that every house has.
_IDS: Final = {
    "restaurant_id": "house",
    "table_id": "1",
    "zone_id": "main",
    "key": "dinner",
    "first": "1",
    "second": "2",
    "date": DAY,
}
# Those that are made for a request: the path that makes them, and its body.
_RECORDS: Final[Mapping[str, tuple[str, Any]]] = {
    "booking_id": ("/bookings", {**_PARTY, "party_size": 2, "tables": ["1"]}),
    "waiting_id": ("/bookings?tables=later", {**_PARTY, "party_size": 2}),
    "first_id": ("/bookings", {**_PARTY, "party_size": 2, "tables": ["2"]}),
    "hold_id": ("/holds", {**_PARTY, "party_size": 2, "tables": ["3"]}),
    "block_id": ("/blocks", {**_WINDOW, "tables": ["4"], "reason": "x"}),
}
_days: Final = count(1)


@attrs.frozen
class Place:
    """A text of a request: in the path, the query, a header, or at a path of the body."""

    operation: Operation
    where: str
    keys: tuple[str | int, ...]

    def __str__(self) -> str:
        keys = ".".join(str(each) for each in self.keys if each != 0)
        return f"{self.operation.name} {self.where} {keys}"

    def send(self, api: Client, text: str = CANARY) -> httpx.Response:
        """Send the legal request of the route, as an admin, with a text at this place."""
        name = self.operation.name
        ids = _IDS | _records(api, str((self.operation.path, BODIES.get(name))))
        if name == "assign":
            ids["booking_id"] = ids["waiting_id"]
        if name.startswith("remove_") and self.where == "body":
            put = self.operation.path.removesuffix("/remove").replace("{restaurant_id}", "house")
            assert api("POST", put, json=BODIES[name], role="admin").is_success
        query = copy.deepcopy(dict(_QUERIES.get(name, {})))
        headers: dict[str, str] = {}
        body = _filled(copy.deepcopy(BODIES.get(name)), ids)
        key = self.keys[0]
        if self.where == "path":
            ids[str(key)] = text
        elif self.where == "query":
            query[str(key)] = text
        elif self.where == "header":
            headers[str(key)] = text
        else:
            put_at(body, self.keys, text)
        path = re.sub(r"\{(\w+)\}", lambda found: quote(ids[found[1]]), self.operation.path)
        how: dict[str, Any] = {} if body is None else {"json": body}
        return api(self.operation.method, path, params=query, headers=headers, role="admin", **how)


def _records(api: Client, named: str) -> dict[str, str]:
    """Return a day of its own, and the ids of new records on it, if a request names any."""
    ids = {"day": str(date.fromisoformat(DAY) + timedelta(days=next(_days)))}
    if any(f"{{{name}}}" in named for name in _RECORDS):
        for name, (path, body) in _RECORDS.items():
            answer = api("POST", path, json=_filled(body, ids), role="admin")
            assert answer.status_code == 201, answer.text
            ids[name] = answer.json()["id"]
    return ids


def _filled(body: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(body, dict):
        return {key: _filled(each, ids) for key, each in body.items()}
    if isinstance(body, list):
        return [_filled(each, ids) for each in body]
    return body.format(**ids) if isinstance(body, str) else body


def put_at(body: Any, keys: tuple[str | int, ...], text: str) -> None:
    """Put a text into a body; what leads to it is made if it is missing."""
    for key, following in zip(keys, (*keys[1:], None), strict=True):
        if following is None:
            value: Any = text
        else:
            value = [] if following == 0 else {}
        if key == 0:
            if not body:
                body.append(value)
            elif following is None:
                body[0] = value
            body = body[0]
        else:
            if following is None or body.get(key) is None:
                body[key] = value
            body = body[key]


def samples() -> Iterator[Place]:
    """Yield a place of each route with a body where a text changes nothing."""
    for operation in description().operations:
        if "requestBody" in operation.said:
            yield Place(operation, "header", ("X-Other",))


def places() -> Iterator[Place]:
    """Yield every text of every route."""
    schemas = description().document["components"]["schemas"]
    for operation in description().operations:
        for each in operation.said.get("parameters", ()):
            if next(_texts(each["schema"], schemas), None) is not None:
                yield Place(operation, each["in"], (each["name"],))
        content = operation.said.get("requestBody", {}).get("content", {})
        for schema in (each["schema"] for each in content.values()):
            for keys in _texts(schema, schemas):
                yield Place(operation, "body", keys)


def _texts(
    schema: Mapping[str, Any], schemas: Mapping[str, Any]
) -> Iterator[tuple[str | int, ...]]:
    if "$ref" in schema:
        yield from _texts(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for each in schema.get("anyOf", ()):
        yield from _texts(each, schemas)
    if schema.get("type") == "string":
        yield ()
    for keys in _texts(schema["items"], schemas) if "items" in schema else ():
        yield (0, *keys)
    for key, each in schema.get("properties", {}).items():
        for keys in _texts(each, schemas):
            yield (key, *keys)
    if isinstance(schema.get("additionalProperties"), dict):
        # A key that the client chooses.
        yield (CANARY,)
