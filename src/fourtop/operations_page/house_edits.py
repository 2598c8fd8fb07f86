"""Edits of the house: a preview of the stranded parties, then the edit, perhaps with repairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal

import attrs
from starlette.responses import Response

from fourtop.errors import StaleVersion
from fourtop.model.house import House
from fourtop.model.preview import Preview, StrandedBooking
from fourtop.operations_page.form import Form
from fourtop.operations_page.parties import Party, parties_of
from fourtop.operations_page.screen import Screen
from fourtop.operations_page.stale import SEPARATOR, STALE, Difference, kept_fields

Part = Literal["floor", "policy"]
# Longer texts of facts stay out of the form; a stale screen then names no single change.
_MOST_SEEN: Final = 4_000
_STEPS: Final = ("preview", "save", "sure", "repair")


@attrs.frozen
class HouseEdit:
    """An edit that a form asks for.

    Args:
        part: The part of the house that it changes.
        change: Returns the changed part.
        heading: A line about it.
        facts: Returns the facts that the form's page shows, as lines.
        back: The page of the form.
    """

    part: Part
    change: Callable[[Any], Any]
    heading: str
    facts: Callable[[House], Iterable[str]]
    back: str


@attrs.frozen
class Question:
    """What the page of a preview asks.

    Args:
        heading: A line about the edit.
        back: The page of its form.
        changes: The changes of the edit, if its form does not tell them.
    """

    heading: str
    back: str
    changes: Sequence[str] = ()


@attrs.frozen
class Stranded:
    """A stranded party as the page shows it: why, and the way out if it has one."""

    party: Party
    reason: str
    way_out: str


def seen_text(lines: Iterable[str]) -> str:
    """Return the facts of a page as one text for its forms."""
    text = SEPARATOR.join(lines)
    return text if len(text) <= _MOST_SEEN else ""


async def give_edit(screen: Screen, form: Form, edit: HouseEdit) -> Response:
    """Preview an edit or make it, as the form asks.

    A form that strands a party is never saved at once: its page asks first.
    """
    expected, step = form.integer("version"), form.text("step", "save")
    command: Any = getattr(screen.desk, f"edit_{edit.part}")
    change: dict[str, Any] = {edit.part: edit.change}
    found = await screen.desk.preview(**change)
    if getattr(found.versions, edit.part) != expected:
        return await _stale(screen, form, edit)
    if asks_first(form, found):
        if screen.is_script:
            return screen.data({"stranded": len(found.bookings) + len(found.holds)})
        return await show_preview(screen, form, found, Question(edit.heading, edit.back))
    repair = found.repair if step == "repair" else None
    try:
        await command(edit.change, expected=expected, repair=repair)
    except StaleVersion:
        return await _stale(screen, form, edit)
    if screen.is_script:
        return screen.data({})
    return screen.done(edit.back, "repair" if repair else "house")


def asks_first(form: Form, found: Preview) -> bool:
    """Tell whether a form shows its preview, because it is asked to or because of its effects."""
    step = form.text("step", "save")
    is_harmless = found.is_clean and not found.over_cap and not found.in_the_way
    return step == "preview" or step not in _STEPS or (step == "save" and not is_harmless)


async def show_preview(
    screen: Screen,
    form: Form,
    found: Preview,
    question: Question,
) -> Response:
    """Show the preview of an edit, with its form to save it.

    Args:
        screen: The screen.
        form: The form of the edit, which the page sends again.
        found: The preview.
        question: What the page asks.
    """
    parties = await parties_of(screen, [each.booking for each in found.bookings])
    pairs = zip(found.bookings, parties, strict=True)
    return screen.page(
        "preview.html",
        heading=question.heading,
        changes=question.changes,
        found=found,
        stranded=[_stranded(screen, each, party) for each, party in pairs],
        holds=[
            screen.sentence(f"party of {each.hold.party_size}: {each.refusal}")
            for each in found.holds
        ],
        over_cap=[
            screen.sentence(f"{each.period} on {each.service_date}: {each.summary()}")
            for each in found.over_cap
        ],
        fields=[pair for pair in kept_fields(form) if pair[0] != "step"],
        version=form.text("version"),
        seen=form.text("seen"),
        back=question.back,
    )


def _stranded(screen: Screen, found: StrandedBooking, party: Party) -> Stranded:
    way = found.way_out
    reason = " ".join(screen.sentence(str(each)) for each in found.refusal.reasons)
    if way is None:
        return Stranded(party, reason, "")
    where = screen.tables_text(way.tables) or "still without tables"
    when = f"{screen.clock(way.start_us)}, " if way.minutes_moved else ""
    return Stranded(party, reason, f"{when}{where}")


async def _stale(screen: Screen, form: Form, edit: HouseEdit) -> Response:
    """Tell that the part has changed since the form was shown."""
    house, versions = await screen.desk.house(), await screen.desk.versions()
    current = getattr(versions, edit.part)
    if screen.is_script:
        raise StaleVersion(edit.part, form.integer("version"), current)
    lines = list(edit.facts(house))
    before = form.text("seen").split(SEPARATOR) if form.text("seen") else lines
    changes = [Difference("", line, "–") for line in before if line not in lines]
    changes += [Difference("", "–", line) for line in lines if line not in before]
    return screen.page(
        "stale.html",
        status=STALE,
        heading=f"The {edit.part} has changed",
        now=edit.heading,
        changes=changes,
        version=current,
        seen=seen_text(lines),
        fields=kept_fields(form),
        back=edit.back,
        record=edit.back,
        actor=None,
    )
