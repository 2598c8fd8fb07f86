"""Measure what three rules cost the sample pub, each with its interval.

Run ``python -m benchmarks --only rules`` or ``python -m benchmarks.rules`` at the project's root.

Each rule is a study of its own: the same guests meet the pub as it is and the pub with the rule, on
600 evenings of its own demand. The guests stay as long as the pub plans today, also under a flat
stay of 120 minutes; a further line lets them stay as long as that plan. A price is the mean
difference in covers and in refused parties a week, with the interval of 95 % for this comparison
alone. The bar is the gain of pairing: how much wider the interval would be if the two had guests of
their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot
from typing import Final

from benchmarks.bar import HEADING, Bar, Note
from fourtop import sample
from fourtop.simulation import Scenario
from fourtop.simulation.studies import (
    Study,
    StudyOptions,
    buffers,
    minimum_parties,
    turn_times,
)
from fourtop.simulation.sweeps.workers import default_processes

EVENINGS: Final = 600
QUICK_EVENINGS: Final = 50
SEED: Final = 2_030
# The big tables of the pub have six seats.
BIG: Final = 6


def prices(evenings: int) -> Iterator[tuple[str, Study]]:
    """Yield the study of each rule with its name."""
    pub = Scenario(sample.pub(), sample.pub_demand())
    options: StudyOptions = {
        "evenings": evenings,
        "seed": SEED,
        "processes": default_processes(),
    }
    yield "a flat stay of 120 minutes, guests stay as now", turn_times(pub, (120,), **options)
    yield (
        "a flat stay of 120 minutes, guests stay so long",
        turn_times(pub, (120,), stays_follow=True, **options),
    )
    yield "a buffer of 15 minutes", buffers(pub, (15,), **options)
    yield (
        "parties of 4 or more at the tables for 6",
        minimum_parties(pub, (4,), seats_from=BIG, **options),
    )


def bars(*, is_quick: bool) -> Iterator[Bar | Note]:
    """Yield the price of each rule, and what pairing gains."""
    evenings = QUICK_EVENINGS if is_quick else EVENINGS
    paired, apart = [], []
    for name, study in prices(evenings):
        base, other = study.base.name, study.effects[0].variant
        covers, refused = study.effects[0], study.effect(other, "refused")
        yield Note(
            f"{name}: {covers.text}, {refused.alone.signed_text} refused"
            f" ({evenings:,} evenings, 95 %)"
        )
        paired.append(covers.alone.half_width)
        apart.append(hypot(*(study.value(each).half_width for each in (base, other))))
    name = "interval of a rule's price: other guests in each / the same guests"
    yield Bar(name, apart, paired, calls=0, at_least=1.5)


def main() -> None:
    """Print the figures."""
    print(HEADING, flush=True)
    for bar in bars(is_quick=False):
        print(bar, flush=True)


if __name__ == "__main__":
    main()
