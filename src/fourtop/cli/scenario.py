"""Scenario: the house and the demand that a command simulates."""

from __future__ import annotations

import attrs

from fourtop import House, InvalidRows, sample
from fourtop.cli.database import Database
from fourtop.cli.desk import Source, opened_desk
from fourtop.cli.inputs import SAMPLE, WrongInput, open_demand, read_bookings
from fourtop.simulation import Demand, Poisson, Scenario, fit_demand


@attrs.frozen
class DemandSource:
    """A demand as typed on the command line.

    Args:
        path: Path of a demand document, or ``pub`` for the sample; ``None``: the sample, unless
            there are bookings.
        bookings: Path of past bookings to fit the demand to.
        requests: The mean number of requests on a date; ``None``: that of the demand.
    """

    path: str | None = None
    bookings: str | None = None
    requests: int | None = None

    def open(self, house: House) -> Demand:
        """Return the demand.

        Args:
            house: The house of the bookings.

        Raises:
            WrongInput: If a file cannot be read or breaks a rule, or both files are given.
            InvalidInput: If the number of requests is out of range.
        """
        if self.path is not None and self.bookings is not None:
            raise WrongInput("--demand, --bookings: give one of them")
        if self.bookings is not None:
            found = _fitted(self.bookings, house)
        else:
            is_sample = self.path in (None, SAMPLE)
            found = sample.pub_demand() if is_sample else open_demand(str(self.path))
        return found if self.requests is None else found.replaced(requests=Poisson(self.requests))


def _fitted(path: str, house: House) -> Demand:
    try:
        return fit_demand(read_bookings(path), house).demand
    except InvalidRows as error:
        raise WrongInput(f"{path}: {error}") from None


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
    return Scenario(found, demand.open(found))
