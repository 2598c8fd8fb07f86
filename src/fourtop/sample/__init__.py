"""Sample data that ships with the package: a real pub's floor, and what was asked of it."""

from __future__ import annotations

import json
from collections import defaultdict
from importlib.resources import files
from typing import Any

import attrs

from fourtop.formats.house_document import loads_house
from fourtop.model.house import House

__all__ = ["Demand", "pub", "pub_demand"]


@attrs.frozen
class Demand:
    """What guests ask of a house, as weights to draw from. Shares are rounded, so they need not add up to 1.

    Args:
        party_weights: Sizes of parties with their weights, by size.
        start_weights: One weight for each start time on offer of an evening, from opening to the
            last start.
        channels: Where bookings come from, with their shares.
        cancel_share: Share of the bookings that are cancelled (0–1).
        no_show_share: Share of the bookings that never come (0–1).

    >>> pub_demand().party_weights[:2]
    ((1, 0.064), (2, 0.437))
    """

    party_weights: tuple[tuple[int, float], ...]
    start_weights: tuple[int, ...]
    channels: tuple[tuple[str, float], ...]
    cancel_share: float
    no_show_share: float


def pub() -> House:
    """Return the floor and policy of a real pub: 10 tables, 49 seats, 11 joins, evenings from 17:00.

    >>> house = pub()
    >>> len(house.floor.tables), sum(table.capacity for table in house.floor.tables)
    (10, 49)
    """
    return loads_house(_text("pub.json"))


def pub_demand() -> Demand:
    """Return what was measured at that pub in 180 days; the weights of start times are an estimate of ours.

    A share that was measured for several sizes together is spread over them as the data file lists
    them.
    """
    data: dict[str, Any] = json.loads(_text("pub-demand.json"))
    weights: defaultdict[int, float] = defaultdict(float)
    for each in data["parties"]:
        for size in each["sizes"]:
            weights[size] += each["share"] / len(each["sizes"])
    return Demand(
        party_weights=tuple(sorted(weights.items())),
        start_weights=tuple(data["start_weights"]),
        channels=tuple(data["channels"].items()),
        cancel_share=data["cancel_share"],
        no_show_share=data["no_show_share"],
    )


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")
