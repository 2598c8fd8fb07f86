"""Admission: every check looks at one thing, and all of them can be asked at once."""

from __future__ import annotations

import attrs
import pytest

from fourtop import (
    BookingRequest,
    CapacityRule,
    Code,
    Desk,
    ManualClock,
    Refusal,
    Refused,
    Slot,
)
from fourtop.engine import admission
from fourtop.engine.admission import CHECKS, Admission, Finding, Seating
from fourtop.engine.compiled_house import CompiledHouses
from fourtop.ports import Need, Scope, Store, View
from tests.evening import FRIDAY, MONTH, a_house, at, booked, held, one_table, open_desk, party_size

ALL = Scope("house", windows=(MONTH,), headcounts=(MONTH,))


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(one_table(), capacity_rules=(CapacityRule(max_covers=5),)))


def findings(
    store: Store, request: BookingRequest, scope: Scope = ALL
) -> tuple[tuple[str, Code], ...]:
    """The check and the code of each finding, in order."""

    def ask(view: View) -> tuple[Finding, ...] | Need:
        return Admission(view, CompiledHouses().get(view)).findings(request)

    found: tuple[Finding, ...] = store.read(scope, ask)
    return tuple((each.check, each.refusal.code) for each in found)


def test_the_checks_run_in_the_order_of_the_list() -> None:
    names = [check.name for check in CHECKS]
    assert names == ["active", "past", "hours", "capacity", "tables"]


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


def test_only_the_check_of_tables_is_left_out_where_tables_are_counted_or_come_later() -> None:
    without = [check.name for check in admission._WITHOUT_TABLES]
    after = [check.name for check in CHECKS if check.reads is not admission.Reads.NOTHING]
    assert without == [name for name in after if name != "tables"]
    counted = [check for check in CHECKS if check.reads is admission.Reads.HEADCOUNTS]
    assert all(check.count is not None for check in counted)


def test_a_check_that_is_put_into_the_list_binds_every_command_and_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_couples(candidacy: admission.Candidacy) -> Refusal | None:
        if candidacy.party.party_size != 2:
            return None
        return Refusal.by_rule(Code.PARTY_NEVER_FITS, party_size=2)

    rule = admission.Check("couples", admission.Reads.HEADCOUNTS, no_couples)
    monkeypatch.setattr(admission, "_AFTER_LOADING", (rule, *admission._AFTER_LOADING))
    monkeypatch.setattr(admission, "_WITHOUT_TABLES", (rule, *admission._WITHOUT_TABLES))
    (slot,) = desk.availability(FRIDAY, 2, at="2026-05-01T19:00").slots
    quote = desk.quote(party_size(2))
    hold, booking = held(desk, 1), booked(desk, 1, "21:00")
    for refused in (
        lambda: desk.hold(party_size(2)),
        lambda: desk.book(party_size(2)),
        lambda: desk.book(party_size(2), tables="later"),
        lambda: desk.replace_hold(hold.id, party_size(2)),
        lambda: desk.reschedule(booking.id, party_size(2)),
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
        judged = Admission(view, CompiledHouses().get(view))
        return judged.admit(party_size(4), with_tables=False)

    seating = store.read(ALL, ask)
    assert isinstance(seating, Seating)
    with pytest.raises(AssertionError):
        _ = seating.plan
