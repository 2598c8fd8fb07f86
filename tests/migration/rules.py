"""A house as the revisions before 0006 and 0008 keep it."""

from __future__ import annotations

import attrs

from fourtop import Floor, House, Policy, RuleKind, Table

NEW = (
    *("channels", "booking_windows", "exceptions", "pacing_rules", "channel_shares"),
    *("zone_rules", "walk_in_rules", "guest_stay", "seating"),
)
# What revision 0010 brings.
NEWER = ("demand_profiles", "enforcement")


def without_distances(house: House) -> House:
    """The house without what revision 0008 brings. No two of its tables share a number."""
    floor, bare = house.floor, Floor([], zones=[])
    return attrs.evolve(
        house,
        floor=attrs.evolve(
            floor,
            tables=[_undrawn(table) for table in floor.tables],
            joins=[attrs.evolve(join, seat_loss=max(join.seat_loss, 0)) for join in floor.joins],
            kept_apart=(),
            aisles=(),
            numbers_unique_in=bare.numbers_unique_in,
        ),
    )


def _undrawn(table: Table) -> Table:
    at = table.position
    is_far = at is not None and max(abs(at.x), abs(at.y)) > 1_000
    position = None if is_far else at
    return attrs.evolve(table, shape=None, length_cm=None, width_cm=None, position=position)


def without_rules(house: House) -> House:
    """The house without the rules that revision 0006 and later ones bring."""
    house = without_distances(house)
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
    """The house without the rules that revision 0010 and later ones bring."""
    house = without_notice(house)
    policy, bare = house.policy, Policy([])
    changes = {name: getattr(bare, name) for name in NEWER}
    planning = attrs.evolve(policy.planning, scarcities=())
    return attrs.evolve(house, policy=attrs.evolve(policy, planning=planning, **changes))


def without_notice(house: House) -> House:
    """The house without the rule that revision 0014 brings."""
    seating = attrs.evolve(house.policy.seating, reseat_notice_minutes=0)
    return attrs.evolve(house, policy=attrs.evolve(house.policy, seating=seating))


def without_evening(house: House) -> House:
    """The house with the weights of revision 0003, which know no terms of the evening."""
    policy = house.policy
    unknown = {"joins_closed": 0, "dead_time": 0, "idle_time": 0, "parties_starved": 0}
    weights = attrs.evolve(policy.planning.weights, **unknown)
    planning = attrs.evolve(policy.planning, weights=weights)
    return attrs.evolve(house, policy=attrs.evolve(policy, planning=planning))
