"""Explanations: why a party cannot sit down, and the cheapest changes that turn the answer."""

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any, Final

import attrs

from fourtop.errors import Reason, Refusal
from fourtop.errors.display import brief, count_of, html_table, some
from fourtop.model.request import BookingRequest
from fourtop.model.restaurant import zone_info
from fourtop.model.results import Quote, Versions
from fourtop.model.window import brief_iso

_SHOWN_RIVALS: Final = 4


class ChangeKind(StrEnum):
    """What a change alters: the start, the party, its conditions, or a rule of the house.

    ``EARLIER`` and ``LATER``: another start on offer. ``PARTY_SIZE``: fewer people. ``CAPACITY``:
    the cap of the service. ``ADJACENCY``: tables that need not touch. ``MIN_PARTY``: the smallest
    party of a table. ``CONDITIONS``: conditions to drop. ``STAY``: a shorter stay. ``OCCASION``:
    another occasion. ``TABLES``: other tables than those that were named.
    """

    EARLIER = "earlier"
    LATER = "later"
    PARTY_SIZE = "party_size"
    CAPACITY = "capacity"
    ADJACENCY = "adjacency"
    MIN_PARTY = "min_party"
    CONDITIONS = "conditions"
    STAY = "stay"
    OCCASION = "occasion"
    TABLES = "tables"


@attrs.frozen(repr=False)
class Change:
    """The cheapest change of one kind that turns the answer. A quote has verified it.

    Args:
        kind: What it alters.
        request: The request with the change applied. Rules of the house are lifted by ``relax``,
            which only staff may use.
        tables: The tables that the party would get.
        details: The facts of the change as plain data.
        timezone: Of the restaurant, for the times that a person sees.
    """

    kind: ChangeKind
    request: BookingRequest
    tables: tuple[str, ...]
    details: Mapping[str, Any] = attrs.field(factory=dict, hash=False)
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    def __str__(self) -> str:
        return _TEXTS[self.kind].format_map(
            {
                **self.details,
                "start": _clock(self.request.start, zone_info(self.timezone)),
                "people": count_of(self.request.party_size, "person", "people"),
                "the_tables": some(self.tables, most=8, separator=" and "),
                "noun": "table" if len(self.tables) == 1 else "tables",
                "dropped": some(_dropped(self.details), most=8),
            }
        )

    def __repr__(self) -> str:
        return brief(self, f"{self.kind.value}: {self}")


_TEXTS: Final = {
    ChangeKind.EARLIER: "{start} works, at {noun} {the_tables}",
    ChangeKind.LATER: "{start} works, at {noun} {the_tables}",
    ChangeKind.PARTY_SIZE: "{people} could sit at {noun} {the_tables}",
    ChangeKind.CAPACITY: "{needed} instead of {limit} {unit} would be enough",
    ChangeKind.ADJACENCY: "{noun} {the_tables} would do if they need not touch",
    ChangeKind.MIN_PARTY: "{noun} {the_tables} would do if so small a party may have them",
    ChangeKind.CONDITIONS: "without {dropped}, {noun} {the_tables} would do",
    ChangeKind.STAY: "a stay of {minutes} minutes works, at {noun} {the_tables}",
    ChangeKind.OCCASION: "the occasion {occasion} works, at {noun} {the_tables}",
    ChangeKind.TABLES: "{noun} {the_tables} would do instead of those that were named",
}


def _dropped(details: Mapping[str, Any]) -> Iterator[str]:
    for kind, values in details.get("dropped", {}).items():
        yield f"{kind} {', '.join(values)}"


