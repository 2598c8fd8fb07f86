"""Guests of an evening, drawn from a demand profile and a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from random import Random
from typing import Final, TypeVar

import attrs

from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.simulation.demand import Demand
from fourtop.simulation.demo.record import Channel

T = TypeVar("T")

REQUESTS: Final = 30
_LEAST_LEAD_MINUTES: Final = 30
_LEAD_SPAN_MINUTES: Final = 330
_WALK_IN_STEP_MINUTES: Final = 5


class Behaviour(Enum):
    """The special behaviour of a guest. The house's answers decide whether it takes effect."""

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
    """A guest before the request.

    Args:
        number: Number of the guest, in the order of the requests.
        channel: Channel of the request.
        party_size: Number of guests in the party.
        start_us: Requested start, in microseconds.
        asks_us: Time of the request, in microseconds.
        haste: Speed of the guest (0–1).
        behaviour: Special behaviour.
    """

    number: int
    channel: Channel
    party_size: int
    start_us: int
    asks_us: int
    haste: float
    behaviour: Behaviour = Behaviour.PLAIN


def draw_guests(demand: Demand, starts: Sequence[int], seed: int) -> tuple[Guest, ...]:
    """Draw 30 guests of one evening, in the order of their requests.

    Party sizes and start times are drawn one by one. The numbers of walk-ins, cancellations and
    no-shows follow the shares of the demand exactly, so that a short evening has some of each. The
    same seed draws the same guests on every version of Python.

    Args:
        demand: The demand profile.
        starts: Start times on offer, in microseconds, one per weight of the demand.
        seed: Any integer.
    """
    rng = Random(seed)  # noqa: S311  # Reproducible draws of invented guests; not secret.
    sizes, weights = zip(*demand.party_weights, strict=True)
    channels = _shuffled(rng, _channels(demand.channels))
    drafts = []
    for channel in channels:
        (party_size,) = rng.choices(sizes, weights)
        (start_us,) = rng.choices(starts, demand.start_weights)
        drafts.append(_draft(rng, channel, party_size, start_us))
    return _with_behaviours(rng, demand, _in_order(drafts))


def _channels(shares: Sequence[tuple[str, float]]) -> list[Channel]:
    """Distribute the requests by share; the first channel gets the rest of the rounding."""
    counts = {Channel(name): int(share * REQUESTS + 0.5) for name, share in shares}
    listed = [channel for channel, count in counts.items() for _ in range(count)]
    return (listed + [listed[0]] * REQUESTS)[:REQUESTS]


def _draft(rng: Random, channel: Channel, party_size: int, start_us: int) -> Guest:
    lead, haste = rng.random(), rng.random()
    if channel is Channel.WALK_IN:
        # A walk-in asks at the moment of the wanted start.
        late_us = int(lead * 3) * _WALK_IN_STEP_MINUTES * MICROSECONDS_PER_MINUTE
        return Guest(0, channel, party_size, start_us + late_us, start_us + late_us, haste)
    minutes = _LEAST_LEAD_MINUTES + int(lead * _LEAD_SPAN_MINUTES)
    return Guest(
        0, channel, party_size, start_us, start_us - minutes * MICROSECONDS_PER_MINUTE, haste
    )


def _in_order(drafts: Sequence[Guest]) -> list[Guest]:
    """Number the guests by request time; the last two of the web ask at once, for the race."""
    ordered = sorted(drafts, key=lambda guest: guest.asks_us)
    racer, rival = [guest for guest in ordered if guest.channel is Channel.WEB][-2:]
    ordered.remove(rival)
    ordered.insert(ordered.index(racer) + 1, attrs.evolve(rival, asks_us=racer.asks_us))
    return [attrs.evolve(guest, number=number) for number, guest in enumerate(ordered, 1)]


def _with_behaviours(rng: Random, demand: Demand, guests: Sequence[Guest]) -> tuple[Guest, ...]:
    """Give some guests one special behaviour each."""
    staff = [guest.number for guest in guests if guest.channel is Channel.PHONE]
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
    # random() and choices() draw the same on every Python version; shuffle() need not.
    return sorted(items, key=lambda _: rng.random())
