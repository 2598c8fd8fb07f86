"""Jobs: sweep holds, keep rows few, relay events, release late parties, work the waitlist."""

from fourtop.jobs.late_release import ReleasedLate, release_late
from fourtop.jobs.local_times import LocalTime, LocalTimes, check_local_times
from fourtop.jobs.relay import Relayed, RelayOptions, relay_outbox
from fourtop.jobs.retention import Pruned, prune_allocations, prune_confirmations, prune_outbox
from fourtop.jobs.sweep import Swept, sweep_holds
from fourtop.jobs.waitlist import Offered, offer_waitlist

__all__ = [
    "LocalTime",
    "LocalTimes",
    "Offered",
    "Pruned",
    "RelayOptions",
    "Relayed",
    "ReleasedLate",
    "Swept",
    "check_local_times",
    "offer_waitlist",
    "prune_allocations",
    "prune_confirmations",
    "prune_outbox",
    "relay_outbox",
    "release_late",
    "sweep_holds",
]
