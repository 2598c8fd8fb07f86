"""Holds that guests abandon, and parties that sit as two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import pytest

from fourtop import (
    AlternativeTerms,
    Booking,
    BookingRequest,
    BookingStatus,
    Code,
    Desk,
    HoldRules,
    InvalidDocument,
    InvalidInput,
    Quote,
    Refusal,
    Refused,
    ServicePeriod,
    sketch_floor,
    sketch_house,
)
from fourtop.model.alternatives import AlternativeKind
from fourtop.model.calendar import Calendar
from fourtop.model.policy import Policy
from fourtop.model.window import MICROSECONDS_PER_MINUTE as MINUTE
from fourtop.simulation import (
    Behaviour,
    Constant,
    Demand,
    EveningResult,
    Guest,
    Outcome,
    Scenario,
    Stays,
    Visit,
    draw_guests,
    loads_demand,
    simulate,
    simulate_evening,
)
from tests.unit.test_simulation_evening import (
    FRIDAY,
    bar,
    bookers,
    minute,
    outcomes,
    played,
)

SPLIT = AlternativeTerms(times=False, split=True)


def fours(count: int, channel: str = "phone", at: str = "18:00", **more: Any) -> Demand:
    """Parties of four, too large for a table of two."""
    return Demand(count, {4: 1}, {at: 1}, channels={channel: 1}, **more)


def the_visit(result: EveningResult) -> Any:
    (visit,) = result.visits
    return visit


# ---- abandoned holds


def test_an_abandoned_hold_keeps_others_away_until_it_expires() -> None:
    demand = Demand(2, {2: 1}, {"18:00": 1}, channels={"web": 1}, lead_minutes=Constant(60))
    evening = played(bar(2), demand.replaced(abandon_shares={"web": 1}))
    assert outcomes(evening) == ["abandoned", "refused"]
    assert evening.result.refusals == {"TABLES_TAKEN": 1}
    assert (evening.result.abandoned, evening.result.turned_away) == (1, 1)
    assert evening.desk.list_bookings().bookings == ()
    assert evening.rows() == ()


def test_a_party_at_the_door_gets_the_table_of_an_expired_hold() -> None:
    demand = Demand(
        12,
        {2: 1},
        {"18:00": 1},
        channels={"web": 0.5, "walk_in": 0.5},
        lead_minutes=Constant(0),
        abandon_shares={"web": 1},
        patience_minutes=Constant(20),
    )
    result = played(bar(2), demand).result
    (seated,) = result.with_outcome("seated")
    assert result.abandoned == 1
    # A hold lives for three minutes.
    assert (seated.channel, seated.wait_minutes) == ("walk_in", 3)


def test_a_share_of_the_guests_of_a_channel_abandons() -> None:
    demand = Demand(
        2_000,
        {2: 1},
        {"18:00": 1},
        channels={"web": 0.5, "app": 0.3, "phone": 0.2},
        abandon_shares={"web": 0.3, "app": 0},
    )
    house = bar(2)
    guests = draw_guests(
        demand, Calendar(house.restaurant, house.policy), FRIDAY, seed=1, evening=1
    )
    web = [guest.abandons for guest in guests if guest.channel == "web"]
    # Four standard errors of a share of 0.3 among 1,000.
    assert sum(web) / len(web) == pytest.approx(0.3, abs=0.058)
    assert not any(guest.abandons for guest in guests if guest.channel != "web")
    assert any("abandons" in repr(guest) for guest in guests)


def test_guests_that_book_at_once_abandon_no_hold() -> None:
    phone = bookers(3, abandon_shares={"phone": 1})
    assert played(bar(2, 2, 2), phone).result.abandoned == 0
    web = phone.replaced(channels={"web": 1}, abandon_shares={"web": 1})
    assert played(bar(2, 2, 2), web).result.abandoned == 3
    assert played(bar(2, 2, 2), web, hold_seconds=0).result.abandoned == 0


def test_abandoned_holds_leave_the_other_draws_as_they_are() -> None:
    demand = bookers(5, cancel_share=0.3)
    some = demand.replaced(channels={"phone": 0.5, "web": 0.5})
    one, two = (
        simulate_evening(Scenario(bar(*[2] * 9), each, dates=[FRIDAY]), 1)
        for each in (some, some.replaced(abandon_shares={"web": 1}))
    )
    assert [visit.asked_us for visit in one.visits] == [visit.asked_us for visit in two.visits]
    for before, after in zip(one.visits, two.visits, strict=True):
        # An expired hold may leave the next party another table.
        assert after.outcome in (Outcome.ABANDONED, before.outcome)
        assert after.outcome is Outcome.ABANDONED or after.left_us == before.left_us
    assert two.abandoned > 0


@pytest.mark.parametrize(
    ("shares", "rule"),
    [
        ({"web": 1.5}, "from 0 to 1"),
        ({"web": -0.1}, "weights from 0"),
        ({"web": float("nan")}, "weights from 0"),
        ({"fax": 0.1}, "channels of the demand that hold a table"),
        ({"walk_in": 0.1}, "channels of the demand that hold a table"),
        (0.1, "must be a collection"),
    ],
)
def test_wrong_shares_of_abandoned_holds_are_refused(shares: Any, rule: str) -> None:
    with pytest.raises(InvalidInput, match=f"abandon_shares: .*{rule}"):
        Demand(5, {2: 1}, {"18:00": 1}, abandon_shares=shares)


def test_a_demand_document_has_shares_of_abandoned_holds() -> None:
    text = """{"format": "fourtop/demand/1", "requests": 5, "starts": {"18:00": 1},
        "parties": [{"sizes": [2], "share": 1}], "abandon_shares": {"web": SHARE}}"""
    demand = loads_demand(text.replace("SHARE", "0.2"))
    assert demand.abandon_shares == (("web", 0.2),)
    assert "web: 20.0%" in demand._repr_html_()
    with pytest.raises(InvalidDocument, match="abandon_shares"):
        loads_demand(text.replace("SHARE", "2"))


# ---- splits


@pytest.mark.parametrize("channel", ["phone", "web"])
def test_a_party_that_fits_no_table_sits_as_two(channel: str) -> None:
    demand = fours(1, channel)
    assert outcomes(played(bar(2, 2), demand)) == ["refused"]
    evening = played(bar(2, 2), demand, alternatives=SPLIT)
    visit = the_visit(evening.result)
    assert (visit.outcome, sorted(visit.tables)) == (Outcome.SEATED, ["1", "2"])
    assert (visit.alternative, visit.is_split) == (AlternativeKind.SPLIT, True)
    assert visit.took_alternative
    assert minute(visit.left_us) == 19 * 60
    result = evening.result
    assert (result.requests, result.parties, result.covers, result.splits) == (1, 1, 4, 1)
    assert result.seat_hours_used == pytest.approx(4)
    bookings = evening.desk.list_bookings()
    assert [(each.party_size, each.status) for each in bookings] == [(2, "completed")] * 2
    assert {each.id for each in bookings} == set(visit.booking_ids) == {"g1", "g1-2"}
    assert [row.id for row in evening.rows()] == ["e1-g1", "e1-g1-2"]
    assert evening.desk.audit().is_clean


def test_only_a_guest_that_likes_it_sits_as_two() -> None:
    demand = fours(1)

    def dislikes(_guest: Guest, _alternative: object) -> float:
        return 0.0

    refused = played(bar(2, 2), demand, alternatives=SPLIT, take=dislikes).result
    assert (refused.parties, refused.splits, refused.refusals) == (0, 0, {"ADJACENCY_MISMATCH": 1})


def test_a_party_of_one_has_no_split_and_keeps_its_other_alternatives() -> None:
    demand = Demand(2, {1: 1}, {"18:00": 1}, channels={"phone": 1})
    assert played(bar(2), demand, alternatives=SPLIT).result.parties == 1
    other = AlternativeTerms((60,), split=True)
    result = played(bar(2), demand, alternatives=other).result
    assert (result.parties, result.alternatives_taken, result.splits) == (2, 1, 0)


@pytest.mark.parametrize(
    ("share", "status"), [("cancel_share", "cancelled"), ("no_show_share", "no_show")]
)
def test_both_bookings_of_a_split_end_together(share: str, status: str) -> None:
    evening = played(bar(2, 2), fours(1).replaced(**{share: 1.0}), alternatives=SPLIT)
    assert outcomes(evening) == [status]
    assert {each.status for each in evening.desk.list_bookings()} == {BookingStatus(status)}


def test_a_split_party_waits_until_all_of_it_can_sit_down() -> None:
    # A couple has one of the tables until 18:40; the party of four is due at 18:00.
    house = bar(2, 2)
    demand = Demand(
        2,
        {2: 1, 4: 1},
        {"17:00": 1, "18:00": 1},
        channels={"phone": 1},
        stays=Stays({2: 100, None: 60}),
        booked_patience_minutes=Constant(60),
    )
    result = of_sizes(house, demand, {"17:00": 2, "18:00": 4}, Behaviour(alternatives=SPLIT))
    couple, four = result.visits
    assert (couple.party_size, four.party_size) == (2, 4)
    assert (four.outcome, four.wait_minutes, four.was_at_risk) == (Outcome.SEATED, 40, True)
    impatient = demand.replaced(booked_patience_minutes=Constant(30))
    behaviour = Behaviour(alternatives=SPLIT)
    gone = of_sizes(house, impatient, {"17:00": 2, "18:00": 4}, behaviour)
    assert [visit.outcome for visit in gone.visits] == [Outcome.SEATED, Outcome.GAVE_UP]
    # With a third table, staff move the part that has none.
    moved = of_sizes(bar(2, 2, 2), demand, {"17:00": 2, "18:00": 4}, behaviour)
    assert moved.visits[1].wait_minutes == 0


def of_sizes(
    house: Any, demand: Demand, sizes: dict[str, int], behaviour: Behaviour
) -> EveningResult:
    """Return the first evening on which each start has a party of one size, and only one."""
    scenario = Scenario(house, demand, behaviour, dates=[FRIDAY])
    for number in range(1, 200):
        result = simulate_evening(scenario, number)
        found = {f"{each.wished:%H:%M}": each.party_size for each in result.visits}
        if found == sizes:
            by_start = sorted(result.visits, key=lambda each: each.wished_us)
            return attrs.evolve(result, visits=tuple(by_start))
    raise AssertionError("no evening has these guests")


def test_a_late_split_party_gets_both_tables_back_or_none() -> None:
    late = fours(1, late_minutes=Constant(25))
    result = played(bar(2, 2), late, alternatives=SPLIT).result
    assert minute(the_visit(result).seated_us) == 18 * 60 + 25
    # A couple at the door takes one of the tables between the release and the arrival.
    demand = Demand(
        2,
        {2: 1, 4: 1},
        {"18:00": 1, "18:20": 1},
        channels={"phone": 0.5, "walk_in": 0.5},
        late_minutes=Constant(25),
    )
    four, couple = of_kinds(demand, [("phone", 4, 0), ("walk_in", 2, 20)])
    assert (four.outcome, four.is_split) == (Outcome.RELEASED, True)
    assert couple.outcome is Outcome.SEATED


def of_kinds(demand: Demand, wanted: list[tuple[str, int, int]]) -> tuple[Visit, ...]:
    """Return the visits of the first evening with these channels, sizes and minutes."""
    scenario = Scenario(bar(2, 2), demand, Behaviour(alternatives=SPLIT), dates=[FRIDAY])
    for number in range(1, 400):
        visits = simulate_evening(scenario, number).visits
        ordered = tuple(sorted(visits, key=lambda each: each.wished_us))
        kinds = [(each.channel, each.party_size, each.wished.minute) for each in ordered]
        if kinds == wanted:
            return ordered
    raise AssertionError("no evening has these guests")


def test_the_longer_plan_of_a_split_decides_when_it_leaves() -> None:
    floor = sketch_floor({"1": 2, "2": 1})
    bands = {1: 45, 2: 75, None: 75}
    house = sketch_house(
        "Bar", floor, timezone="UTC", periods={"evening": "17:00-23:00"}, turn_minutes=bands
    )
    demand = Demand(1, {3: 1}, {"18:00": 1}, channels={"phone": 1})
    visit = the_visit(played(house, demand, alternatives=SPLIT).result)
    assert minute(visit.left_us) == 19 * 60 + 15
    assert visit.overstay_us == 30 * MINUTE
    prolonged = played(house, demand, alternatives=SPLIT, prolongs=True)
    assert prolonged.desk.audit().is_clean


def test_each_part_of_a_split_chooses_its_tables() -> None:
    seen: list[int] = []

    def last(guest: Guest, quote: Quote) -> Sequence[str]:
        seen.append(guest.party_size)
        return [quote.plan, *quote.others][-1].tables

    result = played(bar(2, 2, 2), fours(1), alternatives=SPLIT, choose=last).result
    assert seen == [2, 2]
    assert "1" not in the_visit(result).tables


# ---- a second part that gets nothing


def books_once(desk: Desk, request: BookingRequest) -> Booking:
    """Code that breaks on the second booking of an evening."""
    if request.party_size > 2 or desk.list_bookings():
        raise Refused(Refusal.by_rule(Code.CLOSED, date="2030-05-10"))
    return desk.book(request)


def test_the_first_part_is_cancelled_if_the_second_gets_nothing() -> None:
    evening = played(bar(2, 2), fours(1), alternatives=SPLIT, book=books_once)
    assert outcomes(evening) == ["refused"]
    assert [each.status for each in evening.desk.list_bookings()] == [BookingStatus.CANCELLED]
    assert the_visit(evening.result).alternative is None
    assert not the_visit(evening.result).took_alternative


def test_a_limit_on_holds_ends_a_split() -> None:
    house = bar(2, 2, holds=HoldRules(max_live=1))
    evening = played(house, fours(1, "web"), alternatives=SPLIT)
    assert evening.result.refusals == {"HOLD_LIMIT": 1}
    assert evening.desk.list_bookings().bookings == ()


def test_a_split_that_confirms_too_late_asks_once_more() -> None:
    slow = {"alternatives": SPLIT, "hold_seconds": 240}
    assert played(bar(2, 2), fours(1, "web"), **slow).result.splits == 1
    # Two parties hold nothing twice: the second finds the holds of the first expired.
    demand = fours(2, "web", lead_minutes=Constant(60))
    evening = played(bar(2, 2, 2), demand, **slow)
    assert outcomes(evening) == ["refused", "seated"]
    assert evening.desk.audit().is_clean


def test_simulations_count_splits_and_abandoned_holds() -> None:
    demand = fours(6, "web", abandon_shares={"web": 0.4})
    policy = Policy([ServicePeriod("evening", "17:00", "23:00", turn_bands=[(None, 60)])])
    house = attrs.evolve(bar(*[2] * 12), policy=policy)
    run = simulate(house, demand, evenings=3, behaviour=Behaviour(alternatives=SPLIT))
    table = run.table()
    assert table["splits"] == tuple(each.splits for each in run)
    kinds = [each["alternative"] for each in run.visits().rows() if each["outcome"] == "seated"]
    assert set(kinds) == {AlternativeKind.SPLIT}
    assert run.estimate("splits").mean + run.estimate("abandoned").mean == 6
    assert "abandoned a hold" in run._repr_html_()
    assert "booked as two" in run._repr_html_()
