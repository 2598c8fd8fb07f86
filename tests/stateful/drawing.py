"""The machine's draws: few and small choices, which get their meaning when they are used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import attrs
from hypothesis import strategies as st

from fourtop.model.actor import Actor
from fourtop.model.booking_change import BookingChange
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.enforcement import Enforcement
from fourtop.model.floor import Floor, Join
from fourtop.model.planning_rules import AdjacencyMode
from fourtop.model.policy import Policy
from fourtop.model.request import BookingRequest, Preference
from fourtop.model.restaurant import Restaurant
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Mobility, Position, Table
from fourtop.model.zone_rules import WalkInRule
from fourtop.testing.strategies import preferences
from tests.stateful.ledger import MINUTE, SECOND, Ledger
from tests.stateful.service import local_date, moment, opening_at, starts

T = TypeVar("T")

UNKNOWN = "nobody"
CHANNELS = ("phone", "online")
MODES = ("shadow", "off", "enforced")
NONE_OF_THEM = 99
ACTORS = (Actor("guest", "guest"), Actor("u17", "staff"))
# Around the nights on which the clocks of London and New York change, and one on which nothing
# happens.
MOMENTS = (
    datetime(2026, 6, 12, 15, tzinfo=UTC),
    datetime(2026, 10, 24, 17, 30, tzinfo=UTC),
    datetime(2026, 3, 28, 18, tzinfo=UTC),
    datetime(2026, 10, 31, 20, 10, tzinfo=UTC),
)


def picks() -> st.SearchStrategy[int]:
    """Draw which of the things of a kind a command is about: mostly a recent one."""
    return st.sampled_from((0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, NONE_OF_THEM))


def pick(options: Sequence[T], choice: int) -> T | None:
    """Return the newest option for 0, the one before for 1 … and around again; or none."""
    if choice == NONE_OF_THEM or not options:
        return None
    return options[-1 - choice % len(options)]


def pick_id(fitting: Sequence[str], others: Iterable[str], choice: int) -> str:
    """Return an id for which the command makes sense; sometimes, or without one, another id."""
    return pick(fitting if fitting and choice < 6 else list(others), choice) or UNKNOWN


@attrs.frozen
class Caller:
    """Where a command is given, by whom, and under which key."""

    here: int
    actor: Actor
    key: str | None


def callers() -> st.SearchStrategy[Caller]:
    return st.builds(
        Caller,
        here=st.sampled_from((0, 0, 0, 1)),
        actor=st.sampled_from(ACTORS),
        key=st.sampled_from((*(None,) * 9, "k1", "k2", "k3")),
    )


# ---- requests


@attrs.frozen
class Wish:
    """A request to be."""

    party_size: int
    day: int
    slot: int
    beside: int
    occasion: str | None
    must: Preference
    wish: Preference
    named: int
    past_reason: str | None
    reference: str | None
    channel: str | None = None

    def request(
        self, ledger: Ledger, *, party_size: int | None = None, start: int | None = None
    ) -> BookingRequest:
        """Make it a request to a restaurant at this moment."""
        tables = tuple(
            table.id for place, table in enumerate(ledger.floor.tables) if self.named >> place & 1
        )
        if self.named == 1 << 6 and not tables:
            tables = (UNKNOWN,)
        return BookingRequest(
            self.party_size if party_size is None else party_size,
            moment(self._start(ledger) if start is None else start),
            occasion=self.occasion,
            must=self.must,
            wish=self.wish,
            tables=tables,
            past_reason=self.past_reason,
            reference=self.reference,
            channel=self.channel if self.channel in ledger.policy.channels else None,
        )

    def change(self, request: BookingRequest, gives: int) -> BookingChange:
        """Make some fields of a request a change: those for which ``gives`` has a bit."""
        names = [name for bit, name in enumerate(CHANGEABLE) if gives >> bit & 1]
        return BookingChange(**{name: getattr(request, name) for name in names})

    def _start(self, ledger: Ledger) -> int:
        ends = [row.end for row in ledger.rows if row.kind == "table" and row.end > ledger.now]
        if self.slot == 5 and ends:
            # Right after somebody: windows that touch.
            found = opening_at(ledger.restaurant, ledger.policy, ends[-1])
            return ends[-1] + (0 if found is None else found.period.buffer_before_minutes * MINUTE)
        day = local_date(ledger.restaurant, ledger.now) + timedelta(days=self.day)
        raster = starts(ledger.restaurant, ledger.policy, day)
        near = (
            [start for start in raster if start > ledger.now - 40 * MINUTE]
            or raster
            or [ledger.now]
        )
        return near[self.slot % len(near)] + self.beside


def wishes() -> st.SearchStrategy[Wish]:
    return st.builds(
        Wish,
        party_size=st.sampled_from((2, 4, 1, 2, 3, 4, 5, 2, 4, 6, 3, 8, 2, 7, 10)),
        day=st.sampled_from((0, 0, 0, 0, 1)),
        slot=st.integers(0, 5),
        beside=st.sampled_from((0, 0, 0, 0, 0, 0, 15 * MINUTE, 1, -1, 150 * MINUTE)),
        occasion=st.sampled_from((*(None,) * 20, "drinks", "supper", "feast")),
        must=preferences(),
        wish=preferences(),
        named=st.sampled_from((*(0,) * 16, 1, 2, 4, 3, 6, 7, 12, 1 << 6)),
        past_reason=st.sampled_from((None, None, None, "walk-in")),
        reference=st.sampled_from((None, None, None, "r-1", "r-2")),
        channel=st.sampled_from((None, None, "phone", "online")),
    )


# The fields that a change may give, by bit.
CHANGEABLE = (
    *("party_size", "start", "must", "wish"),
    *("tables", "occasion", "reference", "past_reason"),
)


def gifts() -> st.SearchStrategy[int]:
    """Draw which fields a change gives: mostly a time, a size or both, sometimes none or all."""
    return st.sampled_from((1, 2, 3, 1, 2, 3, 0, 2, 131, 130, 4, 7, 8, 16, 18, 34, 64, 128, 255))


def versions() -> st.SearchStrategy[int | None]:
    """Draw how far the version that a caller saw lies from the present one; mostly it saw none."""
    return st.sampled_from((None, None, None, None, None, 0, 0, -1, 1))


def seen(ledger: Ledger, booking_id: str | None, distance: int | None) -> int | None:
    """Return the version of a booking that a caller saw, if it saw one."""
    guest = None if booking_id is None else ledger.guests.get(booking_id)
    if distance is None or guest is None:
        return None
    return max(guest.version + distance, 1)


# ---- clock steps


def next_moment(ledgers: Sequence[Ledger], now: int, choice: int) -> int:
    """Return the clock's next time: a few seconds on, the very instant of some end, or back."""
    if choice < len(_STEPS):
        return now + _STEPS[choice]
    expiries = sorted(
        keep.expires for each in ledgers for keep in each.alive() if keep.expires > now
    )
    edges = sorted(
        {
            edge
            for each in ledgers
            for row in each.rows
            for edge in (row.start, row.end)
            if edge > now
        }
    )
    if choice % 2 and expiries:
        return expiries[0] - (choice % 4 == 1)
    return edges[choice // 2 % len(edges)] if edges else now + MINUTE


_STEPS = (
    SECOND,
    29 * SECOND,
    60 * SECOND,
    3 * MINUTE,
    10 * MINUTE,
    45 * MINUTE,
    120 * MINUTE,
    420 * MINUTE,
    -90 * SECOND,
    -180 * MINUTE,
)


def clock_choices() -> st.SearchStrategy[int]:
    """Draw a step of the clock: mostly a short one, so that an evening lasts."""
    last = len(_STEPS)
    # The very end of a hold comes up most often: it tells faults that others do not.
    ends = (last + 1,)
    return st.sampled_from((0, 1, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, *range(last, last + 8), *ends))


# ---- edits


def edited_floor(floor: Floor, choice: int, place: int, amount: int) -> Floor:
    """Return a floor with one thing changed."""
    tables = list(floor.tables)
    if choice == 0:
        return _with_new_table(floor, amount)
    if not tables:
        return floor
    table = tables[place % len(tables)]
    if choice == 1:
        return floor.without_table(table.id)
    if choice in (2, 3):
        return _with_other_joins(floor, place, amount - 1)
    if choice == 4 and len(tables) > 1:
        pair = {table.id, tables[(place + 1) % len(tables)].id}
        others = [each for each in floor.set_capacities if set(each.tables) != pair]
        return attrs.evolve(floor, set_capacities=[*others, SetCapacity(pair, 4 + amount)])
    return floor.with_table(_altered(table, choice, amount))


def unsettled_floor(floor: Floor, table_id: str, choice: int) -> Floor:
    """Return a floor on which a table is not what it was; 9 only moves its picture."""
    table = next(table for table in floor.tables if table.id == table_id)
    return floor.with_table(_altered(table, choice, (table.capacity + choice) % 4))


def unsettled_policy(policy: Policy, period_key: str, amount: int) -> Policy:
    """Return a policy by which a service has other buffers or other stays."""
    period = next(each for each in policy.periods if each.key == period_key)
    others = [each for each in policy.periods if each is not period]
    if amount % 2:
        changed = attrs.evolve(
            period, buffer_after_minutes=(period.buffer_after_minutes + 5 * amount) % 30
        )
    else:
        changed = attrs.evolve(
            period, turn_bands=[(3, 60 + 15 * amount), (None, 120)], occasions=()
        )
    return attrs.evolve(policy, periods=[*others, changed])


def _altered(table: Table, choice: int, amount: int) -> Table:
    changes: dict[int, dict[str, Any]] = {
        5: {"capacity": 2 + amount, "max_party": None},
        6: {"out_of_service": not table.out_of_service},
        7: {"mobility": Mobility.FIXED if table.is_movable else Mobility.MOVABLE},
        8: {"zone_id": "bar" if table.zone_id == "main" else "main"},
        9: {"position": Position(amount, amount)},
        10: {"min_party": 1 + amount % 3, "max_party": None},
        11: {"active": not table.active},
    }
    return attrs.evolve(table, **changes.get(choice, {}))


def _with_new_table(floor: Floor, amount: int) -> Floor:
    known = {table.id for table in floor.tables}
    unused = next((f"t{place}" for place in range(1, 8) if f"t{place}" not in known), None)
    numbers = {table.number for table in floor.tables}
    number = next(str(each) for each in (5, 12, 23, 40, 41, 42, 43, 44) if str(each) not in numbers)
    return floor if unused is None else floor.with_table(Table(unused, number, 2 + amount, "main"))


def _with_other_joins(floor: Floor, place: int, loss: int) -> Floor:
    tables = floor.tables
    first, second = tables[place % len(tables)].id, tables[(place + 1) % len(tables)].id
    if first == second:
        return floor
    if loss < 0:
        return attrs.evolve(
            floor, joins=[each for each in floor.joins if set(each.tables) != {first, second}]
        )
    return floor.with_join(Join((first, second), seat_loss=loss))


def edited_policy(ledger: Ledger, choice: int, amount: int) -> Policy:
    """Return a policy with one thing changed; a date that is closed is opened again first."""
    policy = ledger.policy
    day = local_date(ledger.restaurant, ledger.now) + timedelta(days=amount % 2)
    if policy.closures:
        return attrs.evolve(policy, closures=())
    planning, period = policy.planning, policy.periods[amount % len(policy.periods)]
    changed = attrs.evolve(period, buffer_after_minutes=5 * amount)
    others = [each for each in policy.periods if each is not period]
    changes: tuple[dict[str, Any], ...] = (
        {"closures": [day]},
        {"planning": attrs.evolve(planning, adjacency_mode=list(AdjacencyMode)[amount % 3])},
        {"planning": attrs.evolve(planning, slack_budget=amount)},
        {"planning": attrs.evolve(planning, max_tables=1 + amount % 4)},
        {"capacity_rules": ()},
        {"capacity_rules": [CapacityRule(max_covers=4 + 4 * amount, max_parties=5)]},
        {"turn_bands": [(3, 45 + 15 * amount), (None, 120)] if amount else ()},
        {"periods": [*others, changed]},
        {"periods": [*others, attrs.evolve(period, overrun_allowed=not period.overrun_allowed)]},
        {"holds": attrs.evolve(policy.holds, max_live=2 + amount, rate_limit=1 + amount)},
    )
    return attrs.evolve(policy, **changes[choice % len(changes)])


def edited_limits(ledger: Ledger, choice: int, amount: int) -> Policy:
    """Return a policy with other limits on the number of guests; every other edit lifts one."""
    policy = ledger.policy
    day = local_date(ledger.restaurant, ledger.now)
    period = policy.periods[amount % len(policy.periods)].key
    zones = sorted({table.zone_id for table in ledger.floor.tables}) or ["main"]
    named = tuple(table.id for table in ledger.floor.tables)[: 1 + amount % 2]
    pace = ("start", "meal")[amount % 2]
    capped = CapacityRule(max_covers=6 + 4 * amount, max_parties=4)
    changes: tuple[dict[str, Any], ...] = (
        {"pacing_rules": [PacingRule(15 * (1 + choice % 3), max_parties=1 + amount, spread=pace)]},
        {"pacing_rules": [PacingRule(40, max_covers=4 + amount, spread=pace)]},
        {
            "pacing_rules": [
                PacingRule(60, max_covers=6, max_parties=3, spread="meal", period=period),
                PacingRule(30, max_parties=2, on=day),
                PacingRule(20, max_covers=5 + amount, kind="holiday"),
            ]
        },
        {
            "capacity_rules": [
                CapacityRule(max_covers=20, max_parties=3 + amount, period=period),
                CapacityRule(max_parties=1 + amount % 2, kind="event"),
            ]
        },
        {"capacity_rules": [capped, CapacityRule(max_covers=3 + amount, zone=zones[0])]},
        {"capacity_rules": [CapacityRule(max_parties=1 + amount, zone=each) for each in zones]},
        {
            "capacity_rules": [CapacityRule(max_covers=8 + amount)],
            "channel_shares": [
                ChannelShare("phone", 4 + amount, release_minutes=60 * amount),
                ChannelShare("online", 1, on=day),
            ],
        },
        {
            "capacity_rules": [
                CapacityRule(max_covers=3 * amount, kind="emergency"),
                CapacityRule(max_covers=20, on=day, period=period),
            ]
        },
        {"walk_in_rules": [WalkInRule(tables=named)] if named else ()},
        {"walk_in_rules": [WalkInRule(dates=[day], period=period)]},
        {"pacing_rules": (), "walk_in_rules": ()},
        {"capacity_rules": (), "channel_shares": ()},
        {"enforcement": Enforcement(capacity=MODES[amount % 3])},
        {
            "enforcement": Enforcement(
                capacity=MODES[choice % 2], capacity_percent=(0, 50, 50, 100)[amount]
            )
        },
    )
    return attrs.evolve(policy, channels=CHANNELS, **changes[choice % len(changes)])


def edited_restaurant(restaurant: Restaurant, choice: int) -> Restaurant:
    """Return a restaurant with one change; one that takes no bookings takes them again first."""
    if not restaurant.active:
        return attrs.evolve(restaurant, active=True)
    changes: tuple[dict[str, Any], ...] = (
        {"default_duration_minutes": 75},
        {"default_duration_minutes": 105},
        {"last_seating_buffer_minutes": 30},
        {"reservation_interval_minutes": 30},
        {"last_seating_buffer_minutes": 60},
        {"active": False},
    )
    return attrs.evolve(restaurant, **changes[choice % len(changes)])
