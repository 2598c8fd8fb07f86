"""Demands of a few usual kinds, of any size: for tests and experiments.

Their start times suit ``floors.a_house``, which is open from 17:00 to 23:00.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fourtop.simulation import (
    Constant,
    Demand,
    Exponential,
    Lognormal,
    Normal,
    Poisson,
    Stays,
)

__all__ = ["dinner", "drop_in", "live_dinner", "rush"]

# Half of the parties are couples, as at the sample pub.
PARTY_WEIGHTS: Final[Mapping[int, float]] = {1: 6, 2: 44, 3: 15, 4: 19, 5: 5, 6: 6, 8: 4, 10: 1}
_STARTS: Final[Mapping[str, float]] = {
    "17:00": 1,
    "17:30": 2,
    "18:00": 4,
    "18:30": 4,
    "19:00": 4,
    "19:30": 3,
    "20:00": 2,
    "20:30": 1,
}


def dinner(requests: float = 20) -> Demand:
    """Return the demand of an evening in which everything goes to plan.

    Parties come in time, stay as planned, and neither cancel nor stay away.

    Args:
        requests: The mean of the Poisson number of requests.

    Raises:
        InvalidInput: If it is not a number from 0 to 10,000.
    """
    return Demand(Poisson(requests), PARTY_WEIGHTS, _STARTS)


def live_dinner(requests: float = 20) -> Demand:
    """Return the demand of an evening as it comes: late, early, cancelled, absent, too long.

    Args:
        requests: The mean of the Poisson number of requests.

    Raises:
        InvalidInput: If it is not a number from 0 to 10,000.
    """
    return dinner(requests).replaced(
        cancel_share=0.12,
        no_show_share=0.04,
        late_minutes=Normal(3, 10, -30, 45),
        stays=Stays(Lognormal(1.02, 0.2), of_plan=True, until_close_share=0.02),
        patience_minutes=Exponential(15),
    )


def drop_in(requests: float = 60) -> Demand:
    """Return the demand of a bar without bookings: small parties that wait for a while.

    Args:
        requests: The mean of the Poisson number of parties.

    Raises:
        InvalidInput: If it is not a number from 0 to 10,000.
    """
    return Demand(
        Poisson(requests),
        {1: 3, 2: 5, 3: 1, 4: 1},
        _STARTS,
        channels={"walk_in": 1},
        stays=Stays(Lognormal(55, 25)),
        patience_minutes=Exponential(12),
    )


def rush(requests: int = 160) -> Demand:
    """Return the demand of a rush: everybody asks online, at once, for 19:00.

    Args:
        requests: The number of requests.

    Raises:
        InvalidInput: If it is not a number of 0 or more.
    """
    return Demand(
        requests,
        PARTY_WEIGHTS,
        {"19:00": 1},
        channels={"web": 1},
        lead_minutes=Constant(24 * 60),
    )
