"""Rules of single values: what is refused everywhere, naming field and rule."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

import attrs
import pytest

from fourtop.errors import InvalidIdentifier, InvalidInput
from fourtop.formats.slug import slug
from fourtop.model import validators

NOT_WHOLE: list[Any] = [
    True,
    False,
    2.5,
    4.0,
    math.nan,
    math.inf,
    -math.inf,
    "4",
    None,
    [4],
    4j,
    10**5_000,
]
BAD_IDS: dict[str, Any] = {
    "empty": "",
    "NUL": "a\0b",
    "65 characters": "a" * 65,
    "10 kB": "a" * 10_240,
    "space": "table 1",
    "outer space": " t1",
    "newline at the end": "t1\n",
    "look-alike letter": "t\u0430ble",  # Cyrillic.
    "full width": "t\uff11",
    "accent": "café",
    "invisible": "t\u200b1",
    "slash": "t/1",
    "bytes": b"t1",
    "number": 1,
    "nothing": None,
    "list": ["t1"],
}


@pytest.mark.parametrize("value", BAD_IDS.values(), ids=BAD_IDS.keys())
def test_what_is_no_id_is_refused(value: Any) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        validators.check_identifier("table_id", value)
    assert caught.value.field == "table_id"
    assert caught.value.rule == "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"
    assert len(caught.value.given) < 120


def test_a_text_of_another_class_is_no_id() -> None:
    class Word(StrEnum):
        ONE = "one"

    with pytest.raises(InvalidIdentifier):
        validators.check_identifier("id", Word.ONE)


@pytest.mark.parametrize(
    "value", ["a", "a" * 64, "A.b_c:d-9", "-", "01890a5d-ac96-774b-bcce-b302099a8057"]
)
def test_an_id_is_taken_as_it_is(value: str) -> None:
    assert validators.check_identifier("id", value) == value


@pytest.mark.parametrize(
    "value", [0, -1, 1_001, 10**9, *NOT_WHOLE], ids=lambda value: str(type(value))
)
def test_what_is_no_party_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        validators.check_party(value)
    assert caught.value.field == "party_size"
    assert caught.value.rule == "must be a whole number from 1 to 1000"


@pytest.mark.parametrize("value", [1, 2, 1_000])
def test_a_party_is_from_1_to_1000(value: int) -> None:
    assert validators.check_party(value) == value


BAD_TEXTS: dict[str, Any] = {
    "empty": "",
    "blank": " ",
    "space before": " a",
    "space after": "a ",
    "too long": "a" * 11,
    "NUL": "a\0b",
    "line break": "a\nb",
    "no-break space": "a\u00a0b",
    "half a character": "\ud800",
    "number": 3,
    "bytes": b"a",
    "nothing": None,
}


@pytest.mark.parametrize("value", BAD_TEXTS.values(), ids=BAD_TEXTS.keys())
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        validators.check_text("name", value, 10)
    assert caught.value.field == "name"
    assert caught.value.rule == "must be 1 to 10 printable characters without spaces around them"


@pytest.mark.parametrize("value", ["a", "a" * 10, "Café 4a", "桌子 1", "O'Neill–1"])
def test_a_text_may_be_in_any_script(value: str) -> None:
    assert validators.check_text("name", value, 10) == value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bar", "BAR"),
        ("straße", "STRASSE"),
        ("T1", "T\uff11"),
        ("\ufb01ne", "fine"),
        ("\u00e9", "e\u0301"),
    ],
    ids=["case", "sharp s", "full width", "ligature", "composed"],
)
def test_names_that_look_alike_fold_to_one(one: str, other: str) -> None:
    assert validators.casefold(one) == validators.casefold(other)


def test_names_that_differ_do_not_fold_to_one() -> None:
    assert len({validators.casefold(name) for name in ("4a", "4b", "4 a", "a4", "4á")}) == 5


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@attrs.frozen
class Sample:
    id: Any = attrs.field(default="a", validator=validators.identifier)
    party_size: Any = attrs.field(default=1, validator=validators.party_size)
    flag: Any = attrs.field(default=True, validator=validators.flag)
    integer: Any = attrs.field(default=3, validator=validators.integer(3, 5))
    text: Any = attrs.field(default="a", validator=validators.text(3))
    number: Any = attrs.field(default=0.5, validator=validators.number(0.5, 2))
    colour: Any = attrs.field(default=Colour.RED, validator=validators.one_of(Colour))
    maybe: Any = attrs.field(default=None, validator=validators.optional(validators.integer(1, 2)))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"id": "a b"},
            "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : - (got a text of 3 characters)",
        ),
        ({"party_size": 0}, "must be a whole number from 1 to 1000 (got 0)"),
        ({"flag": 1}, "must be true or false (got 1)"),
        ({"flag": None}, "must be true or false (got None)"),
        ({"integer": 2}, "must be a whole number from 3 to 5 (got 2)"),
        ({"integer": 6}, "must be a whole number from 3 to 5 (got 6)"),
        ({"integer": True}, "must be a whole number from 3 to 5 (got True)"),
        (
            {"text": "abcd"},
            "must be 1 to 3 printable characters without spaces around them (got 'abcd')",
        ),
        ({"number": 0.4}, "must be a number from 0.5 to 2 (got 0.4)"),
        ({"number": 2.1}, "must be a number from 0.5 to 2 (got 2.1)"),
        ({"number": math.nan}, "must be a number from 0.5 to 2 (got nan)"),
        ({"number": math.inf}, "must be a number from 0.5 to 2 (got inf)"),
        ({"number": True}, "must be a number from 0.5 to 2 (got True)"),
        ({"number": "1"}, "must be a number from 0.5 to 2 (got '1')"),
        (
            {"number": 10**400},
            "must be a number from 0.5 to 2 (got 1" + "0" * 79 + "… (401 characters))",
        ),
        ({"colour": "red"}, "must be of type Colour (got 'red')"),
        ({"maybe": 3}, "must be a whole number from 1 to 2 (got 3)"),
    ],
    ids=str,
)
def test_a_validator_names_its_attribute_and_its_rule(values: dict[str, Any], said: str) -> None:
    (field,) = values

    with pytest.raises(InvalidInput) as caught:
        Sample(**values)
    assert str(caught.value) == f"{field}: {said}"


@pytest.mark.parametrize(
    "values", [{"integer": 5}, {"number": 2}, {"number": 1.5}, {"maybe": 2}, {"flag": False}]
)
def test_a_validator_lets_what_is_right_pass(values: dict[str, Any]) -> None:
    ((field, value),) = values.items()

    assert getattr(Sample(**values), field) is value


def test_an_enum_is_named_by_its_member_or_its_value() -> None:
    assert validators.as_enum(Colour, "colour", "red") is Colour.RED
    assert validators.as_enum(Colour, "colour", Colour.GREEN) is Colour.GREEN


@pytest.mark.parametrize("value", ["RED", "", None, [], {}, 1, math.nan], ids=repr)
def test_what_is_no_member_is_refused_with_a_list_of_the_members(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^colour: must be one of red, green \(got "):
        validators.as_enum(Colour, "colour", value)


@pytest.mark.parametrize("value", ["ab", b"ab", 3, None], ids=repr)
def test_what_is_no_collection_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^names: must be a collection \(got "):
        validators.as_members("names", value, str)


def test_the_members_of_a_collection_are_of_one_kind() -> None:
    assert validators.as_instances("names", iter(["a", "b"]), str) == ("a", "b")
    with pytest.raises(InvalidInput, match=r"^names: must hold str only \(got 3\)$"):
        validators.as_instances("names", ["a", 3], str)


def test_ids_of_a_collection_are_sorted_and_without_doubles() -> None:
    assert validators.check_identifiers("tables", iter(["b", "a", "b"])) == ("a", "b")
    with pytest.raises(InvalidInput, match=r"^tables: must be a collection \(got 'ab'\)$"):
        validators.check_identifiers("tables", "ab")
    with pytest.raises(InvalidIdentifier):
        validators.check_identifiers("tables", ["a", "b c"])


def test_an_instance_is_of_its_type() -> None:
    assert validators.check_instance("colour", Colour.RED, Colour) is Colour.RED
    with pytest.raises(InvalidInput, match=r"^colour: must be of type Colour \(got 'red'\)$"):
        validators.check_instance("colour", "red", Colour)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dining 4a", "dining-4a"),
        ("  The Pub & Grill!  ", "the-pub-grill"),
        ("Café Zoë", "cafe-zoe"),
        ("Straße 7", "strasse-7"),
        ("½", "12"),
        ("桌", ""),
        ("--", ""),
        ("a" * 63 + " b", "a" * 63),
        ("a" * 100, "a" * 64),
    ],
)
def test_a_slug_is_made_of_a_name(name: str, expected: str) -> None:
    assert slug(name) == expected
