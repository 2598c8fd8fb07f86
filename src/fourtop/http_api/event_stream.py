"""The stream of a client: the events of a restaurant as server-sent events.

A message ``change`` is an event of the outbox, and its id is the sequence of the event. A message
``reset`` says that events may be missing, so that the client reads anew what it shows.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Iterable
from typing import Final

import attrs

from fourtop.errors import FourtopError
from fourtop.formats.results import to_data
from fourtop.http_api.event_feed import PAGE, EventFeed, EventFeeds
from fourtop.ports import EventPage, StoredEvent

# How soon a client comes back after a stream has ended, in milliseconds.
_RETRY: Final = 1_000
_HEARTBEAT: Final = b": alive\n\n"
_SEQUENCE: Final = re.compile(r"[0-9]{1,18}")


@attrs.frozen
class EventStream:
    """One stream. Its client may go away at any time; the stream then ends at once.

    Args:
        feeds: The feeds of the process.
        restaurant_id: The restaurant.
        heartbeat_seconds: The longest silence.
        life_seconds: When the stream ends. The client comes back, and the host sees it again.
    """

    feeds: EventFeeds
    restaurant_id: str
    heartbeat_seconds: float
    life_seconds: float

    async def first_page(self, known: int | None) -> EventPage:
        """Return the page to begin with; one with a gap has no events and the newest position.

        Args:
            known: The sequence that the client knows; ``None``: it knows none.

        Raises:
            NotFound: If the restaurant does not exist.
            StoreUnavailable: If the store cannot be reached.
        """
        page = await self._page(known)
        return await self._newest() if page.has_gap else page

    async def messages(self, page: EventPage) -> AsyncGenerator[bytes, None]:
        """Yield the messages from a page of ``first_page`` on, until the stream ends.

        It ends when its time is over, the server stops, or the store fails; the client comes back.
        """
        now = asyncio.get_running_loop().time
        end = now() + self.life_seconds
        yield f"retry: {_RETRY}\nid: {page.position}\n\n".encode()
        feed = self.feeds.join(self.restaurant_id, page.position)
        try:
            while True:
                if page.events or page.has_gap:
                    yield _text(page)
                if feed.has_ended or now() >= end:
                    return
                page = await self._next(feed, page.position)
                if not page.events and not page.has_gap:
                    await feed.wait(min(self.heartbeat_seconds, end - now()))
                    page = await self._next(feed, page.position)
                    if not page.events:
                        yield _HEARTBEAT
        except FourtopError:
            return
        finally:
            self.feeds.leave(self.restaurant_id, feed)

    async def _next(self, feed: EventFeed, position: int) -> EventPage:
        """Return the next events of the feed; of the store, if the feed lacks some of them."""
        kept = feed.after(position)
        if kept is None:
            return await self.first_page(position)
        return EventPage(kept, kept[-1].sequence if kept else position, has_gap=False)

    async def _page(self, known: int | None) -> EventPage:
        return await self.feeds.read(self.restaurant_id, known, PAGE)

    async def _newest(self) -> EventPage:
        newest = await self._page(None)
        return attrs.evolve(newest, has_gap=True)


def sequence_of(last_event_id: str | None, after: int | None) -> int | None:
    """Return the sequence that a client knows; ``None``: it knows none.

    Args:
        last_event_id: The header that a browser sends when it comes back. A text that is no
            sequence is one that no event has.
        after: The parameter for clients that cannot set the header.

    >>> sequence_of("17", None), sequence_of("x", 4), sequence_of(None, 4)
    (17, 0, 4)
    """
    if last_event_id is None:
        return after
    return int(last_event_id) if _SEQUENCE.fullmatch(last_event_id) else 0


def _text(page: EventPage) -> bytes:
    if page.has_gap:
        return f"id: {page.position}\nevent: reset\ndata: {{}}\n\n".encode()
    return _changes(page.events)


def _changes(events: Iterable[StoredEvent]) -> bytes:
    return "".join(map(_change, events)).encode()


def _change(stored: StoredEvent) -> str:
    data = {"sequence": stored.sequence, **to_data(stored.event)}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {stored.sequence}\nevent: change\ndata: {text}\n\n"
