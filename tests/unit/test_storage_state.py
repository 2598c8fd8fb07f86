"""A state made of rows judges changes as the one that those rows were written to."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import (
    AllocationsOverlap,
    AlreadyExists,
    Block,
    FourtopError,
    HoldState,
    NotFound,
    StaleVersion,
    Versions,
)
from fourtop.ports import Changes, FloorChange, PolicyChange, Scope, View
from fourtop.storage.memory.state import RestaurantState
from fourtop.testing.contract.samples import (
    EVENING,
    HERE,
    MONTHS,
    NOON_US,
    a_block,
    a_booking,
    a_confirmation,
    a_hold,
    a_house,
    a_row,
    an_answer,
    an_event,
    of_block,
    of_booking,
    of_hold,
    span,
)

HOUSE = a_house(HERE)
ROWS = (a_row("a1", of_booking()), a_row("a2", of_hold(), "t2"), a_row("a3", of_block(), "t3"))
ENDED = attrs.evolve(a_hold("h0"), state=HoldState.RELEASED)
WRITTEN = Changes(
    added=ROWS,
    bookings=(a_booking(),),
    holds_added=(a_hold(), ENDED),
    records_added=(a_block(),),
    confirmations=(a_confirmation("r1"),),
    stored_results=(an_answer("k"),),
    events=(an_event("e1"),),
)


def written() -> RestaurantState:
    state = RestaurantState(HOUSE)
    state.apply(WRITTEN)
    return state


def loaded() -> RestaurantState:
    return RestaurantState.of(
        HOUSE,
        Versions(floor=1, policy=1, occupancy=1),
        allocations=iter(ROWS),
        bookings=iter([a_booking()]),
        holds=iter([a_hold(), ENDED]),
        records=iter([a_block()]),
        confirmations=iter([a_confirmation("r1")]),
        stored_results=iter([an_answer("k")]),
        event_keys=iter(["e1"]),
    )


def seen(state: RestaurantState) -> dict[str, object]:
    scope = Scope(
        HERE,
        windows=MONTHS,
        sittings=MONTHS,
        headcounts=MONTHS,
        holds=frozenset({"h0", "h1"}),
        bookings=frozenset({"b1", "b9"}),
    )
    view = View(state, scope, NOON_US)
    return {
        "house": view.house,
        "versions": view.versions,
        "rows": view.allocations(EVENING),
        "extent": state.extent(),
        "bookings": view.bookings_starting(EVENING),
        "holds": [view.find_hold(hold_id) for hold_id in ("h0", "h1")],
        "heads": view.headcounts(EVENING),
        "held_covers": view.held_covers(EVENING),
        "made": [state.count_alive(NOON_US, session) for session in (None, "s1", "s2")],
        "for": view.active_holds_for("b9"),
        "block": state.find_record(Block, "k1"),
        "evidence": view.confirmations_of("h1"),
        "result": state.find_stored_result("hold", "k"),
    }


def test_a_state_of_rows_shows_what_the_rows_say() -> None:
    assert seen(loaded()) == seen(written())


def test_a_state_of_rows_lists_no_events() -> None:
    assert list(loaded().outbox) == []


def test_a_state_of_nothing_is_a_new_one_at_its_versions() -> None:
    state = RestaurantState.of(HOUSE, Versions(floor=7, policy=8, occupancy=9))
    assert seen(state) == {
        **seen(RestaurantState(HOUSE)),
        "versions": Versions(floor=7, policy=8, occupancy=9),
    }


REFUSED: list[tuple[type[FourtopError], dict[str, Any]]] = [
    (AllocationsOverlap, {"added": (a_row("x", of_booking()),)}),
    (AlreadyExists, {"added": (a_row("a1", of_booking(), "t3", span(0, 9)),)}),
    (StaleVersion, {"removed": (a_row("a1", of_booking(), "t2"),)}),
    (AlreadyExists, {"bookings": (a_booking(),)}),
    (StaleVersion, {"bookings": (attrs.evolve(a_booking(), version=3),)}),
    (AlreadyExists, {"holds_added": (ENDED,)}),
    (AlreadyExists, {"records_added": (a_block(),)}),
    (NotFound, {"records_removed": ((Block, "k1"),)}),
    (NotFound, {"bookings_removed": ("b1",)}),
    (NotFound, {"bookings_removed": ("b2",), "bookings": (a_booking("b2"),)}),
    (AlreadyExists, {"confirmations": (a_confirmation("r2"),)}),
    (AlreadyExists, {"confirmations": (a_confirmation("r1", confirmed=False),)}),
    (AlreadyExists, {"stored_results": (an_answer("k"),)}),
    (AlreadyExists, {"events": (an_event("e1"),)}),
    (StaleVersion, {"floor": FloorChange(HOUSE.floor, expected=2)}),
    (StaleVersion, {"policy": PolicyChange(HOUSE.restaurant, HOUSE.policy, expected=2)}),
]


@pytest.mark.parametrize(("error", "changes"), REFUSED)
def test_a_state_of_rows_refuses_what_the_written_one_refuses(
    error: type[FourtopError], changes: dict[str, Any]
) -> None:
    told = []
    for state in (written(), loaded()):
        before = seen(state)
        with pytest.raises(error) as raised:
            state.apply(Changes(**changes))
        assert seen(state) == before
        told.append(str(raised.value))
    assert told[0] == told[1]


def test_a_state_of_rows_takes_what_the_written_one_takes() -> None:
    changes = Changes(
        removed=(ROWS[1],),
        holds_changed=(attrs.evolve(a_hold(), state=HoldState.RELEASED),),
        added=(a_row("x", of_booking(), "t2"),),
        bookings=(attrs.evolve(a_booking(), version=2),),
        events=(an_event("e2"),),
    )
    after = []
    for state in (written(), loaded()):
        state.apply(changes)
        after.append(seen(state))
    assert after[0] == after[1]


def test_rows_that_overlap_make_no_state() -> None:
    with pytest.raises(AllocationsOverlap):
        RestaurantState.of(
            HOUSE,
            Versions(floor=1, policy=1, occupancy=0),
            allocations=[ROWS[0], a_row("x", of_booking())],
        )
