"""One evening: what happens to each party, and the numbers that count it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations
from math import nan
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingStatus,
    CapacityRule,
    Floor,
    House,
    InvalidInput,
    Policy,
    SeatingRules,
    ServicePeriod,
    Window,
    sample,
    sketch_floor,
    sketch_house,
)
from fourtop.model.calendar import Calendar
from fourtop.model.window import MICROSECONDS_PER_MINUTE as MINUTE
from fourtop.planner.planner import Planner
from fourtop.simulation import (
    Behaviour,
    Constant,
    Demand,
    Exponential,
    Guest,
    Normal,
    Outcome,
    PlayedEvening,
    Poisson,
    Scenario,
    Stays,
    Visit,
    draw_guests,
    play_evening,
    simulate,
    simulate_evening,
)

FRIDAY = date(2030, 5, 10)
LIVELY = sample.pub_demand().replaced(
    requests=Poisson(40),
    late_minutes=Normal(3, 12, -30, 60),
    stays=Stays(Normal(1.05, 0.25, low=0.3), of_plan=True, until_close_share=0.05),
    patience_minutes=Exponential(20),
    spend_per_cover=Normal(25, 8, low=5),
)


def bar(*sizes: int, **rules: Any) -> House:
    """A house in UTC, open from 17:00 to 23:00, with stays of one hour."""
    floor = sketch_floor({str(place): size for place, size in enumerate(sizes, 1)})
    house = sketch_house(
        "The Bar", floor, timezone="UTC", periods={"evening": "17:00-23:00"}, turn_minutes=60
    )
    return attrs.evolve(house, policy=attrs.evolve(house.policy, **rules))


def walk_ins(count: int, at: str = "18:00", **more: Any) -> Demand:
    """Parties of two that come to the door at one time."""
    return Demand(count, {2: 1}, {at: 1}, channels={"walk_in": 1}, **more)


def bookers(count: int, at: str = "18:00", **more: Any) -> Demand:
    """Parties of two that book one time by phone."""
    return Demand(count, {2: 1}, {at: 1}, channels={"phone": 1}, **more)


def played(house: House, demand: Demand, **behaviour: Any) -> PlayedEvening:
    scenario = Scenario(house, demand, Behaviour(**behaviour), dates=[FRIDAY])
    return play_evening(scenario, 1, seed=3)


def outcomes(evening: PlayedEvening) -> list[str]:
    return sorted(visit.outcome.value for visit in evening.result.visits)


def minute(visit_us: int | None) -> int | None:
    """Minutes since midnight of the Friday."""
    midnight = int(timedelta(days=(FRIDAY - date(1970, 1, 1)).days).total_seconds()) * 1_000_000
    return None if visit_us is None else (visit_us - midnight) // MINUTE


# ---- the numbers, against the records of the desk and against loops


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_numbers_are_those_of_the_records(number: int) -> None:
    evening = play_evening(Scenario(sample.pub(), LIVELY, dates=[FRIDAY]), number, seed=5)
    result, desk = evening.result, evening.desk
    (service,) = desk.utilisation(FRIDAY).periods
    whole_day = Window(service.slots[0].start - timedelta(1), service.slots[0].start + timedelta(1))
    bookings = {booking.id: booking for booking in desk.bookings(whole_day)}

    assert desk.audit().is_clean
    assert result.seat_hours_used == pytest.approx(service.seat_hours_used)
    assert result.seat_hours_offered == pytest.approx(service.seat_hours_offered)
    assert len(bookings) == sum(visit.start_us is not None for visit in result.visits)
    statuses = {
        Outcome.SEATED: {BookingStatus.COMPLETED},
        Outcome.CANCELLED: {BookingStatus.CANCELLED},
        Outcome.NO_SHOW: {BookingStatus.NO_SHOW},
        Outcome.RELEASED: {BookingStatus.NO_SHOW, BookingStatus.CANCELLED},
        Outcome.GAVE_UP: {BookingStatus.CANCELLED},
    }
    for visit in result.visits:
        booking = bookings.get(f"g{visit.number}")
        if booking is None:
            assert visit.outcome in (Outcome.REFUSED, Outcome.GAVE_UP)
            continue
        assert booking.status in statuses[visit.outcome]
        assert (booking.seated_us, booking.left_us) == (visit.seated_us, visit.left_us)
        assert visit.seated_us is None or booking.tables == visit.tables


@pytest.mark.slow
def test_parties_at_one_table_never_overlap() -> None:
    shared = 0
    for number in range(1, 6):
        result = simulate_evening(Scenario(sample.pub(), LIVELY), number, seed=8)
        seated = [visit for visit in result.visits if visit.seated_us is not None]
        for one, two in combinations(seated, 2):
            if set(one.tables) & set(two.tables):
                shared += 1
                assert ends(one) <= begins(two) or ends(two) <= begins(one)
    assert shared > 40


def begins(visit: Visit) -> int:
    assert visit.seated_us is not None
    return visit.seated_us


def ends(visit: Visit) -> int:
    assert visit.left_us is not None
    return visit.left_us


def test_every_party_has_one_outcome_and_the_counts_add_up() -> None:
    result = simulate_evening(Scenario(sample.pub(), LIVELY), 2, seed=9)
    counts = (
        result.parties,
        result.refused,
        result.cancelled,
        result.no_shows,
        result.gave_up,
        result.released,
    )
    assert sum(counts) == result.requests == len(result.visits) > 20
    assert sum(result.refusals.values()) == result.refused
    assert result.covers_requested == sum(visit.party_size for visit in result.visits)
    assert result.revenue == sum(visit.revenue for visit in result.with_outcome("seated"))


def test_visits_come_in_the_order_of_their_requests() -> None:
    result = simulate_evening(Scenario(sample.pub(), LIVELY), 2, seed=9)
    asked = [visit.asked_us for visit in result.visits]
    assert asked == sorted(asked)
    assert asked[0] < asked[-1]


# ---- every seating is a command of the engine


def test_another_planner_changes_the_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario(sample.pub(), sample.pub_demand())
    before = simulate_evening(scenario, 1)

    def worst(
        self: Planner, request: Any, free: int, barred: Sequence[int] = (), evening: Any = None
    ) -> Any:
        plans = self.plans(request, free, 50, barred, evening)
        return plans[-1] if plans else choose(self, request, free, barred, evening)

    choose = Planner.choose
    monkeypatch.setattr(Planner, "choose", worst)
    after = simulate_evening(scenario, 1)
    assert [visit.asked_us for visit in after.visits] == [visit.asked_us for visit in before.visits]
    assert [visit.tables for visit in after.visits] != [visit.tables for visit in before.visits]
    assert len(after.visits[0].tables) > len(before.visits[0].tables) == 1


def test_the_events_of_the_store_tell_the_whole_evening() -> None:
    evening = play_evening(Scenario(sample.pub(), LIVELY, dates=[FRIDAY]), 4, seed=2)
    page = evening.desk.list_bookings(limit=500)
    assert len(page) == sum(visit.start_us is not None for visit in evening.result.visits)
    statuses = [booking.status for booking in page]
    assert statuses.count(BookingStatus.COMPLETED) == evening.result.parties


# ---- coming, waiting, leaving


def test_a_full_bar_refuses_walk_ins() -> None:
    evening = played(bar(2, 2), walk_ins(5))
    assert outcomes(evening) == ["refused"] * 3 + ["seated"] * 2
    assert evening.result.refusals == {"TABLES_TAKEN": 3}


def test_walk_ins_with_patience_sit_down_when_a_party_leaves() -> None:
    demand = walk_ins(3, stays=Stays(40), patience_minutes=Constant(90))
    evening = played(bar(2), demand)
    assert outcomes(evening) == ["seated"] * 3
    waits = sorted(visit.wait_minutes for visit in evening.result.visits)
    assert waits == [0, 40, 80]
    assert (evening.result.waited, evening.result.wait_minutes) == (2, 120)
    assert evening.result.longest_wait_minutes == 80


def test_walk_ins_give_up_when_their_patience_ends() -> None:
    demand = walk_ins(3, stays=Stays(40), patience_minutes=Constant(39))
    assert outcomes(played(bar(2), demand)) == ["gave_up", "gave_up", "seated"]


def test_a_waiting_party_waits_for_the_buffer_too() -> None:
    house = bar(2)
    (period,) = house.policy.periods
    cleaned = attrs.evolve(period, buffer_after_minutes=10)
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, periods=[cleaned]))
    demand = walk_ins(2, stays=Stays(40), patience_minutes=Constant(90))
    waits = sorted(visit.wait_minutes for visit in played(house, demand).result.visits)
    assert waits == [0, 50]


def test_nobody_waits_for_a_table_that_never_comes() -> None:
    demand = Demand(2, {9: 1}, {"18:00": 1}, channels={"walk_in": 1}, patience_minutes=Constant(60))
    evening = played(bar(2, 2), demand)
    assert evening.result.refusals == {"PARTY_NEVER_FITS": 2}


def test_a_party_that_overstays_puts_the_next_at_risk_and_it_moves() -> None:
    demand = Demand(2, {2: 1}, {"18:00": 1, "19:00": 1}, channels={"phone": 1}, stays=Stays(100))
    # The draws of these two guests want one start each.
    starts = {visit.wished for visit in played(bar(2, 2), demand).result.visits}
    assert len(starts) == 2
    small = played(bar(2), demand).result
    assert (small.parties, small.overstays, small.at_risk, small.late) == (1, 1, 1, 0)
    assert small.gave_up == 1
    patient = demand.replaced(booked_patience_minutes=Constant(60))
    waited = played(bar(2), patient).result
    assert (waited.parties, waited.late, waited.longest_wait_minutes) == (2, 1, 40)
    # The engine gives both the first table, because the plans do not overlap.
    large = played(bar(2, 2), demand).result
    assert (large.parties, large.at_risk, large.moves, large.late) == (2, 1, 1, 0)
    kept = played(bar(2, 2), patient, moves_parties=False).result
    assert (kept.parties, kept.moves, kept.late) == (2, 0, 1)


def test_a_prolonged_stay_keeps_later_bookers_away() -> None:
    # One party stays 100 minutes instead of 60; a walk-in wants a table 65 minutes after it came.
    house = bar(2, seating=SeatingRules(overstay_minutes=0))
    demand = Demand(2, {2: 1}, {"18:00": 1, "19:05": 1}, channels={"walk_in": 1}, stays=Stays(100))
    evenings = [played(house, demand, prolongs=prolongs) for prolongs in (False, True)]
    stays = [
        max(booking.stay.dining.minutes for booking in each.desk.list_bookings())
        for each in evenings
    ]
    assert stays[0] == 60
    assert stays[1] > 90


def test_early_guests_sit_down_early_if_their_table_is_free() -> None:
    result = played(bar(2), bookers(1, late_minutes=Constant(-20))).result
    (visit,) = result.visits
    assert (minute(visit.arrived_us), minute(visit.seated_us)) == (17 * 60 + 40, 17 * 60 + 40)
    assert visit.wait_minutes == 0


def test_a_party_that_comes_too_early_waits_outside() -> None:
    house = bar(2, seating=SeatingRules(early_minutes=10))
    (visit,) = played(house, bookers(1, late_minutes=Constant(-40))).result.visits
    assert (minute(visit.arrived_us), minute(visit.seated_us)) == (17 * 60 + 20, 17 * 60 + 50)
    assert visit.wait_minutes == 0


def test_a_late_party_loses_its_table_only_if_others_want_it() -> None:
    late = bookers(1, late_minutes=Constant(25))
    (visit,) = played(bar(2), late).result.visits
    assert (visit.outcome, minute(visit.seated_us)) == (Outcome.SEATED, 18 * 60 + 25)
    # Somebody at the door takes the table between the release and the arrival.
    both = Demand(
        40,
        {2: 1},
        {"18:00": 1},
        channels={"phone": 0.5, "walk_in": 0.5},
        late_minutes=Constant(25),
        patience_minutes=Constant(20),
    )
    result = played(bar(2), both).result
    assert (result.released, result.parties) == (1, 1)
    kept = played(bar(2), both, release_after_minutes=30).result
    assert (kept.released, kept.parties) == (0, 1)
    assert [visit.channel for visit in kept.with_outcome("seated")] == ["phone"]


def test_a_party_that_comes_after_its_booked_end_is_turned_away() -> None:
    result = played(bar(2), bookers(1, late_minutes=Constant(90))).result
    assert (result.released, result.parties) == (1, 0)


def test_cancelled_and_absent_parties_free_their_tables() -> None:
    cancelled = played(bar(2), bookers(1, cancel_share=1.0)).result
    assert (cancelled.cancelled, cancelled.parties) == (1, 0)
    absent = played(bar(2), bookers(1, no_show_share=1.0)).result
    assert (absent.no_shows, absent.parties) == (1, 0)
    demand = Demand(
        60,
        {2: 1},
        {"18:00": 1},
        channels={"phone": 0.5, "walk_in": 0.5},
        no_show_share=1.0,
        patience_minutes=Constant(30),
    )
    result = played(bar(2), demand).result
    # The first walk-in in the queue gets the table 15 minutes after the start.
    (seated,) = result.with_outcome("seated")
    assert (seated.channel, seated.wait_minutes, result.no_shows) == ("walk_in", 15, 1)


def test_some_parties_stay_until_the_service_ends() -> None:
    (visit,) = played(bar(2), bookers(1, stays=Stays(30, until_close_share=1.0))).result.visits
    assert minute(visit.left_us) == 23 * 60
    assert visit.overstay_us == 4 * 60 * MINUTE


def test_guests_online_hold_a_table_before_they_book_it() -> None:
    demand = Demand(2, {2: 1}, {"18:00": 1}, channels={"web": 1}, lead_minutes=Constant(60))
    result = played(bar(2), demand).result
    # Both ask in the same minute: the hold of the first is in the way of the second.
    assert (result.parties, result.refusals) == (1, {"TABLES_TAKEN": 1})
    slow = played(bar(2, 2), demand, hold_seconds=240).result
    assert slow.parties == 2
    at_once = played(bar(2), demand, hold_seconds=0).result
    assert at_once.parties == 1


def test_a_cap_refuses_by_its_own_code() -> None:
    house = bar(2, 2, 2, capacity_rules=[CapacityRule(max_covers=4)])
    assert played(house, bookers(3)).result.refusals == {"CAPACITY_EXCEEDED": 1}


def test_a_warm_up_is_played_and_not_counted() -> None:
    demand = Demand(30, {2: 1}, {"17:00": 1, "20:00": 1}, channels={"walk_in": 1}, stays=Stays(60))
    house = bar(2, 2)
    whole = simulate_evening(Scenario(house, demand, dates=[FRIDAY]), 1)
    rest = simulate_evening(Scenario(house, demand, dates=[FRIDAY], warm_up_minutes=120), 1)
    late = tuple(visit for visit in whole.visits if visit.wished.hour >= 19)
    assert rest.visits == late
    assert 0 < len(late) < len(whole.visits)
    assert rest.seat_hours_offered == pytest.approx(4 * 4)
    seven_us = begins(late[0]) - begins(late[0]) % (24 * 60 * MINUTE) + 19 * 60 * MINUTE
    seated = [visit for visit in whole.visits if visit.seated_us is not None]
    by_hand = sum(2 * max(ends(each) - max(begins(each), seven_us), 0) for each in seated)
    assert rest.seat_hours_used == pytest.approx(by_hand / (60 * MINUTE))


# ---- the guests


def guests(
    demand: Demand, *, evening: int = 1, seed: int = 1, zone: str = "UTC"
) -> tuple[Guest, ...]:
    house = sketch_house("Any", sketch_floor({"1": 2}), timezone=zone)
    calendar = Calendar(house.restaurant, house.policy)
    return draw_guests(demand, calendar, FRIDAY, seed=seed, evening=evening)


def test_the_same_guest_comes_whatever_the_others_do() -> None:
    few, many = guests(LIVELY.replaced(requests=20)), guests(LIVELY.replaced(requests=40))
    assert {guest for guest in many if guest.number <= 20} == set(few)
    assert guests(LIVELY, evening=2) != guests(LIVELY)
    assert guests(LIVELY, seed=2) != guests(LIVELY)


def test_guests_follow_the_shares_of_the_demand() -> None:
    demand = LIVELY.replaced(requests=4_000)
    drawn = guests(demand)
    booked = [guest for guest in drawn if not guest.is_walk_in]
    for channel, share in demand.channels:
        assert abs(sum(guest.channel == channel for guest in drawn) / 4_000 - share / 0.99) < 0.025
    assert abs(sum(guest.cancels_us is not None for guest in booked) / len(booked) - 0.119) < 0.02
    assert abs(sum(guest.is_no_show for guest in booked) / len(booked) - 0.031) < 0.01
    total = sum(weight for _, weight in demand.party_weights)
    for size, weight in demand.party_weights:
        assert (
            abs(sum(guest.party_size == size for guest in drawn) / 4_000 - weight / total) < 0.025
        )
    assert all(
        guest.cancels_us is None and guest.late_us == 0 for guest in drawn if guest.is_walk_in
    )


def test_walk_ins_come_between_their_start_and_the_next() -> None:
    drawn = guests(walk_ins(1_200).replaced(starts={"18:00": 1, "18:30": 1, "20:00": 1}))
    minutes = [minute(guest.start_us) for guest in drawn]
    first = {each for each in minutes if each is not None and each < 18 * 60 + 30}
    second = {each for each in minutes if each is not None and 18 * 60 + 30 <= each < 20 * 60}
    assert first == set(range(18 * 60, 18 * 60 + 30))
    assert second <= set(range(18 * 60 + 30, 20 * 60))
    assert len(second) > 80
    assert minutes.count(20 * 60) == 1_200 - sum(each != 20 * 60 for each in minutes) > 100


def test_hours_after_midnight_belong_to_the_night_before() -> None:
    drawn = guests(bookers(50).replaced(starts={"23:30": 1, "00:30": 1}))
    assert {minute(guest.start_us) for guest in drawn} == {23 * 60 + 30, 24 * 60 + 30}


def test_local_times_follow_the_zone_of_the_house() -> None:
    (london,) = guests(bookers(1), zone="Europe/London")
    (utc,) = guests(bookers(1))
    assert utc.start_us - london.start_us == 60 * MINUTE


def test_a_weekday_has_its_factor() -> None:
    demand = bookers(20).replaced(weekday_factors={"friday": 1.5, "monday": 0})
    assert len(guests(demand)) == 30
    assert demand.requests_on(date(2030, 5, 6)).expected == 0
    assert demand.requests_on(date(2030, 5, 7)).expected == 20


# ---- Erlang: the simulator against a formula


@pytest.mark.slow
def test_erlang_loss_formula_holds_at_a_bar_that_never_closes() -> None:
    """Walk-ins without patience at three tables: the share that is lost is known in closed form."""
    floor = sketch_floor({"1": 2, "2": 2, "3": 2})
    period = ServicePeriod("all", "06:00", "06:00", last_seating_minutes=0, overrun_allowed=True)
    house = sketch_house("Bar", floor, timezone="UTC")
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, periods=[period]))
    # Arrivals as a Poisson process over 24 hours; a stay is cut to whole minutes from 1 to 600.
    starts = {f"{(6 + hour) % 24:02d}:00": 1 for hour in range(5 + 18)}
    mean = 40.0
    demand = Demand(
        Poisson(23 * 4),
        {2: 1},
        starts,
        channels={"walk_in": 1},
        stays=Stays(Exponential(mean)),
    )
    found = simulate(house, demand, evenings=16, seed=1, warm_up_minutes=240).refused_percent
    real_mean = sum(math.exp(-minutes / mean) for minutes in range(2, 600)) + 1
    load = 4 / 60 * real_mean
    terms = [load**tables / math.factorial(tables) for tables in range(4)]
    assert abs(found.mean - 100 * terms[3] / sum(terms)) < found.half_width
    assert found.half_width < 4


# ---- bad input


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: bookers(-1), "requests"),
        (lambda: bookers(Normal(2, 30)), "requests"),  # type: ignore[arg-type]  # Wrong on purpose.
        (lambda: Demand(nan, {2: 1}, {"18:00": 1}), "value"),
        (lambda: Demand(3, {}, {"18:00": 1}), "party_weights"),
        (lambda: Demand(3, {0: 1}, {"18:00": 1}), "party_weights"),
        (lambda: Demand(3, {2: -1, 3: 2}, {"18:00": 1}), "party_weights"),
        (lambda: Demand(3, {2: nan}, {"18:00": 1}), "party_weights"),
        (lambda: Demand(3, {2: 1}, {"25:00": 1}), "starts"),
        (lambda: Demand(3, {2: 1}, {"18:00": 0}), "starts"),
        (lambda: Demand(3, {2: 1}, [18]), "starts"),  # type: ignore[arg-type]  # The same.
        (lambda: Demand(3, {2: 1}, {"18:00": 1}, channels={"web": 0.5}), "channels"),
        (lambda: Demand(3, {2: 1}, {"18:00": 1}, channels={"a b": 1}), "channels"),
        (lambda: bookers(3, cancel_share=-0.1), "cancel_share"),
        (lambda: bookers(3, cancel_share=0.6, no_show_share=0.5), "no_show_share"),
        (lambda: bookers(3, stays=90), "stays"),
        (lambda: bookers(3, late_minutes=nan), "value"),
        (lambda: bookers(3, weekday_factors={"friday": -1}), "weekday_factors"),
        (lambda: bookers(3, weekday_factors={"someday": 1}), "weekday"),
        (lambda: Behaviour(accept=3), "accept"),  # type: ignore[arg-type]  # The same.
        (lambda: Behaviour(hold_seconds=-1), "hold_seconds"),
        (lambda: Scenario(3, bookers(1)), "house"),  # type: ignore[arg-type]  # The same.
        (lambda: Scenario(bar(2), 3), "demand"),  # type: ignore[arg-type]  # The same.
        (lambda: Scenario(bar(2), bookers(1), dates=[]), "dates"),
        (lambda: Scenario(bar(2), bookers(1), dates=["soon"]), "dates"),
        (lambda: Scenario(bar(2), bookers(1), warm_up_minutes=-5), "warm_up_minutes"),
        (lambda: simulate(bar(2), bookers(1), evenings=0), "evenings"),
        (lambda: simulate(bar(2), bookers(1), seed=-1), "seed"),
        (lambda: simulate(bar(2), bookers(1), seed=1.5), "seed"),  # type: ignore[arg-type]  # The same.
        (
            lambda: simulate(
                attrs.evolve(bar(2), floor=Floor([], zones=bar(2).floor.zones)), bookers(1)
            ),
            "house",
        ),
        (lambda: simulate(attrs.evolve(bar(2), policy=Policy([])), bookers(1)), "house"),
    ],
)
def test_bad_input_is_refused_by_name(make: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make()
    assert refused.value.field == field


@attrs.frozen
class Broken:
    """A distribution of a host's own that draws no number."""

    value: float = nan

    @property
    def expected(self) -> float:
        return self.value

    def quantile(self, _share: float) -> float:
        return self.value

    def scaled(self, _factor: float) -> Broken:
        return self


