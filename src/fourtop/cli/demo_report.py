"""Report of the demo: one line per request and outcome, the chart, and the audit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from textwrap import wrap
from typing import Any, Final

from fourtop.cli.audit import audit_data, audit_text
from fourtop.cli.chart import chart
from fourtop.cli.format import WIDTH, Formatter, counted, day, why
from fourtop.formats.results import to_data
from fourtop.simulation.demo.record import Channel, Evening, HalfHour, Step, Visit, VisitEvent

_CHANNELS: Final = {Channel.WEB: "web", Channel.PHONE: "phone", Channel.WALK_IN: "door"}
_QUIET: Final = frozenset({VisitEvent.CAME, VisitEvent.LEFT})
_LATER: Final = 26


def demo_report(evening: Evening) -> str:
    """Return the report of an evening: requests in order, the chart, and the audit."""
    formatter = Formatter(evening.house)
    title = f"{evening.house.restaurant.name}, {day(evening.on)}"
    lines = [f"{title}: {len(evening.visits)} requests, seed {evening.seed}", ""]
    lines.append("  #  asked  by     party  for")
    for visit in evening.visits:
        lines += _told(visit, formatter)
    lines += ["", _summary(evening), "", chart(evening), "", audit_text(evening.audit)]
    return "\n".join(lines)


def _told(visit: Visit, formatter: Formatter) -> Iterator[str]:
    clock, lead = "", ""
    for step, sentence in _sentences(visit, formatter):
        if not clock:
            asked = f"{formatter.clock(step.at_us)}  {_CHANNELS[visit.channel]:<5}"
            wanted = f"{visit.party_size:>5}  {formatter.clock(visit.start_us)}"
            lead = f"{visit.number:>3}  {asked}  {wanted}  "
        elif formatter.clock(step.at_us) != clock:
            lead = f"{'':>{_LATER}}{formatter.clock(step.at_us)}  "
        else:
            lead = " " * len(lead)
        clock = formatter.clock(step.at_us)
        yield from wrap(sentence, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead))


def _sentences(visit: Visit, formatter: Formatter) -> Iterator[tuple[Step, str]]:
    """Yield the steps to report; a hold that is confirmed in time is one sentence."""
    told = [step for step in visit.steps if step.event not in _QUIET]
    for step, following in zip_longest(told, told[1:]):
        then = None if following is None else following.event
        if step.event is VisitEvent.CONFIRMED:
            continue
        sentence = _sentence(visit, step, formatter)
        yield (
            step,
            f"{sentence}, confirmed"
            if (step.event, then) == (VisitEvent.HELD, VisitEvent.CONFIRMED)
            else sentence,
        )


def _sentence(visit: Visit, step: Step, formatter: Formatter) -> str:
    if step.refusal is not None:
        nearest = (
            ""
            if step.nearest_us is None
            else f"; {formatter.clock(step.nearest_us)} is the nearest start"
        )
        return f"no: {why(step.refusal)}{nearest}"
    tables, other = formatter.tables(step.tables), f"#{step.other}"
    is_moved = step.start_us not in (None, visit.start_us)
    at = f" at {formatter.clock(step.start_us)}" if is_moved and step.start_us is not None else ""
    return {
        VisitEvent.ASKED_FOR: f"asks for {tables}",
        VisitEvent.SHOWN_LAST: f"is shown {tables}, the last free; so is {other}",
        VisitEvent.HELD: f"{tables}{at}: held",
        VisitEvent.HOLD_EXPIRED: "confirms too late, the hold is gone (HOLD_EXPIRED); asks again",
        VisitEvent.REPLAYED: "confirms twice: the same booking, no second one",
        VisitEvent.BOOKED: f"{tables}{at}: booked",
        VisitEvent.WAITED: f"waits at the bar: {other} at {tables} is about to leave",
        VisitEvent.CANCELLED: f"cancels: {tables} is free again",
        VisitEvent.STAYED_AWAY: f"has not come: {tables} is free again",
        VisitEvent.LEFT_EARLY: f"leaves early: {tables} is free again",
    }[step.event]


def _summary(evening: Evening) -> str:
    seated = [visit for visit in evening.visits if visit.did(VisitEvent.CAME)]
    refused = sum(
        visit.did(VisitEvent.HELD) is None and visit.did(VisitEvent.BOOKED) is None
        for visit in evening.visits
    )
    cancelled = sum(visit.did(VisitEvent.CANCELLED) is not None for visit in evening.visits)
    absent = sum(visit.did(VisitEvent.STAYED_AWAY) is not None for visit in evening.visits)
    covers = counted(sum(visit.party_size for visit in seated), "cover")
    parts = (f"{len(seated)} seated ({covers})", f"{cancelled} cancelled", f"{absent} did not come")
    return f"{counted(len(evening.visits), 'request')}: {', '.join(parts)}, {refused} refused"


# ---- plain data


def evening_data(evening: Evening) -> dict[str, Any]:
    """Return the record of an evening as plain data."""
    formatter = Formatter(evening.house)
    return {
        "restaurant": evening.house.restaurant.id,
        "date": evening.on.isoformat(),
        "seed": evening.seed,
        "requests": [_visit_data(visit, formatter) for visit in evening.visits],
        "stays": [
            {
                "table": row.resource_id,
                "booking": row.owner_id,
                "request": None if (visit := evening.visit_of(row)) is None else visit.number,
                **formatter.window(row.window),
            }
            for row in evening.rows
        ],
        "half_hours": [_half_hour_data(half, formatter) for half in evening.half_hours],
        "audit": audit_data(evening.audit, formatter),
    }


def _visit_data(visit: Visit, formatter: Formatter) -> dict[str, Any]:
    return {
        "number": visit.number,
        "channel": visit.channel.value,
        "party_size": visit.party_size,
        "start": formatter.iso(visit.start_us),
        "steps": [_step_data(step, formatter) for step in visit.steps],
    }


def _step_data(step: Step, formatter: Formatter) -> dict[str, Any]:
    return {
        "at": formatter.iso(step.at_us),
        "act": step.event.value,
        "tables": list(step.tables),
        "start": None if step.start_us is None else formatter.iso(step.start_us),
        "refusal": to_data(step.refusal),
        "nearest": None if step.nearest_us is None else formatter.iso(step.nearest_us),
        "other": step.other,
    }


def _half_hour_data(half: HalfHour, formatter: Formatter) -> dict[str, Any]:
    return {
        "start": formatter.iso(half.start_us),
        "covers": half.covers,
        "tables": half.tables,
        "use_percent": half.use_percent,
    }
