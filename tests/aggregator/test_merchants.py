"""Merchants, their document and the login."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fourtop import Engine, InvalidDocument, InvalidInput, MemoryStore
from fourtop.aggregator import (
    Address,
    Merchant,
    ServerOptions,
    basic_login,
    booking_server,
    loads_merchants,
)

ADDRESS = {
    "street": "1 High Street",
    "locality": "London",
    "postal_code": "N1 1AA",
    "country": "GB",
}


def document(*merchants: Any) -> str:
    return json.dumps({"format": "fourtop/merchants/1", "merchants": merchants})


def test_a_document_names_merchants_with_addresses() -> None:
    text = document({"id": "a", "restaurant_id": "pub", "address": ADDRESS}, {"id": "b"})
    first, second = loads_merchants(text)
    assert first == Merchant(id="a", restaurant_id="pub", address=Address(**ADDRESS))
    assert (second.restaurant_id, second.address) == ("b", None)
    assert repr(first) == "<Merchant a, restaurant pub, service reservation>"
    assert repr(first.address) == "<Address 1 High Street, London, GB>"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{", "document"),
        ('{"format": "fourtop/house/1", "merchants": []}', "format"),
        (document(), "merchants"),
        (document({"id": "a"}, {"id": "a"}), "merchants"),
        (document({"id": "a b"}), "merchants[0].id"),
        (document({"id": "a", "address": {**ADDRESS, "country": "England"}}), None),
        (document({"id": "a", "colour": "red"}), "merchants[0].colour"),
    ],
)
def test_a_wrong_document_is_refused_with_the_path(text: str, path: str | None) -> None:
    with pytest.raises(InvalidDocument) as caught:
        loads_merchants(text)
    assert caught.value.field == (path or "merchants[0].address.country")


def test_a_server_needs_merchants_and_options() -> None:
    engine, login = Engine(MemoryStore()), basic_login("a", "b")
    with pytest.raises(InvalidInput, match="merchants"):
        booking_server(engine, [], login, ServerOptions(user_secret=b"x" * 16))
    with pytest.raises(InvalidInput, match="options"):
        booking_server(engine, [Merchant(id="a")], login, None)  # type: ignore[arg-type]  # Wrong on purpose.
    with pytest.raises(InvalidInput, match="engine"):
        booking_server(None, [Merchant(id="a")], login, ServerOptions(user_secret=b"x" * 16))  # type: ignore[arg-type]  # The same.


@pytest.mark.parametrize(
    ("login", "field"),
    [
        (("", "b"), "username"),
        (("a", ""), "password"),
        (("a:b", "c"), "username"),
        (("a", "pässword"), "password"),
        ((7, "b"), "username"),
        (("a", b"bytes"), "password"),
        (("a", "b", "guest"), "actor"),
    ],
    ids=str,
)
def test_a_login_that_can_never_match_is_refused_without_its_text(
    login: tuple[Any, ...], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        basic_login(*login)
    assert caught.value.field == field
    assert "pässword" not in str(caught.value)
