"""The rules about bookings."""

from __future__ import annotations

from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import rule

from fourtop import BookingChange, BookingRequest, Move, Override, Preference
from tests.stateful import arranging, booking, comparing
from tests.stateful.admission import service_of
from tests.stateful.arranging import Swap
from tests.stateful.choosing import NO_CONDITION
from tests.stateful.drawing import (
    UNKNOWN,
    Caller,
    Wish,
    callers,
    gifts,
    pick,
    seen,
    versions,
    wishes,
)
from tests.stateful.ledger import AWAITING, SEATED, Guest
from tests.stateful.stage import (
    FIELDS,
    HAS_BOOKINGS,
    HAS_WAITING,
    PARTIES,
    PICKS,
    PLAIN,
    Stage,
    Trial,
    check_changed,
    pick_booking,
)

# They lift the conditions of a party, and nothing else.
VIP = (Override("NO_TABLES_MATCH", "A regular"),)


def move_of(swap: Swap) -> Move:
    return Move(swap.booking_id, swap.tables, overrides=swap.overrides, expected=swap.expected)


def tables_of(guest: Guest) -> tuple[str, ...]:
    return () if guest.given is None else guest.given.tables


class BookingRules(Stage):
    """Book, reschedule and move parties, and live their lives."""

    @rule(caller=callers(), wish=wishes(), parties=PARTIES)
    def book_plainly(self, caller: Caller, wish: Wish, parties: list[int]) -> None:
        """Book for a few parties that come at the same time."""
        for party_size in parties:
            request = attrs.evolve(wish, **PLAIN).request(self._here(caller), party_size=party_size)
            self._book(caller, request, None, later=False)
            self.all_that_is_seen_is_as_the_model_says()

    def _book(
        self, caller: Caller, request: BookingRequest, booking_id: str | None, *, later: bool
    ) -> None:
        def check(answer: Any, true: Guest) -> None:
            comparing.check_booking(answer, true)
            if true.would_refuse:
                self._count("shadow", "recorded")
            ledger = self.ledgers[caller.here]
            service = service_of(ledger, true.sitting)
            comparing.check_usage(ledger, answer.receipt.usage, service)

        trial = Trial(
            "book",
            (request, booking_id, later),
            lambda desk: desk.book(
                request, booking_id=booking_id, tables="later" if later else "now", key=caller.key
            ),
            lambda ledger, new_id: booking.book(ledger, new_id, request, booking_id, later=later),
            check,
            new_id=lambda answer: str(answer.id),
        )
        self._try(caller, trial)

    @HAS_BOOKINGS
    @rule(
        caller=callers(),
        wish=wishes(),
        choice=PICKS,
        keeps=FIELDS,
        gives=gifts(),
        version=versions(),
    )
    def reschedule(
        self,
        caller: Caller,
        wish: Wish,
        choice: int,
        *,
        keeps: int,
        gives: int,
        version: int | None,
    ) -> None:
        """Change some fields of a booking, perhaps to the values that it has."""
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        booking_id = pick_booking(ledger, (*AWAITING, "confirmed"), choice)
        guest = ledger.guests.get(booking_id)
        request = wish.request(
            ledger,
            party_size=guest.party_size if guest and keeps & 1 else None,
            start=guest.sitting.start if guest and keeps & 2 else None,
        )
        expected = seen(ledger, booking_id, version)
        self._change(caller, booking_id, wish.change(request, gives), expected)

    def _change(
        self, caller: Caller, booking_id: str, change: BookingChange, expected: int | None
    ) -> None:
        trial = Trial(
            "reschedule",
            (booking_id, change, expected),
            lambda desk: desk.reschedule(booking_id, change, expected=expected, key=caller.key),
            lambda ledger, _: booking.reschedule(ledger, booking_id, change.given, expected),
            check_changed,
        )
        self._try(caller, trial)

    @HAS_BOOKINGS
    @rule(
        caller=callers(),
        command=st.sampled_from(("cancel", "seat", "complete", "no_show")),
        choice=PICKS,
        version=versions(),
        again=st.sampled_from((False, False, False, False, True)),
    )
    def step(
        self, caller: Caller, command: str, choice: int, version: int | None, *, again: bool
    ) -> None:
        """Take a step of status, or one that was taken already."""
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        sources, target = booking.STEPS[command]
        booking_id = pick_booking(ledger, (target,) if again else sources, choice)
        self._step(caller, command, booking_id, seen(ledger, booking_id, version))

    def _step(self, caller: Caller, command: str, booking_id: str, expected: int | None) -> None:
        trial = Trial(
            command,
            (booking_id, expected),
            lambda desk: getattr(desk, command)(booking_id, expected=expected, key=caller.key),
            lambda ledger, _: booking.step(ledger, command, booking_id, expected),
            check_changed,
        )
        self._try(caller, trial)

    @HAS_BOOKINGS
    @rule(
        caller=callers(),
        command=st.sampled_from(("pin", "pin", "unpin")),
        choice=PICKS,
        version=versions(),
        table=PICKS,
    )
    def pin(
        self, caller: Caller, command: str, choice: int, version: int | None, table: int
    ) -> None:
        """Pin a party to its tables, or take the pin away; then try to move it."""
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        booking_id = pick_booking(ledger, SEATED, choice)
        self._pin(caller, booking_id, command, seen(ledger, booking_id, version))
        guest = ledger.guests.get(booking_id)
        if guest is not None:
            self.all_that_is_seen_is_as_the_model_says()
            self._move_to_one(attrs.evolve(caller, key=None), guest, table)

    def _pin(
        self, caller: Caller, booking_id: str, command: str = "pin", expected: int | None = None
    ) -> None:
        trial = Trial(
            command,
            (booking_id, expected),
            lambda desk: getattr(desk, command)(booking_id, expected=expected, key=caller.key),
            lambda ledger, _: booking.pin(ledger, booking_id, expected, pinned=command == "pin"),
            check_changed,
        )
        self._try(caller, trial)

    def _move_to_one(
        self, caller: Caller, guest: Guest, table: int, overrides: tuple[Override, ...] = ()
    ) -> None:
        """Move a party to a table that seats it."""
        tables = self._here(caller).floor.tables
        fitting = [each.id for each in tables if each.capacity >= guest.party_size]
        table_id = pick(fitting, table)
        if table_id is not None:
            self._move(caller, [Swap(guest.id, (table_id,), overrides)])

    @HAS_WAITING
    @rule(caller=callers(), choice=PICKS, table=PICKS)
    def move_beside_a_promise(self, caller: Caller, choice: int, table: int) -> None:
        """Move a party that sits while another one waits for tables at that time."""
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        waiting = [each.sitting for each in ledger.guests.values() if each.status in AWAITING]
        beside = [
            each
            for each in ledger.guests.values()
            if each.status in SEATED
            and any(
                each.sitting.block_start < other.block_end
                and other.block_start < each.sitting.block_end
                for other in waiting
            )
        ]
        guest = pick(beside, choice)
        if guest is not None:
            self._move_to_one(caller, guest, table)

    @HAS_BOOKINGS
    @rule(
        caller=callers(),
        choices=st.lists(PICKS, min_size=1, max_size=3),
        tables=st.lists(
            st.sampled_from((0, 0, 0, 1, 2, 3, 4, 5, 6, 12, 24)), min_size=3, max_size=3
        ),
        overrides=st.sampled_from(((), (), VIP)),
        version=versions(),
    )
    def move(
        self,
        caller: Caller,
        choices: list[int],
        tables: list[int],
        overrides: tuple[Override, ...],
        version: int | None,
    ) -> None:
        """Move up to three bookings: to named tables, or each to where the next one sits."""
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        guests = list(dict.fromkeys(pick_booking(ledger, SEATED, choice) for choice in choices))
        moves = []
        for place, guest_id in enumerate(guests):
            named = tuple(
                table.id
                for bit, table in enumerate(ledger.floor.tables)
                if tables[place] >> bit & 1
            )
            other = ledger.guests.get(guests[(place + 1) % len(guests)])
            if not named and other is not None and other.given is not None:
                named = other.given.tables
            expected = seen(ledger, guest_id, version)
            swap = Swap(guest_id, tuple(sorted(named or (UNKNOWN,))), overrides, expected)
            moves.append(swap)
        self._move(caller, moves)

    @HAS_BOOKINGS
    @rule(
        caller=callers(),
        choice=PICKS,
        table=PICKS,
        overrides=st.sampled_from(((), (), VIP)),
    )
    def move_one(
        self, caller: Caller, choice: int, table: int, overrides: tuple[Override, ...]
    ) -> None:
        """Move a party, if possible one that requires a condition, to one table that seats it."""
        caller = self._where(caller, "guests")
        ledger = self._here(caller)
        seated = [guest for guest in ledger.guests.values() if guest.status in SEATED]
        fussy = [guest for guest in seated if guest.must != NO_CONDITION]
        guest = pick(fussy or seated, choice)
        if guest is None:
            return
        zones = {each.zone_id for each in ledger.floor.tables if each.id in tables_of(guest)}
        if not fussy and zones:
            change = BookingChange(must=Preference(zones=zones))
            self._change(attrs.evolve(caller, key=None), guest.id, change, None)
            self.all_that_is_seen_is_as_the_model_says()
        self._move_to_one(caller, guest, table, overrides)

    def _move(self, caller: Caller, moves: list[Swap]) -> None:
        if caller.actor.is_guest and any(each.overrides for each in moves):
            # What a guest may not ask for is refused before the key is looked up.
            caller = attrs.evolve(caller, key=None)

        def check(answer: Any, true: list[Guest]) -> None:
            assert len(answer) == len(true)
            for said, guest in zip(answer, true, strict=True):
                comparing.check_booking(said, guest)

        trial = Trial(
            "move",
            moves,
            lambda desk: desk.move([move_of(each) for each in moves], key=caller.key),
            lambda ledger, _: arranging.move(ledger, moves),
            check,
        )
        self._try(caller, trial)
