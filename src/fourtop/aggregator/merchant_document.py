"""The merchants document: the merchants of a host as JSON text."""

from __future__ import annotations

from typing import Final

from fourtop.aggregator.merchant import Address, Merchant, Merchants
from fourtop.errors import InvalidDocument, InvalidInput, safe_repr
from fourtop.formats.json_codec import ObjectCodec, entries, list_of, optional, parse

FORMAT: Final = "fourtop/merchants/1"
_KEYS: Final = ("format", "merchants")
_MERCHANT: Final = ObjectCodec(Merchant, codecs={"address": optional(ObjectCodec(Address).codec)})


def loads_merchants(text: str) -> tuple[Merchant, ...]:
    """Decode a merchants document.

    ``merchants`` is a list of objects with the keys of ``Merchant``; ``address`` is an object with
    the keys of ``Address``.

    Args:
        text: JSON in the format ``fourtop/merchants/1``.

    Raises:
        InvalidDocument: If it is not JSON (with the line), or breaks a rule: ``field`` is the path.

    >>> loads_merchants('{"format": "fourtop/merchants/1", "merchants": [{"id": "the-pub"}]}')
    (<Merchant the-pub, restaurant the-pub, service reservation>,)
    """
    data = entries(parse(text), "", known=_KEYS, required=_KEYS)
    if data["format"] != FORMAT:
        raise InvalidDocument("format", f"must be {FORMAT}", safe_repr(data["format"]))
    found = list_of(_MERCHANT.codec).decode(data["merchants"], "merchants")
    try:
        return tuple(Merchants(found))
    except InvalidInput as error:
        raise InvalidDocument(error.field, error.rule, error.given) from None
