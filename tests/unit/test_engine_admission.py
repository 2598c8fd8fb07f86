"""Admission: every check looks at one thing, and all of them can be asked at once."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from fourtop import (
    GUEST,
    BookingChange,
    BookingRequest,
    BookingWindow,
    CapacityRule,
    ChannelShare,
    Code,
    Desk,
    Engine,
    ManualClock,
    PacingRule,
    Quote,
    Reason,
    Refusal,
    Refused,
    Relaxation,
    Slot,
    WalkInRule,
    Window,
)
from fourtop.engine import composition
from fourtop.engine.admission import Admission, Finding
from fourtop.engine.admitted_party import Seating
from fourtop.engine.candidacy import Candidacy, Check, Excluded, Reads, TableRule, Variant
from fourtop.engine.compiled_house import CompiledHouses
from fourtop.engine.composition import CHECKS, Composition
from fourtop.ports import Need, Scope, Store, View
from tests.evening import (
    FRIDAY,
    MONTH,
    STAFF,
    a_house,
    at,
    booked,
    change,
    held,
    one_table,
    open_desk,
    party_size,
)

ALL = Scope("house", windows=(MONTH,), headcounts=(MONTH,))


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(one_table(), capacity_rules=(CapacityRule(max_covers=5),)))


def findings(
    store: Store, request: BookingRequest, scope: Scope = ALL
) -> tuple[tuple[str, Code], ...]:
    """The check and the code of each finding, in order."""

    def ask(view: View) -> tuple[Finding, ...] | Need:
        return Admission(view, CompiledHouses().get(view), GUEST).findings(request)

    found: tuple[Finding, ...] = store.read(scope, ask)
    return tuple((each.check, each.refusal.code) for each in found)


def test_the_checks_run_in_the_order_of_the_list() -> None:
    names = [check.name for check in CHECKS]
    assert names == [
        *("active", "past", "hours", "notice", "guest_stay", "start_times"),
        *("walk_ins", "capacity", "shares", "pacing", "zones", "tables", "promises"),
    ]


def test_a_party_that_is_admitted_has_no_findings(store: Store, desk: Desk) -> None:
    assert desk.versions().occupancy == 0
    assert findings(store, party_size(4)) == ()


def test_all_findings_are_listed_and_a_command_takes_the_first(store: Store, desk: Desk) -> None:
    booked(desk, 4)
    request = party_size(4)
    assert findings(store, request) == (
        ("capacity", Code.CAPACITY_EXCEEDED),
        ("tables", Code.TABLES_TAKEN),
    )
    with pytest.raises(Refused) as caught:
        desk.book(request)
    assert [reason.code for reason in caught.value.refusal.reasons] == [Code.CAPACITY_EXCEEDED]


def test_a_party_outside_of_the_hours_is_not_asked_for_tables(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, active=False))
    clock.move_to(at("12:30"))
    assert findings(store, party_size(4, "11:00"), Scope("house")) == (
        ("active", Code.RESTAURANT_INACTIVE),
        ("past", Code.BOOKING_IN_PAST),
        ("hours", Code.OUTSIDE_SERVICE_HOURS),
    )


def test_findings_ask_for_the_records_that_the_checks_read(store: Store, desk: Desk) -> None:
    booked(desk, 4)
    assert len(findings(store, party_size(4), Scope("house"))) == 2


def test_named_tables_are_refused_by_the_rules_before_the_rivals(store: Store, desk: Desk) -> None:
    hold = held(desk, 2)
    assert findings(store, party_size(5, tables=["1"])) == (
        ("capacity", Code.CAPACITY_EXCEEDED),
        ("tables", Code.PARTY_ABOVE_MAXIMUM),
    )
    assert findings(store, party_size(2, tables=["1"])) == (("tables", Code.HOLD_CONFLICT),)
    assert hold.tables == ("1",)


def test_only_the_checks_of_tables_are_left_out_where_tables_are_counted_or_come_later() -> None:
    house = a_house(
        one_table(),
        capacity_rules=(CapacityRule(max_covers=5), CapacityRule(max_covers=5, zone="main")),
        pacing_rules=(PacingRule(30, max_covers=5),),
        channels=("online",),
        channel_shares=(ChannelShare("online", 2),),
    )
    without = [check.name for check in Composition.of(house).without_tables]
    after = [check.name for check in CHECKS if check.reads is not Reads.NOTHING]
    assert without == [name for name in after if name not in ("tables", "promises")]
    counted = [check for check in CHECKS if check.reads is Reads.HEADCOUNTS]
    assert all(check.count is not None for check in counted)


def test_a_check_that_is_put_into_the_list_binds_every_command_and_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_couples(candidacy: Candidacy) -> Refusal | None:
        if candidacy.party.party_size != 2:
            return None
        return Refusal.by_rule(Code.PARTY_NEVER_FITS, party_size=2)

    rule = Check("couples", Reads.HEADCOUNTS, no_couples)
    monkeypatch.setattr(composition, "CHECKS", (*CHECKS[:4], rule, *CHECKS[4:]))
    (slot,) = desk.availability(FRIDAY, 2, at="2026-05-01T19:00").slots
    quote = desk.quote(party_size(2))
    hold, booking = held(desk, 1), booked(desk, 1, "21:00")
    for refused in (
        lambda: desk.hold(party_size(2)),
        lambda: desk.book(party_size(2)),
        lambda: desk.book(party_size(2), tables="later"),
        lambda: desk.replace_hold(hold.id, party_size(2)),
        lambda: desk.reschedule(booking.id, change(2)),
    ):
        with pytest.raises(Refused) as caught:
            refused()
        assert caught.value.code is Code.PARTY_NEVER_FITS
    assert isinstance(quote, Refusal)
    assert isinstance(slot, Slot)
    assert quote == slot.refusal


def test_a_party_without_tables_has_no_plan(store: Store, desk: Desk) -> None:
    assert desk.restaurant_id == "house"

    def ask(view: View) -> Seating | Refusal | Need:
        judged = Admission(view, CompiledHouses().get(view), GUEST)
        return judged.admit(party_size(4), with_tables=False)

    seating = store.read(ALL, ask)
    assert isinstance(seating, Seating)
    with pytest.raises(AssertionError):
        _ = seating.plan


def test_an_engine_that_does_not_know_the_house_yet_gives_every_reason(
    store: Store, desk: Desk
) -> None:
    """The start is refused before anything is loaded; the other checks ask for their records."""
    booked(desk, 4)
    off_grid = party_size(4, "19:07")
    refusal = Engine(store).desk("house").quote(off_grid)
    assert isinstance(refusal, Refusal)
    assert [reason.code for reason in refusal.reasons] == [
        Code.NOT_A_START_TIME,
        Code.CAPACITY_EXCEEDED,
        Code.TABLES_TAKEN,
    ]
    assert refusal == desk.quote(off_grid)


def test_a_rule_that_is_lifted_before_anything_is_loaded_admits_a_party(
    store: Store, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_all(_: Candidacy) -> Refusal | None:
        return Refusal.by_rule(Code.PARTY_NEVER_FITS, party_size=2)

    rule = Check("closed", Reads.NOTHING, refuse_all, relaxed_by=Relaxation.CAPACITY)
    monkeypatch.setattr(composition, "CHECKS", (*CHECKS, rule))
    staff = Engine(store).desk(desk.restaurant_id, actor=STAFF)
    hold = staff.hold(party_size(2, relax=[Relaxation.CAPACITY]))
    assert (hold.tables, hold.fingerprint.relaxed) == (("1",), (Relaxation.CAPACITY,))
    with pytest.raises(Refused) as caught:
        staff.hold(party_size(2, "21:00", relax=[Relaxation.ADJACENCY]))
    assert caught.value.code is Code.PARTY_NEVER_FITS


# ---- rules of tables


def without(*tables: str, code: Code = Code.TABLE_OUT_OF_SERVICE) -> TableRule:
    """A rule that keeps some tables from every party."""

    def find(candidacy: Candidacy) -> tuple[Excluded, ...]:
        mask = candidacy.admission.compiled.house.floor.mask(tables)
        return (Excluded(mask, Reason(code, {"tables": list(tables)})),)

    return TableRule("without", Reads.NOTHING, find)


def test_a_rule_of_tables_excludes_them_at_every_door(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "TABLE_RULES", (without("5"),))
    desk = open_desk(store)
    hold, booking = held(desk, 2), booked(desk, 2, "21:00")
    (slot,) = desk.availability(FRIDAY, 6, at="2026-05-01T19:00").slots
    assert slot.is_bookable
    quote = desk.quote(party_size(6))
    assert isinstance(quote, Quote)
    assert quote.plan.tables == ("3", "4")
    named = party_size(6, tables=["5"])
    refusal = desk.quote(named)
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.TABLE_OUT_OF_SERVICE
    for refused in (
        lambda: desk.hold(named),
        lambda: desk.book(named),
        lambda: desk.replace_hold(hold.id, named),
        lambda: desk.reschedule(booking.id, BookingChange(party_size=6, tables=["5"])),
    ):
        with pytest.raises(Refused) as caught:
            refused()
        assert caught.value.refusal == refusal


def test_the_reason_of_an_excluded_table_that_is_free_comes_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "TABLE_RULES", (without("1"),))
    desk = open_desk(store, a_house(one_table()))
    refusal = desk.quote(party_size(4))
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.TABLE_OUT_OF_SERVICE
    (slot,) = desk.availability(FRIDAY, 4, at="2026-05-01T19:00").slots
    assert slot.refusal == refusal


def test_a_rule_of_tables_limits_the_parties_that_are_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(candidacy: Candidacy) -> tuple[tuple[int, int], ...]:
        return ((candidacy.admission.all_tables, 1),)

    rule = TableRule("one", Reads.NOTHING, lambda _: (), count)
    monkeypatch.setattr(composition, "TABLE_RULES", (rule,))
    desk = open_desk(store)
    (slot,) = desk.availability(FRIDAY, 2, at="2026-05-01T19:00").slots
    assert slot.spots == 1


def test_the_tables_of_a_variant_are_taken_for_its_stay(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check_longer_at_five(candidacy: Candidacy) -> Refusal | None:
        longer = candidacy.stay.occupied.start, candidacy.stay.occupied.end + timedelta(hours=1)
        stay = attrs.evolve(candidacy.stay, occupied=Window(*longer), dining=Window(*longer))
        mask = candidacy.admission.compiled.house.floor.mask(("5",))
        candidacy.variants = (Variant(stay, mask),)
        return None

    rule = Check("longer", Reads.NOTHING, check_longer_at_five)
    monkeypatch.setattr(composition, "CHECKS", (*CHECKS[:4], rule, *CHECKS[4:]))
    desk = open_desk(store)
    booked(desk, 6, "20:30", tables=["5"])
    quote = desk.quote(party_size(6, "18:30"))
    assert isinstance(quote, Quote)
    assert quote.plan.tables == ("3", "4")
    with pytest.raises(Refused) as caught:
        desk.book(party_size(6, "18:30", tables=["5"]))
    assert caught.value.code is Code.ALLOCATIONS_OVERLAP
    booking = desk.book(party_size(6, "17:30", tables=["5"]))
    assert booking.stay.occupied == Window(at("17:30"), at("20:00"))
    assert desk.book(party_size(2)).stay.occupied == Window(at("19:00"), at("20:30"))


def test_a_start_outside_the_hours_meets_no_rule_of_a_service(store: Store) -> None:
    """A guest's quote runs all checks; those of guests need the service that the hours find."""
    house = a_house(
        walk_in_rules=[WalkInRule(weekdays=["friday"])],
        booking_windows=[BookingWindow(notice_minutes=60)],
    )
    desk = open_desk(store, house)
    quoted = desk.quote(party_size(2, "23:30"))
    assert isinstance(quoted, Refusal)
    assert [reason.code for reason in quoted.reasons] == [Code.OUTSIDE_SERVICE_HOURS]
