"""Hypothesis strategies for houses, requests and demands: small, so that brute force is quick.

They need Hypothesis, which the extra ``fourtop[testing]`` brings. Every strategy draws lawful
values only, and few choices for each, so that long examples stay within what Hypothesis keeps of
one.
"""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any, Final

from hypothesis import strategies as st

from fourtop.model.alternatives import AlternativeTerms
from fourtop.model.booking_rules import BookingWindow, HoldRules
from fourtop.model.calendar import Calendar
from fourtop.model.capacity_rules import CapacityRule
from fourtop.model.floor import Floor, Join
from fourtop.model.house import House
from fourtop.model.offers import OfferTerms, SteeringPolicy
from fourtop.model.planning_rules import AdjacencyMode, Planning, Weights
from fourtop.model.policy import Policy
from fourtop.model.request import BookingRequest, Preference
from fourtop.model.restaurant import Area, Restaurant, Zone
from fourtop.model.service_period import Occasion, ServicePeriod
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Mobility, Table
from fourtop.model.window import MICROSECONDS_PER_MINUTE, from_micros
from fourtop.simulation import (
    AS_PLANNED,
    Behaviour,
    Constant,
    Demand,
    Distribution,
    Empirical,
    Exponential,
    Lognormal,
    Normal,
    Poisson,
    Stays,
    Triangular,
    Uniform,
)

__all__ = [
    "behaviours",
    "demands",
    "distributions",
    "floors",
    "houses",
    "plannings",
    "policies",
    "preferences",
    "requests",
    "tables",
]

ZONES: Final = (Zone("main", "Main"), Zone("bar", "Bar", order=1, area=Area.BAR))
# As people count, 10 comes after 2; as texts it comes before.
_NUMBERS: Final = ("1", "2", "3", "10", "11", "20", "21", "22", "30", "31")
_ANYTHING: Final = Preference()
_STEERING: Final = (None, SteeringPolicy("order"), SteeringPolicy("one_better", saves_more_than=0))


@st.composite
def tables(draw: st.DrawFn, *, table_id: str, number: str) -> Table:
    """Draw a table of 2 to 6 seats in one of the zones ``main`` and ``bar``.

    Args:
        draw: Hypothesis gives it.
        table_id: Its id.
        number: Its number.
    """
    capacity = draw(st.sampled_from((2, 2, 4, 4, 6, 3)))
    # One choice for all that is seldom, so that most tables are plain.
    special = draw(st.integers(0, 11))
    return Table(
        table_id,
        number,
        capacity,
        draw(st.sampled_from(("main", "main", "main", "bar"))),
        min_party=2 if special in (1, 2) else 1,
        max_party=capacity - 1 if special == 3 else None,
        mobility=Mobility.FIXED if special == 4 else Mobility.MOVABLE,
        out_of_service=special == 5,
        active=special != 6,
        seating="booth" if special in (7, 8) else "standard",
        features=("window",) if special in (8, 9) else (),
    )


@st.composite
def floors(draw: st.DrawFn, *, most_tables: int = 7) -> Floor:
    """Draw a floor of one to ``most_tables`` tables (at most 10) with joins and set capacities.

    The order of the tables' ids is not the order of their numbers.
    """
    # Mostly large floors, which leave a choice of tables.
    fewer = [each for each in (0, 1, 2, 0, 1, 3, 2, 0, 4, 5, 6) if each < most_tables]
    count = most_tables - draw(st.sampled_from(fewer))
    numbers = draw(st.permutations(_NUMBERS[:count]))
    ids = [f"t{place}" for place in range(1, count + 1)]
    made = [
        draw(tables(table_id=table_id, number=number))
        for table_id, number in zip(ids, numbers, strict=True)
    ]
    joins = []
    for pair in combinations(ids, 2):
        # A negative number means no join; otherwise it is the seat loss.
        loss = draw(st.sampled_from((-1, -1, 0, 0, 1, 2)))
        if loss >= 0:
            joins.append(Join(pair, seat_loss=loss))
    given = []
    if count > 1 and draw(st.booleans()):
        members = draw(st.sampled_from(list(combinations(ids, 2)) + list(combinations(ids, 3))))
        given.append(
            SetCapacity(members, draw(st.integers(3, 9)), draw(st.sampled_from((None, 2, 3))))
        )
    return Floor(made, zones=ZONES, joins=joins, set_capacities=given)


_WEIGHTS: Final = (
    Weights(),
    Weights(),
    Weights.reference(),
    Weights(overage=0.5, table_count=0, idle_time=0),
    Weights(wish=1, scarcity=3),
)


