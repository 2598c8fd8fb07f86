"""Jobs: sweep holds, archive and delete old rows, relay the outbox, release late parties."""

from fourtop.jobs.late_release import ReleasedLate, release_late
from fourtop.jobs.relay import Relayed, RelayOptions, relay_outbox
from fourtop.jobs.retention import Pruned, prune_allocations, prune_confirmations, prune_outbox
from fourtop.jobs.sweep import Swept, sweep_holds

__all__ = [
    "Pruned",
    "RelayOptions",
    "Relayed",
    "ReleasedLate",
    "Swept",
    "prune_allocations",
    "prune_confirmations",
    "prune_outbox",
    "relay_outbox",
    "release_late",
    "sweep_holds",
]
