"""The rules of a policy go from revision 0006 down to 0005 and up again."""

from __future__ import annotations

from typing import Final

import attrs

from fourtop import CapacityRule, Engine, House, ManualClock
from fourtop.storage.sql import downgrade, migrate
from tests.evening import NOW
from tests.migration.place import Place
from tests.migration.rules import without_distances, without_rules
from tests.unit.document_case import FULL

# The cap of a zone comes first, and the default life of a hold is one that only 0006 knows.
HOUSE: Final = attrs.evolve(
    FULL,
    policy=attrs.evolve(
        FULL.policy,
        capacity_rules=[CapacityRule(max_covers=8, zone="Bar"), *FULL.policy.capacity_rules],
        holds=attrs.evolve(FULL.policy.holds, ttl_seconds=1_200),
    ),
)


def house_of(place: Place) -> House:
    store = place.store(clock=ManualClock(NOW))
    try:
        return Engine(store).desk("r-1").house()
    finally:
        store.close()


def test_revision_0006_drops_what_0005_would_misread_and_keeps_the_rest(place: Place) -> None:
    migrate(place.url)
    store = place.store(clock=ManualClock(NOW))
    Engine(store).add_restaurant(HOUSE)
    store.close()
    assert house_of(place) == HOUSE

    assert downgrade(place.url, revision="0005")[-1] == "0006"
    caps = "SELECT position, max_covers, max_parties FROM {schema}restaurant_capacity_rules"
    assert sorted(place.execute(caps)) == [(0, 40, None), (1, None, 0)]
    assert migrate(place.url)[0] == "0006"
    assert house_of(place) == without_rules(HOUSE)


def test_a_policy_can_be_edited_after_the_way_down_and_up(place: Place) -> None:
    migrate(place.url)
    store = place.store(clock=ManualClock(NOW))
    Engine(store).add_restaurant(HOUSE)
    store.close()
    downgrade(place.url, revision="0005")
    migrate(place.url)

    store = place.store(clock=ManualClock(NOW))
    Engine(store).desk("r-1").edit_policy(lambda _: HOUSE.policy)
    store.close()
    assert house_of(place) == without_distances(HOUSE)
