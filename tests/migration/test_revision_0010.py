"""Demand and enforcement go from revision 0010 down to 0009 and up again."""

from __future__ import annotations

import attrs

from fourtop import CapacityRule, Code, Enforcement, Engine, ManualClock
from fourtop.storage.sql import downgrade, migrate
from tests.evening import MONTH, NOW, a_house, booked, five_tables
from tests.migration.place import Place
from tests.migration.rules import without_demand
from tests.unit.document_case import FULL


def test_revision_0010_drops_demand_and_enforcement_and_keeps_the_rest(place: Place) -> None:
    migrate(place.url)
    store = place.store(clock=ManualClock(NOW))
    Engine(store).add_restaurant(FULL)
    store.close()

    assert downgrade(place.url, revision="0009") == ("0015", "0014", "0013", "0012", "0011", "0010")
    assert migrate(place.url) == ("0010", "0011", "0012", "0013", "0014", "0015")
    store = place.store(clock=ManualClock(NOW))
    desk = Engine(store).desk("r-1")
    assert desk.house() == without_demand(FULL)
    desk.edit_policy(lambda _: FULL.policy)
    assert desk.house() == FULL
    store.close()


def test_a_booking_loses_the_codes_of_shadow_mode_and_nothing_else(place: Place) -> None:
    migrate(place.url)
    store = place.store(clock=ManualClock(NOW))
    desk = Engine(store).add_restaurant(
        a_house(
            five_tables(),
            name="ann",
            capacity_rules=(CapacityRule(max_covers=1),),
            enforcement=Enforcement(capacity="shadow"),
        )
    )
    made = booked(desk, 2)
    assert made.would_refuse == (Code.CAPACITY_EXCEEDED,)
    store.close()

    downgrade(place.url, revision="0009")
    migrate(place.url)
    store = place.store(clock=ManualClock(NOW))
    (kept,) = Engine(store).desk("ann").bookings(MONTH)
    assert kept == attrs.evolve(made, would_refuse=())
    store.close()
