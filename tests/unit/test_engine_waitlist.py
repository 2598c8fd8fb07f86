"""The waitlist: parties that wait, in a fair order, and the offers that they get."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    GUEST,
    AlreadyExists,
    Booking,
    BookingRow,
    BookingStatus,
    CapacityRule,
    Code,
    Desk,
    Engine,
    EventType,
    HoldExpired,
    HoldLimit,
    HoldMismatch,
    HoldRules,
    IllegalTransition,
    InvalidInput,
    ManualClock,
    NaiveDatetime,
    NotFound,
    Offer,
    Preference,
    Relaxation,
    StaleVersion,
    UnknownName,
    Versions,
    WaitlistEntry,
    WaitlistTerms,
    WalkInRule,
    sketch_floor,
)
from fourtop.ports import Listing, Store, View
from tests.evening import (
    FRIDAY,
    STAFF,
    a_house,
    at,
    booked,
    five_tables,
    held,
    one_table,
    open_desk,
    party_size,
    rows_of,
    snapshot,
)
from tests.live import refused


@pytest.fixture
def desk(store: Store) -> Desk:
    """One table of four, taken at seven."""
    made = open_desk(store, a_house(one_table()), actor=STAFF)
    booked(made, 4, booking_id="taken")
    return made


def join(
    desk: Desk, clock: ManualClock, booking_id: str, size: int = 4, text: str = "19:00"
) -> None:
    """Join a second after the last party."""
    clock.advance(seconds=1)
    desk.join_waitlist(party_size(size, text), booking_id=booking_id)


def waiting(desk: Desk) -> list[str]:
    return [each.booking.id for each in desk.waitlist(FRIDAY).entries]


def offered(desk: Desk, **how: Any) -> str | None:
    found = desk.offer(FRIDAY, **how)
    return None if found is None else found.booking.id


def test_the_waitlist_and_an_offer_read_the_waiting_parties_alone(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(desk, clock, "w")
    desk.cancel("taken")
    read: list[str] = []
    listed = View.listed

    def spy(view: View, listing: Listing) -> tuple[Booking, ...]:
        found = listed(view, listing)
        assert not view.scope.sittings
        read.extend(booking.id for booking in found)
        return found

    monkeypatch.setattr(View, "listed", spy)
    assert waiting(desk) == ["w"]
    assert offered(desk) == "w"
    assert set(read) == {"w"}


# ---- joining


def test_a_waiting_party_takes_no_table_and_counts_towards_no_cap(store: Store) -> None:
    house = a_house(five_tables(), capacity_rules=[CapacityRule(max_covers=4)])
    desk = open_desk(store, house, actor=STAFF)
    request = party_size(4, must=Preference(features=()), reference="host-1", channel=None)
    made = desk.join_waitlist(request, booking_id="w")
    assert (made.status, made.tables, made.version) == (BookingStatus.WAITLISTED, (), 1)
    assert made.local_start == "2026-05-01T19:00+00:00"
    assert rows_of(desk, "w") == []
    assert desk.availability(FRIDAY, 4).usage[0].booked_covers == 0
    assert booked(desk, 4, booking_id="b").tables
    assert desk.get_booking("w") == made
    assert [event.type for event in store.events("house") if event.booking_id == "w"] == [
        EventType.BOOKING_CREATED
    ]


def test_a_waiting_party_keeps_its_conditions_and_its_terms(desk: Desk) -> None:
    terms = WaitlistTerms(at("18:30"), at("20:00"), until=at("17:00"))
    made = desk.join_waitlist(party_size(2, wish=Preference(zones=["main"]), minutes=60), terms)
    assert made.waiting is not None
    assert (made.waiting.earliest, made.waiting.latest) == (at("18:30"), at("20:00"))
    assert (made.waiting.until, made.waiting.offers) == (at("17:00"), 0)
    assert (made.wish.zones, made.minutes) == (frozenset({"main"}), 60)


def test_joining_again_with_the_key_returns_the_first_answer(desk: Desk) -> None:
    first = desk.join_waitlist(party_size(4), key="k")
    again = desk.join_waitlist(party_size(4), key="k")
    assert (again, again.replayed) == (first, True)
    assert len(waiting(desk)) == 1


def test_an_entry_in_the_past_is_refused_and_changes_nothing(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    clock.move_to(at("19:30"))
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput, match=r"^start: must not have passed"):
        desk.join_waitlist(party_size(4, "19:00"))
    with pytest.raises(InvalidInput, match=r"^until: must not have passed"):
        desk.join_waitlist(party_size(4, "20:30"), WaitlistTerms(until=at("19:00")))
    terms = WaitlistTerms(latest=at("20:30"))
    found = refused(lambda: desk.join_waitlist(party_size(4, "19:00"), terms))
    assert found.code is Code.BOOKING_IN_PAST
    assert snapshot(store, desk) == before


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (WaitlistTerms(at("19:15")), "earliest"),
        (WaitlistTerms(latest=at("18:45")), "latest"),
        (WaitlistTerms(at("18:00"), at("18:01") + timedelta(days=1)), "latest"),
        (WaitlistTerms(latest=at("20:00"), until=at("20:01")), "until"),
        ("soon", "terms"),
    ],
)
def test_terms_that_do_not_suit_the_start_are_refused(
    store: Store, desk: Desk, terms: WaitlistTerms, field: str
) -> None:
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput) as caught:
        desk.join_waitlist(party_size(4), terms)
    assert caught.value.field == field
    assert snapshot(store, desk) == before


def test_a_time_without_a_zone_is_refused() -> None:
    for field in ("earliest", "latest", "until"):
        with pytest.raises(NaiveDatetime, match=field):
            WaitlistTerms(**{field: at("19:00").replace(tzinfo=None)})


def test_a_waiting_party_names_no_tables_and_lifts_no_rules(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="tables: must be empty"):
        desk.join_waitlist(party_size(4, tables=["t1"]))
    with pytest.raises(InvalidInput, match="relax: must be empty"):
        desk.join_waitlist(party_size(4, relax=[Relaxation.CAPACITY]))


def test_a_party_that_no_table_of_the_house_suits_cannot_wait(desk: Desk) -> None:
    assert refused(lambda: desk.join_waitlist(party_size(5))).code is Code.PARTY_NEVER_FITS
    with pytest.raises(UnknownName, match="cellar"):
        desk.join_waitlist(party_size(4, must=Preference(zones=["cellar"])))
    closed = refused(lambda: desk.join_waitlist(party_size(4, "15:00")))
    assert closed.code is Code.OUTSIDE_SERVICE_HOURS


def test_an_id_is_given_once(desk: Desk) -> None:
    with pytest.raises(AlreadyExists):
        desk.join_waitlist(party_size(4), booking_id="taken")


# ---- the order


def test_the_party_that_has_waited_longest_gets_the_table(desk: Desk, clock: ManualClock) -> None:
    join(desk, clock, "z-first", size=2)
    join(desk, clock, "a-second", size=4)
    assert waiting(desk) == ["z-first", "a-second"]
    assert offered(desk) is None
    desk.cancel("taken")
    assert offered(desk) == "z-first"
    assert offered(desk) is None


def test_of_two_that_joined_at_once_the_lower_id_comes_first(desk: Desk) -> None:
    for booking_id in ("w2", "w1"):
        desk.join_waitlist(party_size(4), booking_id=booking_id)
    assert waiting(desk) == ["w1", "w2"]


def test_a_party_is_passed_over_only_while_no_free_table_suits_it(
    store: Store, clock: ManualClock
) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4})), actor=STAFF)
    booked(desk, 2, booking_id="two")
    booked(desk, 4, booking_id="four")
    join(desk, clock, "large", size=4)
    join(desk, clock, "small", size=2)
    desk.cancel("two")
    assert offered(desk) == "small"
    desk.cancel("four")
    assert offered(desk) == "large"


def test_an_offer_that_expires_leaves_the_party_at_its_place(
    desk: Desk, clock: ManualClock
) -> None:
    join(desk, clock, "first")
    join(desk, clock, "second")
    desk.cancel("taken")
    offer = desk.offer(FRIDAY, ttl_seconds=60)
    assert offer is not None
    assert offered(desk) is None
    clock.advance(seconds=60)
    with pytest.raises(HoldExpired):
        desk.confirm(offer.hold.id)
    assert waiting(desk) == ["first", "second"]
    assert offered(desk) == "first"
    booking = desk.get_booking("first")
    assert booking.waiting is not None
    assert (booking.waiting.offers, booking.version) == (2, 3)


def test_a_party_that_had_its_offers_no_longer_keeps_the_others_waiting(
    desk: Desk, clock: ManualClock
) -> None:
    join(desk, clock, "first")
    join(desk, clock, "second")
    desk.cancel("taken")
    found = []
    for _ in range(3):
        found.append(offered(desk, max_offers=2))
        clock.advance(seconds=180)
    assert found == ["first", "first", "second"]
    assert waiting(desk) == ["first", "second"]


def test_a_party_that_waits_no_longer_gets_no_offer(desk: Desk, clock: ManualClock) -> None:
    desk.join_waitlist(party_size(4), WaitlistTerms(until=at("13:00")), booking_id="w")
    desk.cancel("taken")
    clock.move_to(at("13:00") + timedelta(seconds=1))
    assert offered(desk) is None
    assert waiting(desk) == ["w"]


# ---- the offer


def test_an_offer_is_a_hold_that_confirm_accepts(store: Store, desk: Desk) -> None:
    desk.join_waitlist(party_size(4, reference="host-1"), booking_id="w")
    desk.cancel("taken")
    offer = desk.offer(FRIDAY)
    assert offer is not None
    assert (offer.hold.booking_id, offer.hold.tables) == ("w", ("1",))
    assert desk.waitlist(FRIDAY).entries == (WaitlistEntry(1, offer.booking, offer.hold),)
    event = store.events("house")[-1]
    assert (event.type, event.booking_id, event.hold_id) == (
        EventType.WAITLIST_OFFERED,
        "w",
        offer.hold.id,
    )
    booking = desk.confirm(offer.hold.id)
    assert (booking.id, booking.status, booking.tables) == ("w", BookingStatus.CONFIRMED, ("1",))
    assert booking.reference == "host-1"
    assert waiting(desk) == []
    assert desk.audit().is_clean


def test_an_offer_is_replayed_by_its_key_and_nothing_to_offer_is_not_stored(desk: Desk) -> None:
    desk.join_waitlist(party_size(4), booking_id="w")
    assert desk.offer(FRIDAY, key="k") is None
    desk.cancel("taken")
    first = desk.offer(FRIDAY, key="k")
    again = desk.offer(FRIDAY, key="k")
    assert isinstance(again, Offer)
    assert (again, again.replayed) == (first, True)


def test_the_nearest_start_that_a_party_takes_is_offered(desk: Desk) -> None:
    terms = WaitlistTerms(at("17:00"), at("21:00"))
    desk.join_waitlist(party_size(4), terms, booking_id="w")
    offer = desk.offer(FRIDAY)
    assert offer is not None
    # 17:30 and 20:30 are equally near: the earlier one comes first.
    assert offer.hold.stay.dining.start == at("17:30")
    booking = desk.confirm(offer.hold.id)
    assert (booking.start, booking.local_start) == (at("17:30"), "2026-05-01T17:30+00:00")


def test_a_start_that_has_passed_is_not_offered(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store, a_house(one_table()), actor=STAFF)
    terms = WaitlistTerms(at("18:00"), at("20:00"))
    desk.join_waitlist(party_size(4, "18:00"), terms, booking_id="w")
    clock.move_to(at("18:50"))
    offer = desk.offer(FRIDAY)
    assert offer is not None
    assert offer.hold.stay.dining.start == at("19:00")


def test_a_hold_for_a_start_that_the_party_does_not_take_is_refused(desk: Desk) -> None:
    terms = WaitlistTerms(at("18:00"), at("20:45"))
    desk.join_waitlist(party_size(4), terms, booking_id="w")
    for size, text, differs in ((4, "21:00", ("start",)), (3, "20:30", ("party_size",))):
        with pytest.raises(HoldMismatch) as caught:
            desk.hold(party_size(size, text), booking_id="w")
        assert caught.value.differs == differs
    hold = desk.hold(party_size(4, "20:30"), booking_id="w")
    assert desk.confirm(hold.id).start == at("20:30")


def test_an_offer_follows_the_rules_for_guests(store: Store) -> None:
    rules = [WalkInRule(tables=["1"])]
    desk = open_desk(store, a_house(one_table(), walk_in_rules=rules), actor=STAFF)
    desk.join_waitlist(party_size(4), booking_id="w")
    assert offered(desk) is None
    assert held(desk, 4).tables == ("1",)


def test_an_offer_counts_towards_the_caps(store: Store, clock: ManualClock) -> None:
    house = a_house(five_tables(), capacity_rules=[CapacityRule(max_covers=6)])
    desk = open_desk(store, house, actor=STAFF)
    join(desk, clock, "first", size=4)
    join(desk, clock, "second", size=4)
    join(desk, clock, "third", size=2)
    assert [offered(desk) for _ in range(3)] == ["first", "third", None]


def test_each_party_of_a_channel_counts_in_an_offer(store: Store) -> None:
    rule = CapacityRule(max_covers=4, zone="main")
    desk = open_desk(store, a_house(five_tables(), capacity_rules=[rule]), actor=STAFF)
    for booking_id in ("w1", "w2"):
        desk.join_waitlist(party_size(4), booking_id=booking_id)
    assert [offered(desk) for _ in range(2)] == ["w1", None]


def test_too_many_holds_end_the_offers(store: Store) -> None:
    rules = HoldRules(max_live=1)
    desk = open_desk(store, a_house(five_tables(), holds=rules), actor=STAFF)
    for booking_id in ("w1", "w2"):
        desk.join_waitlist(party_size(4), booking_id=booking_id)
    assert offered(desk) == "w1"
    with pytest.raises(HoldLimit):
        desk.offer(FRIDAY)


def test_a_party_that_gave_up_its_holds_too_often_is_passed_over(store: Store) -> None:
    rules = HoldRules(rate_limit=1)
    desk = open_desk(store, a_house(five_tables(), holds=rules), actor=STAFF)
    for booking_id in ("w1", "w2"):
        desk.join_waitlist(party_size(4), booking_id=booking_id)
    offer = desk.offer(FRIDAY)
    assert offer is not None
    desk.release_hold(offer.hold.id)
    assert offered(desk) == "w2"


def test_an_imported_party_waits_for_its_start(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()), actor=STAFF)
    row = BookingRow("w", 4, at("19:00"), status=BookingStatus.WAITLISTED)
    desk.import_bookings([row])
    offer = desk.offer(FRIDAY)
    assert offer is not None
    assert offer.hold.stay.dining.start == at("19:00")
    assert offer.booking.waiting is not None
    assert offer.booking.waiting.offers == 1


@pytest.mark.parametrize(
    ("field", "value"), [("max_offers", 0), ("max_offers", 101), ("ttl_seconds", 29)]
)
def test_a_number_out_of_its_range_is_refused(desk: Desk, field: str, value: int) -> None:
    with pytest.raises(InvalidInput, match=field):
        offered(desk, **{field: value})


def test_a_date_without_a_service_has_a_waitlist_after_an_edit(desk: Desk) -> None:
    desk.join_waitlist(party_size(4), booking_id="w")
    desk.edit_policy(lambda policy: attrs.evolve(policy, closures=[FRIDAY]))
    assert waiting(desk) == ["w"]
    assert offered(desk) is None


# ---- leaving


def test_a_party_that_leaves_gives_up_its_offer(desk: Desk, clock: ManualClock) -> None:
    join(desk, clock, "first")
    join(desk, clock, "second")
    desk.cancel("taken")
    assert offered(desk) == "first"
    left = desk.leave_waitlist("first", expected=2)
    assert (left.status, left.version) == (BookingStatus.CANCELLED, 3)
    assert desk.leave_waitlist("first").version == 3
    assert offered(desk) == "second"
    assert desk.undo("first").status is BookingStatus.WAITLISTED
    assert waiting(desk) == ["first", "second"]


def test_only_a_waiting_party_leaves(desk: Desk) -> None:
    with pytest.raises(IllegalTransition):
        desk.leave_waitlist("taken")
    with pytest.raises(NotFound):
        desk.leave_waitlist("nobody")
    desk.join_waitlist(party_size(4), booking_id="w")
    with pytest.raises(StaleVersion):
        desk.leave_waitlist("w", expected=2)


# ---- values


def test_a_waitlist_shows_itself(desk: Desk, clock: ManualClock) -> None:
    join(desk, clock, "w1")
    desk.cancel("taken")
    offer = desk.offer(FRIDAY)
    assert repr(offer) == ("<Offer w1 at 2026-05-01T19:00Z, table 1, until 2026-05-01T12:03:01Z>")
    found = desk.waitlist(FRIDAY)
    assert repr(found) == "<Waitlist on 2026-05-01: 1 party, 1 offer open>"
    assert repr(found.entries[0]).endswith("party of 4 at 2026-05-01T19:00Z, offered table 1>")
    assert "w1" in found._repr_html_()
    assert isinstance(found.versions, Versions)
    terms = WaitlistTerms(at("18:00"), at("20:00"), until=at("18:00"))
    assert "until 2026-05-01T18:00Z" in repr(terms)
    assert repr(terms.waiting_from(found.entries[0].booking.stay.dining.start_us)).endswith(
        "0 offers>"
    )
    desk.confirm(found.entries[0].offer.id if found.entries[0].offer else "")
    assert desk.waitlist(FRIDAY)._repr_html_()


def test_a_guest_waits_by_the_rules_for_guests(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()), actor=GUEST)
    found = refused(lambda: desk.join_waitlist(party_size(4, "19:05")))
    assert found.code is Code.NOT_A_START_TIME
    staff = Engine(store).desk("house", actor=STAFF)
    assert staff.join_waitlist(party_size(4, "19:05")).start == at("19:05")
