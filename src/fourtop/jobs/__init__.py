"""Jobs: sweep holds, keep rows few, relay the outbox, release late parties, check local times."""

from fourtop.jobs.late_release import ReleasedLate, release_late
from fourtop.jobs.local_times import LocalTime, LocalTimes, check_local_times
from fourtop.jobs.relay import Relayed, RelayOptions, relay_outbox
from fourtop.jobs.retention import Pruned, prune_allocations, prune_confirmations, prune_outbox
from fourtop.jobs.sweep import Swept, sweep_holds

__all__ = [
    "LocalTime",
    "LocalTimes",
    "Pruned",
    "RelayOptions",
    "Relayed",
    "ReleasedLate",
    "Swept",
    "check_local_times",
    "prune_allocations",
    "prune_confirmations",
    "prune_outbox",
    "relay_outbox",
    "release_late",
    "sweep_holds",
]
