"""The rules: hours, closures, and each kind of rule that has a form, all with a preview."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlencode

import attrs
from fastapi import HTTPException
from starlette.responses import Response

from fourtop.errors import InvalidInput, NotFound, safe_repr
from fourtop.http_api.query_values import Id
from fourtop.http_api.roles import Level
from fourtop.model.capacity_rules import RuleKind, Spread
from fourtop.model.house import House
from fourtop.model.policy import Policy
from fourtop.model.service_period import WEEK, ServicePeriod, check_date
from fourtop.operations_page.access import OfForm, views
from fourtop.operations_page.form import Form
from fourtop.operations_page.house_edits import HouseEdit, give_edit, seen_text
from fourtop.operations_page.rule_kinds import (
    HOURS,
    KINDS,
    RuleKindForm,
    problem_texts,
    rule_facts,
    rule_text,
)
from fourtop.operations_page.screen import OfScreen, Screen

RULES: Final = views(Level.ADMIN)


@RULES.get("/rules", name="rules")
async def show_rules(screen: OfScreen) -> Response:
    """Show the rules of the house with their forms."""
    # In this order the version may be older than the policy, which a form then notices.
    versions = await screen.desk.versions()
    house = await screen.desk.house()
    policy = house.policy
    return screen.page(
        "rules.html",
        policy=policy,
        zones=house.floor.zones,
        kinds=[each.value for each in RuleKind],
        spreads=[each.value for each in Spread],
        week=[each.value for each in WEEK],
        closures=sorted(policy.closures),
        was={each.key: _fields(each) for each in policy.periods},
        rules={kind: list(each.rules(house)) for kind, each in KINDS.items()},
        problems=[screen.sentence(each) for each in problem_texts(house)],
        channels=policy.known_channels,
        tables=house.floor.tables,
        labels=house.floor.labels,
        version=versions.policy,
        seen=seen_text(_facts(house)),
    )


def _fields(period: ServicePeriod) -> str:
    """Return the fields of the form of a period as one text."""
    hours = {name: getattr(period, name) for name in HOURS}
    found = {name: f"{value:%H:%M}" for name, value in hours.items() if value is not None}
    return urlencode({**found, "weekdays": [each.value for each in period.weekdays]}, doseq=True)


@RULES.post("/rules/periods", name="put_period")
async def put_period(screen: OfScreen, form: OfForm) -> Response:
    """Save the hours of a service period, or add a period."""
    key = form.text("key")
    hours: dict[str, Any] = {name: form.optional(name) for name in HOURS}
    weekdays = frozenset(form.all("weekdays"))
    was = form.was

    def change(policy: Policy) -> Policy:
        known = next((each for each in policy.periods if each.key == key), None)
        if known is None:
            return policy.with_period(ServicePeriod(key, weekdays=weekdays, **hours))
        if not form.flag("was"):
            raise InvalidInput("key", "must be other than that of each service", safe_repr(key))
        # The rest keeps what a colleague may have changed.
        changes = {name: value for name, value in hours.items() if value != was.optional(name)}
        if changes.get("last_start") is not None:
            changes["last_seating_minutes"] = None
        if weekdays != frozenset(was.all("weekdays")):
            changes["weekdays"] = weekdays
        return policy.with_period(attrs.evolve(known, **changes))

    return await _give(screen, form, f"Save the hours of {key}", change)


@RULES.post("/rules/periods/{key}/remove", name="remove_period")
async def remove_period(key: Id, screen: OfScreen, form: OfForm) -> Response:
    """Remove a service period with the rules that name it."""
    return await _give(
        screen, form, f"Remove the service {key}", lambda policy: policy.without_period(key)
    )


@RULES.post("/rules/closures", name="close_day")
async def close_day(screen: OfScreen, form: OfForm) -> Response:
    """Close the house on a date, or open it again."""
    day = check_date("on", form.text("on"))
    if form.flag("open"):
        return await _give(screen, form, f"Open on {day}", lambda found: found.without_closure(day))
    return await _give(screen, form, f"Close on {day}", lambda found: found.with_closure(day))


@RULES.post("/rules/channels", name="put_channel")
async def put_channel(screen: OfScreen, form: OfForm) -> Response:
    """Add a channel, which shares and booking windows can then name."""
    channel = form.text("channel")
    heading = f"Add the channel {channel}"
    return await _give(screen, form, heading, lambda policy: policy.with_channel(channel))


@RULES.post("/rules/channels/{key}/remove", name="remove_channel")
async def remove_channel(key: Id, screen: OfScreen, form: OfForm) -> Response:
    """Remove a channel with the rules that name it."""
    return await _give(
        screen, form, f"Remove the channel {key}", lambda policy: policy.without_channel(key)
    )


@RULES.post("/rules/{kind}", name="put_rule")
async def put_rule(kind: str, screen: OfScreen, form: OfForm) -> Response:
    """Save a rule, in place of the one with its scope."""
    found = _kind(kind)
    rule, is_first = found.read(form), form.flag("first")
    return await _give(
        screen,
        form,
        f"{found.title}: {found.tell(rule, screen.house)}",
        lambda policy: found.saved(policy, rule, is_first=is_first),
    )


@RULES.post("/rules/{kind}/remove", name="remove_rule")
async def remove_rule(kind: str, screen: OfScreen, form: OfForm) -> Response:
    """Remove a rule by its words: after a colleague's change, its place may be another."""
    text = form.text("rule")
    rule = _kind(kind).rules(screen.house).get(text)
    if rule is None:
        raise NotFound("rule", text)
    heading = f"Remove: {text}"
    return await _give(screen, form, heading, lambda policy: policy.without_rule(rule))


def _kind(name: str) -> RuleKindForm:
    if name not in KINDS:
        raise HTTPException(404, "no such kind of rule")
    return KINDS[name]


async def _give(screen: Screen, form: Form, heading: str, change: Any) -> Response:
    edit = HouseEdit("policy", change, heading, _facts, screen.places.to("rules"))
    return await give_edit(screen, form, edit)


def _facts(house: House) -> Iterable[str]:
    """Return the rules that the page shows, one a line."""
    policy = house.policy
    for period in policy.periods:
        last = "" if period.last_start is None else f", last start {period.last_start:%H:%M}"
        yield f"Service {rule_text(period)}{last}"
    yield from rule_facts(house)
    for channel in policy.channels:
        yield f"Channel {channel}"
    for day in sorted(policy.closures):
        yield f"Closed on {day}"