@pytest.mark.parametrize(
    ("field", "demand"),
    [
        ("requests", bookers(1).replaced(requests=Broken())),
        ("lead_minutes", bookers(1, lead_minutes=Broken())),
        ("late_minutes", bookers(1, late_minutes=Broken(math.inf))),
        ("booked_patience_minutes", bookers(1, booked_patience_minutes=Broken())),
        ("patience_minutes", walk_ins(1, patience_minutes=Broken())),
        ("spend_per_cover", bookers(1, spend_per_cover=Broken())),
        ("lengths", bookers(1, stays=Stays(Broken()))),
    ],
)
def test_a_stay_of_nan_is_refused_by_name(field: str, demand: Demand) -> None:
    with pytest.raises(InvalidInput) as refused:
        played(bar(2), demand)
    assert refused.value.field == field


def test_a_party_a_week_late_comes_a_day_late() -> None:
    result = played(bar(2), bookers(1, late_minutes=Constant(10_000))).result
    (visit,) = result.visits
    assert visit.outcome is Outcome.RELEASED
    assert minute(visit.arrived_us) == (18 + 24) * 60


@pytest.mark.parametrize(
    ("arguments", "field"),
    [((3, 1), "scenario"), ((None, 0), "number"), ((None, 1.5), "number"), ((None, 1, -1), "seed")],
)
def test_wrong_arguments_of_an_evening_are_refused(arguments: Any, field: str) -> None:
    scenario, number, *seed = arguments
    with pytest.raises(InvalidInput) as refused:
        simulate_evening(
            scenario or Scenario(bar(2), bookers(1)), number, **({"seed": seed[0]} if seed else {})
        )
    assert refused.value.field == field


def test_an_evening_without_guests_is_empty() -> None:
    result = simulate_evening(Scenario(bar(2), bookers(0)), 1)
    assert (result.requests, result.covers, result.seat_hours_used) == (0, 0, 0)
    assert result.seat_hours_offered == 12
    assert simulate(bar(2), bookers(0), evenings=2).refused_percent.mean == 0


def test_a_closed_date_refuses_everybody() -> None:
    house = bar(2, closures=[FRIDAY])
    result = played(house, bookers(3)).result
    assert (result.refusals, result.seat_hours_offered) == ({"CLOSED": 3}, 0)
    assert FRIDAY not in Scenario(house, bookers(1)).dates
