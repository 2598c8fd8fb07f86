"""The page of ``fourtop study``: the sentence, the picture and the tables."""

from __future__ import annotations

from typing import Final

from fourtop.cli.simulation_page import INTERVALS, value_and_note
from fourtop.errors.display import count_of
from fourtop.plotting import floor_plan
from fourtop.plotting.page import KeyFigure, Page, PageTable, Section
from fourtop.simulation.metrics import get_metric
from fourtop.simulation.studies import Study

_OTHERS: Final = ("covers", "parties", "refused_percent", "seat_percent", "late", "wait_minutes")


def study_page(found: Study) -> Page:
    """Return the page of a study."""
    house = found.base.scenario.house
    return Page(
        found.title,
        lead=found.sentence,
        figures=_figures(found),
        sections=(
            Section("Variants", tables=(_table(found),)),
            Section(
                "Other figures",
                ("Each is the difference from the base, with its joint interval.",),
                tables=(_others(found),),
            ),
            Section("The floor", pictures=(floor_plan(house.floor),)),
        ),
        footer=_footer(found),
    )


def _figures(found: Study) -> tuple[KeyFigure, ...]:
    """Return the value of the base, and the greatest gain and loss that are established."""
    value, note = value_and_note(found.value(found.base.name))
    unit = found.value(found.base.name).unit or found.metric.label
    figures = [KeyFigure(f"{found.base.name}, {unit}", value, note)]
    for effect in dict.fromkeys((found.ranking[0], found.ranking[-1])):
        mean, half_width = value_and_note(effect.joint)
        sign = "" if effect.joint.mean < 0 else "+"
        figures.append(KeyFigure(effect.variant, f"{sign}{mean}", half_width))
    return tuple(figures)


def _table(found: Study) -> PageTable:
    base = found.value(found.base.name)
    rows = [(found.base.name, base.text, "", "", "")]
    rows += [
        (
            effect.variant,
            found.value(effect.variant).text,
            effect.joint.signed_text,
            f"{effect.evenings_changed:,}",
            "" if effect.is_established else "contains 0",
        )
        for effect in found.ranking
    ]
    columns = ("", base.unit or found.metric.label, "difference", "evenings changed", "interval")
    return PageTable(columns, rows, texts=("interval",))


def _others(found: Study) -> PageTable:
    metrics = [get_metric(name) for name in _OTHERS if name != found.metric.name]
    units = [found.effect(found.effects[0].variant, each).joint.unit for each in metrics]
    heads = [
        f"{metric.label}, {unit}" if unit else metric.label
        for metric, unit in zip(metrics, units, strict=True)
    ]
    rows = [
        (
            effect.variant,
            *(found.effect(effect.variant, each).joint.signed_text for each in metrics),
        )
        for effect in found.ranking
    ]
    return PageTable(("", *heads), rows)


def _footer(found: Study) -> tuple[str, ...]:
    count = len(found.effects)
    demand = found.base.scenario.demand
    evenings = count_of(found.evenings, "evening")
    played = (
        f"{evenings} of each variant with the same guests, seed {found.simulations[0].seed}; the"
        " engine that takes real bookings answers each request. Demand of the base:"
        f" {demand.requests.expected:g} requests and {demand.covers_per_party:.1f} covers a party"
        f" on average. A week has {count_of(found.evenings_a_week, 'evening')}."
    )
    joint = (
        f"Intervals of differences are joint: together the {count} hold the true differences with"
        " at least 95 % (Bonferroni). A difference whose interval contains 0 is not established."
    )
    return (played, joint, INTERVALS) if count > 1 else (played, INTERVALS)
