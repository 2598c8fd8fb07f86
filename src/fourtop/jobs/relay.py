"""Relay: publish the events of the outbox at least once, in order per subject."""

from __future__ import annotations

import inspect
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, OutcomeUnknown, safe_repr
from fourtop.jobs.awaited import at_once, awaited, check_awaited
from fourtop.jobs.batches import rounds
from fourtop.model import validators
from fourtop.model.event import Event
from fourtop.model.window import MICROSECONDS_PER_SECOND
from fourtop.ports import AsyncOutbox, Delivery, Outbox

FIRST_WAIT_US: Final = 250_000
LONGEST_WAIT_US: Final = 30 * MICROSECONDS_PER_SECOND

_LOG: Final = logging.getLogger("fourtop.jobs")

Publish = Callable[[Event], object]
AsyncPublish = Callable[[Event], Awaitable[object] | object]


@attrs.frozen(kw_only=True)
class RelayOptions:
    """The batch size, lease and limits of a relay.

    Args:
        batch: Events leased at once (1–10,000).
        lease_seconds: Length of a lease (1–3,600). A relay stops a batch at half the lease.
            Publishing one event must take less than the other half; otherwise another relay may
            publish the event again.
        max_attempts: Failures after which an event becomes a dead letter (1–100).
        max_batches: Batches after which the relay stops; ``None``: when no event waits. For
            ``relay_forever``: how often it looks for events; ``None``: until it is told to stop.
        idle_seconds: How long ``relay_forever`` pauses if it can publish nothing (0.01–3,600).

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
    idle_seconds: float = attrs.field(default=1.0, validator=validators.number(0.01, 3_600))


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
    face, given = awaited(outbox, "claim"), check_publish(publish)
    return at_once(_relay(Relay(face, given, _or_default(options), draw, elapsed)))


async def async_relay_outbox(
    outbox: AsyncOutbox,
    publish: AsyncPublish,
    options: RelayOptions | None = None,
    *,
    draw: Callable[[], float] = random.random,
    elapsed: Callable[[], float] = time.monotonic,
) -> Relayed:
    """Publish the waiting events of an asynchronous store, as ``relay_outbox`` does.

    A cancelled relay is like a killed one: nothing is lost, and the events that it had leased are
    free when the lease ends.

    Args:
        outbox: The store.
        publish: A coroutine function, which is awaited, or a plain function, which must not block
            the event loop; otherwise as for ``relay_outbox``.
        options: As for ``relay_outbox``.
        draw: As for ``relay_outbox``.
        elapsed: As for ``relay_outbox``.

    Raises:
        InvalidInput: If ``publish`` is not callable, or the store is synchronous.
        StoreUnavailable: As ``relay_outbox``.
    """
    face, given = check_awaited(outbox, "claim"), check_async_publish(publish)
    return await _relay(Relay(face, given, _or_default(options), draw, elapsed))


async def _relay(relay: Relay) -> Relayed:
    for _ in rounds(relay.options.max_batches):
        if not await relay.relay_batch():
            break
    relay.log_total()
    return relay.total


def _or_default(options: RelayOptions | None) -> RelayOptions:
    return RelayOptions() if options is None else options


def check_publish(publish: Publish) -> AsyncPublish:
    """Return a plain function as the relay calls it.

    Raises:
        InvalidInput: If it is not callable, or is a coroutine function.
    """
    given: object = publish
    if not callable(given) or inspect.iscoroutinefunction(given):
        # A coroutine only promises to publish; the relay must not record it as delivered.
        raise InvalidInput(
            "publish", "must be a function that returns when the event is safe", safe_repr(publish)
        )

    def call(event: Event) -> None:
        promise = publish(event)
        if inspect.isawaitable(promise):
            if inspect.iscoroutine(promise):
                promise.close()
            raise TypeError("publish returned an awaitable, which no synchronous relay awaits")

    return call


def check_async_publish(publish: AsyncPublish) -> AsyncPublish:
    """Return a function that may be a coroutine function.

    Raises:
        InvalidInput: If it cannot be called.
    """
    given: object = publish
    if not callable(given):
        raise InvalidInput("publish", "must be a function", safe_repr(publish))
    return publish


Lane = tuple[str, str]


class Relay:
    """Claim and publish events, batch by batch.

    Args:
        outbox: The outbox, awaited.
        publish: Hands over an event; what it returns is awaited if it can be.
        options: Batch size, lease and limits.
        draw: Returns a number in [0, 1), to spread the rests.
        elapsed: Returns monotonic seconds, to end a batch in time.
    """

    def __init__(
        self,
        outbox: AsyncOutbox,
        publish: AsyncPublish,
        options: RelayOptions,
        draw: Callable[[], float] = random.random,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.options: RelayOptions = options
        self.total: Relayed = Relayed()
        # Asked before each event but the first of a batch: whether to return the others.
        self.is_stopped: Callable[[], bool] = bool
        self._outbox = outbox
        self._publish = publish
        self._draw = draw
        self._elapsed = elapsed
        # Published, but not yet recorded as delivered: the last delivery of each subject.
        self._unrecorded: dict[Lane, Delivery] = {}

    def log_total(self) -> None:
        """Log what was done, in numbers."""
        _LOG.info(
            "relayed %d events, %d attempts failed, %d given up",
            self.total.published,
            self.total.failed,
            self.total.dead,
        )

    async def relay_batch(self) -> bool:
        """Publish one claim and release the deliveries that must wait; tell whether any waited.

        Raises:
            StoreUnavailable: If the store cannot be reached; the leases run out.
        """
        options = self.options
        # A batch that ended because the store was away may have left some.
        await self.record()
        until = self._elapsed() + options.lease_seconds / 2
        deliveries = await self._outbox.claim(
            options.batch, options.lease_seconds * MICROSECONDS_PER_SECOND
        )
        if not deliveries:
            return False
        waiting = await self._send_all(deliveries, until)
        await self.record()
        if waiting:
            await self._outbox.release(waiting)
        return True

    async def _send_all(self, deliveries: Sequence[Delivery], until: float) -> list[Delivery]:
        """Publish deliveries in order; return the ones that must wait."""
        waiting: list[Delivery] = []
        stopped: set[Lane] = set()
        for number, delivery in enumerate(deliveries):
            # The first delivery is published however late it is, so that each batch makes progress.
            is_over = number > 0 and (self.is_stopped() or self._elapsed() >= until)
            if is_over or not await self._may_follow(delivery):
                return [*waiting, *deliveries[number:]]
            if delivery.lane in stopped:
                waiting.append(delivery)
            elif not await self._send(delivery):
                stopped.add(delivery.lane)
        return waiting

    async def _may_follow(self, delivery: Delivery) -> bool:
        """Record earlier deliveries of the subject; return whether the lease still holds.

        If they were recorded later, a relay killed in between would cause the earlier event to be
        published again after the later one.
        """
        return delivery.lane not in self._unrecorded or await self.record()

    async def record(self) -> bool:
        """Record published deliveries; return whether this relay still held all of them.

        Raises:
            StoreUnavailable: If the store cannot be reached; the next call records them.
            OutcomeUnknown: If the reply to the commit was lost.
        """
        published = list(self._unrecorded.values())
        try:
            counted = await self._outbox.done(published) if published else 0
        except OutcomeUnknown:
            # They may be recorded; to record them again would count them as lost.
            self._unrecorded.clear()
            raise
        self._unrecorded.clear()
        self.total += Relayed(published=counted, lost=len(published) - counted)
        return counted == len(published)

    async def _send(self, delivery: Delivery) -> bool:
        """Publish one delivery; return whether later ones of its subject may follow."""
        try:
            promise: Any = self._publish(delivery.event)
            if inspect.isawaitable(promise):
                await promise
        except Exception as error:  # noqa: BLE001  # Any exception of the host is a failed attempt.
            return await self._count_failure(delivery, error)
        self._unrecorded[delivery.lane] = delivery
        return True

    async def _count_failure(self, delivery: Delivery, error: Exception) -> bool:
        """Count a failed attempt; return whether it was the last, so that later ones may follow."""
        attempts = delivery.attempts + 1
        is_last = attempts >= self.options.max_attempts
        rest_us = None if is_last else wait_us(delivery.attempts, self._draw())
        if not await self._outbox.fail(delivery, rest_us):
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
        self.total += Relayed(dead=1) if is_last else Relayed(failed=1)
        return is_last
