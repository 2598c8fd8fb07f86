"""The JSON form of results, refusals, events and the values in them."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    GUEST,
    Audit,
    BookingRow,
    BookingStatus,
    ClearReport,
    Code,
    Engine,
    EventType,
    ImportReport,
    InvalidDocument,
    ManualClock,
    MemoryStore,
    Move,
    Preference,
    Proof,
    Reason,
    Refusal,
    Usage,
)
from fourtop.engine.dispatch.executor import Executor
from fourtop.engine.dispatch.requests import Command
from fourtop.engine.invocation import Invocation, as_replay
from fourtop.formats.results import deferred, dumps_result, loads_result, to_data
from fourtop.model.plan import Plan, Score, Term
from fourtop.model.receipt import Receipt
from fourtop.ports import Decision, Scope, Store, StoredResult
from fourtop.testing.contract.samples import a_block, a_booking, a_hold, an_event
from tests.evening import FRIDAY, NOW, STAFF, a_house, at, open_desk, party_size, window

RECEIPT: Final = Receipt(
    usage=Usage("dinner", FRIDAY, 12, 3, 40, None),
    plan=Plan(
        ("3", "4"), 8, 2, Score((Term("overage", 2, 3.5999999999999996), Term("merge", 0.1, 1)))
    ),
)
BARE: Final = attrs.evolve(
    a_booking("b2"), assignment=None, past_reason=None, status=BookingStatus.PENDING_ALLOCATION
)
RESULTS: Final[dict[str, Any]] = {
    "hold": attrs.evolve(a_hold(), occasion="birthday", receipt=RECEIPT),
    "hold of few words": attrs.evolve(
        a_hold(), must=Preference(), wish=Preference(areas=("bar", "indoor")), session=None
    ),
    "booking": attrs.evolve(a_booking(), receipt=RECEIPT),
    "booking without tables": BARE,
    "bookings": (a_booking(), BARE),
    "no bookings": (),
    "block": attrs.evolve(a_block(), reason='5 € "soon" \u2028 \U0001f37d'),
    "import": ImportReport(17, 21),
    "clear": ClearReport(3, 5),
}

each_result = pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS.keys())


def receipts(result: Any) -> list[Any]:
    found = result if isinstance(result, tuple) else (result,)
    return [getattr(each, "receipt", None) for each in found]


# ---- results of commands


@each_result
def test_a_result_comes_back_as_it_was(result: Any) -> None:
    text = dumps_result(result)
    assert loads_result(text) == result
    assert receipts(loads_result(text)) == receipts(result)
    assert dumps_result(loads_result(text)) == text
    assert deferred(result)() == text


@each_result
def test_a_replay_is_the_result_with_the_mark(result: Any) -> None:
    replay = as_replay(dumps_result(result))
    if isinstance(result, ImportReport | ClearReport):
        assert replay == attrs.evolve(result, replayed=True)
        return
    assert replay == result
    assert all(each.replayed for each in receipts(replay))


def test_every_attribute_of_a_result_is_written() -> None:
    for result in (a_hold(), a_booking(), a_block(), ImportReport(1, 2), ClearReport(1, 2)):
        data = to_data(result)
        assert len(data) == len(attrs.fields(type(result)))


@pytest.mark.parametrize("micros", [0, 1, 999_999, 1_777_636_800_123_457, 7_258_118_399_999_999])
def test_instants_are_exact_to_the_microsecond(micros: int) -> None:
    booking = attrs.evolve(a_booking(), created_us=micros)
    assert loads_result(dumps_result(booking)).created_us == micros


def test_the_form_of_a_result() -> None:
    block = a_block()
    assert json.loads(dumps_result(block)) == {
        "type": "block",
        "data": {
            "id": "k1",
            "restaurant_id": "here",
            "tables": ["t1"],
            "window": {"start": "2026-05-01T18:00:00+00:00", "end": "2026-05-01T20:00:00+00:00"},
            "reason": "The ceiling drips.",
            "actor": {"id": "u17", "role": "staff"},
            "receipt": {
                "replayed": False,
                "usage": None,
                "plan": None,
                "relaxed": [],
                "unneeded": [],
                "moves": [],
            },
        },
    }
    stored = [json.loads(dumps_result(each))["type"] for each in RESULTS.values()]
    assert list(dict.fromkeys(stored)) == [
        "hold",
        "booking",
        "bookings",
        "block",
        "import",
        "clear",
    ]


def test_a_result_of_a_later_version_is_read() -> None:
    """A key that is unknown is ignored; an attribute that is missing has its default."""
    envelope = json.loads(dumps_result(a_hold()))
    envelope["data"]["unheard_of"] = 1
    del envelope["data"]["names_tables"], envelope["data"]["receipt"]
    found = loads_result(json.dumps(envelope))
    assert found == attrs.evolve(a_hold(), names_tables=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '{"type":"novel","data":{}}',
        '{"type":"hold"}',
        '{"type":"hold","data":{}}',
        '{"type":"hold","data":null}',
        '{"type":"bookings","data":[{}]}',
        dumps_result(a_booking()).replace("confirmed", "lost"),
        dumps_result(a_booking()).replace("staff", "s" * 999),
        dumps_result(a_block()).replace("18:00", "21:00"),
    ],
)
def test_a_text_that_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        loads_result(text)
    assert caught.value.field == "result"


@pytest.mark.parametrize("value", [None, "text", {"a": 1}, a_house(), GUEST])
def test_a_value_that_is_no_result_is_refused_when_it_is_stored(value: Any) -> None:
    for write in (dumps_result, deferred):
        with pytest.raises(TypeError, match=r"is not the result of a command"):
            write(value)


# ---- other values


def test_a_refusal_has_its_text_and_its_reasons() -> None:
    refusal = Refusal(
        (Reason(Code.PARTY_NEVER_FITS, {"party_size": 40}), Reason(Code.CLOSED, {"date": FRIDAY})),
        Proof.NO_PLAN,
    )
    assert to_data(refusal) == {
        "code": "PARTY_NEVER_FITS",
        "text": str(refusal),
        "proof": "no_plan",
        "reasons": [
            {
                "code": "PARTY_NEVER_FITS",
                "text": "no table or combination on this floor seats a party of 40",
                "details": {"party_size": 40},
            },
            {
                "code": "CLOSED",
                "text": "closed on 2026-05-01",
                "details": {"date": "2026-05-01"},
            },
        ],
    }


def test_an_event_is_written() -> None:
    assert to_data(an_event("e1")) == {
        "type": "capacity.hold.created",
        "dedupe_key": "e1",
        "restaurant_id": "here",
        "at": "2026-05-01T12:00:00+00:00",
        "actor": {"id": "u17", "role": "staff"},
        "booking_id": "b1",
        "hold_id": "h1",
        "data": {
            "tables": ["t1"],
            "window": "2026-05-01T18:00:00+00:00/2026-05-01T20:00:00+00:00",
        },
    }


def test_the_answers_of_queries_are_plain_data() -> None:
    desk = Engine(MemoryStore(ManualClock(NOW))).add_restaurant(a_house())
    hold = desk.hold(party_size(4))
    desk.confirm(hold.id)
    answers: dict[str, Any] = {
        "quote": desk.quote(party_size(4)),
        "availability": desk.availability(FRIDAY, (2, 99)),
        "audit": desk.audit(),
        "states": desk.table_states(),
        "versions": desk.versions(),
        "allocations": desk.allocations(window("18:00", "23:00")),
        "evidence": desk.confirmations(hold.id),
    }
    data = to_data(answers)
    assert json.loads(json.dumps(data)) == data
    assert set(data["quote"]) == {
        *("plan", "stay", "others", "usage", "versions", "timezone", "relaxed", "broken"),
        *("would_refuse", "reseating"),
    }
    assert data["quote"]["timezone"] == "UTC"
    assert data["quote"]["plan"]["score"] == answers["quote"].plan.score.total
    assert data["availability"]["on"] == "2026-05-01"
    assert data["availability"]["slots"][0]["start"].endswith("+00:00")
    assert isinstance(answers["audit"], Audit)
    assert data["audit"]["allocations"] == 1
    assert set(data["states"].values()) == {"available"}


def test_values_without_a_class_of_ours() -> None:
    paris = timezone(timedelta(hours=2))
    value = {
        Code.CLOSED: [datetime(2026, 5, 1, 14, tzinfo=paris), time(18, 30), date(2026, 5, 1)],
        7: frozenset({"b", "a"}),
        "naive": datetime(2026, 5, 1, 14),  # A value that names no zone keeps none.
        "enum": EventType.HOLD_CREATED,
        "none": (None, True, 1.5),
    }
    assert to_data(value) == {
        "CLOSED": ["2026-05-01T12:00:00+00:00", "18:30:00", "2026-05-01"],
        "7": ["a", "b"],
        "naive": "2026-05-01T14:00:00",
        "enum": "capacity.hold.created",
        "none": [None, True, 1.5],
    }


def test_a_value_that_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        to_data([object()])


# ---- stored by the engine, kept by a store


def test_a_stored_result_is_its_text() -> None:
    """The engine defers the writing; the stored result is equal to one that has the text."""
    calls: list[str] = []

    def write() -> str:
        calls.append("written")
        return '{"a":1}'

    later = StoredResult("r", "hold", "k", "5f2b", write, 1)
    assert calls == []
    assert later.result == later.result == '{"a":1}'
    assert calls == ["written"]
    assert later == StoredResult("r", "hold", "k", "5f2b", '{"a":1}', 1)
    assert later != StoredResult("r", "hold", "k", "5f2b", '{"a":2}', 1)


@each_result
def test_finding_23_a_new_command_is_replayed_by_every_store(store: Store, result: Any) -> None:
    restaurant_id = Engine(store).add_restaurant(a_house()).restaurant_id
    call = Invocation(restaurant_id, "a_new_command", "c1", STAFF, "k1", {"party_size": 4})
    command: Command[Any] = Command(call, Scope(restaurant_id), lambda *_: Decision(result))
    assert Executor(store).execute(command) == result
    replay = Executor(store).execute(command)
    assert replay == as_replay(dumps_result(result))
    scope = Scope(restaurant_id, stored_results=frozenset({("a_new_command", "k1")}))
    stored = store.read(scope, lambda view: view.find_stored_result("a_new_command", "k1"))
    assert stored is not None
    assert stored.result == dumps_result(result)


def test_finding_23_each_command_is_replayed_with_its_receipt(store: Store) -> None:
    desk = open_desk(store)
    hold = desk.hold(party_size(2), key="hold")
    booking = desk.book(party_size(4), booking_id="b1", key="book")
    free = desk.quote(party_size(4))
    assert not isinstance(free, Refusal)
    moved = desk.move([Move("b1", free.plan.tables)], key="move")
    block = desk.block(
        window("22:00", "23:00"), tables=hold.tables, reason="The ceiling drips.", key="block"
    )
    row = BookingRow("i1", 2, at("21:00"), tables=("5",))
    report = desk.import_bookings([row], key="import")
    replays: list[Any] = [
        desk.hold(party_size(2), key="hold"),
        desk.book(party_size(4), booking_id="b1", key="book"),
        *desk.move([Move("b1", free.plan.tables)], key="move"),
        desk.block(
            window("22:00", "23:00"), tables=hold.tables, reason="The ceiling drips.", key="block"
        ),
        desk.import_bookings([row], key="import"),
    ]
    assert all(replay.replayed for replay in replays)
    assert replays[:-1] == [hold, booking, *moved, block]
    assert replays[-1] == attrs.evolve(report, replayed=True)
    assert replays[0].receipt == attrs.evolve(hold.receipt, replayed=True)
    assert replays[1].receipt == attrs.evolve(booking.receipt, replayed=True)
