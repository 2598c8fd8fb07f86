"""Opportunity cost: the covers that later guests are expected to lose by a party."""

from typing import TypeAlias

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.model.forecast import DemandForecast

# What a read of start times is asked for: the costs by a forecast, those by the seats taken
# (``True``), or none.
Costs: TypeAlias = DemandForecast | bool


def as_costs(value: Costs | None) -> Costs:
    """Return the costs that a read is asked for; ``None`` is ``False``.

    Raises:
        InvalidInput: If it is neither a forecast nor a bool.
    """
    if value is None:
        return False
    if not isinstance(value, bool | DemandForecast):
        raise InvalidInput("costs", "must be a DemandForecast, True or False", safe_repr(value))
    return value


@attrs.frozen(repr=False)
class OpportunityCost:
    """The covers that later guests are expected to lose by a party, in two parts.

    It is an estimate of an expected value, without an interval.

    Args:
        displaced_covers: Lost because the seats are wanted at that time; never negative.
        wasted_covers: Lost because of the tables: their score in seat-minutes, beyond that of the
            best tables in an empty house. If the house ranks plans without the evening, seats over
            and further tables count. Negative: the tables suit the party better, or its stay fills
            time that would be idle.
        demand_percent: The seats taken or expected while the party sits, of all, on average; above
            100, more guests are expected than fit.
    """

    displaced_covers: float
    wasted_covers: float
    demand_percent: float

    @property
    def total(self) -> float:
        """The sum of both parts, in covers."""
        return self.displaced_covers + self.wasted_covers

    def __repr__(self) -> str:
        return brief(
            self,
            f"{covers_text(self.total)} covers",
            f"displaced {covers_text(self.displaced_covers)}",
            f"wasted {covers_text(self.wasted_covers)}",
            f"{self.demand_percent:.0f}% of the seats wanted",
        )


def covers_text(covers: float) -> str:
    """Return a number of covers as text, to two decimals."""
    # The z turns -0.00 into 0.00.
    return f"{covers:z.2f}"
