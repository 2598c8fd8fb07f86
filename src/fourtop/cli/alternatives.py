"""``fourtop alternatives``: other times, zones, lengths or a split, for a party."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from fourtop import (
    Alternative,
    Alternatives,
    AlternativeTerms,
    Desk,
    Quote,
    RejectedAlternative,
)
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.format import WIDTH, Formatter, why
from fourtop.cli.plan import Wanted
from fourtop.formats.results import to_data


def alternatives(desk: Desk, wanted: Wanted, terms: AlternativeTerms) -> Answer:
    """Show the answer to a request and its alternatives; ``NO`` if it has neither."""
    house = desk.house()
    request, formatter = wanted.of(house), Formatter(house)
    found = desk.alternatives(request, terms)
    when = formatter.moment(request.start_us)
    head = f"{house.restaurant.name}, {when}: a party of {request.party_size}"
    lines = [head, "", _answer(found, formatter), *_lines(found, formatter)]
    data = {
        "restaurant": house.restaurant.id,
        "party_size": request.party_size,
        "start": formatter.iso(request.start_us),
        "bookable": isinstance(found.answer, Quote),
        "refusal": None if isinstance(found.answer, Quote) else to_data(found.answer),
        "alternatives": [_found_data(each, formatter) for each in found.found],
        "rejected": [_rejected_data(each) for each in found.rejected],
        "not_tried": [kind.value for kind in found.not_tried],
        "versions": to_data(found.versions),
    }
    is_yes = bool(found) or isinstance(found.answer, Quote)
    return Answer("\n".join(lines), data, ExitCode.YES if is_yes else ExitCode.NO)


def _answer(found: Alternatives, formatter: Formatter) -> str:
    if isinstance(found.answer, Quote):
        return f"yes: {formatter.tables(found.answer.plan.tables)}"
    return f"no: {why(found.answer)}"


def _lines(found: Alternatives, formatter: Formatter) -> Iterator[str]:
    if found:
        yield from ("", "instead:")
    for each in found.found:
        tables = ", then ".join(formatter.tables(quote.plan.tables) for quote in each.quotes)
        yield f"  {each.difference}: {tables}"
    if found.rejected:
        yield from ("", "not possible:")
    for no in found.rejected:
        yield from wrap(f"  {no}", WIDTH, subsequent_indent="    ")
    if found.not_tried:
        yield from ("", f"nothing to try: {', '.join(kind.value for kind in found.not_tried)}")


def _found_data(alternative: Alternative, formatter: Formatter) -> dict[str, Any]:
    return {
        "kind": alternative.kind.value,
        "text": alternative.difference,
        "start": formatter.iso(alternative.request.start_us),
        "moved_minutes": alternative.moved_minutes,
        "stay_minutes_lost": alternative.stay_minutes_lost,
        "parties": [
            {
                "party_size": request.party_size,
                "tables": list(quote.plan.tables),
                "numbers": formatter.numbers(quote.plan.tables),
                "dining": formatter.window(quote.stay.dining),
            }
            for request, quote in zip(alternative.requests, alternative.quotes, strict=True)
        ],
    }


def _rejected_data(rejected: RejectedAlternative) -> dict[str, Any]:
    return {
        "kind": rejected.kind.value,
        "text": str(rejected),
        "refusal": to_data(rejected.refusal),
    }
