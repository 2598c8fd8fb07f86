"""Results of queries and imports."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo

import attrs

from fourtop.errors import Code, Refusal, RowProblem
from fourtop.errors.display import brief, count_of, html_picture, html_table, tables_of
from fourtop.model import validators
from fourtop.model.direct_init import direct_init
from fourtop.model.opportunity_cost import OpportunityCost, covers_text
from fourtop.model.plan import Plan, rounded
from fourtop.model.planned_move import PlannedMove
from fourtop.model.receipt import Usage
from fourtop.model.request import Relaxation
from fourtop.model.restaurant import zone_info
from fourtop.model.stay import Stay
from fourtop.model.window import brief_iso, from_micros


@attrs.frozen(repr=False)
class Versions:
    """Counts of the changes of a restaurant's floor, policy and occupancy."""

    floor: int
    policy: int
    occupancy: int

    def __repr__(self) -> str:
        counts = f"floor {self.floor}, policy {self.policy}, occupancy {self.occupancy}"
        return brief(self, counts)


def as_versions(value: Versions) -> Versions:
    """Convert the field ``versions`` of what a caller may have built, and check its counts.

    ``Versions`` itself checks nothing: every transaction makes one.
    """
    counts = attrs.astuple(validators.check_instance("versions", value, Versions))
    most = validators.MAX_COUNT
    return Versions(*(validators.check_integer("versions", each, 0, most) for each in counts))


def _table_ids(value: Iterable[str]) -> tuple[str, ...]:
    return validators.check_tables("tables", value)


def _moves(value: Iterable[PlannedMove]) -> tuple[PlannedMove, ...]:
    moves = validators.as_instances("moves", value, PlannedMove)
    validators.check_named_once("moves", [each.booking_id for each in moves])
    return moves


@attrs.frozen(repr=False)
class Reseating:
    """The moves that make room for a party, for a command that makes all of them or none.

    Args:
        party_size: The size of the party.
        start_us: The start of the party, in microseconds.
        tables: The ids of the tables that the party gets, in table order.
        moves: The fewest moves that make room, by start of the booking, then id.
        versions: Of the floor, policy and occupancy that the search read.
        nodes: How many placements of parties the search made.
        is_proven: Whether no other seating needs fewer moves, or as few at a better score. False if
            the search met its bound first.
        restaurant_id: The restaurant. No other one accepts the moves.

    Raises:
        InvalidInput: If two moves are of one booking, no table is named, or a value is of another
            type or out of range.
        InvalidIdentifier: If an id is malformed.
    """

    party_size: int = attrs.field(converter=validators.as_integer, validator=validators.party_size)
    start_us: int = attrs.field(converter=validators.as_integer, validator=validators.count)
    tables: tuple[str, ...] = attrs.field(converter=_table_ids)
    moves: tuple[PlannedMove, ...] = attrs.field(converter=_moves)
    versions: Versions = attrs.field(converter=as_versions)
    nodes: int = attrs.field(default=0, converter=validators.as_integer, validator=validators.count)
    is_proven: bool = attrs.field(default=True, kw_only=True, validator=validators.flag)
    restaurant_id: str = attrs.field(kw_only=True, validator=validators.identifier)

    @property
    def start(self) -> datetime:
        """The start of the party, in UTC."""
        return from_micros(self.start_us)

    def __str__(self) -> str:
        return "; ".join(map(str, self.moves))

    def __repr__(self) -> str:
        return brief(self, tables_of(self.tables), count_of(len(self.moves), "move"), str(self))


@attrs.frozen(repr=False)
class Quote:
    """The best free plan for a request, and the next best plans. A quote holds no table.

    Args:
        plan: The best plan.
        stay: The windows that it would take.
        others: The next plans in order, at most four.
        usage: Of the service, without this party.
        versions: Of the floor, policy and occupancy that it read.
        relaxed: The rules of the house that were lifted for it; see ``BookingRequest.relax``.
        broken: The rules that its overrides break.
        would_refuse: The rules in shadow mode that would have refused it.
        reseating: The moves of other bookings that free the tables of the plan; ``None``: they are
            free. Pass it to the command as ``moves``.
        timezone: Of the restaurant, for the times that a person sees.
    """

    plan: Plan
    stay: Stay
    others: tuple[Plan, ...]
    usage: Usage
    versions: Versions
    relaxed: tuple[Relaxation, ...] = attrs.field(default=(), kw_only=True)
    broken: tuple[Code, ...] = attrs.field(default=(), kw_only=True)
    would_refuse: tuple[Code, ...] = attrs.field(default=(), kw_only=True)
    reseating: Reseating | None = attrs.field(default=None, kw_only=True)
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    def __repr__(self) -> str:
        moves = () if self.reseating is None else self.reseating.moves
        return brief(
            self,
            f"{tables_of(self.plan.tables)} {self._dining}",
            f"after {count_of(len(moves), 'move')}" if moves else "",
            count_of(self.plan.seats, "seat"),
            f"score {rounded(self.plan.score.total)}",
            count_of(len(self.others), "more plan") if self.others else "",
        )

    def _repr_svg_(self) -> str:
        from fourtop.plotting import score_chart  # noqa: PLC0415  # Only a notebook needs it.

        return score_chart((self.plan, *self.others), title=f"Plans for {self._dining}").svg

    def _repr_html_(self) -> str:
        rows = [
            (
                "+".join(plan.tables),
                plan.seats,
                plan.slack,
                rounded(plan.score.total),
                ", ".join(f"{term.name} {rounded(term.cost)}" for term in plan.score.terms),
            )
            for plan in (self.plan, *self.others)
        ]
        columns = ("tables", "seats", "left over", "score", "terms")
        caption = f"Plans for {self._dining} ({self.stay.period})"
        tables = html_table(caption, columns, rows)
        if self.reseating is not None:
            moves = [
                (each.booking_id, ", ".join(each.before), ", ".join(each.after))
                for each in self.reseating.moves
            ]
            tables += html_table("Moves", ("booking", "before", "after"), moves)
        return html_picture(self._repr_svg_(), tables)

    @property
    def _dining(self) -> str:
        return self.stay.dining.brief(zone_info(self.timezone))


