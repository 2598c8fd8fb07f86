"""``fourtop offers``: the starts around a wish, each with its cost in covers."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from fourtop import (
    Desk,
    House,
    OfferedStart,
    OfferTerms,
    Quote,
    StartOffers,
    SteeringPolicy,
)
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.format import WIDTH, Formatter, why
from fourtop.cli.page_file import with_page
from fourtop.cli.plan import Wanted
from fourtop.formats.results import to_data
from fourtop.model.forecast import DemandForecast

if TYPE_CHECKING:
    from fourtop.plotting.page import Page


def offers(desk: Desk, wanted: Wanted, terms: OfferTerms, html: str | None = None) -> Answer:
    """Show the starts that the house offers to a party; ``NO`` if it has none.

    Args:
        desk: The desk.
        wanted: The request.
        terms: The starts to offer, and how to value them.
        html: The file of the page; ``None``: no page.

    Raises:
        InvalidInput: If the page cannot be written.
    """
    house = desk.house()
    request, formatter = wanted.of(house), Formatter(house)
    found = desk.offers(
        request,
        flexible_minutes=terms.flexible_minutes,
        forecast=terms.forecast,
        steering=terms.steering,
    )
    when = formatter.moment(request.start_us)
    head = f"{house.restaurant.name}, {when}: a party of {request.party_size}"
    data = {
        "restaurant": house.restaurant.id,
        "party_size": request.party_size,
        "start": formatter.iso(request.start_us),
        "bookable": isinstance(found.answer, Quote),
        "refusal": None if isinstance(found.answer, Quote) else to_data(found.answer),
        "has_forecast": terms.forecast is not None,
        "steering": to_data(terms.steering),
        "offers": [
            _offer_data(each, found, formatter) for each in (*found.shown, *found.not_shown)
        ],
        "rejected": [
            {"text": str(each), "refusal": to_data(each.refusal)} for each in found.rejected
        ],
        "explanation": found.explain(),
        "versions": to_data(found.versions),
    }
    code = ExitCode.YES if found else ExitCode.NO
    blocks = ["\n".join(lines) for lines in ([head], *_blocks(found, formatter))]
    answer = Answer("\n\n".join(blocks), data, code)
    return with_page(answer, lambda: _page(house, found, f"{head}."), html)


def _page(house: House, found: StartOffers, lead: str) -> Page:
    from fourtop.cli.seating_page import offers_page  # noqa: PLC0415  # Few commands draw.

    return offers_page(house, found, lead)


def forecast_of(path: str | None, house: House) -> DemandForecast | None:
    """Return the forecast of a demand document, or of the sample; ``None`` without one.

    Raises:
        WrongInput: If the file cannot be read or breaks a rule.
    """
    if path is None:
        return None
    # Only a forecast needs the laboratory.
    from fourtop.cli.scenario import DemandSource  # noqa: PLC0415  # As said above.
    from fourtop.simulation import demand_forecast  # noqa: PLC0415  # As said above.

    return demand_forecast(DemandSource(path).open(house), house)


def policy_of(*, is_ordered: bool, better: float | None) -> SteeringPolicy:
    """Return the policy that the options name.

    Raises:
        InvalidInput: If the number of covers is out of range.
    """
    if better is not None:
        return SteeringPolicy("one_better", saves_more_than=better)
    return SteeringPolicy("order" if is_ordered else "nothing")


def _blocks(found: StartOffers, formatter: Formatter) -> Iterator[list[str]]:
    """Yield the parts of the text, each as its lines."""
    if not isinstance(found.answer, Quote):
        yield wrap(f"no: {why(found.answer)}", WIDTH, subsequent_indent="    ")
    offered = "offered, with the covers that each costs beyond the cheapest start:"
    for title, starts in ((offered, found.shown), ("bookable, not offered:", found.not_shown)):
        if starts:
            yield [title, *(_line(each, formatter) for each in starts)]
    if found.rejected:
        refusals = (wrap(f"  {no}", WIDTH, subsequent_indent="    ") for no in found.rejected)
        yield ["not possible:", *(line for lines in refusals for line in lines)]
    if found:
        yield wrap(found.explain(), WIDTH)


def _line(offered: OfferedStart, formatter: Formatter) -> str:
    distance = offered.alternative.difference if offered.moved_minutes else offered.clock
    return (
        f"  {distance}: {formatter.tables(offered.quote.plan.tables)},"
        f" +{offered.extra_covers:.2f} covers"
    )


def _offer_data(offered: OfferedStart, found: StartOffers, formatter: Formatter) -> dict[str, Any]:
    plan, stay = offered.quote.plan, offered.quote.stay
    return {
        "start": formatter.iso(offered.request.start_us),
        "moved_minutes": offered.moved_minutes,
        "is_wish": offered == found.wish,
        "is_shown": offered in found.shown,
        "cost": to_data(offered.cost),
        "extra_covers": offered.extra_covers,
        "tables": list(plan.tables),
        "numbers": formatter.numbers(plan.tables),
        "dining": formatter.window(stay.dining),
    }
