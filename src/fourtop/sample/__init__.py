"""Sample data of the package: the floor of a real pub, and the demand of its guests."""

import json
from collections import defaultdict
from importlib.resources import files
from typing import Any

import attrs

from fourtop.errors.display import brief, count_of
from fourtop.formats.house_document import loads_house
from fourtop.model.house import House

__all__ = ["Demand", "pub", "pub_demand"]


@attrs.frozen(repr=False)
class Demand:
    """The demand of guests, as weights for random draws. Rounded shares need not add up to 1.

    Args:
        party_weights: Party sizes with their weights, by size.
        start_weights: One weight for each start time on offer of an evening, from opening to the
            last start.
        channels: The channels of bookings, with their shares.
        cancel_share: Share of cancelled bookings (0–1).
        no_show_share: Share of no-shows (0–1).

    >>> pub_demand().party_weights[:2]
    ((1, 0.064), (2, 0.437))
    """

    party_weights: tuple[tuple[int, float], ...]
    start_weights: tuple[int, ...]
    channels: tuple[tuple[str, float], ...]
    cancel_share: float
    no_show_share: float

    def __repr__(self) -> str:
        return brief(
            self,
            count_of(len(self.party_weights), "party size"),
            count_of(len(self.start_weights), "start"),
            f"{self.cancel_share:.0%} cancelled",
            f"{self.no_show_share:.0%} no-shows",
        )


def pub() -> House:
    """Return the house of a real pub: 10 tables, 49 seats, 11 joins, evenings from 17:00.

    >>> house = pub()
    >>> len(house.floor.tables), sum(table.capacity for table in house.floor.tables)
    (10, 49)
    """
    return loads_house(_text("pub.json"))


def pub_demand() -> Demand:
    """Return the demand of that pub, measured over 180 days.

    The weights of start times are an estimate. A share that was measured for several party sizes
    together is divided equally among them.
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
