"""Scenario: the house and the demand that a command simulates."""

from __future__ import annotations

import attrs

from fourtop import House, sample
from fourtop.cli.database import Database
from fourtop.cli.desk import Source, opened_desk
from fourtop.cli.inputs import SAMPLE, open_demand
from fourtop.simulation import Demand, Poisson, Scenario


@attrs.frozen
class DemandSource:
    """A demand as typed on the command line.

    Args:
        path: Path of a demand document, or ``pub`` for the sample.
        requests: The mean number of requests on a date; ``None``: that of the document.
    """

    path: str = SAMPLE
    requests: int | None = None

    def open(self) -> Demand:
        """Return the demand.

        Raises:
            WrongInput: If the document cannot be read or breaks a rule.
            InvalidInput: If the number of requests is out of range.
        """
        found = sample.pub_demand() if self.path == SAMPLE else open_demand(self.path)
        return found if self.requests is None else found.replaced(requests=Poisson(self.requests))


def open_scenario(house: Source, database: Database | None, demand: DemandSource) -> Scenario:
    """Return the scenario of a house and a demand; by default those of the sample pub.

    Args:
        house: A floor, or a restaurant of a database; its options were checked.
        database: The database of a stored restaurant.
        demand: The demand.

    Raises:
        WrongInput: If a file cannot be read or the database does not exist.
        InvalidInput: If the house has no table or no service.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    found: House
    with opened_desk(house, database) as desk:
        found = desk.house()
    return Scenario(found, demand.open())
