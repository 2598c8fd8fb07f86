"""The counts of rate limits in the memory of this process."""

from __future__ import annotations

import time
from typing import Final

from limits.aio.storage import MemoryStorage
from limits.aio.storage.memory import Entry

_SWEEP_SECONDS: Final = 10.0


class ProcessCounts(MemoryStorage):
    """The storage of ``limits`` for one process, which looks at the other clients seldom.

    After every request, the storage of ``limits`` looks through the counts of all clients, with a
    task in a thread for each: 5 ms for 100 clients, 50 ms for 1,000. Here, clients that are gone
    are dropped every ten seconds at most.
    """

    def __init__(self) -> None:
        super().__init__()
        self._next_sweep = 0.0

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count a request of a client, if its window has room for it.

        Complexity: O(limit), and every ten seconds O(clients).

        Args:
            key: The rate and the client.
            limit: The most requests in a window.
            expiry: The length of the window in seconds.
            amount: How much the request counts.
        """
        now = time.time()
        if now >= self._next_sweep:
            self._next_sweep = now + _SWEEP_SECONDS
            gone = [each for each, entries in self.events.items() if entries[0].expiry < now]
            for each in gone:
                del self.events[each]
        # The newest entry is the first one.
        entries = self.events.get(key, [])
        room = limit - amount
        if room < 0 or (len(entries) > room and entries[room].atime > now - expiry):
            return False
        self.events[key] = [*[Entry(expiry)] * amount, *entries[:room]]
        return True
