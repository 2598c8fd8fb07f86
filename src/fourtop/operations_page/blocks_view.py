"""The blocks: tables out of use for a time, to be made and ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import attrs
from starlette.responses import Response

from fourtop.http_api.call import settled
from fourtop.http_api.query_values import Id
from fourtop.http_api.roles import Level
from fourtop.model.block import Block
from fourtop.model.service_period import NIGHT_ENDS, check_date
from fourtop.model.window import Window, from_micros
from fourtop.operations_page.access import OfForm, views
from fourtop.operations_page.door_view import key_of
from fourtop.operations_page.form import Form
from fourtop.operations_page.night import today_of
from fourtop.operations_page.parties import Party, parties_of
from fourtop.operations_page.screen import OfScreen, Screen
from fourtop.operations_page.words import long_day

BLOCKS: Final = views(Level.ADMIN)

# A window has at most 31 days, and one of them may have an hour more.
_DAYS: Final = 30


@attrs.frozen
class ShownBlock:
    """A block as the page shows it, with local times and the numbers of its tables."""

    block: Block
    tables: str
    start: str
    end: str
    has_ended: bool


def _shown(screen: Screen, block: Block, now_us: int) -> ShownBlock:
    start, end = (
        screen.calendar.local_text(at)[:16].replace("T", " ")
        for at in (block.window.start_us, block.window.end_us)
    )
    tables = screen.tables_text(block.tables)
    return ShownBlock(block, tables, start, end, block.window.end_us <= now_us)


@BLOCKS.get("/blocks", name="blocks")
async def show_blocks(screen: OfScreen, on: str = "") -> Response:
    """Show the blocks of thirty days from a date on."""
    today, night = await today_of(screen)
    first = check_date("on", on) if on else today
    start_us, end_us = (
        screen.calendar.local_us(day, NIGHT_ENDS) for day in (first, first + timedelta(days=_DAYS))
    )
    found = await screen.desk.blocks(Window(from_micros(start_us), from_micros(end_us)))
    floor = screen.house.floor
    return screen.page(
        "blocks.html",
        on=first,
        today=today,
        heading=f"{long_day(first)} and {_DAYS - 1} days more",
        blocks=[_shown(screen, each, night.now_us) for each in found],
        zones=floor.zones,
        tables=floor.tables,
        labels=floor.labels,
    )


@BLOCKS.post("/blocks", name="add_block")
async def add_block(screen: OfScreen, form: OfForm) -> Response:
    """Take tables out of use; with the step ``free``, move the bookings in the way first."""
    instant = screen.calendar.instant
    start_us = instant(f"{form.text('on')}T{form.text('at')}")
    end_us = instant(f"{form.text('until_on')}T{form.text('until_at')}", "end")
    window = Window(from_micros(start_us), from_micros(end_us))
    wanted: dict[str, Any] = {
        "tables": form.all("tables"),
        "zone_id": form.optional("zone_id"),
        "reason": form.text("reason"),
        "key": _key(screen, form),
    }
    desk, key, back = screen.desk, wanted["key"], screen.places.to("blocks", on=form.text("on"))
    if form.text("step") != "free":
        await settled(key, lambda: desk.block(window, **wanted))
        return screen.done(back, "block")
    made = await settled(key, lambda: desk.free_and_block(window, **wanted))
    if not made.moved:
        return screen.done(back, "block")
    moved: Sequence[Party] = await parties_of(screen, made.moved)
    return screen.page("freed.html", block=_shown(screen, made.block, 0), moved=moved, back=back)


def _key(screen: Screen, form: Form) -> str | None:
    """Return the key of a block. Each of the two buttons has its own."""
    step = form.text("step", "block")
    named = Form({"key": [f"{each} {step}" for each in form.all("key")]})
    return key_of(screen, named)


@BLOCKS.post("/blocks/{block_id}/end", name="end_block")
async def end_block(block_id: Id, screen: OfScreen, form: OfForm) -> Response:
    """End a block from now on. One that has ended stays unchanged."""
    await screen.desk.unblock(block_id)
    return screen.done(screen.places.to("blocks", on=form.optional("on")), "unblock")
