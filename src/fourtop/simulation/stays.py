"""How long parties stay at their tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.model import validators
from fourtop.simulation.distributions import Constant, Distribution, as_distribution, draw

# No party leaves sooner than this after it sat down, or stays longer than the engine can prolong.
LEAST_MINUTES: Final = 1
MOST_MINUTES: Final = 600

Bands = tuple[tuple[int | None, Distribution], ...]


def _as_bands(value: Distribution | float | Mapping[int | None, Distribution | float]) -> Bands:
    """Convert one length for all, or lengths by largest party size, to bands by size."""
    if isinstance(value, tuple):
        value = dict(value)
    if not isinstance(value, Mapping):
        return ((None, as_distribution(value)),)
    if None not in value:
        rule = "must have a length for the largest parties, under None"
        raise InvalidInput("lengths", rule, safe_repr(list(value)))
    sizes = sorted(validators.check_party(size, "lengths") for size in value if size is not None)
    return tuple((size, as_distribution(value[size])) for size in (*sizes, None))


@attrs.frozen(repr=False)
class Stays:
    """How long parties stay, from sitting down to leaving: 1 to 600 minutes.

    Args:
        lengths: The length for all parties, or by largest party size: ``{2: 75, 4:
            Lognormal(95, 20), None: 120}``. Kept as pairs, by size.
        of_plan: Whether lengths are multiples of the planned stay; otherwise they are minutes.
        until_close_share: The share of parties that stay until their service ends (0–1).

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> Stays({2: 75, None: 120}).minutes(4, planned=105, share=0.5)
    120.0
    >>> Stays(1.5, of_plan=True).minutes(4, planned=100, share=0.5)
    150.0
    """

    lengths: Bands = attrs.field(converter=_as_bands)
    of_plan: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    until_close_share: float = attrs.field(
        default=0.0,
        kw_only=True,
        converter=validators.as_number,
        validator=validators.number(0, 1),
    )

    def minutes(self, party_size: int, *, planned: float, share: float) -> float:
        """Return the length of a stay that a share (0–1) of such parties do not exceed.

        Args:
            party_size: The number of people.
            planned: The minutes that the house planned.
            share: The share.

        Raises:
            InvalidInput: If a distribution of your own draws anything but a finite number.
        """
        length = next(
            each for largest, each in self.lengths if largest is None or party_size <= largest
        )
        minutes = draw("lengths", length, share) * (planned if self.of_plan else 1)
        return float(min(max(minutes, LEAST_MINUTES), MOST_MINUTES))

    def __repr__(self) -> str:
        texts = [
            f"{'larger' if largest is None else f'to {largest}'}: {length.expected:.4g}"
            for largest, length in self.lengths
        ]
        if len(self.lengths) == 1:
            texts = [repr(self.lengths[0][1]).strip("<>")]
        return brief(
            self,
            *texts,
            "times the plan" if self.of_plan else "minutes",
            f"{self.until_close_share:.0%} until close" if self.until_close_share else "",
        )


AS_PLANNED: Final = Stays(Constant(1), of_plan=True)
