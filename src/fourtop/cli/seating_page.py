"""The pages of ``fourtop plan``, ``fourtop offers`` and ``fourtop plan-day``."""

from __future__ import annotations

from typing import Final

from fourtop import Day, DayPlan, House, Quote, StartOffers
from fourtop.errors.display import count_of
from fourtop.plotting import cost_strip, floor_plan, move_chart, score_chart
from fourtop.plotting.page import Page, PageTable, Section

_EXPECTED: Final = (
    "A cost is an expected value: the covers that later guests lose if the party gets the start."
    " The wish stays bookable whatever it costs."
)


def quote_page(house: House, quote: Quote, day: Day, lead: str) -> Page:
    """Return the page of a quote: its moves, its tables on the floor, and the next best plans.

    Args:
        house: The house.
        quote: The quote.
        day: The day of its start.
        lead: The answer in a sentence.
    """
    moves = (
        [] if quote.reseating is None else [Section("Moves", pictures=(move_chart(day, quote),))]
    )
    plans = (quote.plan, *quote.others)
    return Page(
        house.restaurant.name,
        lead=lead,
        sections=(
            *moves,
            Section("Tables", pictures=(floor_plan(house.floor, highlighted=quote.plan),)),
            Section("Plans", pictures=(score_chart(plans, title="Plans by score"),)),
        ),
    )


def offers_page(house: House, found: StartOffers, lead: str) -> Page:
    """Return the page of offers: the costs as a strip and as a table, and the starts without.

    Args:
        house: The house.
        found: The offers.
        lead: The answer in a sentence.
    """
    rows = [
        (
            each.clock,
            " + ".join(house.floor.labels[table] for table in each.quote.plan.tables),
            f"{each.cost.total:.2f}",
            f"{each.cost.displaced_covers:.2f}",
            f"{each.cost.wasted_covers:.2f}",
            f"{each.cost.demand_percent:.0f}",
            "yes" if each in found.shown else "",
        )
        for each in sorted(found.found, key=lambda each: each.start)
    ]
    columns = ("start", "tables", "cost", "displaced", "wasted", "% wanted", "offered")
    table = PageTable(columns, rows, "Costs in covers", texts=("tables", "offered"))
    refused = tuple(str(each) for each in found.rejected)
    return Page(
        house.restaurant.name,
        lead=lead,
        sections=(
            Section(paragraphs=(found.explain(),), pictures=(cost_strip(found),)),
            *([Section("Costs", tables=(table,))] if rows else []),
            *([Section("Not possible", refused)] if refused else []),
        ),
        footer=(_EXPECTED,),
    )


def day_plan_page(house: House, found: DayPlan, day: Day) -> Page:
    """Return the page of a plan of a day.

    Args:
        house: The house.
        found: The plan.
        day: The day before the moves.
    """
    left = tuple(
        f"{each.booking_id}, party of {each.party_size}, is left without tables: {each}"
        for each in found.left
    )
    kept = f"{count_of(found.kept, 'booking')} at the tables that they have."
    return Page(
        f"{house.restaurant.name}: plan of a day",
        lead=f"{found.summary()}; {found.gap_text}.",
        sections=(
            Section("Moves", (kept,), pictures=(move_chart(day, found),)),
            *([Section("Left", left)] if left else []),
            Section("The floor", pictures=(floor_plan(house.floor),)),
        ),
    )
