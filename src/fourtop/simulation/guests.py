"""The guests of a night: drawn from a demand and a seed, before anybody has asked for anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from random import Random
from typing import Final, TypeVar

import attrs

from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.sample import Demand
from fourtop.simulation.record import Channel

T = TypeVar("T")

REQUESTS: Final = 30
_LEAST_LEAD_MINUTES: Final = 30
_LEAD_SPAN_MINUTES: Final = 330
_WALK_IN_STEP_MINUTES: Final = 5


class Behaviour(Enum):
    """What is special about a guest. Whether it comes to pass is for the house to answer."""

    PLAIN = auto()
    DAWDLES = auto()
    CLICKS_TWICE = auto()
    CANCELS = auto()
    STAYS_AWAY = auto()
    NAMES_TABLES = auto()
    NAMES_TABLES_APART = auto()
    RACES = auto()
    RIVALS = auto()


@attrs.frozen
class Guest:
    """Somebody who is going to ask.

    Args:
        number: Guests are numbered in the order in which they ask.
        channel: How they ask.
        party_size: How many they are.
        start_us: When they want to sit down, in microseconds.
        asks_us: When they ask, in microseconds.
        haste: How fast they are (0–1), where it matters.
        behaviour: What is special about them.
    """

    number: int
    channel: Channel
    party_size: int
    start_us: int
    asks_us: int
    haste: float
    behaviour: Behaviour = Behaviour.PLAIN


def draw_guests(demand: Demand, starts: Sequence[int], seed: int) -> tuple[Guest, ...]:
    """Draw 30 guests of one evening, in the order in which they ask.

    Sizes and start times are drawn one by one. How many walk in, cancel or stay away follows the
    demand's shares exactly, so that a short evening has some of each. The same seed draws the same
    guests.

    Args:
        demand: What to draw from.
        starts: The start times on offer, in microseconds, one for each weight of the demand.
        seed: Any whole number.
    """
    rng = Random(seed)  # noqa: S311  # Guests are made up, and must be the same for a seed; nothing is secret.
    sizes, weights = zip(*demand.party_weights, strict=True)
    channels = _shuffled(rng, _channels(demand.channels))
    drafts = []
    for channel in channels:
        (party_size,) = rng.choices(sizes, weights)
        (start_us,) = rng.choices(starts, demand.start_weights)
        drafts.append(_draft(rng, channel, party_size, start_us))
    return _with_behaviours(rng, demand, _in_order(drafts))


def _channels(shares: Sequence[tuple[str, float]]) -> list[Channel]:
    """Share the requests out; what rounding leaves over goes to the first."""
    counts = {Channel(name): int(share * REQUESTS + 0.5) for name, share in shares}
    listed = [channel for channel, count in counts.items() for _ in range(count)]
    return (listed + [listed[0]] * REQUESTS)[:REQUESTS]


def _draft(rng: Random, channel: Channel, party_size: int, start_us: int) -> Guest:
    lead, haste = rng.random(), rng.random()
    if channel is Channel.WALK_IN:
        # They come when they come, and want to sit down at once.
        late_us = int(lead * 3) * _WALK_IN_STEP_MINUTES * MICROSECONDS_PER_MINUTE
        return Guest(0, channel, party_size, start_us + late_us, start_us + late_us, haste)
    minutes = _LEAST_LEAD_MINUTES + int(lead * _LEAD_SPAN_MINUTES)
    return Guest(
        0, channel, party_size, start_us, start_us - minutes * MICROSECONDS_PER_MINUTE, haste
    )


def _in_order(drafts: Sequence[Guest]) -> list[Guest]:
    """Number the guests as they ask; the last two of the web ask at the same moment, for the race."""
    ordered = sorted(drafts, key=lambda guest: guest.asks_us)
    racer, rival = [guest for guest in ordered if guest.channel is Channel.WEB][-2:]
    ordered.remove(rival)
    ordered.insert(ordered.index(racer) + 1, attrs.evolve(rival, asks_us=racer.asks_us))
    return [attrs.evolve(guest, number=number) for number, guest in enumerate(ordered, 1)]


def _with_behaviours(rng: Random, demand: Demand, guests: Sequence[Guest]) -> tuple[Guest, ...]:
    """Give some guests something special; never two things to one."""
    staff = [guest.number for guest in guests if guest.channel is Channel.STAFF]
    web = [guest.number for guest in guests if guest.channel is Channel.WEB]
    behaviours: dict[int, Behaviour] = dict(
        zip(web[-2:], (Behaviour.RACES, Behaviour.RIVALS), strict=True)
    )
    behaviours |= zip(
        staff[:2], (Behaviour.NAMES_TABLES, Behaviour.NAMES_TABLES_APART), strict=True
    )
    behaviours |= zip(
        _shuffled(rng, web[:-2])[:2], (Behaviour.DAWDLES, Behaviour.CLICKS_TWICE), strict=True
    )
    ahead = _shuffled(rng, [number for number in sorted(staff + web) if number not in behaviours])
    parting = _partings(demand, len(staff) + len(web))
    behaviours |= zip(ahead, parting, strict=False)
    return tuple(
        attrs.evolve(guest, behaviour=behaviours.get(guest.number, Behaviour.PLAIN))
        for guest in guests
    )


def _partings(demand: Demand, bookings: int) -> Iterator[Behaviour]:
    for share, behaviour in (
        (demand.cancel_share, Behaviour.CANCELS),
        (demand.no_show_share, Behaviour.STAYS_AWAY),
    ):
        yield from [behaviour] * max(int(share * bookings + 0.5), 1)


def _shuffled(rng: Random, items: Sequence[T]) -> list[T]:
    # Only random() and choices(): a seed shall draw the same guests on every version of Python.
    return sorted(items, key=lambda _: rng.random())
