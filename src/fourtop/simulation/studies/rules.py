"""Studies of rules: what turn times, buffers, pacing, minimum parties and notice cost or bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Unpack

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.model import validators
from fourtop.model.booking_rules import BookingWindow
from fourtop.model.capacity_rules import PacingRule, Spread
from fourtop.model.policy import Policy
from fourtop.model.service_period import Bands, TurnBand, as_bands
from fourtop.simulation.behaviour import AcceptRule
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.studies.planned_stays import with_stays_in_minutes
from fourtop.simulation.studies.runs import StudyOptions
from fourtop.simulation.studies.study import Study, study
from fourtop.simulation.studies.variant import Variant

BASE: Final = "the present house"
"""The name of the base: the house without a change."""


def turn_times(
    base: Scenario,
    plans: Mapping[str, int | Bands] | Iterable[int] = (75, 90, 105, 120),
    *,
    stays_follow: bool = False,
    **options: Unpack[StudyOptions],
) -> Study:
    """Study other turn times: the time that the house plans for a party.

    A plan replaces the turn times of the policy and of all its periods, occasions and zones. The
    guests stay as long as before: a longer plan keeps tables empty, and a shorter one makes parties
    wait. So look at ``late``, ``wait_minutes`` and ``at_risk``, too.

    Args:
        base: The house as it is, with its demand.
        plans: Minutes for all parties, each a variant; or turn bands by name, as in
            ``Policy.turn_bands``.
        stays_follow: Whether the guests stay as long as the plan says instead. It matters only for
            demands with stays relative to the plan, such as that of the sample pub.
        options: ``StudyOptions``.

    Raises:
        InvalidInput: If a plan is wrong; or if the stays are relative to the plan, the guests do
            not follow it, and the house has several plans: give ``Stays`` in minutes.
        SweepFailed: If the executor failed.
    """
    base = _checked(base)
    given = plans if isinstance(plans, Mapping) else {_flat(each): each for each in plans}
    steady = base if stays_follow else with_stays_in_minutes(base)
    found = {
        name: as_bands([(None, plan)] if isinstance(plan, int) else plan)
        for name, plan in given.items()
    }
    variants = [
        Variant(
            name,
            _with_policy(steady, _turn_bands(steady.house.policy, bands)),
            {"turn_minutes": ", ".join(f"{each.minutes}" for each in bands)},
        )
        for name, bands in found.items()
    ]
    return _study("Turn times", [Variant(BASE, steady), *variants], options)


def _flat(minutes: int) -> str:
    return f"{minutes} minutes"


def _turn_bands(policy: Policy, bands: tuple[TurnBand, ...]) -> Policy:
    return attrs.evolve(
        policy,
        turn_bands=bands,
        periods=[attrs.evolve(each, turn_bands=()) for each in policy.periods],
        occasions=[attrs.evolve(each, turn_bands=bands) for each in policy.occasions],
        zone_rules=[
            attrs.evolve(each, turn_bands=bands if each.turn_bands else ())
            for each in policy.zone_rules
        ],
    )


def buffers(
    base: Scenario, minutes: Iterable[int] = (5, 10, 15, 20), **options: Unpack[StudyOptions]
) -> Study:
    """Study the time that tables are kept free after a party has left.

    Args:
        base: The house as it is, with its demand.
        minutes: ``buffer_after_minutes`` of all periods, each a variant (0–120).
        options: ``StudyOptions``.

    Raises:
        InvalidInput: If a number is out of range, or an option is wrong.
        SweepFailed: If the executor failed.
    """

    def changed(policy: Policy, after: int) -> Policy:
        periods = [attrs.evolve(each, buffer_after_minutes=after) for each in policy.periods]
        return attrs.evolve(policy, periods=periods)

    variants = _policies(_checked(base), minutes, "{}-minute buffer", "buffer_minutes", changed)
    return _study("Buffers", variants, options)


def pacing(
    base: Scenario,
    max_covers: Iterable[int] = (8, 12, 16, 20),
    *,
    interval_minutes: int = 15,
    spread: Spread | str = Spread.START,
    **options: Unpack[StudyOptions],
) -> Study:
    """Study a cap on the covers of each interval. It replaces the pacing of the house.

    Args:
        base: The house as it is, with its demand.
        max_covers: The most people in an interval, each a variant.
        interval_minutes: The length of an interval (1–600).
        spread: ``"start"``: parties count where they sit down; ``"meal"``: as long as they sit.
        options: ``StudyOptions``.

    Raises:
        InvalidInput: If a number is out of range, or an option is wrong.
        SweepFailed: If the executor failed.
    """

    def changed(policy: Policy, covers: int) -> Policy:
        rule = PacingRule(interval_minutes, max_covers=covers, spread=spread)
        return attrs.evolve(policy, pacing_rules=(rule,))

    name = f"{{}} covers each {interval_minutes} minutes"
    variants = _policies(_checked(base), max_covers, name, "max_covers", changed)
    return _study("Pacing", variants, options)


def minimum_parties(
    base: Scenario,
    least: Iterable[int] = (2, 3, 4),
    *,
    seats_from: int = 6,
    **options: Unpack[StudyOptions],
) -> Study:
    """Study a smallest party for the big tables: it keeps them free for large parties.

    Args:
        base: The house as it is, with its demand.
        least: The smallest party of those tables, each a variant.
        seats_from: Tables with at least so many seats are big.
        options: ``StudyOptions``.

    Raises:
        InvalidInput: If no table is big, a big table cannot have so large a party, or an option is
            wrong.
        SweepFailed: If the executor failed.
    """
    floor = _checked(base).house.floor
    big = {each.id for each in floor.tables if each.capacity >= seats_from}
    if not big:
        largest = max(each.capacity for each in floor.tables)
        rule = f"must be at most {largest}, the seats of the largest table"
        raise InvalidInput("seats_from", rule, safe_repr(seats_from))

    def variant(size: int) -> Variant:
        tables = [
            attrs.evolve(each, min_party=size) if each.id in big else each for each in floor.tables
        ]
        house = attrs.evolve(base.house, floor=attrs.evolve(floor, tables=tables))
        name = f"from {size} people at tables for {seats_from} or more"
        return Variant(name, attrs.evolve(base, house=house), {"min_party": size})

    sizes = _numbers("least", least)
    return _study("Minimum parties", [Variant(BASE, base), *map(variant, sizes)], options)


def notice(
    base: Scenario,
    minutes: Iterable[int] = (60, 240, 1_440),
    **options: Unpack[StudyOptions],
) -> Study:
    """Study the least time between a guest's booking and its start.

    Walk-ins and bookings by staff need no notice. The other limits of the house's booking windows
    stay as they are.

    Args:
        base: The house as it is, with its demand.
        minutes: ``notice_minutes`` of all booking windows, each a variant.
        options: ``StudyOptions``.

    Raises:
        InvalidInput: If a notice is out of range or longer than a horizon, or an option is wrong.
        SweepFailed: If the executor failed.
    """

    def changed(policy: Policy, ahead: int) -> Policy:
        windows = [
            attrs.evolve(each, notice_minutes=ahead)
            for each in policy.booking_windows
            if ahead or each.horizon_days is not None or each.scope != _EVERY
        ]
        if ahead and all(each.scope != _EVERY for each in windows):
            windows.append(BookingWindow(notice_minutes=ahead))
        return attrs.evolve(policy, booking_windows=windows)

    name = "{} minutes of notice"
    return _study(
        "Notice", _policies(_checked(base), minutes, name, "notice_minutes", changed), options
    )


# The scope of a booking window for each channel and party.
_EVERY: Final = (None, 1, None)


def accept_rules(
    base: Scenario, rules: Mapping[str, AcceptRule], **options: Unpack[StudyOptions]
) -> Study:
    """Study rules by which the house takes a request, apart from its policy.

    Args:
        base: The house as it is, with its demand.
        rules: Each rule with its name; see ``Behaviour.accept``. For worker processes, use
            functions of a module.
        options: ``StudyOptions``.

    Raises:
        InvalidInput: If a rule is not callable or returns a wrong answer, or an option is wrong.
        SweepFailed: If the executor failed.
    """
    behaviour = _checked(base).behaviour
    if not isinstance(rules, Mapping):
        raise InvalidInput("rules", "must be a mapping of names to rules", safe_repr(rules))
    variants = [
        Variant(name, attrs.evolve(base, behaviour=attrs.evolve(behaviour, accept=rule)))
        for name, rule in rules.items()
    ]
    return _study("Accept rules", [Variant(BASE, base), *variants], options)


# ---- inside


def _checked(base: Scenario) -> Scenario:
    return validators.check_instance("base", base, Scenario)


def _numbers(field: str, values: Iterable[int]) -> tuple[int, ...]:
    def number(value: Any) -> int:
        return validators.check_integer(field, value, 0, 10_000_000)

    return validators.as_members(field, values, number)


def _policies(
    base: Scenario,
    values: Iterable[int],
    name: str,
    setting: str,
    changed: Callable[[Policy, int], Policy],
) -> list[Variant]:
    """Return the base, and a variant with a changed policy for each value."""
    policy = base.house.policy
    return [
        Variant(BASE, base),
        *(
            Variant(
                name.format(f"{value:,}"),
                _with_policy(base, changed(policy, value)),
                {setting: value},
            )
            for value in _numbers(setting, values)
        ),
    ]


def _with_policy(base: Scenario, policy: Policy) -> Scenario:
    return attrs.evolve(base, house=attrs.evolve(base.house, policy=policy))


def _study(title: str, variants: list[Variant], options: StudyOptions) -> Study:
    name = variants[0].scenario.house.restaurant.name
    return study(variants, title=f"{title}: {name}", **options)
