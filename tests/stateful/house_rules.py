"""The rules about the house: reads, blocks of its tables, edits, and imports of bookings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from fourtop import (
    BookingRequest,
    BookingRow,
    FourtopError,
    House,
    InvalidInput,
    Preference,
    Quote,
    Refusal,
    UnknownName,
    Window,
)
from tests.stateful import arranging, comparing, editing
from tests.stateful.admission import check_names
from tests.stateful.drawing import (
    UNKNOWN,
    Caller,
    Wish,
    callers,
    edited_floor,
    edited_policy,
    edited_restaurant,
    pick,
    pick_id,
    unsettled_floor,
    unsettled_policy,
    wishes,
)
from tests.stateful.ledger import Ledger, Wrong
from tests.stateful.service import instant_of, local_date, moment, opening_at, starts
from tests.stateful.stage import (
    HAS_BLOCKS,
    HAS_HOLDS,
    PICKS,
    Stage,
    Trial,
    pick_hold,
)

ANYWHERE = Preference()


class HouseRules(Stage):
    """Look, block, unblock, edit, import."""

    @rule(
        caller=callers(),
        wish=wishes(),
        what=st.sampled_from(("quote", "quote", "availability", "table_states")),
        others=st.sampled_from((1, 2, 5)),
        limit=st.sampled_from((20, 1, 2)),
    )
    def look(self, caller: Caller, wish: Wish, what: str, others: int, limit: int) -> None:
        """Ask for a quote, for what is on offer on a date, or for what the tables are now."""
        ledger = self._here(caller)
        if what == "quote":
            self._quote(caller, wish.request(ledger))
        elif what == "availability":
            self._availability(caller, wish, sorted({wish.party_size, others}), limit)
        else:
            said = self._desk(caller).table_states()
            assert {table: state.value for table, state in said.items()} == comparing.table_states(
                ledger
            )
            assert list(said) == [table.id for table in ledger.floor.tables]
            self._count("table_states", "accepted")

    def _look_beside(self, caller: Caller, request: BookingRequest) -> None:
        """Ask for what is left for others at the time of a party that waits for its tables."""
        self._quote(caller, request)
        ledger = self._here(caller)
        day, sizes = local_date(ledger.restaurant, request.start_us), {1, 2, request.party_size}
        self._offers(caller, day, sorted(sizes), at=request.start, limit=20)

    def _quote(self, caller: Caller, request: BookingRequest) -> None:
        ledger = self._here(caller)
        quoted: Quote | Refusal | None = None
        error = None
        try:
            quoted = self._desk(caller).quote(request)
        except FourtopError as raised:
            error = raised
        try:
            comparing.check_quote(ledger, request, quoted)
        except Wrong as wrong:
            self._count("quote", f"refused: {comparing.check_error(error, wrong, quoted)}")
            return
        assert error is None, f"a quote failed without need: {error!r}"
        self._count(
            "quote", f"refused: {quoted.code.value}" if isinstance(quoted, Refusal) else "accepted"
        )

    def _availability(self, caller: Caller, wish: Wish, parties: list[int], limit: int) -> None:
        ledger = self._here(caller)
        day = local_date(ledger.restaurant, ledger.now) + timedelta(days=wish.day)
        at = None if wish.slot else wish.request(ledger).start
        if at is not None and limit == 1:
            day += timedelta(days=1)
        try:
            self._offers(caller, day, parties, must=wish.must, at=at, limit=limit)
        except UnknownName as error:
            with pytest.raises(Wrong) as caught:
                check_names(ledger, wish.request(ledger))
            code = comparing.check_error(error, caught.value)
            self._count("availability", f"refused: {code}")
        except FourtopError as error:
            self._check_other_day(ledger, error, day, at)

    def _offers(
        self,
        caller: Caller,
        day: date,
        parties: list[int],
        *,
        at: datetime | None,
        limit: int,
        must: Preference = ANYWHERE,
    ) -> None:
        ledger = self._here(caller)
        offered = self._desk(caller).availability(day, parties, must=must, at=at, spots_limit=limit)
        assert at is None or day in _days_of(ledger, at)
        begins = starts(ledger.restaurant, ledger.policy, day) if at is None else [instant_of(at)]
        wanted = [
            BookingRequest(party_size, moment(start), must=must)
            for start in begins
            for party_size in parties
        ]
        assert offered.on == day
        comparing.check_availability(ledger, offered, wanted, limit)
        self._count("availability", "accepted")

    def _check_other_day(
        self, ledger: Ledger, error: FourtopError, day: date, at: datetime | None
    ) -> None:
        if at is None or day in _days_of(ledger, at):
            raise error
        code = comparing.check_error(error, Wrong(InvalidInput, field="at"))
        self._count("availability", f"refused: {code}")

    @rule(
        caller=callers(),
        wish=wishes(),
        named=st.sampled_from((1, 2, 4, 3, 1, 2, 16, 5, 6, 0, 8)),
        zone_id=st.sampled_from((None, None, None, "main", "bar", UNKNOWN)),
        minutes=st.sampled_from((30, 120, 600)),
    )
    def block(
        self, caller: Caller, wish: Wish, named: int, zone_id: str | None, minutes: int
    ) -> None:
        ledger = self._here(caller)
        start = wish.request(ledger).start
        window = Window(start, start + timedelta(minutes=minutes))
        if zone_id is not None:
            named = named & 8
        tables = tuple(
            sorted(table.id for bit, table in enumerate(ledger.floor.tables) if named >> bit & 1)
        )
        if named == 8 and not tables:
            tables = (UNKNOWN,)
        self._block(caller, window, tables, zone_id)

    def _block(
        self, caller: Caller, window: Window, tables: tuple[str, ...], zone_id: str | None
    ) -> None:
        def check(answer: Any, true: Any) -> None:
            said = answer
            assert (said.id, said.tables, said.actor) == (true.id, true.tables, caller.actor)
            assert (said.window.start_us, said.window.end_us) == (true.start, true.end)

        trial = Trial(
            "block",
            (window, tables, zone_id),
            lambda desk: desk.block(
                window, tables=tables, zone_id=zone_id, reason="a wobbly leg", key=caller.key
            ),
            lambda ledger, new_id: arranging.block(ledger, new_id, window, tables, zone_id),
            check,
            new_id=lambda answer: str(answer.id),
        )
        self._try(caller, trial)

    @HAS_BLOCKS
    @rule(caller=callers(), choice=PICKS)
    def unblock(self, caller: Caller, choice: int) -> None:
        caller = self._where(caller, "blocks")
        ledger = self._here(caller)
        ahead = [each.id for each in ledger.blocks.values() if each.end > ledger.now]
        self._unblock(caller, pick_id(ahead, ledger.blocks, choice))

    def _unblock(self, caller: Caller, block_id: str) -> None:
        def check(answer: Any, true: Any) -> None:
            window = answer.window
            assert (answer.id, window.start_us, window.end_us) == (true.id, true.start, true.end)

        trial = Trial(
            "unblock",
            block_id,
            lambda desk: desk.unblock(block_id, key=caller.key),
            lambda ledger, _: arranging.unblock(ledger, block_id),
            check,
        )
        self._try(caller, trial)

    @rule(
        caller=callers(),
        wish_list=st.lists(
            st.tuples(wishes(), PICKS, st.sampled_from((True, True, False))), min_size=1, max_size=3
        ),
        status=st.sampled_from(
            ("confirmed", "confirmed", "pending", "checked_in", "completed", "priority_waitlist")
        ),
    )
    def import_bookings(
        self, caller: Caller, wish_list: list[tuple[Wish, int, bool]], status: str
    ) -> None:
        ledger = self._here(caller)
        rows = []
        for wish, number, has_end in wish_list:
            request = wish.request(ledger)
            start = request.start - timedelta(hours=6) if status == "completed" else request.start
            table = pick(ledger.floor.tables, number)
            numbers = ["99"] if table is None else [table.number]
            rows.append(
                BookingRow(
                    f"i{number}-{wish.slot}",
                    wish.party_size,
                    start.isoformat(),
                    end=(start + timedelta(minutes=80)).isoformat() if has_end else None,
                    tables=[]
                    if status in ("pending", "priority_waitlist") and wish.day == 0
                    else numbers,
                    status=status,
                    occasion=wish.occasion,
                )
            )

        def check(answer: Any, true: tuple[int, int]) -> None:
            assert (answer.bookings, answer.allocations) == true

        trial = Trial(
            "import",
            rows,
            lambda desk: desk.import_bookings(rows, key=caller.key),
            lambda ledger, _: arranging.take_over(ledger, rows),
            check,
        )
        self._try(caller, trial)

    @rule(
        caller=callers(),
        what=st.sampled_from(("floor", "floor", "policy", "policy", "restaurant")),
        choice=st.integers(0, 11),
        place=st.integers(0, 6),
        amount=st.integers(0, 3),
    )
    def edit(self, caller: Caller, what: str, choice: int, place: int, amount: int) -> None:
        """Change one thing of a house; sometimes from the current version, sometimes not."""
        ledger = self._here(caller)
        before = getattr(ledger, what)
        after: Any
        if what == "floor":
            after = edited_floor(before, choice, place, amount)
        elif what == "policy":
            after = edited_policy(ledger, choice, amount)
        else:
            after = edited_restaurant(before, choice)
        found = ledger.floor_version if what == "floor" else ledger.policy_version
        self._edit(
            caller, what, (before, after), (None, None, None, None, found, found + 1, None)[place]
        )

    @HAS_HOLDS
    @rule(caller=callers(), choice=PICKS, amount=st.sampled_from((5, 6, 7, 8, 9, 10, 0, 1, 2, 3)))
    def unsettle(self, caller: Caller, choice: int, amount: int) -> None:
        """Change what a hold relies on: one of its tables, or its service."""
        caller = self._where(caller, "keeps")
        ledger = self._here(caller)
        keep = ledger.keeps.get(pick_hold(ledger, choice))
        floor, policy = ledger.floor, ledger.policy
        if keep is None:
            return
        if amount >= 5 and keep.tables[-1] in {table.id for table in floor.tables}:
            self._edit(
                caller, "floor", (floor, unsettled_floor(floor, keep.tables[-1], amount)), None
            )
        elif keep.sitting.period in {period.key for period in policy.periods}:
            self._edit(
                caller,
                "policy",
                (policy, unsettled_policy(policy, keep.sitting.period, amount)),
                None,
            )

    def _edit(
        self, caller: Caller, what: str, values: tuple[Any, Any], version: int | None
    ) -> None:
        before, after = values

        def change(found: Any) -> Any:
            assert found == before, "an edit gets what is there now"
            return after

        def check(answer: House, _: None) -> None:
            ledger = self.ledgers[caller.here]
            assert answer == House(ledger.restaurant, ledger.floor, ledger.policy)

        trial = Trial(
            f"edit_{what}",
            None,
            lambda desk: getattr(desk, f"edit_{what}")(change, expected=version),
            lambda ledger, _: getattr(editing, f"edit_{what}")(ledger, after, version),
            check,
        )
        self._try(attrs.evolve(caller, key=None), trial)


def _days_of(ledger: Ledger, at: datetime) -> set[date]:
    """Return the dates on which a start may be asked for: its own date, and its service's date."""
    found = opening_at(ledger.restaurant, ledger.policy, instant_of(at))
    own = local_date(ledger.restaurant, instant_of(at))
    return {own} if found is None else {own, found.date}
