"""The page of ``fourtop study quality``: the gains, the picture and the tables."""

from __future__ import annotations

from typing import Final

from fourtop.cli.simulation_page import INTERVALS
from fourtop.errors.display import count_of
from fourtop.plotting import floor_plan
from fourtop.plotting.page import Page, PageTable, Section
from fourtop.simulation.metrics import get_metric
from fourtop.simulation.studies import QualityStudy

_OTHERS: Final = ("covers", "parties", "turned_away_percent", "alternatives_taken", "seat_percent")


def quality_page(found: QualityStudy) -> Page:
    """Return the page of a study of quality."""
    return Page(
        found.title,
        lead=found.sentence,
        sections=(
            Section(paragraphs=found.notes, pictures=(found.picture(),)),
            Section("Gains", tables=(_table(found),)),
            Section(
                "Other figures",
                ("Each is the difference from the base, with its interval for itself alone.",),
                tables=(_others(found),),
            ),
            Section("In words", tuple(found.sentences.values())),
            Section("The floor", pictures=(floor_plan(found.scenario.house.floor),)),
        ),
        footer=_footer(found),
    )


def _table(found: QualityStudy) -> PageTable:
    rows = [
        (
            gain.variant,
            gain.base,
            gain.before.text,
            gain.effect.difference,
            "" if gain.percent is None else gain.percent.signed_text,
            f"{gain.effect.evenings_changed:,}",
            gain.effect.doubt,
        )
        for gain in found.gains
    ]
    unit = found.gains[0].before.unit or found.metric.label
    columns = ("", "base", unit, "difference", "% of the base", "evenings changed", "interval")
    return PageTable(columns, rows, found.setting, texts=("base", "interval"))


def _others(found: QualityStudy) -> PageTable:
    names = [each for each in _OTHERS if each != found.metric.name]
    effects = [[gain.study.effect(gain.variant, name) for name in names] for gain in found.gains]
    heads = [
        ", ".join(filter(None, (get_metric(name).label, effect.alone.unit)))
        for name, effect in zip(names, effects[0], strict=True)
    ]
    rows = [
        (gain.variant, gain.base, *(each.difference for each in shown))
        for gain, shown in zip(found.gains, effects, strict=True)
    ]
    return PageTable(("", "base", *heads), rows, texts=("base",))


def _footer(found: QualityStudy) -> tuple[str, ...]:
    evenings = count_of(found.evenings, "evening")
    played = (
        f"{evenings} of each case with the same guests, seed {found.seed}; the engine that takes"
        f" real bookings answers each request. {found.setting}."
    )
    joint = (
        f"Intervals of gains are joint: together the {len(found)} hold the true differences with at"
        " least 95 % (Bonferroni). A difference whose interval contains 0 is not established."
    )
    return (played, joint, INTERVALS)
