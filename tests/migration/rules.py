"""A house as the revisions before 0006 keep it."""

from __future__ import annotations

import attrs

from fourtop import House, Policy, RuleKind

NEW = (
    *("channels", "booking_windows", "exceptions", "pacing_rules", "channel_shares"),
    *("zone_rules", "walk_in_rules", "guest_stay", "seating"),
)
# What revision 0008 brings.
NEWER = ("demand_profiles", "enforcement")


def without_rules(house: House) -> House:
    """The house without the rules that revision 0006 and later ones bring."""
    policy, bare = house.policy, Policy([])
    caps = [
        each
        for each in policy.capacity_rules
        if each.zone is None and each.kind is RuleKind.REGULAR
    ]
    periods = [
        attrs.evolve(each, interval_minutes=None, closed_starts=()) for each in policy.periods
    ]
    holds = attrs.evolve(
        policy.holds,
        ttl_seconds=min(policy.holds.ttl_seconds, 600),
        max_lifetime_seconds=bare.holds.max_lifetime_seconds,
    )
    changes = {name: getattr(bare, name) for name in NEW}
    changes["planning"] = attrs.evolve(policy.planning, staff_max_slack=None)
    return without_demand(
        attrs.evolve(
            house,
            policy=attrs.evolve(
                policy, capacity_rules=caps, periods=periods, holds=holds, **changes
            ),
        )
    )


def without_demand(house: House) -> House:
    """The house without the rules that revision 0008 brings."""
    policy, bare = house.policy, Policy([])
    changes = {name: getattr(bare, name) for name in NEWER}
    planning = attrs.evolve(policy.planning, scarcities=())
    return attrs.evolve(house, policy=attrs.evolve(policy, planning=planning, **changes))
