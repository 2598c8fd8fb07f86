"""Measure re-seating with at most two moves: the covers that it adds, and the cost of each refusal.

Run ``python -m benchmarks --only reseat`` or ``python -m benchmarks.reseat`` at the project's root.

Two houses meet the same guests, evening by evening, through the real engine: one books with the
default choice of tables, the other also moves at most two bookings that have not arrived. All
guests book in advance, in the order in which they ask, and come. The pub is the sample house; the
brasserie has 40 tables in a grid of five rows, each joined to its neighbours, at most four
together, and the guests of the pub. A figure is the mean of the paired differences with its 95 %
interval, and the bar is its lower bound, in covers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from statistics import fmean, quantiles
from time import perf_counter
from typing import Final

import attrs

from benchmarks.bar import HEADING, Bar, Note
from benchmarks.day_plan import MAX_TABLES, brasserie_floor
from fourtop import Booking, BookingRequest, Code, Desk, House, Proof, Refused, sample
from fourtop.planner.reseat_search import MAX_RESEATING_NODES
from fourtop.simulation import Behaviour, Constant, Demand, Simulation, compare, simulate

MOST_MOVES: Final = 2
SEED: Final = 11
PUB: Final = ((15, 0.3), (20, 0.7), (30, 1.1))
PUB_EVENINGS: Final = 600
BRASSERIE: Final = (67, 2.3)
BRASSERIE_EVENINGS: Final = 200
QUICK: Final = 20


@attrs.define
class Tally:
    """The answers of the desk to the guests of one simulation.

    Args:
        moves: How many bookings moved, for each party that was booked with moves.
        nodes: How many placements the search made, for each refusal.
        proofs: The proofs of the refusals.
        seconds: How long each refusal or booking with moves took.
    """

    moves: list[int] = attrs.field(factory=list)
    nodes: list[int] = attrs.field(factory=list)
    proofs: list[Proof] = attrs.field(factory=list)
    seconds: list[float] = attrs.field(factory=list)

    def book(self, desk: Desk, request: BookingRequest) -> Booking:
        """Book with at most two moves, and count."""
        began = perf_counter()
        try:
            booking = desk.book(request, moves=MOST_MOVES)
        except Refused as refused:
            reason = refused.refusal.reasons[-1]
            if reason.code is Code.NO_RESEATING:
                self.nodes.append(reason.details["nodes"])
                self.proofs.append(refused.refusal.proof)
                self.seconds.append(perf_counter() - began)
            raise
        if booking.receipt.moves:
            self.moves.append(len(booking.receipt.moves))
            self.seconds.append(perf_counter() - began)
        return booking


def brasserie() -> House:
    """Return the pub with 40 tables in a grid, at most four pushed together."""
    pub = sample.pub()
    planning = attrs.evolve(pub.policy.planning, max_tables=MAX_TABLES)
    policy = attrs.evolve(
        pub.policy,
        planning=planning,
        capacity_rules=(),
        pacing_rules=(),
        channel_shares=(),
        zone_rules=(),
        walk_in_rules=(),
    )
    return attrs.evolve(pub, floor=brasserie_floor(), policy=policy)


def guests(requests: int) -> Demand:
    """Return the guests of the pub, so many parties, all of whom book in advance and come."""
    return sample.pub_demand().replaced(
        requests=Constant(requests), channels={"web": 1}, cancel_share=0, no_show_share=0
    )


def compared(house: House, requests: int, evenings: int, at_least: float) -> Iterator[Bar | Note]:
    """Measure one house at one load."""
    demand, tally = guests(requests), Tally()
    played: list[Simulation] = [
        simulate(house, demand, evenings=evenings, seed=SEED, behaviour=behaviour)
        for behaviour in (Behaviour(hold_seconds=0), Behaviour(book=tally.book))
    ]
    found = compare(*played).difference("covers")
    base = played[0].covers
    lower = found.mean - found.half_width
    name = f"covers: at most two moves, {len(house.floor.tables)} tables, {requests} requests"
    yield Bar(name, [lower], [1.0], 0, at_least=at_least)
    percent = 100 * found.mean / base.mean
    yield Note(
        f"  {found.signed_text} covers an evening ({percent:+.1f} %) on {base.mean:.1f};"
        f" {evenings} evenings, seed {SEED}"
    )
    yield Note(f"  {said(tally)}")


def said(tally: Tally) -> str:
    """Say how much work the searches were, and whether each refusal was proven."""
    unproven = sum(each is Proof.NOT_PROVEN for each in tally.proofs)
    none = sum(each is Proof.NO_RESEATING for each in tally.proofs)
    nodes = sorted(tally.nodes) or [0]
    p95 = quantiles(nodes, n=20)[-1] if len(nodes) > 1 else nodes[0]
    millis = 1_000 * fmean(tally.seconds or [0])
    return (
        f"{fmean(tally.moves or [0]):.2f} moves a party helped ({len(tally.moves)});"
        f" {len(tally.nodes)} refusals, {none} for any number of moves, {unproven} not proven"
        f" within {MAX_RESEATING_NODES:,} nodes; nodes mean {fmean(nodes):,.0f}, p95 {p95:,.0f},"
        f" most {max(nodes):,}; {millis:.0f} ms a search"
    )


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Measure both houses."""
    pub, large = sample.pub(), brasserie()
    for requests, at_least in PUB:
        yield from compared(pub, requests, QUICK if is_quick else PUB_EVENINGS, at_least)
    requests, at_least = BRASSERIE
    yield from compared(large, requests, QUICK if is_quick else BRASSERIE_EVENINGS, at_least)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars(is_quick="--quick" in sys.argv[1:]):
        print(bar, flush=True)
