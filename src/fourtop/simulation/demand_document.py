"""The demand document: the demand of a house as JSON text, such as that of the sample pub."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

from fourtop.errors import InvalidDocument, InvalidInput, safe_repr
from fourtop.formats.json_codec import below, entries, items, parse
from fourtop.simulation.demand import Demand
from fourtop.simulation.distributions import Exponential, Poisson

FORMAT: Final = "fourtop/demand/1"
_REQUIRED: Final = ("format", "requests", "parties", "starts")
_PLAIN: Final = (
    "starts",
    "channels",
    "cancel_share",
    "no_show_share",
    "patience_minutes",
    "spend_per_cover",
    "weekday_factors",
)
_KEYS: Final = (*_REQUIRED, "lead_minutes", *(each for each in _PLAIN if each not in _REQUIRED))


def loads_demand(text: str) -> Demand:
    """Decode a demand document.

    ``requests`` is the mean of a Poisson distribution, and ``lead_minutes`` that of an exponential
    one. ``parties`` lists shares of all requests: ``{"sizes": [3, 4], "share": 0.3}``; a share for
    several sizes is divided equally among them. Every other key has the form of the attribute of
    ``Demand``: ``starts``, ``channels``, ``cancel_share``, ``no_show_share``, ``patience_minutes``,
    ``spend_per_cover``, ``weekday_factors``.

    Args:
        text: JSON in the format ``fourtop/demand/1``.

    Raises:
        InvalidDocument: If it is not JSON (with the line), or breaks a rule: ``field`` is the path.
    """
    data = entries(parse(text), "", known=_KEYS, required=_REQUIRED)
    if data["format"] != FORMAT:
        raise InvalidDocument("format", f"must be {FORMAT}", safe_repr(data["format"]))
    weights = _party_weights(data["parties"])
    fields = {name: data[name] for name in _PLAIN if name in data}
    requests = _of("requests", Poisson, data["requests"])
    if "lead_minutes" in data:
        fields["lead_minutes"] = _of("lead_minutes", Exponential, data["lead_minutes"])
    try:
        return Demand(requests, weights, **fields)
    except InvalidInput as error:
        raise InvalidDocument(error.field, error.rule, error.given) from None


def _of(field: str, kind: Callable[[float], Any], value: Any) -> Any:
    try:
        return kind(value)
    except InvalidInput as error:
        raise InvalidDocument(field, error.rule, error.given) from None


def _party_weights(value: object) -> dict[int, float]:
    weights: defaultdict[int, float] = defaultdict(float)
    for path, each in items(value, "parties"):
        party = entries(each, path, known=("sizes", "share"), required=("sizes", "share"))
        share, sizes = party["share"], [size for _, size in items(party["sizes"], path)]
        if isinstance(share, bool) or not isinstance(share, int | float) or not sizes:
            rule = "must have sizes and their share"
            raise InvalidDocument(below(path, "share"), rule, safe_repr(each))
        for size in sizes:
            if type(size) is not int:
                rule = "must be whole numbers"
                raise InvalidDocument(below(path, "sizes"), rule, safe_repr(size))
            weights[size] += share / len(sizes)
    return dict(weights)
