"""Samples of policies and promises about them: a store keeps every rule, and their order."""

from __future__ import annotations

from typing import Final

from fourtop.model.booking_rules import BookingWindow, HoldRules, SeatingRules
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.date_exception import DateException
from fourtop.model.demand import DemandProfile
from fourtop.model.enforcement import Enforcement
from fourtop.model.house import House
from fourtop.model.planning_rules import Planning, Scarcity, Weights
from fourtop.model.policy import Policy
from fourtop.model.service_period import Occasion, ServicePeriod
from fourtop.model.zone_rules import WalkInRule, ZoneRule
from fourtop.ports import PolicyChange
from fourtop.testing.contract.harness import Trial
from fourtop.testing.contract.samples import HERE, a_house

_TURNS: Final = [(2, 75), (None, 105)]


def _periods() -> list[ServicePeriod]:
    return [
        ServicePeriod(
            "dinner",
            "17:00",
            "23:00",
            weekdays=["sunday", "friday"],
            occasions=["supper", "drinks"],
            turn_bands=_TURNS,
            buffer_before_minutes=5,
            buffer_after_minutes=10,
            last_start="21:30",
            overrun_allowed=True,
            min_dwell_minutes=30,
            interval_minutes=30,
            closed_starts=["19:00", "18:00"],
        ),
        ServicePeriod("eve", "18:00", "01:00", dates=["2026-12-24"], last_seating_minutes=45),
    ]


def _planning() -> Planning:
    return Planning(
        adjacency_mode="pairwise",
        adjacency_required=False,
        adjacency_min_party=5,
        max_tables=2,
        slack_budget=None,
        staff_max_slack=6,
        weights=Weights(
            overage=6,
            table_count=4,
            fragmentation=3,
            adjacency=2,
            scarcity=21,
            wish=9,
            joins_closed=0.5,
            dead_time=2,
            idle_time=0.05,
            parties_starved=70.5,
        ),
        demand_multiplier=1.5,
        scarcities=[
            Scarcity(4, 0.045, category="bar", seating="high_top"),
            Scarcity(2, 0.8),
        ],
    )


def _exceptions() -> list[DateException]:
    return [
        DateException("2026-12-24", "eve", closed=True),
        DateException(
            "2026-05-03",
            start="16:00",
            end="22:00",
            last_start="20:30",
            interval_minutes=20,
            closed_starts=["17:00"],
        ),
    ]


def _zone_rules() -> list[ZoneRule]:
    return [
        ZoneRule(
            "main",
            closed=True,
            start="12:00",
            end="22:00",
            last_start="21:00",
            weekdays=["sunday"],
            season=("05-01", "09-30"),
            turn_bands=[(None, 60)],
        )
    ]


def a_policy() -> Policy:
    """Return a policy in which every attribute differs from its default in some rule.

    It fits the floor of ``a_house``. The order of its rules is none that a store would sort by.
    """
    return Policy(
        _periods(),
        occasions=[Occasion("supper", _TURNS), Occasion("drinks", [(None, 60)])],
        closures=["2026-12-25"],
        turn_bands=_TURNS,
        capacity_rules=[
            CapacityRule(max_covers=12, period="dinner", zone="main", kind="event"),
            CapacityRule(max_parties=9, weekday="friday"),
            CapacityRule(max_covers=8, on="2026-12-24"),
        ],
        planning=_planning(),
        holds=HoldRules(
            ttl_seconds=900,
            rate_limit=4,
            rate_window_seconds=50,
            max_live=90,
            max_live_per_session=9,
            max_lifetime_seconds=1_800,
        ),
        past_grace_minutes=6,
        channels=["phone", "online"],
        booking_windows=[
            BookingWindow(notice_minutes=1_440, min_party=7),
            BookingWindow(notice_minutes=60, horizon_days=30, channel="online", max_party=6),
        ],
        exceptions=_exceptions(),
        pacing_rules=[
            PacingRule(30, max_covers=20, spread="meal", period="dinner"),
            PacingRule(15, max_parties=4, weekday="sunday", kind="holiday"),
            PacingRule(15, max_parties=3, on="2026-12-24"),
        ],
        channel_shares=[
            ChannelShare("phone", 6, period="dinner", weekday="sunday", release_minutes=120),
            ChannelShare("walk_in", 4, on="2026-12-24"),
        ],
        zone_rules=_zone_rules(),
        walk_in_rules=[
            WalkInRule(tables=["t3", "t1"], weekdays=["sunday"]),
            WalkInRule(dates=["2026-12-24"], period="eve"),
        ],
        guest_stay=(60, 180),
        seating=SeatingRules(
            early_minutes=30,
            late_minutes=60,
            no_show_after_minutes=20,
            overstay_minutes=10,
            reseat_notice_minutes=240,
        ),
        demand_profiles=[
            DemandProfile(
                "peak",
                1.35,
                start="22:00",
                end="01:30",
                weekdays=["sunday", "friday"],
                period="dinner",
                priority=2,
            ),
            DemandProfile("early", 0.85, end="18:00"),
        ],
        enforcement=Enforcement(
            capacity="shadow", capacity_percent=30, adjacency="off", adjacency_percent=40
        ),
    )


class PolicyPromises:
    """Promises about the policies that a store keeps."""

    def test_every_rule_of_a_policy_is_kept(self, trial: Trial) -> None:
        """A policy is read back as it was written, also where it takes the place of another."""
        house, policy = a_house(HERE), a_policy()
        restaurant = house.restaurant
        trial.write(policy=PolicyChange(restaurant, policy, expected=1))
        assert trial.ask(lambda view: view.house) == House(restaurant, house.floor, policy)
        trial.write(policy=PolicyChange(restaurant, house.policy, expected=2))
        assert trial.ask(lambda view: view.house) == house

    def test_the_rules_of_a_policy_keep_their_order(self, trial: Trial) -> None:
        """Rules are read back in the order of the policy: of booking windows, the first counts."""
        house, policy = a_house(HERE), a_policy()
        windows = tuple(reversed(policy.booking_windows))
        for version, each in enumerate((policy.booking_windows, windows), start=1):
            changed = Policy([], channels=policy.channels, booking_windows=each)
            trial.write(policy=PolicyChange(house.restaurant, changed, expected=version))
            assert trial.ask(lambda view: view.house.policy.booking_windows) == each
