"""Orders and questions: every call of a desk, checked and written down, before any store sees it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import attrs

from fourtop.engine import admission
from fourtop.engine.commands import block as block_command
from fourtop.engine.commands import book as book_command
from fourtop.engine.commands import confirm as confirm_command
from fourtop.engine.commands import edit_house
from fourtop.engine.commands import hold as hold_command
from fourtop.engine.commands import import_bookings as import_command
from fourtop.engine.commands import move as move_command
from fourtop.engine.commands.move import Move
from fourtop.engine.compiled_house import CompiledHouse, CompiledHouses
from fourtop.engine.ids import IdSource
from fourtop.engine.invocation import Invocation
from fourtop.engine.queries import availability as availability_query
from fourtop.engine.queries import quote as quote_query
from fourtop.engine.queries.audit import Audit, audit
from fourtop.engine.queries.table_state import TableState, table_states
from fourtop.errors import FourtopError, InvalidInput, NotFound, Refusal, safe_repr
from fourtop.formats.booking_rows import BookingRow
from fourtop.model import validators
from fourtop.model.actor import Actor
from fourtop.model.allocation import Allocation
from fourtop.model.block import Block
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.floor import Floor
from fourtop.model.hold import Hold
from fourtop.model.house import House
from fourtop.model.policy import HOLD_TTL_SECONDS, MAX_HOLD_LIFETIME_SECONDS, Policy
from fourtop.model.request import ANY_TABLE, BookingRequest, Preference
from fourtop.model.restaurant import Restaurant
from fourtop.model.results import (
    Availability,
    ImportReport,
    Quote,
    Versions,
)
from fourtop.model.service_period import as_date
from fourtop.model.window import Window, to_micros
from fourtop.ports import Decision, Need, Scope, View

MAX_IMPORT_ROWS = 2_000_000

T = TypeVar("T")

Prefetch = Callable[[CompiledHouse], Scope]
OnLost = Callable[[View, CompiledHouse, FourtopError], Decision[None] | Need]


@attrs.frozen
class Command(Generic[T]):
    """A command, ready to be given to a store; it answers a ``T``.

    Args:
        call: The call.
        scope: What it looks at, besides its stored answer.
        decide: The decision.
        on_lost: Writes evidence in a transaction of its own when the store refused to the last.
        prefetch: What else it will look at, by the rules that the restaurant had when it was last
            asked.
    """

    call: Invocation
    scope: Scope
    decide: Callable[[View, CompiledHouse], Any]
    on_lost: OnLost | None = None
    prefetch: Prefetch | None = None


@attrs.frozen
class Query(Generic[T]):
    """A read, ready to be put to a store; it answers a ``T``.

    Args:
        scope: What it looks at.
        ask: The question.
        prefetch: What else it will look at, by the rules that the restaurant had when it was last
            asked.
    """

    scope: Scope
    ask: Callable[[View, CompiledHouse], Any]
    prefetch: Prefetch | None = None


def scope_of(asked: Command[Any] | Query[Any], rules: CompiledHouses) -> Scope:
    """Return all that an order or question is likely to look at; what is left out, it will ask for."""
    known = rules.find_latest(asked.scope.restaurant_id)
    return (
        asked.scope
        if known is None or asked.prefetch is None
        else asked.scope | asked.prefetch(known)
    )


class RequestFactory:
    """Writes the orders and questions of one restaurant, for somebody. Touches no store.

    Args:
        restaurant_id: The tenant.
        actor: Who calls.
        ids: Makes the ids of calls.

    Raises:
        InvalidIdentifier: If the restaurant's id is none; and, from every method, an id or key that
            is none.
    """

    def __init__(self, restaurant_id: str, actor: Actor, ids: IdSource) -> None:
        self.restaurant_id = validators.check_identifier("restaurant_id", restaurant_id)
        self.actor = actor
        self._ids = ids

    # ---- questions

    def about(
        self,
        *,
        bookings: Iterable[str] = (),
        holds: Iterable[str] = (),
        windows: Iterable[Window] = (),
        sittings: Iterable[Window] = (),
    ) -> Scope:
        """Return the scope of some bookings, holds, windows and sittings."""
        return Scope(
            self.restaurant_id,
            windows=tuple(validators.check_instance("window", each, Window) for each in windows),
            sittings=tuple(validators.check_instance("window", each, Window) for each in sittings),
            bookings=frozenset(
                validators.check_identifier("booking_id", each) for each in bookings
            ),
            holds=frozenset(validators.check_identifier("hold_id", each) for each in holds),
        )

    def quote(self, request: BookingRequest) -> Query[Quote | Refusal]:
        """Write the question for the best free plan."""
        validators.check_instance("request", request, BookingRequest)
        return Query(
            self.about(),
            lambda view, rules: quote_query.quote(view, rules, request),
            prefetch=lambda rules: admission.expected_scope(rules, request, counts=True),
        )

    def availability(
        self,
        on: date,
        parties: int | Collection[int],
        *,
        must: Preference | None,
        at: datetime | str | None,
        spots_limit: int,
    ) -> Query[Availability]:
        """Write the question for the start times on offer."""
        sizes = validators.as_members(
            "parties", parties if isinstance(parties, Iterable) else (parties,), _size
        )
        if isinstance(at, datetime):
            to_micros(at, "at")
        if not sizes:
            raise InvalidInput("parties", "must name at least one party size", safe_repr(parties))
        wanted = availability_query.Wanted(
            on=as_date(on),
            parties=tuple(sorted(set(sizes))),
            must=ANY_TABLE if must is None else validators.check_instance("must", must, Preference),
            at=at,
            spots_limit=validators.check_integer(
                "spots_limit", spots_limit, 1, availability_query.MAX_SPOTS
            ),
        )
        return Query(
            self.about(),
            lambda view, rules: availability_query.availability(view, rules, wanted),
            prefetch=lambda rules: availability_query.expected_scope(rules, wanted),
        )

    def house(self) -> Query[House]:
        """Write the question for the house."""
        return Query(self.about(), lambda view, _: view.house)

    def versions(self) -> Query[Versions]:
        """Write the question for the three counters."""
        return Query(self.about(), lambda view, _: view.versions)

    def find_booking(self, booking_id: str) -> Query[Booking | None]:
        """Write the question for a booking that may not be there."""
        return Query(
            self.about(bookings=[booking_id]), lambda view, _: view.find_booking(booking_id)
        )

    def get_booking(self, booking_id: str) -> Query[Booking]:
        """Write the question for a booking that has to be there."""

        def ask(view: View, _: CompiledHouse) -> Booking:
            found = view.find_booking(booking_id)
            if found is None:
                raise NotFound("booking", booking_id)
            return found

        return Query(self.about(bookings=[booking_id]), ask)

    def find_hold(self, hold_id: str) -> Query[Hold | None]:
        """Write the question for a hold that may not be alive."""

        def ask(view: View, _: CompiledHouse) -> Hold | None:
            hold = view.find_hold(hold_id)
            return hold if hold is not None and hold.is_alive(view.now_us) else None

        return Query(self.about(holds=[hold_id]), ask)

    def bookings(self, window: Window) -> Query[tuple[Booking, ...]]:
        """Write the question for the bookings that sit down inside a window."""
        return Query(self.about(sittings=[window]), lambda view, _: view.bookings_starting(window))

    def allocations(self, window: Window) -> Query[tuple[Allocation, ...]]:
        """Write the question for the rows of a window."""
        return Query(self.about(windows=[window]), lambda view, _: view.allocations(window))

    def table_states(self) -> Query[dict[str, TableState]]:
        """Write the question for the state of each table."""
        return Query(self.about(), lambda view, _: table_states(view))

    def confirmations(self, hold_id: str) -> Query[tuple[ConfirmationResult, ...]]:
        """Write the question for the evidence of a hold."""
        return Query(self.about(holds=[hold_id]), lambda view, _: view.confirmations_of(hold_id))

    def audit(self) -> Query[Audit]:
        """Write the question for what there must not be."""
        return Query(self.about(), lambda view, _: audit(view))

    # ---- holds

    def hold(
        self, request: BookingRequest, terms: hold_command.Terms, key: str | None
    ) -> Command[Hold]:
        """Write the order for a new hold."""
        validators.check_instance("request", request, BookingRequest)
        booking_id = _optional_id("booking_id", terms.booking_id)
        session = _optional_id("session", terms.session)
        _check_ttl(terms.ttl_seconds)
        call = self._call("hold", key, {"request": request, "terms": terms})
        scope = Scope(
            self.restaurant_id,
            bookings=frozenset(() if booking_id is None else (booking_id,)),
            sessions=frozenset(() if session is None else (session,)),
            counts_holds=True,
        )
        return Command(
            call,
            scope,
            lambda view, rules: hold_command.make_hold(call, view, rules, request, terms),
            prefetch=lambda rules: admission.expected_scope(rules, request),
        )

    def extend_hold(self, hold_id: str, seconds: int, key: str | None) -> Command[Hold]:
        """Write the order to let a hold expire later."""
        seconds = validators.check_integer(
            "seconds", seconds, 1, MAX_HOLD_LIFETIME_SECONDS - HOLD_TTL_SECONDS[0]
        )
        call = self._call("extend", key, {"hold_id": hold_id, "seconds": seconds})
        scope = self.about(holds=[hold_id])
        return Command(
            call, scope, lambda view, _: hold_command.extend_hold(call, view, hold_id, seconds)
        )

    def release_hold(self, hold_id: str, key: str | None) -> Command[Hold]:
        """Write the order to give up a hold."""
        call = self._call("release", key, {"hold_id": hold_id})
        scope = self.about(holds=[hold_id])
        return Command(call, scope, lambda view, _: hold_command.release_hold(call, view, hold_id))

    def replace_hold(
        self, given_up: hold_command.Replaced, request: BookingRequest, key: str | None
    ) -> Command[Hold]:
        """Write the order to give up a hold for another."""
        validators.check_instance("request", request, BookingRequest)
        _check_ttl(given_up.ttl_seconds)
        call = self._call("replace", key, {"given_up": given_up, "request": request})
        scope = attrs.evolve(self.about(holds=[given_up.hold_id]), counts_holds=True)
        return Command(
            call,
            scope,
            lambda view, rules: hold_command.replace_hold(call, view, rules, request, given_up),
            prefetch=lambda rules: admission.expected_scope(rules, request),
        )

    def confirm(self, wanted: confirm_command.Confirmation, key: str | None) -> Command[Booking]:
        """Write the order to confirm a hold."""
        validators.check_instance("requote", wanted.requote, bool)
        booking_id = _optional_id("booking_id", wanted.booking_id)
        call = self._call("confirm", key, {"wanted": wanted})
        scope = self.about(
            holds=[wanted.hold_id], bookings=() if booking_id is None else (booking_id,)
        )

        def on_lost(view: View, rules: CompiledHouse, error: FourtopError) -> Decision[None] | Need:
            return confirm_command.evidence_of_loss(call, view, rules, wanted, error)

        return Command(
            call,
            scope,
            lambda view, rules: confirm_command.confirm_hold(call, view, rules, wanted),
            on_lost,
        )

    # ---- bookings

    def book(
        self, request: BookingRequest, booking_id: str | None, tables: str, key: str | None
    ) -> Command[Booking]:
        """Write the order for a booking in one step."""
        validators.check_instance("request", request, BookingRequest)
        if tables not in ("now", "later"):
            raise InvalidInput("tables", 'must be "now" or "later"', safe_repr(tables))
        asked = {
            "request": request,
            "booking_id": _optional_id("booking_id", booking_id),
            "tables": tables,
        }
        call = self._call("book", key, asked)
        terms = book_command.Terms(booking_id or call.id, tables_later=tables == "later")
        return Command(
            call,
            self.about(bookings=() if booking_id is None else (booking_id,)),
            lambda view, rules: book_command.make_booking(call, view, rules, request, terms),
            prefetch=lambda rules: admission.expected_scope(rules, request, counts=True),
        )

    def reschedule(
        self, booking_id: str, request: BookingRequest, key: str | None
    ) -> Command[Booking]:
        """Write the order for another time, size or wish."""
        validators.check_instance("request", request, BookingRequest)
        call = self._call("reschedule", key, {"booking_id": booking_id, "request": request})
        scope = self.about(bookings=[booking_id])

        def decide(view: View, rules: CompiledHouse) -> Decision[Booking] | Need:
            return book_command.reschedule_booking(call, view, rules, booking_id, request)

        return Command(
            call,
            scope,
            decide,
            prefetch=lambda rules: admission.expected_scope(rules, request, counts=True),
        )

    def step(
        self, command: str, booking_id: str, target: BookingStatus, key: str | None
    ) -> Command[Booking]:
        """Write the order for a step of a booking's life."""
        call = self._call(command, key, {"booking_id": booking_id})
        scope = self.about(bookings=[booking_id])
        return Command(
            call, scope, lambda view, _: book_command.change_status(call, view, booking_id, target)
        )

    def move(self, moves: Iterable[Move], key: str | None) -> Command[tuple[Booking, ...]]:
        """Write the order to move bookings together."""
        checked = move_command.check_moves(validators.as_instances("moves", moves, Move))
        call = self._call("move", key, {"moves": checked})
        scope = self.about(bookings=[each.booking_id for each in checked])
        return Command(
            call, scope, lambda view, rules: move_command.move_bookings(call, view, rules, checked)
        )

    def import_bookings(self, rows: Sequence[BookingRow], key: str | None) -> Command[ImportReport]:
        """Write the order to take over bookings."""
        checked = validators.as_instances("rows", rows, BookingRow)
        if not 1 <= len(checked) <= MAX_IMPORT_ROWS:
            raise InvalidInput(
                "rows", f"must be 1 to {MAX_IMPORT_ROWS} booking rows", f"{len(checked)} rows"
            )
        call = self._call("import", key, {"rows": checked})
        return Command(
            call,
            self.about(),
            lambda view, rules: import_command.import_bookings(call, view, rules, checked),
        )

    # ---- blocks

    def block(
        self,
        window: Window,
        tables: Collection[str],
        *,
        zone_id: str | None,
        reason: str,
        key: str | None,
    ) -> Command[Block]:
        """Write the order to take tables out of use."""
        scope = self.about(windows=[window])
        validators.check_private_text("reason", reason, 200)
        named = validators.check_identifiers("tables", tables)
        asked = {
            "window": window,
            "tables": named,
            "zone_id": _optional_id("zone_id", zone_id),
            "reason": reason,
        }
        call = self._call("block", key, asked)
        block = Block(call.id, self.restaurant_id, named, window, reason, self.actor)
        return Command(
            call,
            scope,
            lambda view, rules: block_command.make_block(call, view, rules, block, zone_id=zone_id),
        )

    def unblock(self, block_id: str, key: str | None) -> Command[Block]:
        """Write the order to end a block."""
        call = self._call(
            "unblock", key, {"block_id": validators.check_identifier("block_id", block_id)}
        )
        scope = Scope(self.restaurant_id, blocks=frozenset({block_id}))
        return Command(
            call, scope, lambda view, _: block_command.remove_block(call, view, block_id)
        )

    # ---- the house

    def edit_floor(self, change: Callable[[Floor], Floor], expected: int | None) -> Command[House]:
        """Write the order for another floor."""
        _check_change(change)
        call = self._call("edit_floor", None, {"expected": _version(expected)})
        return Command(
            call, self.about(), lambda view, _: edit_house.edit_floor(call, view, change, expected)
        )

    def edit_policy(
        self, change: Callable[[Policy], Policy], expected: int | None
    ) -> Command[House]:
        """Write the order for another policy."""
        _check_change(change)
        call = self._call("edit_policy", None, {"expected": _version(expected)})
        return Command(
            call, self.about(), lambda view, _: edit_house.edit_policy(call, view, change, expected)
        )

    def edit_restaurant(
        self, change: Callable[[Restaurant], Restaurant], expected: int | None
    ) -> Command[House]:
        """Write the order for another record of the restaurant."""
        _check_change(change)
        call = self._call("edit_restaurant", None, {"expected": _version(expected)})
        return Command(
            call,
            self.about(),
            lambda view, _: edit_house.edit_restaurant(call, view, change, expected),
        )

    # ---- how

    def _call(self, command: str, key: str | None, request: Mapping[str, Any]) -> Invocation:
        named = _optional_id("key", key)
        return Invocation(self.restaurant_id, command, self._ids.next(), self.actor, named, request)


def _optional_id(field: str, value: str | None) -> str | None:
    return None if value is None else validators.check_identifier(field, value)


def _check_ttl(ttl_seconds: int | None) -> None:
    if ttl_seconds is not None:
        validators.check_integer("ttl_seconds", ttl_seconds, *HOLD_TTL_SECONDS)


def _size(party_size: object) -> int:
    return validators.check_party(party_size, "parties")


def _check_change(change: object) -> None:
    if not callable(change):
        raise InvalidInput(
            "change", "must be a function that returns the new value", safe_repr(change)
        )


def _version(expected: int | None) -> int | None:
    return None if expected is None else validators.check_integer("expected", expected, 1, 2**62)
