"""Feed files: the feeds in the names that the aggregator recommends, and the sizes it takes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import attrs

from fourtop.aggregator.feeds import (
    MONTH_AHEAD,
    FeedOptions,
    merchant_data,
    service_data,
    spots_data,
)
from fourtop.aggregator.file_set import FileSet, file_set
from fourtop.aggregator.merchant import Merchant, Merchants
from fourtop.engine import Engine
from fourtop.errors import InvalidInput, safe_repr
from fourtop.formats.files import StrPath
from fourtop.model.restaurant import zone_info
from fourtop.model.window import MICROSECONDS_PER_SECOND, from_micros

_COMPLETE: Final = "PROCESS_AS_COMPLETE"
_FEEDS: Final = (
    ("merchant_feed", "merchant"),
    ("service_feed", "service"),
    ("availability_feed", "availability"),
)
# The members of a file are cut between two of these.
Member = Mapping[str, Any]


@attrs.frozen
class _Feed:
    """A feed that is being written.

    Args:
        number: Its place among the feeds; no two have one nonce.
        generated: When its data was read, in seconds since 1970.
        members: Its members.
    """

    number: int
    generated: int
    members: Iterable[Member]

    @property
    def name(self) -> str:
        return _FEEDS[self.number][0]

    @property
    def nonce(self) -> str:
        """A number that no other feed has, of this or of another second."""
        return str(self.generated * len(_FEEDS) + self.number)

    def document(self, members: list[str], shard: int, shards: int) -> bytes:
        """Return a shard as JSON."""
        metadata = {
            "processing_instruction": _COMPLETE,
            "shard_number": shard,
            "total_shards": shards,
            "nonce": self.nonce,
            "generation_timestamp": self.generated,
        }
        key, listed = _FEEDS[self.number][1], ",\n".join(members)
        if key == "availability":
            key, listed = "service_availability", f'{{"availability": [\n{listed}\n]}}'
        return f'{{"metadata": {json.dumps(metadata)},\n"{key}": [\n{listed}\n]}}\n'.encode()


def write_feeds(
    engine: Engine,
    merchants: Iterable[Merchant],
    folder: StrPath,
    options: FeedOptions = MONTH_AHEAD,
) -> tuple[Path, ...]:
    """Write the three feeds of the aggregator, compressed; return the files.

    The files of one feed are its shards. Their names have the time at which the data was read, so
    that no upload repeats a name. Upload them to the aggregator's drop boxes once a day. They
    appear when all of them are written, each of them whole; an error changes nothing in the folder.

    Args:
        engine: The engine, a sync one.
        merchants: The restaurants that the aggregator shows, each with an address.
        folder: An existing folder.
        options: The days, the party sizes and the size of a file.

    Raises:
        InvalidInput: If the engine is not a sync one, a merchant has no address, or the folder
            cannot be written.
        NotFound: If the store does not have the restaurant of a merchant.
    """
    if not isinstance(engine, Engine):
        raise InvalidInput("engine", "must be an Engine", safe_repr(type(engine).__name__))
    if not isinstance(options, FeedOptions):
        raise InvalidInput("options", "must be FeedOptions", safe_repr(type(options).__name__))
    listed = Merchants(merchants)
    now_us = options.clock.now_us()
    generated = now_us // MICROSECONDS_PER_SECOND
    desks = [(engine.desk(each.restaurant_id, actor=options.actor), each) for each in listed]
    houses = [desk.house() for desk, _ in desks]
    firsts = [_date_of(now_us, house.restaurant.timezone) for house in houses]
    feeds = (
        [merchant_data(each, house.restaurant) for each, house in zip(listed, houses, strict=True)],
        [service_data(each) for each in listed],
        (
            cell
            for (desk, each), first in zip(desks, firsts, strict=True)
            for cell in spots_data(desk, each, first, options)
        ),
    )
    place = Path(folder)
    try:
        with file_set(place) as files:
            names = [
                name
                for number, members in enumerate(feeds)
                for name in _write(files, _Feed(number, generated, members), options)
            ]
    except OSError as fault:
        rule = f"cannot be written: {fault.strerror}"
        raise InvalidInput("folder", rule, safe_repr(folder)) from fault
    return tuple(place / name for name in names)


def _date_of(now_us: int, timezone: str) -> date:
    return from_micros(now_us).astimezone(zone_info(timezone)).date()


def _write(files: FileSet, feed: _Feed, options: FeedOptions) -> Iterator[str]:
    """Write the shards of a feed; yield their names."""
    shards = list(_shards(feed.members, options.max_shard_bytes))
    for number, members in enumerate(shards):
        place = f"{number + 1:03}_of_{len(shards):03}"
        name = f"{feed.name}_{feed.generated}_{place}.json.gz"
        # Without a time of its own, the same feed has the same bytes.
        files.write(name, gzip.compress(feed.document(members, number, len(shards)), mtime=0))
        yield name


def _shards(members: Iterable[Member], limit: int) -> Iterator[list[str]]:
    """Yield the members of each shard, as JSON; an empty feed has one shard without members."""
    texts: list[str] = []
    size = 0
    for member in members:
        text = json.dumps(member, ensure_ascii=False)
        octets = len(text.encode()) + 2
        if texts and size + octets > limit:
            yield texts
            texts, size = [], 0
        texts.append(text)
        size += octets
    yield texts
