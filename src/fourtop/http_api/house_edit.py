"""Edits of the house over HTTP: each one can be previewed first, and made with its repairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

import attrs
from fastapi import Depends, Header, Query
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from fourtop.engine import AsyncDesk
from fourtop.formats.house_document import house_to_data
from fourtop.http_api.answer import answered
from fourtop.http_api.answer_model import answer_model
from fourtop.http_api.call import note_precondition
from fourtop.http_api.entity_tag import PARTS, versions_of
from fourtop.model.house import House
from fourtop.model.preview import Preview

Part = Literal["floor", "policy"]
Change = Callable[[Any], Any]


class HouseDocument(BaseModel):
    """A house document (`fourtop/house/1`): all that is configured for a restaurant.

    `fourtop schema` prints its JSON Schema.
    """

    model_config = ConfigDict(extra="allow")

    format: Literal["fourtop/house/1"]
    restaurant: dict[str, Any]
    zones: list[dict[str, Any]]
    tables: list[dict[str, Any]]
    policy: dict[str, Any]


# The answer to an edit: the house after it, or its preview.
EDITED: Final[Any] = HouseDocument | answer_model(Preview)


@attrs.frozen
class Edit:
    """How an edit is made.

    Args:
        preview: Whether to return its preview, and to change nothing.
        repair: Whether to make the moves that its preview finds, in the same step.
        versions: The versions of the floor and of the policy that the client saw, if any.
    """

    preview: bool
    repair: bool
    versions: tuple[int, ...] | None


async def edit_of(
    request: Request,
    *,
    preview: Annotated[
        bool, Query(description="Say which bookings the edit would strand; change nothing.")
    ] = False,
    repair: Annotated[
        bool, Query(description="Move the bookings that it would strand, in the same step.")
    ] = False,
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description="The `ETag` of the house that the client saw."),
    ] = None,
) -> Edit:
    """Return how an edit is made."""
    note_precondition(request, if_match, of_house=True)
    return Edit(preview, repair, versions_of(if_match, count=len(PARTS)))


OfEdit = Annotated[Edit, Depends(edit_of)]


async def edited(
    request: Request, desk: AsyncDesk, part: Part, change: Change, edit: Edit
) -> Response:
    """Edit the floor or the policy, or preview the edit.

    The moves of a preview are stale if another change comes between; then nothing changes.
    """
    found = await _preview(desk, edit, **{part: change})
    if found is not None and edit.preview:
        return answered(request, found)
    expected = None if edit.versions is None else edit.versions[PARTS.index(part)]
    command: Any = desk.edit_floor if part == "floor" else desk.edit_policy
    repair = None if found is None else found.repair
    return house_answer(request, await command(change, expected=expected, repair=repair))


async def _preview(desk: AsyncDesk, edit: Edit, **change: Any) -> Preview | None:
    """Return the preview of an edit, if it is asked for or has the repairs."""
    return await desk.preview(**change) if edit.preview or edit.repair else None


async def preview_of_house(desk: AsyncDesk, edit: Edit, house: House) -> Preview | None:
    """Return the preview of a new house, as ``_preview``."""
    return await _preview(desk, edit, house=house)


def house_answer(request: Request, house: House, *, tag: str | None = None) -> Response:
    """Return a house as its document.

    An edit has no entity tag: another edit may have come before the versions could be read.
    """
    headers = {} if tag is None else {"ETag": tag}
    return answered(request, house_to_data(house), headers=headers)
