"""Request parser: the commands that answer the request of a party."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from fourtop import AlternativeTerms, OfferTerms
from fourtop.cli.alternatives import alternatives
from fourtop.cli.answer import Answer
from fourtop.cli.arguments import (
    Add,
    add_house,
    add_html,
    add_source,
    add_wanted,
    desk_of,
    number,
    wanted,
    whole,
)
from fourtop.cli.inputs import open_desk, open_house
from fourtop.cli.offers import forecast_of, offers, policy_of
from fourtop.cli.plan import explain, plan


def add_requests(add: Add) -> None:
    """Add the commands that answer the request of a party."""
    one = add(
        "plan", _run_plan, "the tables that a party would get, with the score, or the refusal"
    )
    add_house(one)
    add_wanted(one)
    after_a_no = one.add_mutually_exclusive_group()
    after_a_no.add_argument(
        "--explain", action="store_true", help="after a no, every reason and what would work"
    )
    after_a_no.add_argument(
        "--moves",
        type=whole,
        default=0,
        metavar="NUMBER",
        help="after a no, the fewest moves of bookings that make room, at most this many",
    )
    add_html(one)
    one = add(
        "alternatives", _run_alternatives, "other times for a party; zones, a stay or a split"
    )
    add_source(one)
    add_wanted(one)
    _add_terms(one)
    one = add("offers", _run_offers, "the starts around a wish, with their cost in covers")
    add_source(one)
    add_wanted(one)
    _add_steering(one)
    add_html(one)


def _add_terms(parser: ArgumentParser) -> None:
    """Add the alternatives that a party accepts."""
    parser.add_argument(
        "--minutes",
        type=whole,
        action="append",
        metavar="MINUTES",
        help="a distance in time; repeatable (default: 15, 30, 60 and 120)",
    )
    parser.add_argument("--no-times", action="store_true", help="no other times")
    parser.add_argument("--zones", action="store_true", help="other zones")
    parser.add_argument("--shorter-stay", action="store_true", help="a shorter stay")
    parser.add_argument("--split", action="store_true", help="two parties at one start")
    parser.add_argument(
        "--limit", type=whole, default=5, metavar="NUMBER", help="of each kind (default: 5)"
    )


def _add_steering(parser: ArgumentParser) -> None:
    """Add the starts to offer, the demand that is expected, and the policy of the house."""
    parser.add_argument(
        "--flexible",
        dest="flexible_minutes",
        type=whole,
        default=30,
        metavar="MINUTES",
        help="the greatest distance of a start (default: 30)",
    )
    parser.add_argument(
        "--demand",
        metavar="FILE",
        help="a demand document, or pub for that of the sample (default: from the seats taken)",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--order", action="store_true", help="offer the starts of least cost first")
    which.add_argument(
        "--better",
        type=number,
        metavar="COVERS",
        help="offer one other start if it saves more covers than this",
    )


# ---- commands


def _run_plan(found: Namespace) -> Answer:
    desk = open_desk(open_house(found.floor), now=found.now, bookings=found.bookings)
    if found.explain:
        return explain(desk, wanted(found))
    return plan(desk, wanted(found), found.moves, found.html)


def _run_alternatives(found: Namespace) -> Answer:
    terms = AlternativeTerms(
        *(() if found.minutes is None else (found.minutes,)),
        limit=found.limit,
        times=not found.no_times,
        zones=found.zones,
        shorter_stay=found.shorter_stay,
        split=found.split,
    )
    with desk_of(found) as desk:
        return alternatives(desk, wanted(found), terms)


def _run_offers(found: Namespace) -> Answer:
    policy = policy_of(is_ordered=found.order, better=found.better)
    with desk_of(found) as desk:
        forecast = forecast_of(found.demand, desk.house())
        terms = OfferTerms(found.flexible_minutes, forecast=forecast, steering=policy)
        return offers(desk, wanted(found), terms, found.html)
