"""Every view of the operations page, for its screenshots and for axe-core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import attrs
from playwright.sync_api import Page

from fourtop import BookingRequest, Desk, WaitlistTerms
from tests.operations_page.busy_evening import BusyEvening, local

SATURDAY: Final = date(2026, 5, 2)

# Brings a page to a view; the address is that of the room.
Go = Callable[[Page, str, BusyEvening], object]


def to(tail: str) -> Go:
    """Return what opens a view below the room; ``{}`` stands for a booking that is expected."""

    def go(page: Page, room: str, busy: BusyEvening) -> None:
        page.goto(room + tail.format(busy.bookings[6].id))

    return go


def _preview(page: Page, room: str, _busy: BusyEvening) -> None:
    page.goto(f"{room}/rules")
    hours = page.locator("fieldset").first
    hours.get_by_label("Last start").fill("20:00")
    hours.get_by_role("button", name="Who would be stranded?").click()
    page.wait_for_load_state()


def _stale(page: Page, room: str, busy: BusyEvening) -> None:
    booking = busy.bookings[8].id
    page.goto(f"{room}/bookings/{booking}")
    busy.desk.resize(booking, 1)
    page.get_by_label("Time", exact=True).fill("20:45")
    page.get_by_role("button", name="Change", exact=True).click()
    page.wait_for_load_state()


def _full(page: Page, room: str, busy: BusyEvening) -> None:
    if len(busy.desk.list_bookings()) == len(busy.bookings):
        busy.desk.book(BookingRequest(6, local("19:00", SATURDAY)))
    page.goto(f"{room}/bookings?on={SATURDAY}")
    page.locator("details summary").click()
    page.get_by_label("Time", exact=True).fill("19:00")
    page.get_by_label("People", exact=True).fill("4")
    page.get_by_role("button", name="Book", exact=True).click()
    page.get_by_role("heading", name="The waitlist").wait_for()


def _step_refused(page: Page, room: str, _busy: BusyEvening) -> None:
    page.goto(room)
    page.get_by_role("button", name="Seat: 19:30 Gwen 7").click()
    page.locator("#refusal").wait_for()


def _all_forms(page: Page, room: str, _busy: BusyEvening) -> None:
    page.goto(f"{room}/rules")
    for each in page.locator("details > summary").all():
        each.click()


def _wrong_rule(page: Page, room: str, _busy: BusyEvening) -> None:
    page.goto(f"{room}/rules")
    form = page.locator("details", has_text="New walk-in rule")
    form.locator("summary").click()
    form.get_by_role("button", name="Save").click()
    page.locator("#form-error").wait_for()


def _wrong_document(page: Page, room: str, _busy: BusyEvening) -> None:
    page.goto(f"{room}/document")
    page.get_by_label("Document").fill('{"format": "fourtop/house/1"')
    page.get_by_role("button", name="Save").click()
    page.locator("#form-error").wait_for()


def _block_refused(page: Page, room: str, _busy: BusyEvening) -> None:
    fill_block(page, room)
    page.get_by_role("button", name="Block", exact=True).click()
    page.locator("#refusal").wait_for()


def _freed(page: Page, room: str, busy: BusyEvening) -> None:
    without_caps(busy.desk)
    fill_block(page, room)
    page.get_by_role("button", name="Block, and move the parties in the way").click()
    page.get_by_role("link", name="Show the blocks").wait_for()


def _offer(page: Page, room: str, busy: BusyEvening) -> None:
    without_caps(busy.desk)
    for size, start in ((2, "20:15"), (4, "20:45")):
        terms = WaitlistTerms(latest=local("21:00"))
        busy.desk.join_waitlist(BookingRequest(size, local(start)), terms)
    busy.desk.offer(local("19:00").date())
    page.goto(f"{room}/waitlist")


def fill_block(page: Page, room: str) -> None:
    """Fill in the form of a block of a table that a party has at nine."""
    page.goto(f"{room}/blocks")
    page.get_by_label("Time", exact=True).fill("20:30")
    page.get_by_label("Time of its end").fill("22:30")
    page.get_by_label("Reason").fill("a broken lamp")
    page.get_by_label("Dining 6a").check()


def without_caps(desk: Desk) -> None:
    """Lift the caps of the evening, if it has them yet."""
    desk.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=(), pacing_rules=()))


def _offline(page: Page, room: str, _busy: BusyEvening) -> None:
    page.goto(room)
    page.context.set_offline(True)
    page.locator("#offline").wait_for()


def _refused(page: Page, room: str, busy: BusyEvening) -> None:
    page.goto(f"{room}/timeline")
    found = page.locator(f'svg a[data-id="{busy.bookings[6].id}"]').first
    found.scroll_into_view_if_needed()
    bar = found.bounding_box()
    row = page.locator('[data-target="big-bay"]').bounding_box()
    assert bar is not None
    assert row is not None
    page.mouse.move(bar["x"] + 20, bar["y"] + bar["height"] / 2)
    page.mouse.down()
    page.mouse.move(bar["x"] + 20, row["y"] + row["height"] / 2, steps=4)
    page.mouse.up()
    page.locator("#answer").wait_for()


VIEWS: Final[Mapping[str, Go]] = {
    "room": to(""),
    "room-refused": _step_refused,
    "timeline": to("/timeline"),
    "timeline-refused": _refused,
    "bookings": to("/bookings"),
    "booking": to("/bookings/{}"),
    "check": to("/move?booking={}&table=high-4"),
    "heat": to("/heat"),
    "month": to("/month"),
    "table-now": to("/at/low-4b"),
    "tables": to("/tables"),
    "table": to("/tables/low-4b"),
    "new-table": to("/new-table"),
    "plan": to("/plan"),
    "rules": to("/rules"),
    "rules-forms": _all_forms,
    "rules-wrong": _wrong_rule,
    "document": to("/document"),
    "document-wrong": _wrong_document,
    "blocks": to("/blocks"),
    "block-refused": _block_refused,
    "waitlist": to("/waitlist"),
    "preview": _preview,
    "full": _full,
    "offline": _offline,
    "not-found": to("/bookings/unknown"),
    # They change the evening, so that they come last.
    "waitlist-offer": _offer,
    "freed": _freed,
    "stale": _stale,
}
