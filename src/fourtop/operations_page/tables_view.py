"""The inventory of tables: a list, and a form for each table."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlencode

import attrs
from starlette.responses import Response

from fourtop.errors import InvalidInput, NotFound, safe_repr
from fourtop.formats.slug import slug
from fourtop.http_api.query_values import Id
from fourtop.http_api.roles import Level
from fourtop.model.floor import Floor
from fourtop.model.house import House
from fourtop.model.table import Mobility, Position, Table, TableShape
from fourtop.operations_page.access import OfForm, views
from fourtop.operations_page.form import Form
from fourtop.operations_page.house_edits import HouseEdit, give_edit, seen_text
from fourtop.operations_page.night import read_night
from fourtop.operations_page.parties import Party
from fourtop.operations_page.screen import OfScreen, Screen

TABLES: Final = views(Level.ADMIN)
AT_TABLE: Final = views()


@AT_TABLE.get("/at/{table_id}", name="at_table")
async def show_at_table(table_id: Id, screen: OfScreen) -> Response:
    """Show the parties of a table tonight."""
    table = screen.house.floor.get_table(table_id)
    night = await read_night(screen, None)
    states = await screen.desk.table_states()
    if table_id not in states:
        # A colleague has removed it since the house was read.
        raise NotFound("table", table_id)
    ids = [each.id for row in night.day.tables if row.id == table_id for each in row.entries]
    parties: list[Party] = [night.parties[each] for each in ids if each in night.parties]
    return screen.page(
        "at_table.html",
        table=table,
        label=screen.house.floor.labels[table_id],
        state=states[table_id].value.replace("_", " "),
        parties=sorted(parties, key=lambda party: party.start),
        night=night,
    )


@TABLES.get("/tables", name="tables")
async def show_tables(screen: OfScreen) -> Response:
    """Show all tables of the floor."""
    floor = screen.house.floor
    return screen.page("tables.html", floor=floor, zones={zone.id: zone for zone in floor.zones})


@TABLES.get("/new-table", name="new_table")
async def show_new_table(screen: OfScreen) -> Response:
    """Show the form of a new table."""
    return await _table_form(screen, None)


@TABLES.get("/tables/{table_id}", name="table")
async def show_table(table_id: Id, screen: OfScreen) -> Response:
    """Show the form of a table."""
    return await _table_form(screen, table_id)


async def _table_form(screen: Screen, table_id: str | None) -> Response:
    # In this order the version may be older than the table, which the form then notices.
    versions = await screen.desk.versions()
    floor = (await screen.desk.house()).floor
    table = None if table_id is None else floor.get_table(table_id)
    to = screen.places.to
    return screen.page(
        "table.html",
        table=table,
        zones=floor.zones,
        version=versions.floor,
        seen=seen_text(_facts_of(table)),
        was="" if table is None else urlencode(_fields(table)),
        shapes=[each.value for each in TableShape],
        mobilities=[each.value for each in Mobility],
        action=to("new-table") if table_id is None else to("tables", table_id),
    )


@TABLES.post("/new-table", name="add_table")
async def add_table(screen: OfScreen, form: OfForm) -> Response:
    """Add a table. Its id is derived from its number."""
    number = form.text("number")
    table_id = slug(number) or f"table-{secrets.token_hex(4)}"
    if screen.house.floor.find_table(table_id) is not None:
        raise InvalidInput("number", "must be other than that of each table", safe_repr(number))
    return await _put(screen, table_id, form)


@TABLES.post("/tables/{table_id}", name="put_table")
async def put_table(table_id: Id, screen: OfScreen, form: OfForm) -> Response:
    """Save a table, or preview who loses a place by it."""
    return await _put(screen, table_id, form)


async def _put(screen: Screen, table_id: str, form: Form) -> Response:
    table = _table(table_id, form)
    shown = _table(table_id, form.was) if form.flag("was") else None

    def change(floor: Floor) -> Floor:
        """Change what the form changed. The rest keeps what a colleague may have changed."""
        current = floor.find_table(table_id)
        if current is None or shown is None:
            return floor.with_table(table)
        names = [each.name for each in attrs.fields(Table)]
        changes = {
            name: getattr(table, name)
            for name in names
            if getattr(table, name) != getattr(shown, name)
        }
        return floor.with_table(attrs.evolve(current, **changes))

    edit = _edit(screen, table_id, f"Save table {table.number}", change)
    return await give_edit(screen, form, edit)


@TABLES.post("/tables/{table_id}/remove", name="remove_table")
async def remove_table(table_id: Id, screen: OfScreen, form: OfForm) -> Response:
    """Remove a table with its joins."""
    label = screen.house.floor.labels.get(table_id, table_id)
    edit = _edit(
        screen, table_id, f"Remove table {label}", lambda floor: floor.without_table(table_id)
    )
    return await give_edit(screen, form, edit)


def _edit(screen: Screen, table_id: str, heading: str, change: Any) -> HouseEdit:
    def facts(house: House) -> Iterable[str]:
        return _facts_of(house.floor.find_table(table_id))

    return HouseEdit("floor", change, heading, facts, screen.places.to("tables"))


def _table(table_id: str, form: Form) -> Table:
    """Return the table of a form.

    Raises:
        InvalidInput: If a field breaks a rule.
    """
    x, y = form.optional_number("x"), form.optional_number("y")
    position = None
    if x is not None and y is not None:
        position = Position(x, y, form.optional_number("rotation") or 0)
    return Table(
        table_id,
        form.text("number"),
        form.integer("capacity"),
        form.text("zone_id"),
        min_party=form.optional_integer("min_party") or 1,
        max_party=form.optional_integer("max_party"),
        section=form.optional("section"),
        category=form.text("category", "dining"),
        seating=form.text("seating", "standard"),
        mobility=form.text("mobility", Mobility.MOVABLE),
        shape=form.optional("shape"),
        notes=form.optional("notes"),
        features=[word for each in form.text("features").split(",") if (word := each.strip())],
        out_of_service=form.flag("out_of_service"),
        active=form.flag("active"),
        position=position,
        length_cm=form.optional_integer("length_cm"),
        width_cm=form.optional_integer("width_cm"),
    )


def _fields(table: Table) -> dict[str, str]:
    """Return the fields of the form of a table, as ``_table`` reads them."""
    at = table.position
    place = {} if at is None else {"x": at.x, "y": at.y, "rotation": at.rotation}
    names = ("number", "capacity", "zone_id", "min_party", "max_party", "section", "category")
    more = ("seating", "mobility", "notes", "shape", "length_cm", "width_cm")
    values = {name: getattr(table, name) for name in (*names, *more)} | place
    flags = {name: "on" for name in ("out_of_service", "active") if getattr(table, name)}
    found = {name: str(value) for name, value in values.items() if value is not None}
    return {**found, **flags, "features": ", ".join(sorted(table.features))}


def _facts_of(table: Table | None) -> list[str]:
    """Return the facts of a table, one a line."""
    if table is None:
        return []
    position = table.position
    facts = {
        "Number": table.number,
        "Seats": table.capacity,
        "Zone": table.zone_id,
        "Parties": f"{table.min_party} to {table.largest_party}",
        "Section": table.section,
        "Category": table.category,
        "Seating": table.seating,
        "Mobility": table.mobility.value,
        "State": "active" if table.is_offered else "not on offer",
        "Features": ", ".join(sorted(table.features)),
        "Position": f"{position.x:g}, {position.y:g}" if position else None,
        "Notes": table.notes,
        "Shape": table.shape.value if table.shape else None,
    }
    return [f"{name}: {value}" for name, value in facts.items() if value]
