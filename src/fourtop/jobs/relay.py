"""Relaying: the job that publishes the events of the outbox, at least once, in order."""

from __future__ import annotations

import inspect
import logging
import random
import time
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.model import validators
from fourtop.model.event import Event
from fourtop.model.window import MICROSECONDS_PER_SECOND
from fourtop.ports import Delivery, Outbox

FIRST_WAIT_US: Final = 250_000
LONGEST_WAIT_US: Final = 30 * MICROSECONDS_PER_SECOND

_LOG: Final = logging.getLogger("fourtop.jobs")

Publish = Callable[[Event], object]


@attrs.frozen(kw_only=True)
class RelayOptions:
    """How a relay works.

    Args:
        batch: How many events are leased at once (1–10,000).
        lease_seconds: For how long (1–3,600). A relay gives up a batch at half of it, and
            publishing one event has to take less than the other half; or else somebody might
            publish it a second time meanwhile.
        max_attempts: After how many failures an event is given up (1–100).
        max_batches: After how many batches to stop; ``None``: when nothing is waiting.

    Raises:
        InvalidInput: If a number is out of its range.
    """

    batch: int = attrs.field(
        default=100, converter=validators.as_integer, validator=validators.integer(1, 10_000)
    )
    lease_seconds: int = attrs.field(
        default=30, converter=validators.as_integer, validator=validators.integer(1, 3_600)
    )
    max_attempts: int = attrs.field(
        default=10, converter=validators.as_integer, validator=validators.integer(1, 100)
    )
    max_batches: int | None = attrs.field(
        default=None,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(1, 2**31)),
    )


@attrs.frozen(kw_only=True)
class Relayed:
    """What a relay did, in events.

    Args:
        published: Published, and written down as such.
        failed: Attempts that failed; they will be tried again.
        dead: Given up.
        lost: Published so slowly that the lease was over and somebody else had taken them; they go
            out twice.
    """

    published: int = 0
    failed: int = 0
    dead: int = 0
    lost: int = 0

    def __add__(self, other: Relayed) -> Relayed:
        """Return the sums."""
        return Relayed(
            published=self.published + other.published,
            failed=self.failed + other.failed,
            dead=self.dead + other.dead,
            lost=self.lost + other.lost,
        )


def wait_us(attempts: int, draw: float) -> int:
    """Return how long an event rests after a failure: min(30 s, 2^attempts · 250 ms), or down to half of that.

    Args:
        attempts: How many failures there were before this one.
        draw: From 0 to less than 1; spreads relays that failed together.

    >>> wait_us(0, 0.0), wait_us(3, 0.5), wait_us(50, 0.999_999)
    (125000, 1500000, 29999985)
    """
    # 2^7 · 250 ms is over 30 s; larger powers would only be large.
    longest = min(LONGEST_WAIT_US, FIRST_WAIT_US << min(attempts, 7))
    return longest // 2 + int(draw * (longest - longest // 2))


def relay_outbox(
    outbox: Outbox,
    publish: Publish,
    pace: RelayOptions | None = None,
    *,
    draw: Callable[[], float] = random.random,
    elapsed: Callable[[], float] = time.monotonic,
) -> Relayed:
    """Publish the waiting events of all restaurants until none may go out now.

    At least once: an event that was published is written down as delivered after that, and a relay
    killed in between leaves it to the next, when its lease is over. Whoever gets it twice knows it
    by its ``dedupe_key``. In order per booking (per hold, where there is no booking; per restaurant
    for the rest): an event is published only after all earlier ones of its subject were, or were
    given up; once it was, none of those is ever published again, as long as publishing takes no
    longer than the lease allows. Any number of relays may run at once.

    Args:
        outbox: The store.
        publish: Gives an event to whoever listens; returns when it is safe there. What it raises
            counts as a failure: the event rests for a while, longer each time, and the later ones
            of its subject wait for it. After ten failures it is given up, and the others go on.
        pace: How many at once and for how long.
        draw: Draws from 0 to less than 1, for the spread of the rests.
        elapsed: Tells seconds that only go forward, to end a batch in time.

    Raises:
        InvalidInput: If ``publish`` is not to be called, or returns without waiting: a coroutine
            function.
        StoreUnavailable: If the store cannot be reached. Nothing is lost; run it again.
        BaseException: What ``publish`` raises to end the program, at once; the leases will run out.
    """
    given: object = publish
    if not callable(given) or inspect.iscoroutinefunction(given):
        # What is only a promise to publish must not be written down as delivered.
        raise InvalidInput(
            "publish", "must be a function that returns when the event is safe", safe_repr(publish)
        )
    terms = RelayOptions() if pace is None else pace
    relay = _Relay(outbox, publish, terms, draw, elapsed)
    total = Relayed()
    for _ in repeat(None) if terms.max_batches is None else repeat(None, terms.max_batches):
        batch = relay.relay_batch()
        if batch is None:
            break
        total += batch
    _LOG.info(
        "relayed %d events, %d attempts failed, %d given up",
        total.published,
        total.failed,
        total.dead,
    )
    return total


