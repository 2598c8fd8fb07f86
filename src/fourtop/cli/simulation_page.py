"""The page of ``fourtop simulate``: key figures, pictures and tables of many evenings."""

from __future__ import annotations

from typing import Final

from fourtop.errors.display import count_of
from fourtop.plotting import BarRow, IntervalRow, bar_chart, floor_plan, interval_chart, night_chart
from fourtop.plotting.page import KeyFigure, Page, PageTable, Section
from fourtop.simulation import METRICS, Estimate, Simulation, play_evening
from fourtop.simulation.profiles import evening_profile, turned_away_by_size

INTERVALS: Final = (
    "± is half of a confidence interval of 95 %: of many such intervals, each from other evenings,"
    " 19 of 20 hold the true mean. It covers chance, and not a demand that was estimated wrongly."
)


def simulation_page(played: Simulation) -> Page:
    """Return the page of a simulation."""
    house = played.scenario.house
    profile = evening_profile(played)
    return Page(
        f"{house.restaurant.name}: {count_of(len(played), 'simulated evening')}",
        lead=_lead(played),
        figures=_figures(played),
        sections=(
            _turned_away(played),
            Section("When guests sit", pictures=(profile.guest_picture(),)),
            Section("Which tables are taken", pictures=(profile.table_picture(),)),
            _usual_evening(played),
            Section("The floor", pictures=(floor_plan(house.floor),)),
            Section("All figures", tables=(_table(played),)),
        ),
        footer=footer_of(played),
    )


def _turned_away(played: Simulation) -> Section:
    """Draw which parties are turned away, and why the engine refuses."""
    sizes = [
        IntervalRow(
            f"party of {size}", each.mean, max(each.low, 0.0), min(max(each.high, each.mean), 100)
        )
        for size, each in turned_away_by_size(played).items()
        if len(played) > 1
    ]
    reasons = [BarRow(code, each.mean) for code, each in played.refusals.items()]
    pictures = [
        interval_chart(
            sizes,
            title="Parties turned away, by size",
            unit="percent of the parties that asked",
            note=f"95 %, {count_of(len(played), 'evening')}",
        )
    ]
    if len(reasons) > 1:
        reason = "Refused parties by the decisive reason"
        pictures.append(bar_chart(reasons, title=reason, unit="parties an evening"))
    return Section("Who is turned away", pictures=pictures)


def _usual_evening(played: Simulation) -> Section:
    """Draw the evening that is nearest to the means of covers and of parties turned away."""
    means = [(name, played.estimate(name).mean) for name in ("covers", "turned_away")]
    usual = min(
        played, key=lambda each: sum(abs(getattr(each, name) - mean) for name, mean in means)
    )
    desk = play_evening(played.scenario, usual.number, seed=played.seed).desk
    text = (
        f"Evening {usual.number:,} is near the means: {count_of(usual.covers, 'cover')},"
        f" {count_of(usual.parties, 'party', 'parties')}, {usual.turned_away} turned away."
    )
    return Section("A usual evening", (text,), pictures=(night_chart(desk.day(usual.on)),))


def _lead(played: Simulation) -> str:
    asked, covers = played.estimate("covers_requested"), played.covers
    percent = played.turned_away_percent.text
    return (
        f"Of {asked.mean:.1f} covers asked for on an evening, the house seats {covers.text}; it"
        f" turns {percent} percent of the parties away."
    )


def _figures(played: Simulation) -> tuple[KeyFigure, ...]:
    chosen = ["covers", "parties", "turned_away_percent", "seat_percent"]
    if played.scenario.demand.spend_per_cover is not None:
        chosen.append("revpash")
    return tuple(
        KeyFigure(each.label, *value_and_note(played.estimate(each)))
        for each in METRICS
        if each.name in chosen
    )


def value_and_note(estimate: Estimate) -> tuple[str, str]:
    """Return the mean of an estimate, and its half-width with the unit."""
    mean, _, half_width = estimate.text.partition(" ± ")
    unit = "" if estimate.unit in ("covers", "parties") else estimate.unit
    return mean, f"± {half_width} {unit}".rstrip()


def _table(played: Simulation) -> PageTable:
    rows = [
        (metric.label, *estimate.text.split(" ± "), metric.unit)
        for metric in METRICS
        for estimate in (played.estimates.get(metric.name),)
        if estimate is not None and (estimate.mean or estimate.half_width)
    ]
    columns = ("", "mean", "± 95 %", "unit")
    return PageTable(columns, rows, "An evening on average", texts=("unit",))


def footer_of(played: Simulation) -> tuple[str, ...]:
    """Say how the numbers came about."""
    demand = played.scenario.demand
    evenings = count_of(len(played), "evening")
    played_by = (
        f"{evenings}, seed {played.seed}; the engine that takes real bookings answers each request."
        f" Demand: {demand.requests.expected:g} requests and {demand.covers_per_party:.1f} covers a"
        " party on average."
    )
    return played_by, INTERVALS
