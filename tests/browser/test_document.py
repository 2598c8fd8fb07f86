"""The house document in the browser: edited, previewed, saved, and shown again if it is wrong."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import served_page, staff_page
from tests.operations_page.busy_evening import a_busy_evening

pytestmark = pytest.mark.slow


def test_a_document_is_edited_previewed_and_saved(browser: Browser) -> None:
    busy = a_busy_evening()
    with served_page(busy) as room, staff_page(browser, role="admin") as page:
        page.goto(f"{room}/document")
        text = page.get_by_label("Document")
        document = json.loads(text.input_value())
        document["restaurant"]["name"] = "The Two Pubs"
        document["tables"][0]["notes"] = "wobbles"
        text.fill(json.dumps(document))
        page.get_by_role("button", name="What would change?").click()
        expect(page.get_by_role("listitem").filter(has_text="Tables, changed")).to_be_visible()
        assert busy.desk.house().restaurant.name == "The Pub"
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("The change is saved.")
        expect(page.locator(".house")).to_have_text("The Two Pubs")
        assert busy.desk.house().floor.tables[0].notes == "wobbles"


def test_a_wrong_document_is_shown_with_the_place_of_its_fault(browser: Browser) -> None:
    busy = a_busy_evening()
    before = busy.desk.house()
    with served_page(busy) as room, staff_page(browser, role="admin") as page:
        page.goto(f"{room}/document")
        text = page.get_by_label("Document")
        document = json.loads(text.input_value())
        document["tables"][3]["capacity"] = 0
        typed = json.dumps(document)
        text.fill(typed)
        with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            page.get_by_role("button", name="Save", exact=True).click()
        assert answered.value.status == 422
        expect(page.get_by_role("alert").first).to_contain_text("tables[3].capacity")
        expect(text).to_have_attribute("aria-invalid", "true")
        expect(text).to_be_focused()
        assert json.loads(text.input_value()) == document
        document["tables"][3]["capacity"] = 8
        text.fill(json.dumps(document))
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("The change is saved.")
        assert busy.desk.house().floor.tables[3].capacity == 8
        assert busy.desk.house() != before
