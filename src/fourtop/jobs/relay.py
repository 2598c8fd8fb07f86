"""Relay: publish the events of the outbox at least once, in order per subject."""

from __future__ import annotations

import inspect
import logging
import random
import time
from collections.abc import Callable, Sequence
from typing import Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.jobs.batches import rounds
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
    """The batch size, lease and limits of a relay.

    Args:
        batch: Events leased at once (1–10,000).
        lease_seconds: Length of a lease (1–3,600). A relay stops a batch at half the lease.
            Publishing one event must take less than the other half; otherwise another relay may
            publish the event again.
        max_attempts: Failures after which an event becomes a dead letter (1–100).
        max_batches: Batches after which the relay stops; ``None``: when no event waits.

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
    """The events that a relay handled.

    Args:
        published: Events published and recorded as delivered.
        failed: Failed attempts; the relay will try them again.
        dead: Events given up as dead letters.
        lost: Events published after their lease had ended and another relay had taken them. They
            are published twice.
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
    """Return the microseconds to wait: 50 to 100 % of min(30 s, 2^attempts · 250 ms).

    Args:
        attempts: Failures before this one.
        draw: A number in [0, 1) that spreads relays which failed together.

    >>> wait_us(0, 0.0), wait_us(3, 0.5), wait_us(50, 0.999_999)
    (125000, 1500000, 29999985)
    """
    # 2^7 · 250 ms exceeds 30 s, so larger powers change nothing.
    longest = min(LONGEST_WAIT_US, FIRST_WAIT_US << min(attempts, 7))
    return longest // 2 + int(draw * (longest - longest // 2))


def relay_outbox(
    outbox: Outbox,
    publish: Publish,
    options: RelayOptions | None = None,
    *,
    draw: Callable[[], float] = random.random,
    elapsed: Callable[[], float] = time.monotonic,
) -> Relayed:
    """Publish the waiting events of all restaurants until no event may be published now.

    Delivery is at least once: the relay records an event as delivered after publishing it. If a
    relay dies in between, the next relay publishes the event again when the lease has ended.
    Consumers recognise a duplicate by its ``dedupe_key``. Events are in order per booking (per
    hold without a booking; per restaurant otherwise): an event is published after all earlier
    events of its subject were published or given up. Earlier events are not published again, as
    long as publishing takes no longer than the lease allows. Any number of relays may run at once.

    Args:
        outbox: The store.
        publish: Hands an event to its consumer and returns when the event is safe there. An
            exception counts as a failed attempt: the event rests, longer each time, and later
            events of its subject wait. After ``max_attempts`` failures the event becomes a dead
            letter and later events go on.
        options: Batch size, lease and limits.
        draw: Returns a number in [0, 1), to spread the rests.
        elapsed: Returns monotonic seconds, to end a batch in time.

    Raises:
        InvalidInput: If ``publish`` is not callable or is a coroutine function; pass a function
            that returns when the event is safe.
        StoreUnavailable: If the store cannot be reached. Nothing is lost; run the relay again.
        BaseException: An exception of ``publish`` that ends the program; the leases expire.
    """
    given: object = publish
    if not callable(given) or inspect.iscoroutinefunction(given):
        # A coroutine only promises to publish; the relay must not record it as delivered.
        raise InvalidInput(
            "publish", "must be a function that returns when the event is safe", safe_repr(publish)
        )
    options = RelayOptions() if options is None else options
    relay = _Relay(outbox, publish, options, draw, elapsed)
    total = Relayed()
    for _ in rounds(options.max_batches):
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
    """Claim and publish events, batch by batch."""

    def __init__(
        self,
        outbox: Outbox,
        publish: Publish,
        options: RelayOptions,
        draw: Callable[[], float],
        elapsed: Callable[[], float],
    ) -> None:
        self._outbox = outbox
        self._publish = publish
        self._options = options
        self._draw = draw
        self._elapsed = elapsed
        # Published, but not yet recorded as delivered: the last delivery of each subject.
        self._unrecorded: dict[Lane, Delivery] = {}
        self._count = Relayed()

    def relay_batch(self) -> Relayed | None:
        """Publish one claim and release the deliveries that must wait.

        Returns ``None`` if no event was waiting.
        """
        options = self._options
        until = self._elapsed() + options.lease_seconds / 2
        deliveries = self._outbox.claim(
            options.batch, options.lease_seconds * MICROSECONDS_PER_SECOND
        )
        if not deliveries:
            return None
        self._count = Relayed()
        waiting = self._send_all(deliveries, until)
        self._record()
        if waiting:
            self._outbox.release(waiting)
        return self._count

    def _send_all(self, deliveries: Sequence[Delivery], until: float) -> list[Delivery]:
        """Publish deliveries in order; return the ones that must wait."""
        waiting: list[Delivery] = []
        stopped: set[Lane] = set()
        for number, delivery in enumerate(deliveries):
            # The first delivery is published however late it is, so that each batch makes progress.
            is_late = number > 0 and self._elapsed() >= until
            if is_late or not self._may_follow(delivery):
                return [*waiting, *deliveries[number:]]
            if delivery.lane in stopped:
                waiting.append(delivery)
            elif not self._send(delivery):
                stopped.add(delivery.lane)
        return waiting

    def _may_follow(self, delivery: Delivery) -> bool:
        """Record earlier deliveries of the subject; return whether the lease still holds.

        If they were recorded later, a relay killed in between would cause the earlier event to be
        published again after the later one.
        """
        return delivery.lane not in self._unrecorded or self._record()

    def _record(self) -> bool:
        """Record published deliveries; return whether this relay still held all of them."""
        published = list(self._unrecorded.values())
        self._unrecorded.clear()
        counted = self._outbox.done(published) if published else 0
        self._count += Relayed(published=counted, lost=len(published) - counted)
        return counted == len(published)

    def _send(self, delivery: Delivery) -> bool:
        """Publish one delivery; return whether later ones of its subject may follow."""
        try:
            self._publish(delivery.event)
        except Exception as error:  # noqa: BLE001  # Any exception of the host is a failed attempt.
            return self._count_failure(delivery, error)
        self._unrecorded[delivery.lane] = delivery
        return True

    def _count_failure(self, delivery: Delivery, error: Exception) -> bool:
        """Count a failed attempt; return whether it was the last, so that later ones may follow."""
        attempts = delivery.attempts + 1
        is_last = attempts >= self._options.max_attempts
        rest_us = None if is_last else wait_us(delivery.attempts, self._draw())
        if not self._outbox.fail(delivery, rest_us):
            # The lease has ended and another relay holds the event; that relay counts it.
            return False
        # Log the name of the error only: its text and the event's data may hold personal data.
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