def plannings() -> st.SearchStrategy[Planning]:
    """Draw planning rules: every mode, one to four tables, several budgets and weights."""
    return st.builds(
        Planning,
        adjacency_mode=st.sampled_from(AdjacencyMode),
        adjacency_required=st.sampled_from((True, True, True, False)),
        adjacency_min_party=st.sampled_from((None, None, 5)),
        max_tables=st.sampled_from((3, 2, 4, 1)),
        slack_budget=st.sampled_from((4, 1, 0, None)),
        weights=st.sampled_from(_WEIGHTS),
        demand_multiplier=st.sampled_from((1, 1, 1.35)),
    )


_OCCASIONS: Final = (
    Occasion("supper", [(2, 75), (4, 90), (None, 120)]),
    Occasion("drinks", [(None, 60)]),
)
_LUNCHES: Final = (
    ServicePeriod("lunch", "12:00", "15:00"),
    ServicePeriod(
        "lunch",
        "11:30",
        "14:30",
        buffer_before_minutes=5,
        buffer_after_minutes=10,
        min_dwell_minutes=60,
    ),
)
_DINNERS: Final = (
    ServicePeriod("dinner", "17:00", "22:00", buffer_after_minutes=5, last_seating_minutes=60),
    ServicePeriod(
        "dinner", "17:30", "22:00", turn_bands=[(2, 60), (4, 90), (None, 105)], overrun_allowed=True
    ),
    ServicePeriod(
        "dinner",
        "17:00",
        "21:30",
        occasions=("supper", "drinks"),
        last_start="21:00",
        interval_minutes=15,
        closed_starts=("19:00", "20:30"),
    ),
    ServicePeriod(
        "dinner",
        "18:00",
        "22:00",
        buffer_before_minutes=15,
        last_seating_minutes=0,
        min_dwell_minutes=30,
    ),
)
_LATES: Final = (
    ServicePeriod("late", "22:30", "01:30", last_seating_minutes=45),
    ServicePeriod(
        "late", "22:00", "02:30", weekdays=("friday", "saturday", "sunday"), last_start="01:00"
    ),
)
_CAPS: Final = (
    CapacityRule(max_covers=12),
    CapacityRule(max_parties=3, period="dinner"),
    CapacityRule(max_covers=8, max_parties=3, weekday="saturday"),
    CapacityRule(max_covers=16, period="dinner", weekday="saturday"),
)
_BOOKING_WINDOWS: Final = (
    (),
    (),
    (BookingWindow(notice_minutes=45, horizon_days=1, max_party=4),),
    (BookingWindow(min_party=3, horizon_days=0), BookingWindow(notice_minutes=240)),
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw a policy with dinner, optional lunch and late service, caps, bands and hold limits."""
    periods = [draw(st.sampled_from(_DINNERS))]
    lunch = draw(st.integers(0, len(_LUNCHES)))
    late = draw(st.integers(0, 2 * len(_LATES)))
    caps = sorted(draw(st.sets(st.integers(0, 2 * len(_CAPS)), max_size=2)))
    periods += _LUNCHES[lunch - 1 : lunch] if lunch else ()
    periods += _LATES[late - 1 : late] if late else ()
    return Policy(
        periods,
        occasions=_OCCASIONS,
        turn_bands=draw(st.sampled_from(((), [(4, 75), (None, 120)]))),
        capacity_rules=[_CAPS[place] for place in caps if place < len(_CAPS)],
        planning=draw(plannings()),
        holds=draw(
            st.builds(
                HoldRules,
                ttl_seconds=st.sampled_from((180, 600, 30)),
                rate_limit=st.sampled_from((3, 2, 5)),
                max_live=st.sampled_from((100, 100, 3)),
                max_live_per_session=st.sampled_from((2, 10)),
                max_lifetime_seconds=st.sampled_from((600, 600, 900)),
            )
        ),
        booking_windows=draw(st.sampled_from(_BOOKING_WINDOWS)),
        past_grace_minutes=draw(st.sampled_from((5, 0, 60))),
    )


@st.composite
def houses(
    draw: st.DrawFn,
    *,
    restaurant_id: str = "r1",
    most_tables: int = 7,
    timezone: str = "Europe/London",
) -> House:
    """Draw a house.

    Args:
        draw: Hypothesis gives it.
        restaurant_id: Its id.
        most_tables: Most tables on its floor (1–10).
        timezone: IANA name.
    """
    restaurant = Restaurant(
        restaurant_id,
        "A House",
        timezone=timezone,
        reservation_interval_minutes=draw(st.sampled_from((30, 60, 45))),
        default_duration_minutes=draw(st.sampled_from((90, 60, 120))),
        last_seating_buffer_minutes=draw(st.sampled_from((60, 90, 0))),
    )
    return House(restaurant, draw(floors(most_tables=most_tables)), draw(policies()))


_PREFERENCES: Final = (
    *(_ANYTHING,) * 12,
    Preference(zones=("main",)),
    Preference(features=("window",)),
    Preference(seatings=("booth",)),
    Preference(areas=("bar",)),
    Preference(zones=("bar",), features=("window",)),
)


def preferences(house: House | None = None) -> st.SearchStrategy[Preference]:
    """Draw conditions on tables; mostly none.

    Args:
        house: Its tables and zones have everything that is drawn; ``None``: they may lack it.
    """
    return st.sampled_from(
        [each for each in _PREFERENCES if house is None or _is_known(house.floor, each)]
    )


def _is_known(floor: Floor, preference: Preference) -> bool:
    return (
        preference.zones <= {zone.id for zone in floor.zones}
        and preference.areas <= {zone.area for zone in floor.zones}
        and preference.seatings <= {table.seating for table in floor.tables}
        and preference.features <= {each for table in floor.tables for each in table.features}
    )


@st.composite
def requests(draw: st.DrawFn, house: House, *, on: date) -> BookingRequest:
    """Draw a request for a date, mostly on the raster of a service, sometimes off it.

    Args:
        draw: Hypothesis gives it.
        house: The house with the services. It has everything that the request names.
        on: The date, in the house's calendar.
    """
    calendar = Calendar(house.restaurant, house.policy)
    starts = [start_us for start_us, _ in calendar.starts_on(on)] or [
        calendar.instant(f"{on.isoformat()}T18:00")
    ]
    beside = draw(st.sampled_from((0, 0, 0, 7, 240))) * MICROSECONDS_PER_MINUTE
    return BookingRequest(
        draw(st.integers(1, 10)),
        from_micros(draw(st.sampled_from(starts)) + beside),
        must=draw(preferences(house)),
        wish=draw(preferences(house)),
    )


def distributions() -> st.SearchStrategy[Distribution]:
    """Draw a distribution of minutes of one of the kinds, with values from 0 on."""
    return st.sampled_from(
        (
            Constant(0),
            Constant(25),
            Uniform(0, 60),
            Exponential(30),
            Normal(45, 20, low=0),
            Lognormal(60, 30),
            Triangular(5, 20, 90),
            Empirical([10, 45, 45, 200]),
        )
    )


_STAYS: Final = (
    AS_PLANNED,
    Stays(Lognormal(1.1, 0.4), of_plan=True),
    Stays({2: Uniform(20, 200), None: 90}, until_close_share=0.2),
    Stays(1),
)
_CHANNELS: Final[tuple[dict[str, float], ...]] = (
    {"web": 0.5, "phone": 0.25, "walk_in": 0.25},
    {"web": 1},
    {"phone": 1},
    {"walk_in": 1},
)


_LATE: Final[tuple[Distribution, ...]] = (Constant(0), Normal(5, 30), Uniform(-150, 100))


@st.composite
def demands(draw: st.DrawFn, *, most_requests: int = 15) -> Demand:
    """Draw a demand with starts around noon, in the evening and after midnight.

    Args:
        draw: Hypothesis gives it.
        most_requests: The most requests of a date.
    """
    count = draw(st.integers(0, most_requests))
    channels = draw(st.sampled_from(_CHANNELS))
    online = [channel for channel in channels if channel not in ("walk_in", "phone")]
    return Demand(
        Poisson(count / 2) if draw(st.booleans()) else count,
        draw(st.sampled_from(({2: 1}, {1: 1, 2: 4, 4: 3, 7: 1}, {3: 1, 12: 1}))),
        draw(st.sampled_from(({"19:00": 1}, {"12:15": 2, "18:10": 3, "20:45": 2, "00:30": 1}))),
        channels=channels,
        lead_minutes=draw(distributions()),
        cancel_share=draw(st.sampled_from((0, 0.3))),
        no_show_share=draw(st.sampled_from((0, 0.3, 0.7))),
        abandon_shares=dict.fromkeys(online, draw(st.sampled_from((0, 0.4)))),
        late_minutes=draw(st.sampled_from(_LATE)),
        stays=draw(st.sampled_from(_STAYS)),
        patience_minutes=draw(distributions()),
        booked_patience_minutes=draw(distributions()),
        spend_per_cover=draw(st.sampled_from((None, Lognormal(25, 8)))),
    )


def behaviours() -> st.SearchStrategy[Behaviour]:
    """Draw a behaviour, with or without other starts, moves, longer stays and long holds."""
    terms = AlternativeTerms((30, 60, 120))
    split = AlternativeTerms((30, 120), split=True)
    alternatives = (None, terms, split, AlternativeTerms(split=True, times=False))
    return st.one_of(
        _behaviours(alternatives=st.sampled_from(alternatives)),
        _behaviours(offers=st.builds(OfferTerms, steering=st.sampled_from(_STEERING))),
    )


def _behaviours(**others: st.SearchStrategy[Any]) -> st.SearchStrategy[Behaviour]:
    return st.builds(
        Behaviour,
        moves_parties=st.booleans(),
        prolongs=st.booleans(),
        release_after_minutes=st.sampled_from((None, 0, 40)),
        hold_seconds=st.sampled_from((0, 60, 500)),
        **others,
    )
