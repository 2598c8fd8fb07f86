"""The page of ``fourtop study``: the sentence, the picture and the tables."""

from __future__ import annotations

from typing import Final

from fourtop.cli.simulation_page import INTERVALS
from fourtop.errors.display import count_of
from fourtop.plotting import floor_plan
from fourtop.plotting.page import Page, PageTable, Section
from fourtop.simulation.metrics import get_metric
from fourtop.simulation.studies import Study

_OTHERS: Final = (
    "covers",
    "parties",
    "turned_away_percent",
    "seat_percent",
    "late",
    "wait_minutes",
)


def study_page(found: Study) -> Page:
    """Return the page of a study."""
    house = found.base.scenario.house
    return Page(
        found.title,
        lead=found.sentence,
        sections=(
            Section(paragraphs=found.notes, pictures=(found.picture(),)),
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


def _table(found: Study) -> PageTable:
    base = found.value(found.base.name)
    rows = [(found.base.name, base.text, "", "", "")]
    rows += [
        (
            effect.variant,
            found.value(effect.variant).text,
            effect.difference,
            f"{effect.evenings_changed:,}",
            effect.doubt,
        )
        for effect in found.ranking
    ]
    columns = ("", base.unit or found.metric.label, "difference", "evenings changed", "interval")
    return PageTable(columns, rows, texts=("interval",))


def _others(found: Study) -> PageTable:
    """Return the effects on the other metrics that changed in any variant."""
    names = [effect.variant for effect in found.ranking]
    effects = {
        metric: [found.effect(name, metric) for name in names]
        for metric in _OTHERS
        if metric != found.metric.name
    }
    shown = {
        metric: each
        for metric, each in effects.items()
        if any(effect.joint.mean or effect.joint.half_width for effect in each)
    }
    heads = [
        ", ".join(filter(None, (get_metric(metric).label, each[0].joint.unit)))
        for metric, each in shown.items()
    ]
    rows = [
        (name, *(each[place].difference for each in shown.values()))
        for place, name in enumerate(names)
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