@direct_init
@attrs.frozen(repr=False)
class Slot:
    """A start time on offer, for one party size.

    Args:
        start_us: The start, in microseconds.
        period: Key of the service period; ``None``: no service is open at that time.
        party_size: The party size.
        refusal: The reasons why it cannot be booked; ``None``: it can be booked.
        spots: The number of such parties that could be seated one after the other, up to the
            requested limit, caps included.
        utilisation_percent: Of the limit on its covers, or else its parties, that is fullest at
            this start: the cap of the service or the pacing of an interval. ``None`` without one.
        cost: The opportunity cost of a party at its best tables; ``None``: it was not asked for, or
            the start cannot be booked.
        timezone: Of the restaurant, for the times that a person sees.
    """

    start_us: int
    period: str | None
    party_size: int
    refusal: Refusal | None
    spots: int
    utilisation_percent: int | None = attrs.field(default=None, kw_only=True)
    cost: OpportunityCost | None = attrs.field(default=None, kw_only=True)
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    @property
    def start(self) -> datetime:
        """The start, in UTC."""
        return from_micros(self.start_us)

    @property
    def is_bookable(self) -> bool:
        """Tell whether it can be booked at the versions of the availability."""
        return self.refusal is None

    def __repr__(self) -> str:
        text = count_of(self.spots, "spot") if self.refusal is None else self.refusal.code.value
        start = brief_iso(self.start_us, zone_info(self.timezone))
        cost = "" if self.cost is None else f"costs {covers_text(self.cost.total)} covers"
        return brief(self, f"{start} party of {self.party_size}", text, cost)


@attrs.frozen(repr=False)
class Availability:
    """The start times on offer of a date.

    Args:
        on: The date, in the restaurant's calendar.
        slots: By start, then party size.
        usage: Of each service of the date, by start.
        versions: Of the floor, policy and occupancy that it read.
        closed: Why the date has no start times: no service starts on it; ``None``: one does.
        timezone: Of the restaurant, for the times that a person sees.
    """

    on: date
    slots: tuple[Slot, ...]
    usage: tuple[Usage, ...]
    versions: Versions
    closed: Refusal | None = attrs.field(default=None, kw_only=True)
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    def bookable(self) -> tuple[Slot, ...]:
        """Return the slots that can be booked."""
        return tuple(slot for slot in self.slots if slot.is_bookable)

    def __repr__(self) -> str:
        bookable = f"{len(self.bookable())} of {count_of(len(self.slots), 'slot')} bookable"
        if self.closed is not None and not self.slots:
            bookable = "closed"
        return brief(
            self,
            f"on {self.on}: {bookable}",
            *(f"{each.period} {each.summary()}" for each in self.usage),
        )

    def _repr_svg_(self) -> str:
        from fourtop.plotting import availability_chart  # noqa: PLC0415  # For notebooks.

        return availability_chart(self).svg

    def _repr_html_(self) -> str:
        zone = zone_info(self.timezone)
        rows = [
            (
                _time_of(slot.start, zone, self.on),
                slot.period or "",
                slot.party_size,
                slot.spots,
                "" if slot.refusal is None else f"{slot.refusal.code.value}: {slot.refusal}",
            )
            for slot in self.slots
        ]
        columns = ("start", "period", "party", "spots", "reason")
        caption = f"Availability on {self.on}, times in {self.timezone}"
        return html_picture(self._repr_svg_(), html_table(caption, columns, rows))


def _time_of(start: datetime, zone: tzinfo, on: date) -> str:
    """Return the local time; with the offset in an hour that occurs twice, the date if another."""
    local = start.astimezone(zone)
    text = local.strftime("%H:%M")
    if local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset():
        text += local.isoformat()[-6:]
    return text if local.date() == on else f"{local.date()} {text}"


@attrs.frozen(repr=False)
class ImportReport:
    """Counts of the bookings and allocations that an import added.

    ``replayed`` marks a stored result. ``problems`` are those of the rows that ``on_conflict``
    left out, in the order of the rows.
    """

    bookings: int
    allocations: int
    replayed: bool = False
    problems: tuple[RowProblem, ...] = ()

    @property
    def skipped(self) -> int:
        """The number of rows that were left out."""
        return len({problem.row for problem in self.problems})

    def __repr__(self) -> str:
        return brief(
            self,
            count_of(self.bookings, "booking"),
            count_of(self.allocations, "allocation"),
            f"{count_of(self.skipped, 'row')} left out" if self.problems else "",
            "replayed" if self.replayed else "",
        )


@attrs.frozen(repr=False)
class ClearReport:
    """Counts of the shadow bookings and allocations that ``clear_shadows`` removed.

    ``replayed`` marks a stored result.
    """

    bookings: int
    allocations: int
    replayed: bool = False

    def __repr__(self) -> str:
        return brief(
            self,
            count_of(self.bookings, "booking"),
            count_of(self.allocations, "allocation"),
            "replayed" if self.replayed else "",
        )