Lane = tuple[str, str]


class _Relay:
    """Claims and publishes, batch after batch."""

    def __init__(
        self,
        outbox: Outbox,
        publish: Publish,
        pace: RelayOptions,
        draw: Callable[[], float],
        elapsed: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._publish = publish
        self._pace = pace
        self._draw = draw
        self._elapsed = elapsed
        self._unsaid: dict[Lane, Delivery] = {}
        self._count = Relayed()

    def relay_batch(self) -> Relayed | None:
        """Publish the deliveries of one claim and give back what cannot go now; ``None``: nothing was waiting."""
        until = self._elapsed() + self._pace.lease_seconds / 2
        deliveries = self._outbox.claim(
            self._pace.batch, self._pace.lease_seconds * MICROSECONDS_PER_SECOND
        )
        if not deliveries:
            return None
        self._count = Relayed()
        held = self._send_all(deliveries, until)
        self._say_done()
        if held:
            self._outbox.release(held)
        return self._count

    def _send_all(self, deliveries: Sequence[Delivery], until: float) -> list[Delivery]:
        """Publish one after the other; return those that have to wait."""
        held: list[Delivery] = []
        stopped: set[Lane] = set()
        for number, delivery in enumerate(deliveries):
            # The first one goes however late it is, so that each batch gets somewhere.
            is_late = number > 0 and self._elapsed() >= until
            if is_late or not self._may_follow(delivery):
                return [*held, *deliveries[number:]]
            if delivery.lane in stopped:
                held.append(delivery)
            elif not self._send(delivery):
                stopped.add(delivery.lane)
        return held

    def _may_follow(self, delivery: Delivery) -> bool:
        """Write down what was published if this is of the same subject; tell whether the lease still holds.

        Were it written down later, a relay killed in between would have the earlier event published
        again, after the later one.
        """
        return delivery.lane not in self._unsaid or self._say_done()

    def _say_done(self) -> bool:
        """Write down what was published; tell whether all of it was still ours."""
        said = list(self._unsaid.values())
        self._unsaid.clear()
        counted = self._outbox.done(said) if said else 0
        self._count += Relayed(published=counted, lost=len(said) - counted)
        return counted == len(said)

    def _send(self, delivery: Delivery) -> bool:
        """Publish; tell whether later ones of the subject may follow."""
        try:
            self._publish(delivery.event)
        except Exception as error:  # noqa: BLE001  # Whatever the host's function raises is a failed attempt.
            return self._give_up(delivery, error)
        self._unsaid[delivery.lane] = delivery
        return True

    def _give_up(self, delivery: Delivery, error: Exception) -> bool:
        """Count a failed attempt; tell whether it was the last, so that later ones of the subject may follow."""
        attempts = delivery.attempts + 1
        is_last = attempts >= self._pace.max_attempts
        rest_us = None if is_last else wait_us(delivery.attempts, self._draw())
        if not self._outbox.fail(delivery, rest_us):
            # The lease was over and somebody else has the event now: it is theirs to count.
            return False
        # The name of the error only: its text may hold anything, and so may the event's data.
        event = delivery.event
        about = (
            event.type.value,
            event.restaurant_id,
            delivery.sequence,
            attempts,
            type(error).__name__,
        )
        if is_last:
            _LOG.error("gave up %s of %s, number %d, after attempt %d: %s", *about)
        else:
            _LOG.warning("could not publish %s of %s, number %d, attempt %d: %s", *about)
        self._count += Relayed(dead=1) if is_last else Relayed(failed=1)
        return is_last
