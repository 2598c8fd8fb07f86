"""Feeds: the merchants, their services and their spots, as the aggregator reads them each day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

import attrs

from fourtop.aggregator.answers import SYNCHRONOUS
from fourtop.aggregator.merchant import Merchant
from fourtop.clock import SystemClock
from fourtop.engine import Desk
from fourtop.errors import InvalidInput
from fourtop.errors.display import brief, count_of
from fourtop.model import validators
from fourtop.model.actor import GUEST, Actor
from fourtop.model.feed import MAX_FEED_DAYS, MAX_FEED_QUESTIONS, FeedTerms
from fourtop.model.request import as_party_sizes
from fourtop.model.restaurant import Restaurant
from fourtop.model.window import MICROSECONDS_PER_SECOND
from fourtop.ports import Clock

# A file may have 200 MB after gzip. Before it, a shard of this size never has more.
MAX_SHARD_BYTES: Final = 180_000_000

# The aggregator wants at least a month, and takes up to a quarter on request.
_DAYS: Final = (1, 90)
_SERVICE_TYPE: Final = "SERVICE_TYPE_DINING_RESERVATION"


def _sizes(value: Any) -> tuple[int, ...]:
    return as_party_sizes("party_sizes", value)


@attrs.frozen(repr=False, kw_only=True)
class FeedOptions:
    """What the feeds contain, and how large their files are.

    Args:
        days: The number of dates from today (1–90). The aggregator wants at least 30.
        party_sizes: Party sizes.
        actor: Whose spots are counted: those of a guest, by default.
        clock: The time of the feeds.
        max_shard_bytes: The most bytes of a file before compression, from 1,000.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> FeedOptions(party_sizes=[2, 4])
    <FeedOptions 30 days, 2 sizes>
    """

    days: int = attrs.field(
        default=30, converter=validators.as_integer, validator=validators.integer(*_DAYS)
    )
    party_sizes: tuple[int, ...] = attrs.field(default=range(1, 11), converter=_sizes)
    actor: Actor = attrs.field(default=GUEST, validator=validators.one_of(Actor))
    clock: Clock = attrs.field(factory=SystemClock)
    max_shard_bytes: int = attrs.field(
        default=MAX_SHARD_BYTES,
        converter=validators.as_integer,
        validator=validators.integer(1_000, MAX_SHARD_BYTES),
    )

    def __repr__(self) -> str:
        sizes = count_of(len(self.party_sizes), "size")
        return brief(self, count_of(self.days, "day"), sizes)


MONTH_AHEAD: Final = FeedOptions()


def merchant_data(merchant: Merchant, restaurant: Restaurant) -> dict[str, Any]:
    """Return a member of the merchants feed.

    Raises:
        InvalidInput: If the merchant has no address; the aggregator could not find it on its map.
    """
    if merchant.address is None:
        raise InvalidInput("address", "must be given for feeds", f"merchant {merchant.id}")
    where = merchant.address
    address = {
        "country": where.country,
        "locality": where.locality,
        "region": where.region,
        "postal_code": where.postal_code,
        "street_address": where.street,
    }
    found: dict[str, Any] = {
        "merchant_id": merchant.id,
        "name": restaurant.name,
        "telephone": merchant.telephone,
        "url": merchant.url,
        "geo": {"address": {key: value for key, value in address.items() if value}},
        "category": merchant.category,
    }
    return {key: value for key, value in found.items() if value is not None}


def service_data(merchant: Merchant) -> dict[str, Any]:
    """Return a member of the services feed."""
    name = merchant.service_name
    local = [{"locale": merchant.language, "value": name}]
    return {
        "merchant_id": merchant.id,
        "service_id": merchant.service_id,
        "localized_service_name": {"value": name, "localized_value": local},
        "type": _SERVICE_TYPE,
    }


def spots_data(
    desk: Desk, merchant: Merchant, first: date, options: FeedOptions
) -> Iterator[Mapping[str, Any]]:
    """Yield the members of the availability feed: one for each start, party size and length.

    A full start has no open spots. A start at which the house would never seat the size is left
    out.

    Args:
        desk: The desk of the merchant.
        merchant: The merchant.
        first: The first date.
        options: The number of dates, and the party sizes.
    """
    most = min(MAX_FEED_DAYS, MAX_FEED_QUESTIONS // len(options.party_sizes))
    for done in range(0, options.days, most):
        terms = FeedTerms(
            first + timedelta(days=done),
            min(most, options.days - done),
            options.party_sizes,
            channel=merchant.channel,
        )
        for cell in desk.feed(terms):
            if cell.minutes is not None and cell.spots_total:
                yield {
                    "merchant_id": merchant.id,
                    "service_id": merchant.service_id,
                    "start_sec": cell.start_us // MICROSECONDS_PER_SECOND,
                    "duration_sec": cell.minutes * 60,
                    "spots_total": cell.spots_total,
                    "spots_open": cell.spots_open,
                    "resources": {"party_size": cell.party_size},
                    "confirmation_mode": SYNCHRONOUS,
                }
