"""``fourtop plan``: the tables that a party would get, with the score, or the refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from fourtop import (
    BookingRequest,
    Calendar,
    Desk,
    House,
    NotFound,
    Plan,
    Preference,
    Quote,
    Refusal,
    Reseating,
    Usage,
)
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.format import Formatter, counted, why
from fourtop.cli.page_file import with_page
from fourtop.formats.results import to_data
from fourtop.model import validators
from fourtop.model.window import from_micros

if TYPE_CHECKING:
    from fourtop.plotting.page import Page

_SHOWN_OTHERS: Final = 4


@attrs.frozen
class Conditions:
    """Conditions on tables as typed on the command line.

    Args:
        zones: Names or ids of zones.
        areas: indoor, outdoor or bar.
        seatings: Seating types.
        features: Features, such as step-free.
    """

    zones: Sequence[str] = ()
    areas: Sequence[str] = ()
    seatings: Sequence[str] = ()
    features: Sequence[str] = ()

    def of(self, house: House) -> Preference:
        """Return the preference for a house.

        Raises:
            NotFound: If the house has no such zone.
            InvalidInput: If a condition is invalid; names the field and the rule.
        """
        zones = frozenset(_zone_id(house, name) for name in self.zones)
        return Preference(
            zones=zones, areas=self.areas, seatings=self.seatings, features=self.features
        )


@attrs.frozen
class Wanted:
    """A request as typed on the command line.

    Args:
        party_size: The party size.
        at: Start in ISO 8601; local time if it has no offset.
        must: Conditions on the tables.
        occasion: Key of an occasion, if any.
        tables: Numbers of the only tables to consider.
    """

    party_size: int
    at: str
    must: Conditions
    occasion: str | None = None
    tables: Sequence[str] = ()

    def of(self, house: House) -> BookingRequest:
        """Return the booking request for a house.

        Raises:
            NotFound: If the house has no such zone or table.
            InvalidInput: If a value is invalid; names the field and the rule.
        """
        start_us = Calendar(house.restaurant, house.policy).instant(self.at, "at")
        return BookingRequest(
            self.party_size,
            from_micros(start_us),
            occasion=self.occasion,
            must=self.must.of(house),
            tables=[_table_id(house, number) for number in self.tables],
        )


def plan(desk: Desk, wanted: Wanted, moves: int = 0, html: str | None = None) -> Answer:
    """Quote a request: the best plan with its score and the next best, or the refusal.

    Args:
        desk: The desk.
        wanted: The request.
        moves: Most bookings that may get other tables to make room.
        html: The file of the page of a yes; ``None``: no page.

    Raises:
        InvalidInput: If the page cannot be written.
    """
    house = desk.house()
    request = wanted.of(house)
    formatter = Formatter(house)
    quoted = desk.quote(request, moves=moves)
    when = formatter.moment(request.start_us)
    head = f"{house.restaurant.name}, {when}: a party of {request.party_size}"
    data: dict[str, Any] = {
        "restaurant": house.restaurant.id,
        "party_size": request.party_size,
        "start": formatter.iso(request.start_us),
    }
    if isinstance(quoted, Refusal):
        data |= {
            "plan": None,
            "others": [],
            "stay": None,
            "usage": None,
            "reseating": None,
            "refusal": to_data(quoted),
            "html": None,
        }
        return Answer(f"{head}\n\n{_refused(quoted)}", data, ExitCode.NO)
    data |= _quote_data(quoted, formatter)
    answer = Answer("\n".join([head, "", *_quoted(quoted, formatter)]), data)
    return with_page(answer, lambda: _page(desk, quoted, f"{head}."), html)


def _page(desk: Desk, quoted: Quote, lead: str) -> Page:
    from fourtop.cli.seating_page import quote_page  # noqa: PLC0415  # Few commands draw.

    return quote_page(desk.house(), quoted, desk.day(quoted.stay.service_date), lead)


def explain(desk: Desk, wanted: Wanted) -> Answer:
    """Explain a refusal: every reason, and the changes that turn the answer; quote a yes."""
    house = desk.house()
    request = wanted.of(house)
    explained = desk.explain(request)
    if explained:
        return plan(desk, wanted)
    formatter = Formatter(house)
    changes = [
        {
            "kind": change.kind.value,
            "text": str(change),
            "start": formatter.iso(change.request.start_us),
            "party_size": change.request.party_size,
            "tables": formatter.numbers(change.tables),
            **to_data(dict(change.details)),
        }
        for change in explained.changes
    ]
    data = {
        "restaurant": house.restaurant.id,
        "party_size": request.party_size,
        "start": formatter.iso(request.start_us),
        "refusal": to_data(explained.refusal),
        "changes": changes,
        "is_proven": explained.is_proven,
    }
    return Answer(f"{house.restaurant.name}\n\n{explained}", data, ExitCode.NO)


def _zone_id(house: House, name: str) -> str:
    for zone in house.floor.zones:
        if name == zone.id or validators.casefold(name) == validators.casefold(zone.name):
            return zone.id
    raise NotFound("zone", name[:64])


def _table_id(house: House, number: str) -> str:
    table = house.floor.find_table_numbered(number) or house.floor.find_table(number)
    if table is None:
        raise NotFound("table", number[:64])
    return table.id


# ---- text


def _refused(refusal: Refusal) -> str:
    lines = [f"no: {why(refusal)}"]
    lines += [f"    {reason} ({reason.code.value})" for reason in refusal.reasons[1:]]
    return "\n".join([*lines, f"proof: {refusal.proof.value}"])


def _quoted(quote: Quote, formatter: Formatter) -> list[str]:
    best, stay = quote.plan, quote.stay
    until = f"until {formatter.clock(stay.dining.end_us)}"
    lines = [f"best: {_planned(best, formatter)}, {until}"]
    lines += [
        f"  {term.name:<14} {term.amount:>7.4g}  costs {term.cost:>8.3f}"
        for term in best.score.terms
    ]
    if quote.reseating is not None:
        lines += ["", "after these moves:"]
        for move in quote.reseating.moves:
            before, after = (formatter.tables(each) for each in (move.before, move.after))
            lines.append(f"  {move.booking_id}: {before} to {after}")
    if quote.others:
        lines += ["", "next best:"]
        lines += [f"  {_planned(other, formatter)}" for other in quote.others[:_SHOWN_OTHERS]]
    return [*lines, "", usage_text(quote.usage)]


def _planned(plan: Plan, formatter: Formatter) -> str:
    seats = f"{counted(plan.seats, 'seat')}, {plan.slack} over"
    return f"{formatter.tables(plan.tables)}: {seats}, score {plan.score.total:.3f}"


def usage_text(usage: Usage) -> str:
    """Return the covers and parties of a service, with its caps if it has any."""
    covers = _of_cap(usage.booked_covers, usage.max_covers, "cover", "covers")
    parties = _of_cap(usage.booked_parties, usage.max_parties, "party", "parties")
    return f"{usage.period}: {covers}, {parties} booked"


def _of_cap(booked: int, cap: int | None, one: str, many: str) -> str:
    return counted(booked, one, many) if cap is None else f"{booked} of {counted(cap, one, many)}"


# ---- plain data


def _quote_data(quote: Quote, formatter: Formatter) -> dict[str, Any]:
    stay = quote.stay
    return {
        "plan": _plan_data(quote.plan, formatter),
        "others": [_plan_data(other, formatter) for other in quote.others],
        "stay": {
            "period": stay.period,
            "service_date": stay.service_date.isoformat(),
            "occasion": stay.occasion,
            "dining": formatter.window(stay.dining),
            "block": formatter.window(stay.occupied),
            "turn_minutes": stay.turn_minutes,
            "is_clamped": stay.is_clamped,
        },
        "usage": to_data(quote.usage),
        "reseating": _reseating_data(quote.reseating, formatter),
        "refusal": None,
    }


def _reseating_data(reseating: Reseating | None, formatter: Formatter) -> dict[str, Any] | None:
    if reseating is None:
        return None
    moves = [
        {
            "booking_id": move.booking_id,
            "before": formatter.numbers(move.before),
            "after": formatter.numbers(move.after),
        }
        for move in reseating.moves
    ]
    return {"moves": moves, "nodes": reseating.nodes, "is_proven": reseating.is_proven}


def _plan_data(plan: Plan, formatter: Formatter) -> dict[str, Any]:
    data = to_data(plan)
    tables = data.pop("tables")
    return {"tables": tables, "numbers": formatter.numbers(plan.tables), **data}
