"""The page of ``fourtop study``: the sentence, the picture and the table."""

from __future__ import annotations

from fourtop.cli.simulation_page import INTERVALS, value_and_note
from fourtop.errors.display import count_of
from fourtop.plotting import Figure, Page, PageTable, Section, floor_plan
from fourtop.simulation import METRICS
from fourtop.simulation.studies import Study

_OTHERS = ("covers", "parties", "refused_percent", "seat_percent", "late", "wait_minutes")


def study_page(found: Study) -> Page:
    """Return the page of a study."""
    house = found.base.scenario.house
    return Page(
        found.title,
        lead=found.sentence,
        figures=_figures(found),
        sections=(
            Section("Variants", tables=(_table(found),)),
            Section("Other figures", tables=(_others(found),)),
            Section("The floor", pictures=(floor_plan(house.floor),)),
        ),
        footer=footer_of(found),
    )
