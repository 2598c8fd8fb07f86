"""The story of a night: a line for each request, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from textwrap import wrap
from typing import Any, Final

from fourtop.cli.audit import audit_data, audit_text
from fourtop.cli.chart import chart
from fourtop.cli.formatting import WIDTH, Wording, counted, day, why
from fourtop.formats.results import to_data
from fourtop.simulation.record import Act, Channel, HalfHour, Night, Step, Visit

_CHANNELS: Final = {Channel.WEB: "web", Channel.STAFF: "phone", Channel.WALK_IN: "door"}
_QUIET: Final = frozenset({Act.CAME, Act.LEFT})
_LATER: Final = 26


def story(night: Night) -> str:
    """Tell a night: the requests in the order in which they were made, the chart, and the audit."""
    wording = Wording(night.house)
    lines = [
        f"{night.house.restaurant.name}, {day(night.on)}: {len(night.visits)} requests, seed {night.seed}",
        "",
    ]
    lines.append("  #  asked  by     party  for")
    for visit in night.visits:
        lines += _told(visit, wording)
    lines += ["", _summary(night), "", chart(night), "", audit_text(night.audit)]
    return "\n".join(lines)


def _told(visit: Visit, wording: Wording) -> Iterator[str]:
    clock, lead = "", ""
    for step, sentence in _sentences(visit, wording):
        if not clock:
            party_size = f"{visit.party_size:>5}  {wording.clock(visit.start_us)}"
            lead = f"{visit.number:>3}  {wording.clock(step.at_us)}  {_CHANNELS[visit.channel]:<5}  {party_size}  "
        elif wording.clock(step.at_us) != clock:
            lead = f"{'':>{_LATER}}{wording.clock(step.at_us)}  "
        else:
            lead = " " * len(lead)
        clock = wording.clock(step.at_us)
        yield from wrap(sentence, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead))


def _sentences(visit: Visit, wording: Wording) -> Iterator[tuple[Step, str]]:
    """Yield what is worth telling: a hold that is confirmed in time is one sentence."""
    told = [step for step in visit.steps if step.act not in _QUIET]
    for step, following in zip_longest(told, told[1:]):
        then = None if following is None else following.act
        if step.act is Act.CONFIRMED:
            continue
        sentence = _sentence(visit, step, wording)
        yield (
            step,
            f"{sentence}, confirmed" if (step.act, then) == (Act.HELD, Act.CONFIRMED) else sentence,
        )


def _sentence(visit: Visit, step: Step, wording: Wording) -> str:
    if step.refusal is not None:
        nearest = (
            ""
            if step.nearest_us is None
            else f"; {wording.clock(step.nearest_us)} is the nearest start"
        )
        return f"no: {why(step.refusal)}{nearest}"
    tables, other = wording.tables(step.tables), f"#{step.other}"
    is_moved = step.start_us not in (None, visit.start_us)
    at = f" at {wording.clock(step.start_us)}" if is_moved and step.start_us is not None else ""
    return {
        Act.ASKED_FOR: f"asks for {tables}",
        Act.SHOWN_LAST: f"is shown {tables}, the last free; so is {other}",
        Act.HELD: f"{tables}{at}: held",
        Act.HOLD_EXPIRED: "confirms too late, the hold is gone (HOLD_EXPIRED); asks again",
        Act.REPLAYED: "confirms twice: the same booking, no second one",
        Act.BOOKED: f"{tables}{at}: booked",
        Act.WAITED: f"waits at the bar: {other} at {tables} is about to leave",
        Act.CANCELLED: f"cancels: {tables} is free again",
        Act.STAYED_AWAY: f"has not come: {tables} is free again",
        Act.LEFT_EARLY: f"leaves early: {tables} is free again",
    }[step.act]


def _summary(night: Night) -> str:
    seated = [visit for visit in night.visits if visit.did(Act.CAME)]
    refused = sum(
        visit.did(Act.HELD) is None and visit.did(Act.BOOKED) is None for visit in night.visits
    )
    cancelled = sum(visit.did(Act.CANCELLED) is not None for visit in night.visits)
    absent = sum(visit.did(Act.STAYED_AWAY) is not None for visit in night.visits)
    covers = counted(sum(visit.party_size for visit in seated), "cover")
    parts = (f"{len(seated)} seated ({covers})", f"{cancelled} cancelled", f"{absent} did not come")
    return f"{counted(len(night.visits), 'request')}: {', '.join(parts)}, {refused} refused"


# ---- for machines


def night_data(night: Night) -> dict[str, Any]:
    """Return a night as plain data."""
    wording = Wording(night.house)
    return {
        "restaurant": night.house.restaurant.id,
        "date": night.on.isoformat(),
        "seed": night.seed,
        "requests": [_visit_data(visit, wording) for visit in night.visits],
        "stays": [
            {
                "table": row.resource_id,
                "booking": row.owner_id,
                "request": None if (visit := night.visit_of(row)) is None else visit.number,
                **wording.window(row.window),
            }
            for row in night.rows
        ],
        "half_hours": [_half_hour_data(half, wording) for half in night.half_hours],
        "audit": audit_data(night.audit, wording),
    }


def _visit_data(visit: Visit, wording: Wording) -> dict[str, Any]:
    return {
        "number": visit.number,
        "channel": visit.channel.value,
        "party_size": visit.party_size,
        "start": wording.iso(visit.start_us),
        "steps": [_step_data(step, wording) for step in visit.steps],
    }


def _step_data(step: Step, wording: Wording) -> dict[str, Any]:
    return {
        "at": wording.iso(step.at_us),
        "act": step.act.value,
        "tables": list(step.tables),
        "start": None if step.start_us is None else wording.iso(step.start_us),
        "refusal": to_data(step.refusal),
        "nearest": None if step.nearest_us is None else wording.iso(step.nearest_us),
        "other": step.other,
    }


def _half_hour_data(half: HalfHour, wording: Wording) -> dict[str, Any]:
    return {
        "start": wording.iso(half.start_us),
        "covers": half.covers,
        "tables": half.tables,
        "use_percent": half.use_percent,
    }
