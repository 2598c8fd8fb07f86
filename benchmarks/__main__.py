"""Print every figure that was promised, with its bar and whether it held."""

from __future__ import annotations

import argparse
import gc
import platform
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import perf_counter
from typing import Final, Protocol

from benchmarks import (
    alternatives,
    availability,
    booking,
    choice,
    constraint,
    csv_rows,
    day_plan,
    evening,
    explain,
    former,
    growth,
    growth_sql,
    hot_slot,
    http,
    live_service,
    memory_growth,
    neighbours,
    network,
    pictures,
    planner,
    postgresql,
    reads_for_people,
    reseat,
    rules,
    rush,
    seating_quality,
    sqlite,
    steering,
    sweep,
    table_allocation,
    telemetry,
    timeline,
    tracer,
)
from benchmarks.bar import HEADING, Bar, Note


class Measure(Protocol):
    """Measures some bars."""

    def __call__(self, *, is_quick: bool) -> Iterable[Bar | Note]:
        """Yield each bar once it is measured."""
        ...


PARTS: Final[dict[str, Measure]] = {
    "timeline": timeline.bars,
    "explain": explain.bars,
    "planner": planner.bars,
    "choice": choice.bars,
    "availability": availability.bars,
    "reads-for-people": reads_for_people.bars,
    "pictures": pictures.bars,
    "booking": booking.bars,
    "evening": evening.bars,
    "tracer": tracer.bars,
    "live-service": live_service.bars,
    "alternatives": alternatives.bars,
    "day-plan": day_plan.bars,
    "csv-rows": csv_rows.bars,
    "rules": rules.bars,
    "seating-quality": seating_quality.bars,
    "sweep": sweep.bars,
    "steering": steering.bars,
    "table-allocation": table_allocation.bars,
    "reseat": reseat.bars,
    "memory-growth": memory_growth.bars,
    "growth": growth.bars,
    "postgresql": postgresql.bars,
    "telemetry": telemetry.bars,
    "rush": rush.bars,
    "hot-slot": hot_slot.bars,
    "http": http.bars,
    "sqlite": sqlite.bars,
    "growth-sql": growth_sql.bars,
    "neighbours": neighbours.bars,
    "constraint": constraint.bars,
    "network": network.bars,
    "former": former.bars,
}
# All parts that measure a database.
DATABASES: Final = (
    "postgresql",
    "rush",
    "hot-slot",
    "http",
    "sqlite",
    "growth-sql",
    "neighbours",
    "constraint",
    "network",
    "former",
)
# All parts that play evenings to count covers: hours, and the same figures on every machine.
QUALITY: Final = ("alternatives", "day-plan", "rules", "seating-quality", "steering", "reseat")
GROUPS: Final = {
    "databases": DATABASES,
    "quality": QUALITY,
    "speed": tuple(name for name in PARTS if name not in (*DATABASES, *QUALITY)),
}
USUAL: Final = ("speed", "databases")
REMARKS: Final[dict[str, Callable[[], str]]] = {
    "planner": planner.cold_start,
    "booking": booking.profile_table,
}


def main() -> None:
    """Print the figures. A missed bar exits with 0 too, because a slow machine is not a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    choices = [*PARTS, *GROUPS]
    parser.add_argument(
        "--only",
        action="append",
        choices=choices,
        help="only this part or group of parts; may be given again; speed and databases by default",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer rounds, and a tenth of the rows: for a first look",
    )
    chosen = parser.parse_args()
    begun = perf_counter()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {python}")
    print(HEADING, flush=True)
    names = [each for name in chosen.only or USUAL for each in GROUPS.get(name, (name,))]
    missed = [bar for name in names for bar in part(name, is_quick=chosen.quick)]
    minutes, seconds = divmod(round(perf_counter() - begun), 60)
    print(f"\n{len(missed)} missed; {minutes} min {seconds:02} s")


def part(name: str, *, is_quick: bool) -> list[Bar | Note]:
    """Print one part; return the bars that it missed."""
    gc.collect()
    print(f"\n{name}")
    missed: list[Bar | Note] = []
    for bar in PARTS[name](is_quick=is_quick):
        print(bar, flush=True)
        if not bar.is_held:
            missed.append(bar)
    remark = REMARKS.get(name)
    if remark is not None:
        print(remark(), flush=True)
    return missed


if __name__ == "__main__":
    main()
