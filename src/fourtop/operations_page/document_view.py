"""The house document: all that is configured, as one text that admins edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response

from fourtop.errors import InvalidInput, StaleVersion
from fourtop.formats.house_document import house_to_data, loads_house
from fourtop.formats.json_codec import write
from fourtop.http_api.roles import Level
from fourtop.model.house import House
from fourtop.model.house_difference import HouseDifference
from fourtop.model.results import Versions
from fourtop.operations_page.access import OfLongForm, views
from fourtop.operations_page.form import Form
from fourtop.operations_page.house_edits import Question, asks_first, show_preview
from fourtop.operations_page.screen import OfScreen, Screen
from fourtop.operations_page.stale import STALE

DOCUMENT: Final = views(Level.ADMIN)


@DOCUMENT.get("/document", name="document")
async def show_document(screen: OfScreen) -> Response:
    """Show the house document in its form."""
    # In this order the version may be older than the house, which the form then notices.
    versions = await screen.desk.versions()
    house = await screen.desk.house()
    return _page(screen, _text(house), _version(versions))


def _page(
    screen: Screen, text: str, version: str, changes: Sequence[str] | None = None
) -> Response:
    return screen.page(
        "document.html",
        status=200 if changes is None else STALE,
        text=text,
        lines=min(max(text.count("\n") + 2, 12), 40),
        version=version,
        changes=changes,
    )


def _text(house: House) -> str:
    """Return the document of a house with the id of the restaurant, so that its name may change."""
    data = house_to_data(house)
    data["restaurant"] = {"id": house.restaurant.id, **data["restaurant"]}
    return write(data) + "\n"


def _version(versions: Versions) -> str:
    """Return the version of a house. An edit of the restaurant's record is one of the policy."""
    return f"{versions.floor}.{versions.policy}"


@DOCUMENT.post("/document", name="put_document")
async def put_document(screen: OfScreen, form: OfLongForm) -> Response:
    """Put the house of a document in place, or preview who is stranded by it."""
    text = form.optional("document")
    if text is None:
        raise InvalidInput("document", "must be given", "nothing")
    house = loads_house(text)
    found = await screen.desk.preview(house)
    if form.text("version") != _version(found.versions):
        return await _stale(screen, form, house)
    back = screen.places.to("document")
    if asks_first(form, found):
        lines = difference_lines(await screen.desk.compare_house(house))
        question = Question("Save the house document", back, lines)
        return await show_preview(screen, form, found, question)
    repair = found.repair if form.text("step") == "repair" else None
    expected = Versions(found.versions.floor, found.versions.policy, 0)
    try:
        await screen.desk.replace_house(house, expected=expected, repair=repair)
    except StaleVersion:
        return await _stale(screen, form, house)
    return screen.done(back, "repair" if repair else "house")


async def _stale(screen: Screen, form: Form, house: House) -> Response:
    """Show the document as it was sent, with its differences from the present house."""
    # In this order the version may be older than the house, which the form then notices.
    versions = await screen.desk.versions()
    changes = difference_lines(await screen.desk.compare_house(house))
    return _page(screen, form.text("document"), _version(versions), changes)


def difference_lines(found: HouseDifference) -> list[str]:
    """Return the changes of a document, one sentence for each entry."""
    return [
        f"{part.part.replace('_', ' ').capitalize()}, {word}: {entry}."
        for part in found.parts
        for word, entries in (
            ("added", part.added),
            ("removed", part.removed),
            ("changed", part.changed),
        )
        for entry in entries
    ]
