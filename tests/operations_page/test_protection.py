"""The page's protection: content security policy, tokens of forms, and the host's login."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from fourtop import Desk, Engine, InvalidInput, MemoryStore, OutcomeUnknown
from fourtop.operations_page import PageOptions, operations_page
from tests.evening import party_size
from tests.http_api.client import actor_of
from tests.operations_page.client import HOME, PREFIX, PageClient, form_to, token_in

THEME = f"{HOME}/theme"


def test_a_page_forbids_inline_script_and_style_and_other_hosts(page: PageClient) -> None:
    answer = page.get()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"


def test_a_page_has_no_inline_script_or_style(page: PageClient) -> None:
    text = page.get().text
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text) == []
    assert re.findall(r"<script(?! src=)", text) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == []


def test_a_form_needs_the_token_of_its_page(page: PageClient) -> None:
    genuine = token_in(page.get().text)
    for token in ("", "0" * 64, genuine[:-1], "ü" * 64):
        answer = page.run(page.send("POST", THEME, data={"token": token, "theme": "dark"}))
        assert answer.status_code == 403
        assert "Nothing has changed" in answer.text
    answer = page.run(page.send("POST", THEME, data={"token": genuine, "theme": "dark"}))
    assert answer.status_code == 303


def test_a_token_is_of_one_actor_and_one_browser(page: PageClient) -> None:
    token = token_in(page.get(user="u1").text)
    fields = {"token": token, "theme": "dark"}
    assert page.run(page.send("POST", THEME, data=fields, user="u2")).status_code == 403
    assert page.run(page.send("POST", THEME, data=fields, role="waiter")).status_code == 403
    page.cookies.clear()
    assert page.run(page.send("POST", THEME, data=fields)).status_code == 403
    page.get()
    assert page.run(page.send("POST", THEME, data=fields)).status_code == 403


def test_a_form_from_another_site_is_refused_although_its_token_is_right(page: PageClient) -> None:
    token = token_in(page.get().text)
    for site in ("cross-site", "same-site"):
        answer = page.run(
            page.send("POST", THEME, data={"token": token}, headers={"sec-fetch-site": site})
        )
        assert answer.status_code == 403


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(page: PageClient) -> None:
    cookie = page.get().headers["set-cookie"]
    assert cookie.startswith("fourtop_page=")
    for word in ("HttpOnly", "SameSite=lax", "Secure", f"Path={PREFIX}"):
        assert word in cookie
    assert "set-cookie" not in page.get().headers


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"token=1", "text/plain", 415),
        (b"a=" + b"x" * 100_001, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a=%d" % n for n in range(501)), "application/x-www-form-urlencoded", 413),
    ],
)
def test_a_body_that_is_no_form_of_the_page_is_refused(
    content: bytes, media_type: str, status: int, page: PageClient
) -> None:
    headers = {"content-type": media_type}
    answer = page.run(page.send("POST", THEME, content=content, headers=headers))
    assert answer.status_code == status


def test_a_form_whose_client_goes_away_is_not_read_to_its_end(page: PageClient) -> None:
    messages = iter(
        [
            {"type": "http.request", "body": b"token=1", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    sent: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = {"content-type": "application/x-www-form-urlencoded", "x-role": "admin"}
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "https",
        "path": THEME,
        "query_string": b"",
        "headers": [(name.encode(), text.encode()) for name, text in headers.items()],
    }
    page.run(page.app(scope, receive, send))
    assert sent[0]["status"] == 400


def test_a_chosen_theme_is_kept_and_leads_back_to_the_page(page: PageClient) -> None:
    form = form_to(page.get(), "/theme")
    answer = page.submit(form, theme="dark")
    assert (answer.status_code, answer.headers["location"]) == (303, HOME)
    assert 'data-theme="dark"' in page.get().text
    page.submit(form, theme="auto")
    assert "data-theme" not in page.get().text


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", f"{HOME}.evil", "/elsewhere", ""]
)
def test_a_form_leads_to_no_other_site(back: str, page: PageClient) -> None:
    answer = page.submit(form_to(page.get(), "/theme"), theme="dark", back=back)
    assert answer.headers["location"] == HOME


def test_a_client_that_the_host_does_not_know_sees_nothing(page: PageClient) -> None:
    answer = page.get(user="nobody")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Basic"
    assert "<" not in answer.text


def test_an_unknown_restaurant_is_a_page_with_its_error(page: PageClient) -> None:
    answer = page.get(f"{PREFIX}/restaurants/elsewhere")
    assert answer.status_code == 404
    assert "Nothing has changed" in answer.text


def test_the_files_of_the_page_may_be_kept_under_their_digest(page: PageClient) -> None:
    found = re.findall(r'(?:href|src)="([^"]+/files/[^"]+)"', page.get().text)
    assert len(found) == 4
    for place in found:
        answer = page.get(place, user="nobody")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert page.get(place.partition("?")[0]).headers["cache-control"] == "no-cache"
        seen = {"if-none-match": answer.headers["etag"]}
        assert page.get(place, headers=seen).status_code == 304
    assert page.get(f"{PREFIX}/files/page.py").status_code == 404


def test_the_first_view_is_small(page: PageClient) -> None:
    first = page.get()
    places = re.findall(r'(?:href|src)="([^"]+/files/[^"]+)"', first.text)
    answers: list[httpx.Response] = [first, *(page.get(place) for place in places)]
    assert len(answers) <= 15
    assert sum(len(each.content) for each in answers) <= 300_000


def test_the_page_on_an_async_engine_is_the_same(page: PageClient, async_page: PageClient) -> None:
    def shown(client: PageClient) -> str:
        text = re.sub(r"[0-9a-f]{64}", "", client.get().text)
        return re.sub(r'name="key" value="[^"]+"', "", text)

    assert shown(page) == shown(async_page)


def test_a_lost_reply_is_not_called_a_failure(
    page: PageClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = desk.book(party_size(4))

    def lose(*_arguments: object, **_options: object) -> None:
        raise OutcomeUnknown("commit")

    form = form_to(page.get(f"/bookings/{booking.id}"), "/cancel")
    monkeypatch.setattr(Desk, "cancel", lose)
    answer = page.submit(form)
    assert answer.status_code == 503
    assert "Nothing has changed" not in answer.text
    assert "Look at the present state" in answer.text
    # The theme can be chosen there, too, and leads to a page that exists.
    themed = page.submit(form_to(answer, "/theme"), theme="dark")
    assert page.get(themed.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    "options",
    [{"secret": b"short"}, {"secret": "text" * 10}, {"names_of": 7}, {"admin_roles": ["a b"]}],
)
def test_wrong_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        PageOptions(**options)  # type: ignore[arg-type]  # Wrong on purpose.


def test_a_wrong_engine_is_refused() -> None:
    with pytest.raises(InvalidInput):
        operations_page("engine", actor_of)  # type: ignore[arg-type]  # Wrong on purpose.
    with pytest.raises(InvalidInput):
        operations_page(Engine(MemoryStore()), actor_of, "dark")  # type: ignore[arg-type]  # As above.
