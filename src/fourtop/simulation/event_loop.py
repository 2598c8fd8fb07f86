"""An event loop for models of your own: callbacks in the order of their times, on one heap.

It is the method of next-event time advance: the clock jumps from one event to the next (A. M. Law,
Simulation Modeling and Analysis, 5th edition, 2015, section 1.3).
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from math import inf

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of

_Event = tuple[float, int, int, Callable[..., object], tuple[object, ...]]


class EventLoop:
    """A queue of future events and a clock. You choose the unit of time.

    Events of one time run by their rank, the lowest first, and events of one rank in the order in
    which they were added. So a run has one order on every version of Python.

    Args:
        start: The time at the start.

    Raises:
        InvalidInput: If the start is not a number.

    >>> loop = EventLoop()
    >>> seen = []
    >>> loop.at(20, seen.append, "dessert")
    >>> loop.at(5, seen.append, "starter")
    >>> loop.run()
    >>> seen, loop.now
    (['starter', 'dessert'], 20)
    """

    __slots__ = ("_events", "_numbers", "now")

    now: float
    """The time of the event that runs, or of the last one that ran."""

    def __init__(self, start: float = 0) -> None:
        if not -inf < start < inf:
            raise InvalidInput("start", "must be a finite number", safe_repr(start))
        self.now = start
        self._events: list[_Event] = []
        self._numbers = count()

    def at(
        self, time: float, callback: Callable[..., object], *arguments: object, rank: int = 0
    ) -> None:
        """Add an event: ``callback(*arguments)`` at a time. Cost: O(log n).

        Args:
            time: The time, not before ``now``.
            callback: The function. It may add events.
            *arguments: Its arguments.
            rank: What runs first at one time. For instance a departure with the rank -1 frees its
                table before a party arrives.

        Raises:
            InvalidInput: If the time lies before ``now``, or is not a number.
        """
        # NaN fails the comparison.
        if not self.now <= time < inf:
            rule = f"must be a finite number from now on, {self.now:g}"
            raise InvalidInput("time", rule, safe_repr(time))
        heappush(self._events, (time, rank, next(self._numbers), callback, arguments))

    def after(
        self, delay: float, callback: Callable[..., object], *arguments: object, rank: int = 0
    ) -> None:
        """Add an event after a delay from ``now``; see ``at``.

        Raises:
            InvalidInput: If the delay is negative, or not a finite number.
        """
        if not 0 <= delay < inf:
            raise InvalidInput("delay", "must be a finite number from 0", safe_repr(delay))
        heappush(self._events, (self.now + delay, rank, next(self._numbers), callback, arguments))

    def run(self, until: float = inf) -> None:
        """Run the events in order, until none is left before a time.

        An exception of a callback ends the run. Its event is gone; the later ones stay, so ``run``
        continues with them.

        Args:
            until: The end, exclusive. If it is finite, ``now`` is the end afterwards.

        Raises:
            InvalidInput: If the end lies before ``now``, or is not a number.
        """
        if not until >= self.now:
            raise InvalidInput("until", f"must not be before now, {self.now:g}", safe_repr(until))
        events = self._events
        while events and events[0][0] < until:
            self.now, _, _, callback, arguments = heappop(events)
            callback(*arguments)
        if until < inf:
            self.now = until

    def __len__(self) -> int:
        return len(self._events)

    def __repr__(self) -> str:
        return brief(self, f"now {self.now:g}", count_of(len(self._events), "event"))
