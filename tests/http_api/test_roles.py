"""Roles: every route, asked by every role."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from fourtop import Actor, Engine, InvalidInput, MemoryStore
from fourtop.http_api import create_app
from fourtop.http_api.roles import Level, level_of
from tests.http_api.client import UNLIMITED, Client, Operation, actor_of, description
from tests.http_api.conftest import MakeClient

# The least role of each route, written apart from the code that demands it.
GUESTS = {
    "book",
    "cancel",
    "confirm",
    "extend_hold",
    "first_free_day",
    "hold",
    "join_waitlist",
    "leave_waitlist",
    "list_problems",
    "quote",
    "read_alternatives",
    "read_availability",
    "read_booking",
    "read_hold",
    "read_month",
    "release_hold",
    "replace_hold",
    "reschedule",
}
STAFF = {
    "assign",
    "commit_day_plan",
    "complete",
    "explain",
    "follow_events",
    "list_bookings",
    "move",
    "no_show",
    "offer",
    "pin",
    "plan_day",
    "prolong",
    "read_at_risk",
    "read_day",
    "read_table_states",
    "read_utilisation",
    "read_waitlist",
    "resize",
    "seat",
    "swap",
    "unassign",
    "undo",
    "unpin",
    "validate",
    "walk_in",
}
RULES = {
    *("booking_window", "capacity_rule", "channel_share", "demand_profile", "exception"),
    *("pacing_rule", "walk_in_rule", "zone_rule"),
}
ADMINS = {
    "audit",
    "block",
    "close_date",
    "free_and_block",
    "list_blocks",
    "open_date",
    "put_join",
    "put_period",
    "put_table",
    "put_zone",
    "read_house",
    "remove_join",
    "remove_period",
    "remove_table",
    "remove_zone",
    "replace_house",
    "unblock",
    *(f"{step}_{rule}" for step in ("put", "remove") for rule in RULES),
}


def test_every_route_has_its_least_role_in_this_table() -> None:
    names = [each.name for each in description().operations]
    assert len(names) == len(set(names))
    assert set(names) == GUESTS | STAFF | ADMINS


def path_of(operation: Operation) -> str:
    path = operation.path.replace("{restaurant_id}", "house")
    return re.sub(r"\{\w+\}", "x1", path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "level"), [("guest", 0), ("waiter", 1), ("admin", 2), ("manager", 2)]
)
def test_every_route_is_open_to_its_role_and_those_above(
    role: str, level: int, make_client: MakeClient
) -> None:
    options = attrs.evolve(UNLIMITED, admin_roles=["admin", "manager"])
    with make_client(options=options) as api:
        for operation in description().operations:
            needed = 0 if operation.name in GUESTS else 1 if operation.name in STAFF else 2
            answer = api(operation.method, path_of(operation), role=role)
            assert (answer.status_code == 403) is (level < needed), operation.name
            assert answer.status_code < 500


@pytest.mark.slow
def test_no_route_is_open_to_a_client_that_the_host_does_not_know(api: Client) -> None:
    for operation in description().operations:
        answer = api(operation.method, path_of(operation), user="nobody", role="admin")
        assert answer.status_code == 401, operation.name


def test_the_levels_follow_from_the_role() -> None:
    roles = {"guest": Level.GUEST, "waiter": Level.STAFF, "admin": Level.ADMIN}
    for role, level in roles.items():
        assert level_of(Actor("u1", role), {"admin"}) is level


def test_a_host_that_returns_no_actor_is_told(api: Client) -> None:
    app = create_app(Engine(MemoryStore()), lambda: "ada")
    client = Client(app, api.runner, api.description)
    answer = client("GET", "/bookings/b1")
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")


def test_an_engine_is_needed() -> None:
    with pytest.raises(InvalidInput, match="must be an Engine or an AsyncEngine"):
        create_app(MemoryStore(), actor_of)  # type: ignore[arg-type]  # Wrong on purpose.


def test_the_page_of_the_reference_lists_every_route_with_its_role() -> None:
    page = Path(__file__).parents[2] / "docs/reference/http-api.md"
    listed = dict(
        re.findall(r"^\| `([A-Z]+ \S+)` \| (\w+) \|", page.read_text("utf-8"), re.MULTILINE)
    )
    roles = dict.fromkeys(GUESTS, "guest") | dict.fromkeys(STAFF, "staff")
    roles |= dict.fromkeys(ADMINS, "admin")
    below = "/restaurants/{restaurant_id}"
    assert listed == {
        f"{each.method} {each.path.removeprefix(below)}": roles[each.name]
        for each in description().operations
    }
