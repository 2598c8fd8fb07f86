"""The records that an explanation reads, and the bounds of its search."""

from __future__ import annotations

import attrs

from fourtop import CapacityRule, ChannelShare, CountedIds, Engine, Planning, ServicePeriod
from fourtop.ports import Store
from tests.evening import STAFF, a_house, at, booked, one_table, open_desk, party_size
from tests.unit.test_planner_limit import hall


def test_an_explanation_follows_rules_that_another_engine_has_set(store: Store) -> None:
    """The other services of the date count each party, though the engine did not expect it."""
    periods = [
        ServicePeriod(key, start, end)
        for key, start, end in (("lunch", "13:00", "16:00"), ("dinner", "17:00", "23:00"))
    ]
    desk = open_desk(
        store, a_house(one_table(), periods=periods, channels=["online", "phone"]), actor=STAFF
    )
    for text in ("17:00", "18:30", "20:00"):
        booked(desk, 4, text)
    desk.explain(party_size(4))
    other = Engine(store, ids=CountedIds("m")).desk(desk.restaurant_id, actor=STAFF)
    other.edit_policy(
        lambda policy: attrs.evolve(
            policy,
            capacity_rules=[CapacityRule(max_covers=20)],
            channel_shares=[ChannelShare("phone", 6)],
        )
    )
    change = desk.explain(party_size(4)).find_change("earlier")
    assert change is not None
    assert change.request.start == at("14:00")


def test_a_search_for_other_tables_that_ends_at_its_bound_says_so(store: Store) -> None:
    planning = Planning(max_tables=8, slack_budget=0)
    desk = open_desk(store, a_house(hall(0, 1, 2), planning=planning), actor=STAFF)
    request = party_size(32, tables=["t0-0"], relax=["min_party"])
    explained = desk.explain(request)
    assert explained.find_change("tables") is None
    assert not explained.is_proven


def test_a_search_that_ends_at_its_bound_says_so(store: Store) -> None:
    desk = open_desk(store, a_house(one_table(500), turn_minutes=360), actor=STAFF)
    booked(desk, 500, "17:00")
    explained = desk.explain(party_size(450))
    assert (explained.changes, explained.is_proven) == ((), False)
    assert str(explained).endswith("The search ended at its bound: there may be further changes.")
    smaller = desk.explain(party_size(100))
    assert (smaller.changes, smaller.is_proven) == ((), True)
