"""Lost races: a command is decided again if another transaction commits first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from fourtop import (
    AllocationsOverlap,
    AlreadyExists,
    CountedIds,
    Desk,
    Engine,
    FourtopError,
    ManualClock,
    MemoryStore,
    OutcomeUnknown,
    Refused,
    StaleVersion,
    StoreUnavailable,
)
from fourtop.ports import Changes, Decision, Need, Scope, View
from tests.evening import MONTH, NOW, a_house, booked, held, one_table, party_size, table_rows

T = TypeVar("T")

OVERLAP = AllocationsOverlap(
    "table", "1", "a9", "booking", "b9", "2026-05-01T19:00:00+00:00", "2026-05-01T20:30:00+00:00"
)
STALE = StaleVersion("policy", 1, 2)


class Rival(MemoryStore):
    """A store without a lock of its own, as it were: somebody else is faster, now and then.

    The next transactions fail at their commit, each after what a rival did in between.
    """

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.losses: list[tuple[FourtopError, Callable[[], object] | None]] = []
        self.tries = 0
        self.decided: list[str] = []

    def lose(self, *errors: FourtopError, rival: Callable[[], object] | None = None) -> None:
        self.losses = [(error, rival) for error in errors]

    def transact(self, scope: Scope, decide: Callable[[View], Decision[T] | Need]) -> T:
        self.tries += 1
        if not self.losses:
            return super().transact(scope, decide)
        error, rival = self.losses.pop(0)
        decided: list[Decision[T]] = []

        def watch(view: View) -> Decision[Any] | Need:
            answer = decide(view)
            if isinstance(answer, Need):
                return answer
            decided.append(answer)
            return Decision(None, Changes())

        super().transact(scope, watch)
        assert decided, "the command was decided before the race was lost"
        if rival is not None:
            pending, self.losses = self.losses, []
            rival()
            self.losses = pending
        raise error


@pytest.fixture
def store() -> Rival:
    return Rival(ManualClock(NOW))


@pytest.fixture
def desk(store: Rival) -> Desk:
    desk = Engine(store, ids=CountedIds("n")).add_restaurant(a_house())
    store.tries = 0
    return desk


def rival_desk(store: Rival) -> Desk:
    return Engine(store, ids=CountedIds("rival-")).desk("house")


@pytest.mark.parametrize("error", [OVERLAP, STALE])
@pytest.mark.parametrize("losses", [1, 2, 3])
def test_a_lost_race_is_decided_anew_up_to_three_times(
    store: Rival, desk: Desk, error: FourtopError, losses: int
) -> None:
    store.lose(*[error] * losses)
    assert held(desk, 4).tables == ("3",)
    assert store.tries == losses + 1


@pytest.mark.parametrize("error", [OVERLAP, STALE])
def test_four_lost_races_are_enough(store: Rival, desk: Desk, error: FourtopError) -> None:
    store.lose(*[error] * 4)
    with pytest.raises(type(error)) as caught:
        held(desk, 4)
    assert caught.value is error
    assert store.tries == 4
    assert desk.allocations(MONTH) == ()


def test_the_loser_gets_the_next_plan(store: Rival, desk: Desk) -> None:
    other = rival_desk(store)
    store.lose(OVERLAP, OVERLAP, rival=lambda: other.book(party_size(4)))
    assert booked(desk, 4).tables == ("1", "2")
    assert [booking.tables for booking in desk.bookings(MONTH)] == [("1", "2"), ("3",), ("4",)]


def test_the_loser_of_the_last_table_is_told_who_has_it() -> None:
    store = Rival(ManualClock(NOW))
    desk = Engine(store, ids=CountedIds("n")).add_restaurant(a_house(one_table()))
    other = rival_desk(store)
    store.lose(OVERLAP, rival=lambda: other.book(party_size(4)))
    with pytest.raises(Refused) as caught:
        desk.hold(party_size(4))
    (way,) = caught.value.refusal.reasons[0].details["in_the_way"]
    assert way["owner_id"] == "rival-1"


def test_deciding_anew_gives_the_same_ids(store: Rival, desk: Desk) -> None:
    store.lose(OVERLAP, OVERLAP)
    hold = held(desk, 4)
    assert hold.id == "n1"
    assert [row.id for row in table_rows(desk)] == ["n1.1"]
    assert held(desk, 4).id == "n2"


def test_a_key_that_a_rival_used_meanwhile_is_replayed(store: Rival, desk: Desk) -> None:
    other = rival_desk(store)
    store.lose(OVERLAP, rival=lambda: other.book(party_size(4), key="k1"))
    answer = desk.book(party_size(4), key="k1")
    assert (answer.replayed, answer.id) == (True, "rival-1")


def test_an_answer_that_a_rival_stored_first_is_replayed(store: Rival, desk: Desk) -> None:
    other = rival_desk(store)
    store.lose(AlreadyExists("result", "k1"), rival=lambda: other.book(party_size(4), key="k1"))
    answer = desk.book(party_size(4), key="k1")
    assert (answer.replayed, answer.id, store.tries) == (True, "rival-1", 3)


def test_an_id_that_is_there_already_is_no_lost_race(store: Rival, desk: Desk) -> None:
    store.lose(AlreadyExists("booking", "n1"))
    with pytest.raises(AlreadyExists):
        desk.book(party_size(4))
    assert store.tries == 1


@pytest.mark.parametrize("error", [StoreUnavailable("no connection"), OutcomeUnknown("hold")])
def test_what_is_no_lost_race_is_not_decided_anew(
    store: Rival, desk: Desk, error: FourtopError
) -> None:
    store.lose(error)
    with pytest.raises(type(error)):
        held(desk, 4)
    assert store.tries == 1


@pytest.mark.parametrize("cause", [ConnectionError("gone"), None])
def test_a_lost_reply_names_the_command_and_keeps_what_the_store_knew(
    store: Rival, desk: Desk, cause: Exception | None
) -> None:
    lost = OutcomeUnknown("transact")
    lost.__cause__ = cause
    store.lose(lost)
    with pytest.raises(OutcomeUnknown) as caught:
        held(desk, 4)
    assert (caught.value.command, caught.value.__cause__) == ("hold", cause)


def test_a_lost_reply_to_the_evidence_names_the_command(store: Rival, desk: Desk) -> None:
    hold = held(desk, 4)
    store.lose(*[OVERLAP] * 4, OutcomeUnknown("transact"))
    with pytest.raises(OutcomeUnknown) as caught:
        desk.confirm(hold.id)
    assert caught.value.command == "confirm"


def test_a_refusal_is_not_decided_anew(store: Rival, desk: Desk) -> None:
    with pytest.raises(Refused):
        held(desk, 40)
    assert store.tries == 1


# ---- edits ---------------------------------------------------------------------------------------


def test_an_edit_without_a_version_is_decided_anew(store: Rival, desk: Desk) -> None:
    other = rival_desk(store)
    store.lose(
        StaleVersion("floor", 1, 2),
        rival=lambda: other.edit_floor(lambda floor: floor.without_table("1")),
    )
    floor = desk.edit_floor(lambda floor: floor.without_table("2")).floor
    assert [table.id for table in floor.tables] == ["3", "4", "5"]
    assert desk.versions().floor == 3


def test_a_version_that_the_caller_named_is_not_tried_again(store: Rival, desk: Desk) -> None:
    other = rival_desk(store)
    error = StaleVersion("floor", 1, 2)
    store.lose(error, rival=lambda: other.edit_floor(lambda floor: floor.without_table("1")))
    before = store.tries
    with pytest.raises(StaleVersion) as caught:
        desk.edit_floor(lambda floor: floor.without_table("2"), expected=1)
    assert caught.value is error
    assert store.tries - before == 2
    assert [table.id for table in desk.house().floor.tables] == ["2", "3", "4", "5"]


# ---- evidence ------------------------------------------------------------------------------------


def test_a_confirmation_that_the_store_refused_to_the_last_leaves_evidence(
    store: Rival, desk: Desk
) -> None:
    hold = held(desk, 4)
    store.tries = 0
    store.lose(*[OVERLAP] * 4)
    with pytest.raises(AllocationsOverlap):
        desk.confirm(hold.id, booking_id="web:17", key="k1")
    assert store.tries == 5
    (result,) = desk.confirmations(hold.id)
    assert (result.confirmed, result.code, result.booking_id) == (
        False,
        "ALLOCATIONS_OVERLAP",
        "web:17",
    )
    assert (result.key, result.details) == ("k1", OVERLAP.details)
    assert [table.table_id for table in result.tables] == list(hold.tables)
    assert desk.find_hold(hold.id) == hold
    assert desk.confirm(hold.id, booking_id="web:17", key="k1").id == "web:17"


def test_a_confirmation_that_was_lost_once_is_confirmed_and_leaves_one_result(
    store: Rival, desk: Desk
) -> None:
    hold = held(desk, 4)
    store.lose(OVERLAP)
    assert desk.confirm(hold.id).tables == ("3",)
    assert [result.confirmed for result in desk.confirmations(hold.id)] == [True]


def test_a_confirmation_that_a_rival_made_meanwhile_is_replayed(store: Rival, desk: Desk) -> None:
    hold = held(desk, 4)
    other = rival_desk(store)
    store.lose(STALE, rival=lambda: other.confirm(hold.id))
    answer = desk.confirm(hold.id)
    assert (answer.replayed, answer.id) == (True, "rival-1")


def test_a_hold_that_is_gone_by_then_leaves_no_evidence(store: Rival, desk: Desk) -> None:
    hold = held(desk, 4)

    def vanish() -> None:
        store._states["house"].holds.by_id.pop(hold.id, None)

    store.lose(*[OVERLAP] * 3)
    store.losses.append((OVERLAP, vanish))
    with pytest.raises(AllocationsOverlap):
        desk.confirm(hold.id)
    assert desk.confirmations(hold.id) == ()
