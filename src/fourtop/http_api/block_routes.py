"""The routes of blocks, for admins: tables out of use for a time."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from fourtop.http_api.answer import answered, problems, replayed
from fourtop.http_api.answer_model import answer_list, answer_model
from fourtop.http_api.bodies import WantedBlock
from fourtop.http_api.call import Key, OfDesk, settled
from fourtop.http_api.query_values import Id, InstantText
from fourtop.http_api.request_body import Reads
from fourtop.http_api.roles import Level
from fourtop.http_api.route_group import RouteGroup
from fourtop.model.block import Block, FreedBlock
from fourtop.model.calendar import as_moment
from fourtop.model.window import Window

BLOCKS = RouteGroup("blocks", Level.ADMIN)

_BLOCK = answer_model(Block)
_FREED = answer_model(FreedBlock)


class Between(BaseModel):
    """A window of at most 31 days."""

    start: InstantText = Field(description="Its start, with an offset.")
    end: InstantText = Field(description="Its end, with an offset.")


@BLOCKS.get("/blocks", response_model=answer_list(Block), responses=problems())
async def list_blocks(
    request: Request, desk: OfDesk, between: Annotated[Between, Query()]
) -> Response:
    """Return the blocks that overlap a window, by start, then id."""
    window = Window(as_moment(between.start, "start"), as_moment(between.end, "end"))
    return answered(request, await desk.blocks(window))


@BLOCKS.post(
    "/blocks",
    status_code=201,
    response_model=_BLOCK,
    responses={**problems(409), **replayed(_BLOCK)},
)
async def block(
    request: Request,
    desk: OfDesk,
    wanted: Annotated[WantedBlock, Body(), Reads(WantedBlock)],
    key: Key,
) -> Response:
    """Take tables, or all tables of a zone, out of use for a window.

    Bookings in the way are refused, and listed.
    """
    made = await settled(
        key,
        lambda: desk.block(
            wanted.window,
            tables=wanted.tables,
            zone_id=wanted.zone_id,
            reason=wanted.reason,
            key=key,
        ),
    )
    return answered(request, made, status=200 if made.receipt.replayed else 201)


@BLOCKS.post(
    "/blocks/free",
    status_code=201,
    response_model=_FREED,
    responses={**problems(409), **replayed(_FREED)},
)
async def free_and_block(
    request: Request,
    desk: OfDesk,
    wanted: Annotated[WantedBlock, Body(), Reads(WantedBlock)],
    key: Key,
) -> Response:
    """Take tables out of use, and move the bookings in the way to other tables, in one step."""
    made = await settled(
        key,
        lambda: desk.free_and_block(
            wanted.window,
            tables=wanted.tables,
            zone_id=wanted.zone_id,
            reason=wanted.reason,
            key=key,
        ),
    )
    return answered(request, made, status=200 if made.replayed else 201)


@BLOCKS.delete("/blocks/{block_id}", response_model=_BLOCK, responses=problems(409))
async def unblock(request: Request, desk: OfDesk, block_id: Id, key: Key) -> Response:
    """End a block from now on."""
    made = await settled(key, lambda: desk.unblock(block_id, key=key))
    return answered(request, made)
