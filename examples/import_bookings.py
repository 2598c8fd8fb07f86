"""Import another system's bookings: all of them or none, with every error listed at once."""

from __future__ import annotations

from datetime import UTC, datetime

from fourtop import Engine, ImportRejected, ManualClock, MemoryStore, loads_rows_csv, sample

EXPORT = """\
id,party_size,start,end,tables
n1,4,2026-05-01T18:00,2026-05-01T20:00,Low 4a
n2,2,2026-05-01T19:30,2026-05-01T21:00,Low 4a
n3,9,2026-05-01T19:00,,Dining 4a+Dining 6a
n4,4,2026-05-01T19:00,,Low 5
"""


def main() -> None:
    """Try the export as it is, mend it, and import it."""
    clock = ManualClock(datetime(2026, 5, 1, 9, tzinfo=UTC))
    desk = Engine(MemoryStore(clock)).add_restaurant(sample.pub())
    try:
        desk.import_bookings(loads_rows_csv(EXPORT))
    except ImportRejected as rejected:
        print("nothing was imported:")
        for problem in rejected.problems:
            print(f"  {problem}")
    mended = EXPORT.replace("T19:30,2026", "T20:00,2026").replace("Low 5", "Low 4b")
    imported = desk.import_bookings(loads_rows_csv(mended), key="export-of-may-1")
    again = desk.import_bookings(loads_rows_csv(mended), key="export-of-may-1")
    counts = f"{imported.bookings} bookings, {imported.allocations} allocations"
    print(f"{counts}; imported again: {not again.replayed}")
    print(f"clean: {desk.audit().is_clean}")


if __name__ == "__main__":
    main()
