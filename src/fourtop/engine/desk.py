"""The desk: where the bookings of one restaurant are taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal

from fourtop.engine import blocking, booking, confirming, editing, holding, importing, moving, offering
from fourtop.engine.auditing import Audit, audit
from fourtop.engine.call import Call
from fourtop.engine.moving import Move
from fourtop.engine.rules import Rules
from fourtop.engine.runner import Runner
from fourtop.engine.standing import TableState, table_states
from fourtop.errors import FourtopError, InvalidInput, NotFound, Refusal, shown
from fourtop.model import rule
from fourtop.model.actor import Actor
from fourtop.model.allocation import Allocation
from fourtop.model.block import Block
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.floor import Floor
from fourtop.model.hold import Hold
from fourtop.model.house import House
from fourtop.model.outcome import (
    Availability,
    Blocked,
    Booked,
    Changed,
    Confirmed,
    Held,
    Imported,
    Moved,
    Quote,
    Versions,
)
from fourtop.model.policy import HOLD_TTL_SECONDS, MAX_HOLD_LIFETIME_SECONDS, Policy, as_date
from fourtop.model.request import Preference, Request
from fourtop.model.restaurant import Restaurant
from fourtop.model.rows import BookingRow
from fourtop.model.window import Window
from fourtop.ports import Decision, Need, Scope, View, around

MAX_IMPORT_ROWS = 2_000_000


class Desk:
    """An engine at one restaurant, acting for somebody. Cheap to make; safe for threads if the store is.

    Commands raise and change nothing when they are refused; reads return a ``Refusal``. A command's ``key``
    makes it idempotent: the same key gives the stored success again, marked as a replay, for the same
    request, and ``KeyReused`` for another; refusals are never stored. Instants that come in may be of any
    zone, but have one; those that come out are in UTC.

    Every command may raise, besides what it names: ``NotFound`` (unknown restaurant), ``InvalidIdentifier``
    (an id or key that is none), ``KeyReused``, ``StoreUnavailable``, ``OutcomeUnknown``.
    """

    def __init__(self, runner: Runner, restaurant_id: str, actor: Actor) -> None:
        self._runner = runner
        self._scope = Scope(rule.check_identifier("restaurant_id", restaurant_id))
        self.restaurant_id = restaurant_id
        self.actor = actor

    # ---- reads

    def house(self) -> House:
        """Return the restaurant, its floor and policy as they are now."""
        return self._runner.read(self._scope, lambda view, _: view.house)

    def versions(self) -> Versions:
        """Return how often floor, policy and occupancy have changed."""
        return self._runner.read(self._scope, lambda view, _: view.versions)

    def quote(self, request: Request) -> Quote | Refusal:
        """Return the best free plan for a request and the next best, or what stands in the way. Holds nothing.

        Raises:
            NotFound: If the request names a table that the floor does not have.
        """
        rule.check_instance("request", request, Request)
        scope = self._scope | Scope(self.restaurant_id, windows=(around(request.start_us),))

        def ask(view: View, rules: Rules) -> Any:
            return offering.quote(view, rules, request)

        quoted: Quote | Refusal = self._runner.read(scope, ask)
        return quoted

    def availability(
        self,
        on: date,
        parties: int | Collection[int],
        *,
        must: Preference | None = None,
        at: datetime | str | None = None,
        spots_limit: int = 20,
    ) -> Availability:
        """Return the start times on offer of a date, each bookable or with what stands in the way.

        What is shown as bookable can be booked at the versions that the answer carries.

        Args:
            on: The date, in the restaurant's calendar.
            parties: A party size, or several.
            must: Conditions on the tables.
            at: Only this start: an aware datetime, or a local time as text; it need not be on the raster.
            spots_limit: Where counting the spots of a slot stops (1–100).

        Raises:
            InvalidInput: Naming the field and the rule.
        """
        sizes = sorted({parties} if isinstance(parties, int) else set(parties))
        if not sizes:
            raise InvalidInput("parties", "must name at least one party size", shown(parties))
        wanted = offering.Wanted(
            on=as_date(on),
            parties=tuple(rule.check_party(size, "parties") for size in sizes),
            must=Preference() if must is None else rule.check_instance("must", must, Preference),
            at=at,
            spots_limit=rule.check_whole("spots_limit", spots_limit, 1, offering.MAX_SPOTS),
        )
        return self._runner.read(self._scope, lambda view, rules: offering.availability(view, rules, wanted))

    def find_booking(self, booking_id: str) -> Booking | None:
        """Return the booking of that id, if there is one."""
        scope = self._about(bookings=[booking_id])
        return self._runner.read(scope, lambda view, _: view.find_booking(booking_id))

    def get_booking(self, booking_id: str) -> Booking:
        """Return the booking of that id.

        Raises:
            NotFound: If there is none.
        """
        found = self.find_booking(booking_id)
        if found is None:
            raise NotFound("booking", booking_id)
        return found

    def find_hold(self, hold_id: str) -> Hold | None:
        """Return the hold of that id if it is alive."""

        def ask(view: View, _: Rules) -> Hold | None:
            hold = view.find_hold(hold_id)
            return hold if hold is not None and hold.is_alive(view.now_us) else None

        return self._runner.read(self._about(holds=[hold_id]), ask)

    def bookings(self, window: Window) -> tuple[Booking, ...]:
        """Return the bookings, of any status, that sit down inside a window; by start, then id."""
        scope = self._scope | Scope(self.restaurant_id, windows=(window,))
        return self._runner.read(scope, lambda view, _: view.bookings_starting(window))

    def allocations(self, window: Window) -> tuple[Allocation, ...]:
        """Return every row that overlaps a window, by start; shadow rows and those of dead holds included."""
        scope = self._scope | Scope(self.restaurant_id, windows=(window,))
        return self._runner.read(scope, lambda view, _: view.allocations(window))

    def table_states(self) -> dict[str, TableState]:
        """Return what each table of the floor is now, by id, in table order; worked out, never stored."""
        scope = Scope(self.restaurant_id)
        found: dict[str, TableState] = self._runner.read(scope, lambda view, _: table_states(view))
        return found

    def confirmations(self, hold_id: str) -> tuple[ConfirmationResult, ...]:
        """Return the evidence of all attempts to confirm a hold, oldest first."""
        return self._runner.read(self._about(holds=[hold_id]), lambda view, _: view.confirmations_of(hold_id))

    def audit(self) -> Audit:
        """List what the store holds that it must not: overlaps, rows without owner, bookings without tables."""
        return self._runner.read(self._scope, lambda view, _: audit(view))

    # ---- holds

    def hold(
        self,
        request: Request,
        *,
        booking_id: str | None = None,
        ttl_seconds: int | None = None,
        session: str | None = None,
        key: str | None = None,
    ) -> Held:
        """Keep the best free tables for a party, all of them or none, until the hold expires.

        Args:
            request: What the party asks for. With ``tables`` it is these or none.
            booking_id: A pending booking of this party and start that the tables are for.
            ttl_seconds: How long (30–600); ``None``: the policy's, 180 unless changed.
            session: The host's session, which has a limit of its own on live holds.
            key: Idempotency key.

        Raises:
            Refused: If a rule forbids it or no tables are free; carries the ``Refusal``.
            HoldRateLimit: If too many holds were made for the booking; says how long to wait.
            HoldLimit: If too many holds are alive.
            HoldMismatch: If the booking is for another party or start.
            IllegalTransition: If the booking does not wait for tables.
            NotFound: If the booking or a named table is unknown.
        """
        rule.check_instance("request", request, Request)
        if session is not None:
            rule.check_identifier("session", session)
        asked = {
            "request": request,
            "booking_id": self._optional_id("booking_id", booking_id),
            "ttl_seconds": self._ttl(ttl_seconds),
            "session": session,
        }
        terms = holding.Terms(booking_id, ttl_seconds, session)
        scope = self._seating_scope(request) | self._about(bookings=[booking_id] if booking_id is not None else [])
        scope |= Scope(self.restaurant_id, sessions=frozenset() if session is None else frozenset({session}))
        call = self._call("hold", key, asked)
        held: Held = self._run(call, scope, lambda view, rules: holding.make_hold(call, view, rules, request, terms))
        return held

    def extend(self, hold_id: str, *, seconds: int, key: str | None = None) -> Held:
        """Let a live hold expire later, at most 600 seconds after it was made.

        Args:
            hold_id: The hold.
            seconds: How much later (1–570).
            key: Idempotency key.

        Raises:
            HoldLimit: If it would live longer than 600 seconds.
            HoldExpired: If its time is over.
            HoldEnded: If it was released, replaced or confirmed.
            NotFound: If it is unknown.
        """
        rule.check_whole("seconds", seconds, 1, MAX_HOLD_LIFETIME_SECONDS - HOLD_TTL_SECONDS[0])
        call = self._call("extend", key, {"hold_id": hold_id, "seconds": seconds})
        scope = self._about(holds=[hold_id])
        held: Held = self._run(call, scope, lambda view, _: holding.extend_hold(call, view, hold_id, seconds))
        return held

    def release(self, hold_id: str, *, key: str | None = None) -> Held:
        """Give up a live hold.

        Raises:
            HoldExpired: If its time is over; its tables are free already.
            HoldEnded: If it was released, replaced or confirmed.
            NotFound: If it is unknown.
        """
        call = self._call("release", key, {"hold_id": hold_id})
        scope = self._about(holds=[hold_id])
        held: Held = self._run(call, scope, lambda view, _: holding.release_hold(call, view, hold_id))
        return held

    def replace(
        self, hold_id: str, request: Request, *, ttl_seconds: int | None = None, key: str | None = None
    ) -> Held:
        """Give up a live hold and keep other tables, in one step; if it is refused, the old hold stays.

        The new hold is for the same booking and session; the old one is not in its way.

        Raises:
            Refused: If a rule forbids it or no tables are free.
            HoldRateLimit: As ``hold``.
            HoldLimit: As ``hold``.
            HoldExpired: If the old hold's time is over.
            HoldEnded: If the old hold was released, replaced or confirmed.
            NotFound: If the hold is unknown.
        """
        rule.check_instance("request", request, Request)
        asked = {"hold_id": hold_id, "request": request, "ttl_seconds": self._ttl(ttl_seconds)}
        given_up = holding.Replaced(hold_id, ttl_seconds)
        call = self._call("replace", key, asked)
        scope = self._seating_scope(request) | self._about(holds=[hold_id])
        held: Held = self._run(
            call, scope, lambda view, rules: holding.replace_hold(call, view, rules, request, given_up)
        )
        return held

    def confirm(
        self, hold_id: str, *, booking_id: str | None = None, requote: bool = False, key: str | None = None
    ) -> Confirmed:
        """Turn a live hold into a confirmed booking, once.

        The hold's allocations pass to the booking, in one transaction with the booking's status, the
        evidence and the events. Repeating it, by key or by hold, returns the stored success.

        Args:
            hold_id: The hold.
            booking_id: The pending booking, or the id of a new one; ``None``: the hold's, or a new id.
            requote: Where what the hold relied on has changed, take the best tables by today's rules
                instead of raising ``PolicyDrift``; the hold's own tables are free for that.
            key: Idempotency key; by default one that follows from the hold.

        Raises:
            HoldExpired: If its time is over.
            HoldEnded: If it was released or replaced.
            HoldMismatch: If it is for another booking, party or start.
            IllegalTransition: If the booking does not wait for tables.
            PolicyDrift: If what the hold relied on has changed.
            Refused: If the party is to be quoted anew and today's rules or tables forbid it.
            NotFound: If the hold or its booking is unknown.
        """
        named = self._optional_id("booking_id", booking_id)
        asked = {"hold_id": hold_id, "booking_id": named, "requote": rule.check_instance("requote", requote, bool)}
        scope = self._about(holds=[hold_id], bookings=[booking_id] if booking_id is not None else [])
        wanted = confirming.Confirmation(hold_id, named, requote)
        call = self._call("confirm", key, asked)

        def decide(view: View, rules: Rules) -> Any:
            return confirming.confirm_hold(call, view, rules, wanted)

        def on_lost(view: View, rules: Rules, error: FourtopError) -> Decision[Any] | Need:
            return confirming.evidence_of_loss(call, view, rules, wanted, error)

        confirmed: Confirmed = self._runner.transact(call, scope, decide, on_lost=on_lost)
        return confirmed

    # ---- bookings

    def book(
        self,
        request: Request,
        *,
        booking_id: str | None = None,
        tables: Literal["now", "later"] = "now",
        key: str | None = None,
    ) -> Booked:
        """Judge the caps, choose tables and confirm a booking in one transaction.

        Args:
            request: What the party asks for.
            booking_id: The id of the new booking; ``None``: one is made.
            tables: ``"later"`` takes a pending booking that counts towards the caps and occupies nothing.
            key: Idempotency key.

        Raises:
            Refused: If a rule or cap forbids it, or no tables are free.
            AlreadyExists: If there is a booking of that id.
            NotFound: If a named table is unknown.
        """
        rule.check_instance("request", request, Request)
        if tables not in ("now", "later"):
            raise InvalidInput("tables", 'must be "now" or "later"', shown(tables))
        new_id = self._optional_id("booking_id", booking_id)
        call = self._call("book", key, {"request": request, "booking_id": new_id, "tables": tables})
        terms = booking.Terms(booking_id or call.id, tables_later=tables == "later")
        scope = self._seating_scope(request) | self._about(bookings=[terms.booking_id])

        def decide(view: View, rules: Rules) -> Any:
            return booking.make_booking(call, view, rules, request, terms)

        booked: Booked = self._run(call, scope, decide)
        return booked

    def reschedule(self, booking_id: str, request: Request, *, key: str | None = None) -> Changed:
        """Give a booking another time, party size or wish, and tables for it; or leave it as it was.

        Its own tables are not in its way; holds made for it end. A booking without tables stays without.

        Raises:
            Refused: If a rule or cap forbids it, or no tables are free.
            IllegalTransition: If it has begun or ended.
            NotFound: If it is unknown.
        """
        rule.check_instance("request", request, Request)
        call = self._call("reschedule", key, {"booking_id": booking_id, "request": request})
        scope = self._seating_scope(request) | self._about(bookings=[booking_id])

        def decide(view: View, rules: Rules) -> Any:
            return booking.reschedule_booking(call, view, rules, booking_id, request)

        changed: Changed = self._run(call, scope, decide)
        return changed

    def cancel(self, booking_id: str, *, key: str | None = None) -> Changed:
        """Cancel a booking; its tables are free from now on, its holds end.

        Raises:
            IllegalTransition: If it has begun or ended.
            NotFound: If it is unknown.
        """
        return self._step("cancel", booking_id, BookingStatus.CANCELLED, key)

    def check_in(self, booking_id: str, *, key: str | None = None) -> Changed:
        """Note that the party sits at its tables.

        Raises:
            IllegalTransition: If it is not confirmed, or has no tables.
            NotFound: If it is unknown.
        """
        return self._step("check_in", booking_id, BookingStatus.CHECKED_IN, key)

    def complete(self, booking_id: str, *, key: str | None = None) -> Changed:
        """Note that the party has left; its tables are free from now on.

        Raises:
            IllegalTransition: If it was not checked in.
            NotFound: If it is unknown.
        """
        return self._step("complete", booking_id, BookingStatus.COMPLETED, key)

    def no_show(self, booking_id: str, *, key: str | None = None) -> Changed:
        """Note that the party did not come; its tables are free from now on.

        Raises:
            IllegalTransition: If it is neither confirmed nor checked in.
            NotFound: If it is unknown.
        """
        return self._step("no_show", booking_id, BookingStatus.NO_SHOW, key)

    def move(self, moves: Iterable[Move], *, key: str | None = None) -> Moved:
        """Give bookings other tables, several in one command, judged as a whole at its end.

        So two parties may swap, and a chain may move on. A party that sits already takes its new tables
        from now on, and the history of the old ones stays.

        Raises:
            Refused: If the tables do not suit a party, or are taken at the end of the command.
            IllegalTransition: If a booking has no tables ahead of it.
            InvalidInput: If there are no moves, more than 100, or two of one booking.
            NotFound: If a booking or table is unknown.
        """
        checked = moving.check_moves(moves)
        call = self._call("move", key, {"moves": checked})
        scope = self._about(bookings=[each.booking_id for each in checked])
        moved: Moved = self._run(call, scope, lambda view, rules: moving.move_bookings(call, view, rules, checked))
        return moved

    def import_bookings(self, rows: Sequence[BookingRow], *, key: str | None = None) -> Imported:
        """Take over bookings that exist elsewhere, with their tables: all of them or none.

        Raises:
            ImportRejected: If rows are wrong or overlap; lists all of it.
        """
        checked = tuple(rows)
        if not 1 <= len(checked) <= MAX_IMPORT_ROWS or not all(isinstance(row, BookingRow) for row in checked):
            raise InvalidInput("rows", f"must be 1 to {MAX_IMPORT_ROWS} booking rows", f"{len(checked)} values")
        call = self._call("import", key, {"rows": checked})
        imported: Imported = self._run(
            call, self._scope, lambda view, rules: importing.import_bookings(call, view, rules, checked)
        )
        return imported

    # ---- blocks

    def block(
        self,
        window: Window,
        *,
        tables: Collection[str] = (),
        zone_id: str | None = None,
        reason: str,
        key: str | None = None,
    ) -> Blocked:
        """Take tables, or all tables of a zone, out of use for a window.

        Args:
            window: When, ``[start, end)``; at most 31 days, ending in the future.
            tables: Table ids; or
            zone_id: A zone with tables.
            reason: For the staff (1–200 characters); in no error or event.
            key: Idempotency key.

        Raises:
            Refused: If a booking, hold or block is in the way; lists all of them.
            InvalidWindow: If the window is over.
            NotFound: If a table or the zone is unknown.
        """
        rule.check_instance("window", window, Window)
        rule.check_text("reason", reason, 200)
        named = rule.check_identifiers("tables", tables)
        asked = {"window": window, "tables": named, "zone_id": self._optional_id("zone_id", zone_id), "reason": reason}
        call = self._call("block", key, asked)
        block = Block(call.id, self.restaurant_id, named, window, reason, self.actor)
        scope = self._scope | Scope(self.restaurant_id, windows=(window,))
        blocked: Blocked = self._run(
            call, scope, lambda view, rules: blocking.make_block(call, view, rules, block, zone_id=zone_id)
        )
        return blocked

    def unblock(self, block_id: str, *, key: str | None = None) -> Blocked:
        """End a block from now on. One that is over already is left as it is.

        Raises:
            NotFound: If it is unknown.
        """
        call = self._call("unblock", key, {"block_id": block_id})
        scope = self._about(blocks=[block_id])
        blocked: Blocked = self._run(call, scope, lambda view, _: blocking.remove_block(call, view, block_id))
        return blocked

    # ---- the house

    def edit_floor(self, change: Callable[[Floor], Floor], *, expected: int | None = None) -> House:
        """Put a changed floor in place; ``change`` gets the current one and returns the new one.

        Args:
            change: Pure; may be called several times.
            expected: The floor version that the caller saw; ``None``: whatever it is now.

        Raises:
            InUse: If a table is removed that somebody has now or later.
            StaleVersion: If the version is another.
            InvalidInput: If the new floor breaks a rule.
        """
        call = self._call("edit_floor", None, {"expected": expected})
        house: House = self._run(call, self._scope, lambda view, _: editing.edit_floor(call, view, change, expected))
        return house

    def edit_policy(self, change: Callable[[Policy], Policy], *, expected: int | None = None) -> House:
        """Put a changed policy in place. What is booked stays as it was booked; holds may drift.

        Raises:
            StaleVersion: If the policy's version is another than ``expected``.
            InvalidInput: If the new policy breaks a rule.
        """
        call = self._call("edit_policy", None, {"expected": expected})
        house: House = self._run(call, self._scope, lambda view, _: editing.edit_policy(call, view, change, expected))
        return house

    def edit_restaurant(self, change: Callable[[Restaurant], Restaurant], *, expected: int | None = None) -> House:
        """Put a changed record of the restaurant in place; its id stays. Counts as a change of policy.

        Raises:
            StaleVersion: If the policy's version is another than ``expected``.
            InvalidInput: If the new record breaks a rule.
        """
        call = self._call("edit_restaurant", None, {"expected": expected})
        house: House = self._run(
            call, self._scope, lambda view, _: editing.edit_restaurant(call, view, change, expected)
        )
        return house

    # ---- how

    def _call(self, command: str, key: str | None, request: dict[str, Any]) -> Call:
        return self._runner.call(self.restaurant_id, command, self.actor, key=key, request=request)

    def _run(self, call: Call, scope: Scope, decide: Callable[[View, Rules], Any]) -> Any:
        return self._runner.transact(call, scope, decide)

    def _step(self, command: str, booking_id: str, target: BookingStatus, key: str | None) -> Changed:
        call = self._call(command, key, {"booking_id": booking_id})
        scope = self._about(bookings=[booking_id])
        changed: Changed = self._run(call, scope, lambda view, _: booking.change_status(call, view, booking_id, target))
        return changed

    def _about(self, *, bookings: Iterable[str] = (), holds: Iterable[str] = (), blocks: Iterable[str] = ()) -> Scope:
        return Scope(
            self.restaurant_id,
            bookings=frozenset(rule.check_identifier("booking_id", each) for each in bookings),
            holds=frozenset(rule.check_identifier("hold_id", each) for each in holds),
            blocks=frozenset(rule.check_identifier("block_id", each) for each in blocks),
        )

    def _seating_scope(self, request: Request) -> Scope:
        return Scope(self.restaurant_id, windows=(around(request.start_us),), counts_holds=True)

    @staticmethod
    def _optional_id(field: str, value: str | None) -> str | None:
        return None if value is None else rule.check_identifier(field, value)

    @staticmethod
    def _ttl(ttl_seconds: int | None) -> int | None:
        return None if ttl_seconds is None else rule.check_whole("ttl_seconds", ttl_seconds, *HOLD_TTL_SECONDS)
