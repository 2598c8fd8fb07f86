"""The plan: tables, joins and zones, by drag and drop or by form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlencode

import attrs
from starlette.responses import Response

from fourtop.errors import InvalidInput, safe_repr
from fourtop.formats.slug import slug
from fourtop.http_api.query_values import Id
from fourtop.http_api.roles import Level
from fourtop.model import validators
from fourtop.model.floor import Floor, Join
from fourtop.model.house import House
from fourtop.model.restaurant import Area, Zone
from fourtop.operations_page.access import OfForm, views
from fourtop.operations_page.form import Form
from fourtop.operations_page.house_edits import HouseEdit, give_edit, seen_text
from fourtop.operations_page.plan_edits import with_table_at
from fourtop.operations_page.screen import OfScreen, Screen
from fourtop.plotting.floor_plan import linked_floor_plan

PLAN: Final = views(Level.ADMIN)


@PLAN.get("/plan", name="plan")
async def show_plan(screen: OfScreen) -> Response:
    """Show the plan with its joins and zones."""
    # In this order the version may be older than the floor, which a form then notices.
    versions = await screen.desk.versions()
    house = await screen.desk.house()
    floor = house.floor
    links = {each.id: screen.places.to("tables", each.id) for each in floor.tables}
    return screen.page(
        "plan.html",
        floor=floor,
        picture=linked_floor_plan(floor, links),
        narrow=linked_floor_plan(floor, links, is_narrow=True),
        zones=[*floor.zones, None],
        was={each.id: _fields(each) for each in floor.zones},
        version=versions.floor,
        seen=seen_text(_facts(house)),
        areas=[each.value for each in Area],
        in_use={each.zone_id for each in floor.tables},
    )


def _fields(zone: Zone) -> str:
    """Return the fields of the form of a zone as one text."""
    return urlencode({"name": zone.name, "order": zone.order, "area": zone.area.value})


@PLAN.post("/plan/place", name="place_table")
async def place_table(screen: OfScreen, form: OfForm) -> Response:
    """Give a table the place of the drawn plan to which it was dragged."""
    table_id = form.text("table")
    x, y = (form.number(name) for name in ("x", "y"))
    is_narrow = form.flag("narrow")
    label = screen.house.floor.labels.get(table_id, table_id)
    return await _give(
        screen,
        form,
        f"Move table {label} on the plan",
        lambda floor: with_table_at(floor, table_id, x, y, is_narrow=is_narrow),
    )


@PLAN.post("/plan/join", name="toggle_join")
async def toggle_join(screen: OfScreen, form: OfForm) -> Response:
    """Join two tables, or remove the join that they have."""
    first, second = form.text("first"), form.text("second")

    def change(floor: Floor) -> Floor:
        join = Join((first, second), form.optional_integer("seat_loss") or 0)
        if any(each.tables == join.tables for each in floor.joins):
            return floor.without_join(join.tables)
        return floor.with_join(join)

    labels = screen.house.floor.labels
    names = " and ".join(labels.get(each, each) for each in (first, second))
    joined = any(set(each.tables) == {first, second} for each in screen.house.floor.joins)
    return await _give(screen, form, f"{'Part' if joined else 'Join'} {names}", change)


@PLAN.post("/plan/zones", name="put_zone")
async def put_zone(screen: OfScreen, form: OfForm) -> Response:
    """Add a zone, or change one."""
    zone_id, name = form.optional("zone"), form.text("name")
    order = form.optional_integer("order") or 0
    area = validators.as_enum(Area, "area", form.text("area", Area.INDOOR))
    was = form.was

    def change(floor: Floor) -> Floor:
        known = None if zone_id is None else floor.find_zone(zone_id)
        if known is None:
            return floor.with_zone(
                Zone(zone_id or _new_id(floor, name), name, order=order, area=area)
            )
        # The rest keeps what a colleague may have changed.
        given = {"name": name, "order": order, "area": area}
        changes: dict[str, Any] = {
            key: value for key, value in given.items() if str(value) != was.text(key)
        }
        return floor.with_zone(attrs.evolve(known, **changes))

    return await _give(screen, form, f"Save zone {name}", change)


def _new_id(floor: Floor, name: str) -> str:
    """Return the id of a new zone, which follows from its name."""
    zone_id = slug(name) or f"zone-{len(floor.zones) + 1}"
    if floor.find_zone(zone_id) is not None:
        raise InvalidInput("name", "must be other than that of each zone", safe_repr(name))
    return zone_id


@PLAN.post("/plan/zones/{zone_id}/remove", name="remove_zone")
async def remove_zone(zone_id: Id, screen: OfScreen, form: OfForm) -> Response:
    """Remove a zone without tables."""
    known = screen.house.floor.find_zone(zone_id)
    name = zone_id if known is None else known.name
    return await _give(
        screen, form, f"Remove zone {name}", lambda floor: floor.without_zone(zone_id)
    )


async def _give(screen: Screen, form: Form, heading: str, change: Any) -> Response:
    edit = HouseEdit("floor", change, heading, _facts, screen.places.to("plan"))
    return await give_edit(screen, form, edit)


def _facts(house: House) -> Iterable[str]:
    """Return the tables, joins and zones, one a line."""
    floor = house.floor
    names = {zone.id: zone.name for zone in floor.zones}
    for table in floor.tables:
        at = table.position
        place = "" if at is None else f", at {at.x:g}, {at.y:g}"
        where = f"{names[table.zone_id]}{place}"
        yield f"Table {floor.labels[table.id]}: {table.capacity} seats, {where}"
    for join in floor.joins:
        yield "Join " + " and ".join(floor.labels[each] for each in join.tables)
    for zone in floor.zones:
        yield f"Zone {zone.name}: {zone.area.value}"
