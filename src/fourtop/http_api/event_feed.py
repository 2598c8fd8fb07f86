"""The events of a restaurant as they come: one reader in a process serves all streams.

The reader asks the store for the events after the last one that it knows, and keeps the latest. A
stream takes them from there at its own pace, so that a slow client holds back no other and fills no
buffer. A stream that has fallen behind reads from the store itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from typing import Final

from fourtop.errors import FourtopError
from fourtop.ports import EventPage, StoredEvent

# Reads a page: the restaurant, the sequence to read after, and the most events.
ReadPage = Callable[[str, int | None, int], Awaitable[EventPage]]

PAGE: Final = 200
READER: Final = "fourtop events"
_KEPT: Final = 1_000
# After a failure the reader leaves out this many rounds, then twice as many, at most the last.
_PAUSES: Final = (1, 2, 4, 8, 16)
_LOG: Final = logging.getLogger("fourtop.http")


class EventFeed:
    """The latest events of one restaurant, and the task that reads them. Of one event loop.

    Args:
        read: Reads the next page of the restaurant.
        position: The sequence to begin after.
        seconds: The time between two reads.
        is_stopping: Whether the server is about to stop; the feed then ends.
    """

    def __init__(
        self,
        read: Callable[[int | None, int], Awaitable[EventPage]],
        position: int,
        seconds: float,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._is_stopping = is_stopping
        self._latest: deque[StoredEvent] = deque()
        # All events after the first number up to the second are kept.
        self._start = self._position = position
        self._news = asyncio.Event()
        self.followers = 0
        self.has_ended = False
        self._task = asyncio.create_task(self._run(), name=READER)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that the reader runs on."""
        return self._task.get_loop()

    def after(self, sequence: int) -> tuple[StoredEvent, ...] | None:
        """Return the kept events after a sequence; ``None``: some before them are not kept."""
        if sequence < self._start:
            return None
        return tuple(each for each in self._latest if each.sequence > sequence)

    async def wait(self, seconds: float) -> None:
        """Wait for another event or the end of the feed, at most for some seconds."""
        if self.has_ended:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    def close(self) -> None:
        """End the reader."""
        self._task.cancel()

    async def _run(self) -> None:
        try:
            await self._follow()
        finally:
            self.has_ended = True
            self._tell()

    async def _follow(self) -> None:
        """Read until the server stops or the restaurant is gone."""
        failures = pause = 0
        while not self._is_stopping():
            await asyncio.sleep(self._seconds)
            if pause:
                pause -= 1
                continue
            try:
                await self._read_all()
            except FourtopError as error:
                _LOG.warning("events cannot be read: %s", error.code)
                if not error.is_retryable:
                    return
                pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
                failures += 1
            else:
                failures = 0

    async def _read_all(self) -> None:
        while (page := await self._read(self._position, PAGE)).events:
            self._latest.extend(page.events)
            self._position = page.position
            while len(self._latest) > _KEPT:
                self._start = self._latest.popleft().sequence
            self._tell()
            if len(page.events) < PAGE:
                return

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


class EventFeeds:
    """The feeds of the restaurants that are followed now.

    Args:
        read: Reads a page of a restaurant.
        seconds: The time between two reads of a feed.
        is_stopping: Whether the server is about to stop.
    """

    def __init__(self, read: ReadPage, seconds: float, is_stopping: Callable[[], bool]) -> None:
        self.read = read
        self.is_stopping = is_stopping
        self._seconds = seconds
        self._feeds: dict[str, EventFeed] = {}
        self._places: Counter[str] = Counter()

    def take_place(self, restaurant_id: str, most: int) -> bool:
        """Take the place of one more stream; return whether one is free.

        It is taken before the stream begins, so that many requests at once get no more. The caller
        gives it back by ``free_place``.

        Args:
            restaurant_id: The restaurant.
            most: The most streams of a restaurant.
        """
        if self._places[restaurant_id] >= most:
            return False
        self._places[restaurant_id] += 1
        return True

    def free_place(self, restaurant_id: str) -> None:
        """Give back the place of a stream."""
        self._places[restaurant_id] -= 1
        if not self._places[restaurant_id]:
            del self._places[restaurant_id]

    def count(self, restaurant_id: str) -> int:
        """Return how many streams follow a restaurant."""
        feed = self._feeds.get(restaurant_id)
        return 0 if feed is None else feed.followers

    def join(self, restaurant_id: str, position: int) -> EventFeed:
        """Return the feed of a restaurant, for one more stream; ``leave`` must follow.

        Args:
            restaurant_id: The restaurant.
            position: The sequence that the stream knows.
        """
        feed = self._feeds.get(restaurant_id)
        if feed is None or feed.has_ended or feed.loop is not asyncio.get_running_loop():

            async def read(sequence: int | None, limit: int) -> EventPage:
                return await self.read(restaurant_id, sequence, limit)

            feed = EventFeed(read, position, self._seconds, self.is_stopping)
            self._feeds[restaurant_id] = feed
        feed.followers += 1
        return feed

    def leave(self, restaurant_id: str, feed: EventFeed) -> None:
        """End the feed if no other stream needs it."""
        feed.followers -= 1
        if not feed.followers:
            feed.close()
            if self._feeds.get(restaurant_id) is feed:
                del self._feeds[restaurant_id]
