"""Jobs: sweep holds, keep rows few, relay events, release late parties, work the waitlist.

Each job has two names: ``sweep_holds`` for a synchronous store, ``async_sweep_holds`` to be awaited
with an asynchronous one. Both run the same coroutine.
"""

from fourtop.jobs.late_release import ReleasedLate, async_release_late, release_late
from fourtop.jobs.local_times import (
    LocalTime,
    LocalTimes,
    async_check_local_times,
    check_local_times,
)
from fourtop.jobs.measure import Measured, async_measure_store, measure_store
from fourtop.jobs.relay import Relayed, RelayOptions, async_relay_outbox, relay_outbox
from fourtop.jobs.relay_forever import AsyncStop, Stop, async_relay_forever, relay_forever
from fourtop.jobs.retention import (
    Pruned,
    async_prune_allocations,
    async_prune_confirmations,
    async_prune_outbox,
    prune_allocations,
    prune_confirmations,
    prune_outbox,
)
from fourtop.jobs.sweep import Swept, async_sweep_holds, sweep_holds
from fourtop.jobs.waitlist import Offered, async_offer_waitlist, offer_waitlist

__all__ = [
    "AsyncStop",
    "LocalTime",
    "LocalTimes",
    "Measured",
    "Offered",
    "Pruned",
    "RelayOptions",
    "Relayed",
    "ReleasedLate",
    "Stop",
    "Swept",
    "async_check_local_times",
    "async_measure_store",
    "async_offer_waitlist",
    "async_prune_allocations",
    "async_prune_confirmations",
    "async_prune_outbox",
    "async_relay_forever",
    "async_relay_outbox",
    "async_release_late",
    "async_sweep_holds",
    "check_local_times",
    "measure_store",
    "offer_waitlist",
    "prune_allocations",
    "prune_confirmations",
    "prune_outbox",
    "relay_forever",
    "relay_outbox",
    "release_late",
    "sweep_holds",
]
