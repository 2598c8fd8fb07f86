"""Alternatives: each on request, the nearest first, bookable, and with the reasons of a no."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from fourtop import (
    Alternative,
    AlternativeKind,
    Alternatives,
    AlternativeTerms,
    BookingChange,
    CapacityRule,
    Code,
    CountedIds,
    Desk,
    Engine,
    House,
    InvalidInput,
    KeptApart,
    ManualClock,
    NotFound,
    PacingRule,
    Preference,
    Quote,
    Refusal,
    ServicePeriod,
    ZoneRule,
    sketch_floor,
)
from fourtop.formats.results import to_data
from fourtop.ports import Store
from tests.evening import (
    STAFF,
    a_house,
    at,
    booked,
    held,
    one_table,
    open_desk,
    party_size,
    snapshot,
)

SPLIT = AlternativeTerms(split=True, times=False)
STAY = AlternativeTerms(shorter_stay=True, times=False)
ZONES = AlternativeTerms(zones=True, times=False)


def two_desks(store: Store, house: House) -> tuple[Desk, Desk]:
    """The desk of a guest and that of the staff."""
    engine = Engine(store, ids=CountedIds("n"))
    return engine.add_restaurant(house), engine.desk(house.restaurant.id, actor=STAFF)


def staff_desk(store: Store, **how: Any) -> Desk:
    return open_desk(store, a_house(**how), actor=STAFF)


def starts_of(answer: Alternatives) -> list[str]:
    return [f"{each.start:%H:%M}" for each in answer.found]


def the_one(answer: Alternatives) -> Alternative:
    (found,) = answer.found
    return found


# ---- times


def test_other_times_come_the_nearest_first_and_the_earlier_one_of_two(store: Store) -> None:
    answer = open_desk(store).alternatives(party_size(4))
    assert starts_of(answer) == ["18:45", "19:15", "18:30", "19:30", "18:00"]
    assert [each.moved_minutes for each in answer.found] == [-15, 15, -30, 30, -60]
    assert isinstance(answer.answer, Quote)
    assert answer.rejected == ()


def test_a_taken_table_is_offered_at_the_times_when_it_is_free(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    booked(desk, 4, "18:30")
    answer = desk.alternatives(party_size(4))
    assert starts_of(answer) == ["20:00", "17:00", "21:00"]
    assert str(answer) == (
        "Instead:\n"
        "- 20:00, 60 minutes later, at table 1\n"
        "- 17:00, 120 minutes earlier, at table 1\n"
        "- 21:00, 120 minutes later, at table 1"
    )
    assert [each.refusal.code for each in answer.rejected] == [Code.TABLES_TAKEN] * 5
    assert f"{answer.rejected[0]}" == "18:45: every table or combination that seats 4 is in use"
    assert isinstance(answer.answer, Refusal)


def test_an_alternative_is_what_its_request_is_quoted_and_books(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    booked(desk, 4, "18:30")
    answer = desk.alternatives(party_size(4, reference="r1", channel=None))
    nearest = answer.nearest
    assert nearest is not None
    assert answer.of_kind("time")[0] is nearest
    assert nearest.quotes == (desk.quote(nearest.request),)
    assert nearest.quotes[0].versions == answer.versions == desk.versions()
    made = desk.book(nearest.request)
    assert (made.start, made.tables, made.reference) == (at("20:00"), ("1",), "r1")


def test_a_guest_gets_starts_on_offer_and_staff_any_start_of_the_service(store: Store) -> None:
    guest, staff = two_desks(store, a_house())
    request, terms = party_size(4, "19:10"), AlternativeTerms((15, 30))
    assert starts_of(guest.alternatives(request, terms)) == ["19:15", "19:00", "19:30", "18:45"]
    assert starts_of(staff.alternatives(request, terms)) == ["18:55", "19:25", "18:40", "19:40"]


def test_a_coarse_raster_offers_the_last_start_within_each_distance(store: Store) -> None:
    house = a_house()
    restaurant = attrs.evolve(house.restaurant, reservation_interval_minutes=20)
    desk = open_desk(store, attrs.evolve(house, restaurant=restaurant))
    assert starts_of(desk.alternatives(party_size(4))) == [
        "18:40",
        "19:20",
        "18:00",
        "20:00",
        "17:00",
    ]


def test_a_request_outside_of_service_hours_is_offered_starts_of_its_date(store: Store) -> None:
    guest, staff = two_desks(store, a_house())
    for desk in (guest, staff):
        assert starts_of(desk.alternatives(party_size(4, "16:30"))) == ["17:00", "17:30", "18:30"]


def test_a_start_of_another_service_date_is_no_alternative(store: Store) -> None:
    periods = [ServicePeriod("night", "22:00", "02:00"), ServicePeriod("early", "02:00", "06:00")]
    desk = staff_desk(store, periods=periods)
    request = party_size(2, "23:30")
    starts = starts_of(desk.alternatives(request, AlternativeTerms((60, 180))))
    assert starts == ["22:30"]


def test_an_alternative_says_how_much_of_the_stay_is_lost(store: Store) -> None:
    period = ServicePeriod("dinner", "17:00", "22:00", last_seating_minutes=45)
    desk = open_desk(store, a_house(one_table(), periods=[period]))
    booked(desk, 4, "19:00")
    answer = desk.alternatives(party_size(4, "20:15"), AlternativeTerms((60,)))
    (later,) = [each for each in answer.found if each.moved_minutes > 0]
    assert (later.start, later.stay_minutes_lost) == (at("21:15"), 45)
    assert str(later) == "21:15, 60 minutes later, 45 minutes less, at table 1"


def test_the_limit_bounds_each_kind(store: Store) -> None:
    desk = open_desk(store)
    terms = AlternativeTerms(limit=2, split=True)
    answer = desk.alternatives(party_size(4), terms)
    kinds = [each.kind.value for each in answer.found]
    assert kinds == ["split", "split", "time", "time"]


def test_a_booking_that_is_left_out_frees_its_table_and_its_covers(store: Store) -> None:
    house = a_house(one_table(), capacity_rules=[CapacityRule(max_covers=4)])
    desk = open_desk(store, house)
    own = booked(desk, 4)
    assert not desk.alternatives(party_size(4))
    answer = desk.alternatives(party_size(4), exclude=own.id)
    assert starts_of(answer) == ["18:45", "19:15", "18:30", "19:30", "18:00"]
    moved = desk.reschedule(own.id, BookingChange(start=answer.found[0].start))
    assert moved.start == at("18:45")


# ---- an empty answer


def test_an_empty_answer_says_why(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store, a_house(one_table(), capacity_rules=[CapacityRule(max_covers=4)]))
    booked(desk, 4, "18:00")
    clock.move_to(at("18:51"))
    answer = desk.alternatives(
        party_size(4, "19:30"), AlternativeTerms((30, 45), shorter_stay=True, zones=True)
    )
    assert not answer
    codes = [[each.code.value for each in rejected.refusal.reasons] for rejected in answer.rejected]
    assert codes == [
        ["CAPACITY_EXCEEDED", "TABLES_TAKEN"],
        ["CAPACITY_EXCEEDED"],
        ["BOOKING_IN_PAST", "CAPACITY_EXCEEDED", "TABLES_TAKEN"],
        ["CAPACITY_EXCEEDED"],
    ]
    assert answer.not_tried == (AlternativeKind.ZONE, AlternativeKind.STAY)
    assert str(answer).startswith("No alternatives:\n- 19:00: dinner on 2026-05-01 is limited to")
    assert str(answer).endswith("- zone: nothing to try\n- stay: nothing to try")
    assert "rejected" in repr(answer)
    assert answer.nearest is None


def test_a_closed_date_has_nothing_to_try(store: Store) -> None:
    desk = open_desk(store, a_house(closures=["2026-05-01"]))
    answer = desk.alternatives(party_size(4), AlternativeTerms(shorter_stay=True))
    assert isinstance(answer.answer, Refusal)
    assert answer.answer.code is Code.CLOSED
    assert (answer.rejected, answer.not_tried) == (
        (),
        (AlternativeKind.TIME, AlternativeKind.STAY),
    )


# ---- zones


def a_terrace(store: Store, **how: Any) -> Desk:
    floor = sketch_floor({"1": 4, "2": 4, "3": (4, "Terrace"), "4": (6, "Garden")})
    zones = [attrs.evolve(each, area="outdoor") if each.order else each for each in floor.zones]
    return staff_desk(store, floor=attrs.evolve(floor, zones=zones), **how)


def test_other_zones_are_those_that_the_conditions_exclude(store: Store) -> None:
    desk = a_terrace(store)
    booked(desk, 4, tables=["3"])
    inside = party_size(4, must=Preference(zones=["terrace"]))
    answer = desk.alternatives(inside, ZONES)
    assert [each.request.must.zones for each in answer.found] == [{"main"}, {"garden"}]
    assert str(answer.found[0]) == "in zone main, at table 1"
    outside = party_size(4, must=Preference(areas=["outdoor"]))
    assert [each.quotes[0].plan.tables for each in desk.alternatives(outside, ZONES).found] == [
        ("1",)
    ]


def test_a_zone_is_an_alternative_to_named_tables(store: Store) -> None:
    desk = a_terrace(store)
    booked(desk, 4, tables=["3"])
    answer = desk.alternatives(party_size(4, tables=["3"]), ZONES)
    assert [each.quotes[0].plan.tables for each in answer.found] == [("1",), ("4",)]
    assert all(each.request.tables == () for each in answer.found)


def test_a_zone_that_is_closed_is_rejected_with_its_reason(store: Store) -> None:
    desk = a_terrace(store, zone_rules=[ZoneRule("garden", closed=True)])
    answer = desk.alternatives(party_size(4, must=Preference(zones=["terrace"])), ZONES)
    (rejected,) = answer.rejected
    assert rejected.refusal.code is Code.ZONE_CLOSED
    assert str(rejected).startswith("zone garden: ")


def test_without_conditions_no_zone_is_excluded(store: Store) -> None:
    answer = a_terrace(store).alternatives(party_size(4), ZONES)
    assert (answer.found, answer.not_tried) == ((), (AlternativeKind.ZONE,))


# ---- a shorter stay


def test_the_longest_shorter_stay_is_offered(store: Store) -> None:
    desk = staff_desk(store, floor=one_table())
    booked(desk, 4, "20:00")
    found = the_one(desk.alternatives(party_size(4), STAY))
    assert (found.request.minutes, found.stay_minutes_lost) == (60, 30)
    assert str(found) == "a stay of 60 minutes, 30 minutes less, at table 1"
    assert desk.book(found.request).stay.dining.minutes == 60


def test_a_stay_below_the_least_dwell_is_not_offered(store: Store) -> None:
    desk = staff_desk(store, floor=one_table())
    booked(desk, 4, "19:30")
    (rejected,) = desk.alternatives(party_size(4), STAY).rejected
    assert rejected.requests[0].minutes == 45
    assert str(rejected).startswith("a stay of 45 minutes: ")


def test_guests_get_a_shorter_stay_within_their_bounds(store: Store) -> None:
    def desk(name: str, bounds: tuple[int, int] | None) -> Desk:
        return open_desk(store, a_house(one_table(), name=name, guest_stay=bounds))

    for name, bounds, stays in (
        ("None", None, []),
        ("Wide", (30, 120), [60]),
        ("High", (75, 120), []),
        ("Long", (90, 120), []),
    ):
        one = desk(name, bounds)
        booked(one, 4, "20:00")
        answer = one.alternatives(party_size(4), STAY)
        assert [each.request.minutes for each in answer.found] == stays
        assert bool(answer.not_tried) is (name in ("None", "Long"))


def test_a_least_dwell_beyond_the_stay_leaves_nothing_to_try(store: Store) -> None:
    period = ServicePeriod("dinner", "17:00", "23:00", min_dwell_minutes=90)
    desk = staff_desk(store, floor=one_table(), periods=[period])
    booked(desk, 4, "20:00")
    assert desk.alternatives(party_size(4), STAY).not_tried == (AlternativeKind.STAY,)


def test_a_party_that_can_sit_is_offered_no_shorter_stay(store: Store) -> None:
    assert staff_desk(store).alternatives(party_size(4), STAY).found == ()


# ---- a split


def test_a_split_is_two_parties_that_can_be_booked_in_order(store: Store) -> None:
    desk = staff_desk(store, floor=sketch_floor({"1": 4, "2": 4, "3": 6}))
    found = desk.alternatives(party_size(8), SPLIT).found
    assert [str(each) for each in found] == [
        "as 4 and 4, at table 1 and at table 2",
        "as 5 and 3, at table 3 and at table 1",
        "as 6 and 2, at table 3 and at table 1",
    ]
    made = [desk.book(request) for request in found[0].requests]
    assert [each.tables for each in made] == [quote.plan.tables for quote in found[0].quotes]
    assert [each.party_size for each in made] == [4, 4]


def test_the_second_party_of_a_split_counts_the_covers_of_the_first(store: Store) -> None:
    rules = [CapacityRule(max_parties=2)]
    desk = staff_desk(store, floor=sketch_floor({"1": 4, "2": 4}), capacity_rules=rules)
    held(desk, 2, "21:00")
    answer = desk.alternatives(party_size(8), SPLIT)
    assert (
        str(answer.rejected[0])
        == "4 and 4: dinner on 2026-05-01 is limited to 2 parties; 2 booked, 1 asked for"
    )


def test_the_second_party_of_a_split_counts_the_pace_of_the_first(store: Store) -> None:
    for name, spread in (("Start", "start"), ("Meal", "meal")):
        rules = [PacingRule(15, max_covers=6, spread=spread)]
        house = a_house(sketch_floor({"1": 4, "2": 4}), name=name, pacing_rules=rules)
        answer = open_desk(store, house, actor=STAFF).alternatives(party_size(8), SPLIT)
        assert answer.rejected[0].refusal.code is Code.PACING_EXCEEDED


def test_the_second_party_of_a_split_counts_the_cap_of_the_zone(store: Store) -> None:
    tables: dict[str, int | tuple[int, str]] = {"1": 4, "2": 4, "3": (4, "Terrace")}
    rules = [CapacityRule(max_covers=4, zone="main")]
    desk = staff_desk(store, floor=sketch_floor(tables), capacity_rules=rules)
    held(desk, 4, "17:00", tables=["3"])
    found = desk.alternatives(party_size(8), SPLIT).found
    assert [[quote.plan.tables for quote in each.quotes] for each in found] == [[("1",), ("3",)]]


def test_the_second_party_of_a_split_keeps_its_distance_from_the_first(store: Store) -> None:
    floor = attrs.evolve(sketch_floor({"1": 4, "2": 4, "3": 6}), kept_apart=[KeptApart(("1", "2"))])
    found = staff_desk(store, floor=floor).alternatives(party_size(8), SPLIT).found
    assert [quote.plan.tables for quote in found[0].quotes] == [("1",), ("3",)]


def test_the_smaller_party_is_booked_first_where_only_that_works(store: Store) -> None:
    floor = sketch_floor({"1": {"capacity": 3, "max_party": 1}, "2": {"capacity": 3}})
    desk = staff_desk(store, floor=floor)
    answer = desk.alternatives(party_size(4), SPLIT)
    assert [[each.party_size for each in one.requests] for one in answer.found] == [[3, 1]]


def test_a_party_that_is_too_large_for_two_has_nothing_to_try(store: Store) -> None:
    answer = staff_desk(store, floor=one_table()).alternatives(party_size(9), SPLIT)
    assert answer.not_tried == (AlternativeKind.SPLIT,)


def test_a_split_of_an_excluded_booking_uses_its_table(store: Store) -> None:
    desk = staff_desk(store, floor=sketch_floor({"1": 4, "2": 4}, joins=["1-2"]))
    own = booked(desk, 8)
    found = the_one(desk.alternatives(party_size(8), SPLIT, exclude=own.id))
    assert [each.plan.tables for each in found.quotes] == [("1",), ("2",)]


def test_a_split_sees_parties_that_sit_longer_than_planned(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_desk(store, floor=sketch_floor({"1": 4, "2": 4, "3": 4}))
    late = booked(desk, 4, "17:15", tables=["1"])
    clock.move_to(at("17:15"))
    desk.seat(late.id)
    held(desk, 4, "18:50", tables=["2"], ttl_seconds=60)
    clock.move_to(at("18:50"))
    found = desk.alternatives(party_size(8, "18:50"), SPLIT).found
    assert [[quote.plan.tables for quote in each.quotes] for each in found] == [[("2",), ("3",)]]


# ---- promised tables


def test_a_split_leaves_tables_for_a_promised_party(store: Store) -> None:
    desk = staff_desk(store, floor=sketch_floor({"1": 4, "2": 4}))
    desk.book(party_size(4), tables="later")
    answer = desk.alternatives(party_size(8), SPLIT)
    assert {each.refusal.code for each in answer.rejected} >= {Code.TABLES_PROMISED}
    assert answer.found == ()


def test_a_split_does_not_count_a_promise_that_a_hold_keeps(store: Store) -> None:
    desk = staff_desk(store, floor=sketch_floor({"1": 4, "2": 4, "3": 4}))
    promised = desk.book(party_size(4), tables="later")
    desk.hold(party_size(4), booking_id=promised.id)
    found = desk.alternatives(party_size(8), SPLIT).found
    assert [[quote.plan.tables for quote in each.quotes] for each in found] == [[("2",), ("3",)]]


# ---- the values


def test_an_engine_that_does_not_know_the_house_answers_alike(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    booked(desk, 4, "18:30")
    other = Engine(store).desk(desk.restaurant_id)
    assert other.alternatives(party_size(4)) == desk.alternatives(party_size(4))


def test_a_query_changes_nothing(store: Store) -> None:
    desk = staff_desk(store)
    booked(desk, 4)
    before = snapshot(store, desk)
    terms = AlternativeTerms(zones=True, shorter_stay=True, split=True)
    assert desk.alternatives(party_size(6), terms)
    assert snapshot(store, desk) == before


def test_alternatives_are_plain_data_and_a_table(store: Store) -> None:
    desk = staff_desk(store, floor=one_table())
    booked(desk, 4, "18:30")
    answer = desk.alternatives(party_size(4), AlternativeTerms(split=True))
    data = json.loads(json.dumps(to_data(answer)))
    assert data["found"][0]["kind"] == "time"
    assert data["found"][0]["moved_minutes"] == 60
    assert data["found"][0]["text"] == "20:00, 60 minutes later, at table 1"
    assert data["rejected"][0]["refusal"]["code"] == "TABLES_TAKEN"
    html = answer._repr_html_()
    assert "Alternatives for a party of 4" in html
    assert "not: time" in html
    assert repr(answer.found[0]) == "<Alternative time: 20:00, 60 minutes later, at table 1>"
    assert repr(answer.rejected[0]).startswith("<RejectedAlternative split: 2 and 2: every")
    assert repr(answer).startswith("<Alternatives 3 alternatives, 7 rejected, nearest 20:00")
    assert repr(AlternativeTerms(split=True, times=False)) == "<AlternativeTerms split, 5 each>"


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"minutes": ()}, "minutes"),
        ({"minutes": range(1, 22)}, "minutes"),
        ({"minutes": (0,)}, "minutes"),
        ({"minutes": (721,)}, "minutes"),
        ({"minutes": "15"}, "minutes"),
        ({"limit": 0}, "limit"),
        ({"limit": 21}, "limit"),
        ({"split": 1}, "split"),
        ({"times": False}, "times"),
    ],
)
def test_terms_that_break_a_rule_are_refused(how: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        AlternativeTerms(**how)
    assert caught.value.field == field


def test_bad_input_is_refused(store: Store) -> None:
    desk = open_desk(store)
    with pytest.raises(InvalidInput, match=r"^split: needs a party of at least 2 people"):
        desk.alternatives(party_size(1), SPLIT)
    with pytest.raises(InvalidInput, match=r"^terms: "):
        desk.alternatives(party_size(2), (15, 30))  # type: ignore[arg-type]  # Wrong on purpose.
    with pytest.raises(InvalidInput, match=r"^request: "):
        desk.alternatives("a table")  # type: ignore[arg-type]  # Wrong on purpose.
    with pytest.raises(NotFound):
        desk.alternatives(party_size(2), exclude="gone")
    with pytest.raises(InvalidInput, match=r"^relax: "):
        desk.alternatives(party_size(2, relax=["adjacency"]))