@attrs.frozen(repr=False)
class Explanation:
    """The answer to a request, with every binding constraint and the changes that turn it.

    It is true if the party can sit down, as a quote is.

    Args:
        request: The request.
        quote: The quote, if the answer is yes.
        refusal: Every binding constraint, the decisive one first, if the answer is no.
        changes: For each kind the cheapest change that turns the answer; a kind without one has
            none. A nearer start than that of the change does not work, nor does a larger party.
        is_proven: Whether the search for changes was complete. If it is not, a kind without a
            change may have one.
        versions: Of the floor, policy and occupancy that it read.
        timezone: Of the restaurant, for the times that a person sees.
    """

    request: BookingRequest
    quote: Quote | None
    refusal: Refusal | None
    changes: tuple[Change, ...]
    is_proven: bool
    versions: Versions
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    def __bool__(self) -> bool:
        """Return whether the party can sit down."""
        return self.quote is not None

    def find_change(self, kind: ChangeKind | str) -> Change | None:
        """Return the change of a kind; ``None`` without one."""
        return next((each for each in self.changes if each.kind == kind), None)

    def __str__(self) -> str:
        zone = zone_info(self.timezone)
        start = self.request.start.astimezone(zone)
        party = f"{count_of(self.request.party_size, 'person', 'people')}"
        when = f"{start:%A} {start.day} {start:%B} at {start:%H:%M}"
        if self.quote is not None:
            plan = some(self.quote.plan.tables, most=8, separator=" and ")
            noun = "table" if len(self.quote.plan.tables) == 1 else "tables"
            return f"Yes, {party} can sit at {noun} {plan} on {when}."
        assert self.refusal is not None, "an explanation is a quote or a refusal"
        lines = [f"No table for {party} on {when}:"]
        lines += [f"- {self._reason(reason, zone)}" for reason in self.refusal.reasons]
        if self.changes:
            lines += ["What would work:", *(f"- {change}" for change in self.changes)]
        elif self.is_proven:
            lines.append("No single change would help.")
        if not self.is_proven:
            lines.append("The search ended at its bound: there may be further changes.")
        return "\n".join(lines)

    def _reason(self, reason: Reason, zone: tzinfo) -> str:
        rivals = [_rival(each, zone) for each in reason.details.get("in_the_way", ())]
        text = f"{reason}"
        return f"{text} ({some(rivals, most=_SHOWN_RIVALS, separator='; ')})" if rivals else text

    def __repr__(self) -> str:
        if self.refusal is None:
            return brief(self, "yes")
        codes = some([reason.code.value for reason in self.refusal.reasons])
        return brief(self, f"no: {codes}", count_of(len(self.changes), "change"))

    def _repr_html_(self) -> str:
        zone = zone_info(self.timezone)
        reasons = () if self.refusal is None else self.refusal.reasons
        rows = [(reason.code.value, self._reason(reason, zone)) for reason in reasons]
        rows += [(change.kind.value, str(change)) for change in self.changes]
        start = brief_iso(self.request.start_us, zone)
        caption = f"A party of {self.request.party_size} at {start}: {'yes' if self else 'no'}"
        return html_table(caption, ("code or change", "text"), rows)


def _rival(row: Mapping[str, str], zone: tzinfo) -> str:
    end = _clock(datetime.fromisoformat(row["end"]), zone)
    return f"table {row['table_id']}: {row['owner_kind']} {row['owner_id']} until {end}"


def _clock(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%H:%M}"


def capacity_facts(refusal: Refusal) -> dict[str, Any]:
    """Return the cap that binds first, and the number that the party needs.

    Only the facts that a text names; the reasons have the others.
    """
    for reason in refusal.reasons:
        details = reason.details
        if details.keys() >= {"booked", "requested", "limit", "unit"}:
            needed = details["booked"] + details["requested"]
            return {"needed": needed, "limit": details["limit"], "unit": details["unit"]}
    return {}


def nearest_first(starts: list[int], start_us: int) -> tuple[list[int], list[int]]:
    """Return the starts before an instant and those after it, each the nearest first.

    >>> nearest_first([1, 2, 3, 4], 2)
    ([1], [3, 4])
    """
    earlier = [each for each in reversed(starts) if each < start_us]
    return earlier, [each for each in starts if each > start_us]
