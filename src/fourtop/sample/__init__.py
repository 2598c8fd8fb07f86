"""Sample data of the package: the floor of a real pub, and the demand of its guests."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from fourtop.formats.house_document import loads_house
from fourtop.model.house import House

if TYPE_CHECKING:
    from fourtop.simulation import Demand

__all__ = ["pub", "pub_demand"]


def pub() -> House:
    """Return the house of a real pub: 10 tables, 49 seats, 11 joins, evenings from 17:00.

    >>> house = pub()
    >>> len(house.floor.tables), sum(table.capacity for table in house.floor.tables)
    (10, 49)
    """
    return loads_house(_text("pub.json"))


def pub_demand() -> Demand:
    """Return the demand of that pub, measured over 180 days.

    The weights of start times are an estimate, and so are the 20 requests of an evening. A share
    that was measured for several party sizes together is divided equally among them.

    >>> pub_demand()
    <Demand 20 requests, 3.2 covers a party, 17:00 to 21:00, 41% at the door>
    """
    # Most programs that import fourtop do not simulate: its names are imported on use.
    from fourtop.simulation.demand_document import loads_demand  # noqa: PLC0415  # As said above.

    return loads_demand(_text("pub-demand.json"))


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")
