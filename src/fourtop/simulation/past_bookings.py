"""Reruns: past bookings are asked for again, in the order in which they were made."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntEnum, auto
from functools import partial
from itertools import count
from typing import Final, Literal

import attrs

from fourtop.clock import ManualClock
from fourtop.engine import CountedIds, Desk, Engine
from fourtop.errors import InvalidInput, Refusal, Refused, RowProblem, safe_repr
from fourtop.errors.display import brief, count_of, html_table
from fourtop.errors.input_errors import LEFT_OUT
from fourtop.errors.row_errors import invalid_rows, problem_of
from fourtop.formats.booking_row import BookingRow, iso_text
from fourtop.model import validators
from fourtop.model.actor import Actor
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.calendar import Calendar
from fourtop.model.house import House
from fourtop.model.request import BookingRequest
from fourtop.model.window import MICROSECONDS_PER_MINUTE, from_micros
from fourtop.simulation.evening_run import STAFF
from fourtop.simulation.table import TidyTable
from fourtop.storage import MemoryStore

Lengths = Literal["policy", "given"]
"""Whether the policy decides the stay of a row, or its own ``end`` and ``minutes`` do."""

_ENDED_EARLY: Final = frozenset({BookingStatus.CANCELLED, BookingStatus.NO_SHOW})


@attrs.frozen(repr=False)
class RerunRow:
    """A row and the engine's answer to it. It is true if the answer was yes.

    Args:
        row: The row.
        booking: The booking when it was made; ``None``: the answer was no.
        refusal: The refusal; ``None``: the answer was yes.
    """

    row: BookingRow
    booking: Booking | None
    refusal: Refusal | None

    def __bool__(self) -> bool:
        """Return whether the answer was yes."""
        return self.booking is not None

    @property
    def code(self) -> str:
        """The code of the refusal; empty without one."""
        return "" if self.refusal is None else self.refusal.code.value

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.row.id} {iso_text(self.row.start)}",
            f"party of {self.row.party_size}",
            self.code or "yes",
        )


@attrs.frozen(repr=False)
class Rerun:
    """The answers to all rows of a rerun.

    Args:
        rows: The rows with their answers, in the order in which they were asked.
        desk: The desk at the end of the rerun, for pictures, lists and the audit.
    """

    rows: tuple[RerunRow, ...]
    desk: Desk = attrs.field(eq=False)

    @property
    def accepted(self) -> tuple[RerunRow, ...]:
        """The rows with a yes, in the order in which they were asked."""
        return tuple(each for each in self.rows if each)

    @property
    def refused(self) -> tuple[RerunRow, ...]:
        """The rows with a no, in the order in which they were asked."""
        return tuple(each for each in self.rows if not each)

    @property
    def covers(self) -> int:
        """The people of the rows with a yes."""
        return sum(each.row.party_size for each in self.accepted)

    @property
    def refusals(self) -> Mapping[str, int]:
        """The rows with a no by the code of the decisive reason, by code."""
        return dict(sorted(Counter(each.code for each in self.refused).items()))

    def table(self) -> TidyTable:
        """Return one row for each row, with its answer and its tables."""
        return TidyTable(
            {
                "id": [each.row.id for each in self.rows],
                "party_size": [each.row.party_size for each in self.rows],
                "start": [iso_text(each.row.start) for each in self.rows],
                "channel": [each.row.channel for each in self.rows],
                "accepted": [bool(each) for each in self.rows],
                "code": [each.code for each in self.rows],
                "tables": [
                    "" if each.booking is None else "+".join(each.booking.tables)
                    for each in self.rows
                ],
            },
            "Past bookings, asked for again",
        )

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[RerunRow]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return brief(
            self,
            count_of(len(self.rows), "row"),
            f"{len(self.accepted)} yes",
            f"{len(self.refused)} no",
            count_of(self.covers, "cover"),
        )

    def _repr_html_(self) -> str:
        rows = [("yes", len(self.accepted)), *self.refusals.items()]
        return html_table(repr(self).strip("<>"), ("answer", "rows"), rows)


class _Order(IntEnum):
    """What happens first at one instant: a table that is freed serves the next request."""

    END = auto()
    ASK = auto()


@attrs.frozen
class _Asked:
    """A row, ready to be asked: its number, its request and its times in microseconds."""

    number: int
    row: BookingRow
    request: BookingRequest
    created_us: int
    ended_us: int | None


def rerun(
    house: House, rows: Iterable[BookingRow], *, lengths: Lengths = "policy", actor: Actor = STAFF
) -> Rerun:
    """Ask a house for each of some past bookings, in the order in which they were made.

    It answers two questions: whether the engine would have taken the bookings of the past, and what
    another floor or another rule would have done to them. Rows of one instant are asked in the
    order in which they are given. The engine chooses the tables, unless ``names_tables`` says that
    they were promised. A cancelled or absent party frees its tables at ``ended``, or at its start
    without that time, before a request of the same instant. All others keep them for their planned
    stay: when a party really sat down and left does not count.

    Args:
        house: The restaurant, its floor and its policy.
        rows: The bookings; each has ``created``. Channels that the house does not know are left
            out.
        lengths: Whether the policy decides the stays (``"policy"``; ``minutes`` of a row counts),
            or ``end`` and ``minutes`` of the rows do (``"given"``).
        actor: The actor of all requests. Guests are bound by notice, horizon and raster.

    Raises:
        InvalidInput: If an argument is of the wrong type.
        InvalidRows: If rows are wrong, lack ``created``, have one id, or name something that the
            house does not have; lists the problems of all.
    """
    validators.check_instance("house", house, House)
    validators.check_instance("actor", actor, Actor)
    if lengths not in ("policy", "given"):
        raise InvalidInput("lengths", "must be policy or given", safe_repr(lengths))
    given = validators.as_instances("rows", rows, BookingRow)
    asked = _RowRequests(house, lengths).read(given)
    run = _RunningRerun(house, actor, min((each.created_us for each in asked), default=0))
    return Rerun(run.play(asked), run.desk)


class _RowRequests:
    """Turn rows into requests, and collect their problems."""

    def __init__(self, house: House, lengths: Lengths) -> None:
        self._house = house
        self._is_given = lengths == "given"
        self._calendar = Calendar(house.restaurant, house.policy)
        self._occasions = {each.key for each in house.policy.occasions}
        self._ids: set[str] = set()

    def read(self, rows: Iterable[BookingRow]) -> list[_Asked]:
        """Return the rows with their requests.

        Raises:
            InvalidRows: If rows are wrong.
        """
        found, problems = [], list[RowProblem]()
        for number, row in enumerate(rows, 1):
            try:
                found.append(self._asked(number, row))
            except InvalidInput as fault:
                problems.append(problem_of(fault, number, row.line))
        if problems:
            raise invalid_rows(tuple(problems))
        return found

    def _asked(self, number: int, row: BookingRow) -> _Asked:
        policy, calendar = self._house.policy, self._calendar
        if row.id in self._ids:
            raise InvalidInput("id", "must be the only one", row.id)
        self._ids.add(row.id)
        if row.created is None:
            raise InvalidInput("created", "must be given for a rerun", LEFT_OUT)
        start_us = calendar.instant(row.start, "start")
        created_us = calendar.instant(row.created, "created")
        if created_us > start_us:
            text = calendar.local_text(created_us)
            raise InvalidInput("created", "must not lie after the start", text)
        if row.occasion is not None and row.occasion not in self._occasions:
            raise InvalidInput("occasion", "must be an occasion of the house", row.occasion)
        channel = row.channel if row.channel in policy.known_channels else None
        request = BookingRequest(
            row.party_size,
            from_micros(start_us),
            occasion=row.occasion,
            must=row.must,
            wish=row.wish,
            tables=self._tables(row) if row.names_tables else (),
            channel=channel,
            minutes=self._minutes(row, start_us),
            reference=row.reference,
        )
        ended_us = None
        if row.status in _ENDED_EARLY:
            ended_us = start_us if row.ended is None else calendar.instant(row.ended, "ended")
        return _Asked(number, row, request, created_us, ended_us)

    def _minutes(self, row: BookingRow, start_us: int) -> int | None:
        if not self._is_given or row.end is None:
            return row.minutes
        end_us = self._calendar.instant(row.end, "end")
        return -(-(end_us - start_us) // MICROSECONDS_PER_MINUTE)

    def _tables(self, row: BookingRow) -> tuple[str, ...]:
        found = []
        for number in row.tables:
            table = self._house.floor.find_table_numbered(number)
            if table is None:
                rule = "must be numbers of tables on the floor"
                raise InvalidInput("tables", rule, safe_repr(number))
            found.append(table.id)
        return tuple(found)


class _RunningRerun:
    """A rerun in progress."""

    def __init__(self, house: House, actor: Actor, first_us: int) -> None:
        self._clock = ManualClock(from_micros(first_us))
        engine = Engine(MemoryStore(self._clock), ids=CountedIds("n"))
        self._asking = engine.add_restaurant(house, actor=actor)
        self.desk = engine.desk(house.restaurant.id, actor=STAFF)
        self._no_show_us = house.policy.seating.no_show_after_minutes * MICROSECONDS_PER_MINUTE
        self._events: list[tuple[int, int, int, Callable[[], None]]] = []
        self._numbers = count()
        self._answers: list[RerunRow] = []

    def play(self, asked: Iterable[_Asked]) -> tuple[RerunRow, ...]:
        """Ask for all rows; return the answers in their order."""
        for each in asked:
            self._at(each.created_us, _Order.ASK, partial(self._ask, each))
        while self._events:
            at_us, _, _, happens = heapq.heappop(self._events)
            self._clock.move_to(from_micros(at_us))
            happens()
        return tuple(self._answers)

    def _at(self, at_us: int, order: _Order, happens: Callable[[], None]) -> None:
        entry = (max(at_us, self._clock.now_us()), order, next(self._numbers), happens)
        heapq.heappush(self._events, entry)

    def _ask(self, asked: _Asked) -> None:
        row, end = asked.row, partial(self._cancel, asked.row.id)
        try:
            booking = self._asking.book(asked.request, booking_id=row.id)
        except Refused as refused:
            self._answers.append(RerunRow(row, None, refused.refusal))
            return
        except InvalidInput as fault:
            # A name that only the engine can check, such as a zone of a condition.
            raise invalid_rows((problem_of(fault, asked.number, row.line),)) from None
        self._answers.append(RerunRow(row, booking, None))
        if asked.ended_us is None:
            return
        ended_us = asked.ended_us
        if row.status is BookingStatus.NO_SHOW:
            ended_us = max(ended_us, asked.request.start_us + self._no_show_us)
            end = partial(self._no_show, row.id)
        self._at(ended_us, _Order.END, end)

    def _cancel(self, booking_id: str) -> None:
        self.desk.cancel(booking_id)

    def _no_show(self, booking_id: str) -> None:
        self.desk.no_show(booking_id)
