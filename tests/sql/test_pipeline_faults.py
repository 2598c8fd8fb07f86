"""Each fault at each step of a transaction has one typed error, together or one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Final

import attrs
import pytest

from fourtop import (
    AsyncSqlStore,
    CountedIds,
    Desk,
    Engine,
    FourtopError,
    ManualClock,
    OutcomeUnknown,
    SqlStore,
    StoreMisconfigured,
    StoreUnavailable,
)
from fourtop.storage.sql.connection import psycopg
from fourtop.storage.sql.connection.driver import DriverCursor, Ran, Step
from fourtop.storage.sql.connection.pipeline import PipelineCursor
from fourtop.storage.sql.connection.psycopg import PsycopgCursor
from fourtop.testing import SyncBridge
from tests.database.session import cluster
from tests.evening import MONTH, NOW, a_house, party_size
from tests.sql.emptied import EmptiedDatabase, emptied_database

# The steps of a hold, as they begin.
STEPS: Final = {
    "begin": "BEGIN",
    "tenant": "SELECT set_config",
    "lock": "UPDATE fourtop.restaurants SET latest_us",
    "read": "SELECT (SELECT",
    "write": "WITH did_",
    "commit": "COMMIT",
}
RAISES: Final = """
CREATE FUNCTION public.raise_code(code text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'words' USING ERRCODE = code; END $$
"""
MENDED: Final = "DROP FUNCTION public.raise_code"
SERIALISATION: Final = "40001"
CONSTRAINT: Final = "23514"
CANCELLED: Final = "57014"
FORBIDDEN: Final = "42501"
LOST: Final = "57P01"
ATTEMPTS: Final = 4
DECISIONS: Final = 2


@attrs.define
class Faults:
    """Sends a statement that raises an error instead of a step, for so many times.

    The server itself answers, at the place of the step in its transaction.
    """

    step: str = ""
    code: str = ""
    times: int = 0
    senders: set[type[DriverCursor]] = attrs.field(factory=set)

    def watch(self, kind: type[DriverCursor], monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the cursors of a class send the steps that come from here."""
        run = kind.run

        def watched(cursor: DriverCursor, steps: Sequence[Step]) -> Ran:
            self.senders.add(kind)
            return run(cursor, tuple(map(self._sent, steps)))

        monkeypatch.setattr(kind, "run", watched)

    def _sent(self, step: Step) -> Step:
        if not (self.times and step.text.startswith(STEPS[self.step])):
            return step
        self.times -= 1
        values = "".join(f", ${number}::text" for number in range(1, len(step.values or ()) + 1))
        return Step(f"SELECT public.raise_code('{self.code}'){values}", step.values)


@pytest.fixture
def database() -> Iterator[EmptiedDatabase]:
    with emptied_database() as emptied:
        cluster().execute(RAISES, database=emptied.name)
        yield emptied
        cluster().execute(MENDED, database=emptied.name)


@pytest.fixture(params=[PipelineCursor, PsycopgCursor])
def faults(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """Faults of statements in pipelines, and of statements where libpq has no pipelines."""
    made = Faults()
    is_together = request.param is PipelineCursor
    monkeypatch.setattr(psycopg, "supports_pipelines", lambda: is_together)
    for kind in (PipelineCursor, PsycopgCursor):
        made.watch(kind, monkeypatch)
    yield made
    assert made.senders == {request.param}


@attrs.frozen
class Called:
    """A store on PostgreSQL that is called synchronously, and the waits before its retries."""

    desk: Desk
    store: SqlStore
    waits: list[float]


@pytest.fixture(params=["sync", "sync, bouncer", "async", "async, bouncer"])
def called(
    request: pytest.FixtureRequest,
    database: EmptiedDatabase,
    faults: Faults,  # noqa: ARG001  # Before the first connection.
) -> Iterator[Called]:
    url = database.url(by_bouncer=request.param.endswith("bouncer"))
    clock = ManualClock(NOW)
    waits: list[float] = []
    with ExitStack() as stack:
        if request.param.startswith("async"):
            awaited = AsyncSqlStore(url, clock=clock)
            store = awaited._store
            bridge = stack.enter_context(SyncBridge(awaited, on_close=awaited.close))
            engine = Engine(bridge, ids=CountedIds("n"))
        else:
            store = stack.enter_context(SqlStore(url, clock=clock))
            engine = Engine(store, ids=CountedIds("n"))
        store._transactions.wait = waits.append
        yield Called(engine.add_restaurant(a_house()), store, waits)


def holds_again(desk: Desk, key: str) -> None:
    """Repeat a hold that has changed nothing, and give its table back."""
    assert desk.allocations(MONTH) == ()
    hold = desk.hold(party_size(4), key=key)
    assert not hold.replayed
    desk.release_hold(hold.id)


def each_step(faults: Faults, code: str, times: int) -> Iterator[str]:
    """Arm the fault at each step in turn; check that it has happened as often as it should."""
    for step in STEPS:
        faults.step, faults.code, faults.times = step, code, times
        yield step
        assert faults.times == 0, f"{step} was not reached so often"


@pytest.mark.slow
def test_a_serialisation_failure_at_any_step_is_tried_again(called: Called, faults: Faults) -> None:
    for step in each_step(faults, SERIALISATION, 1):
        called.store.metrics.retried.clear()
        hold = called.desk.hold(party_size(4), key=step)
        assert not hold.replayed
        assert dict(called.store.metrics.retried) == {SERIALISATION: 1}
        called.desk.release_hold(hold.id)
    assert len(called.waits) == len(STEPS)
    assert called.desk.audit().is_clean


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "times", "kind"),
    [
        (SERIALISATION, ATTEMPTS, StoreUnavailable),
        (CANCELLED, 1, StoreUnavailable),
        (FORBIDDEN, 1, StoreMisconfigured),
    ],
)
def test_an_error_at_any_step_has_one_type_and_changes_nothing(
    called: Called, faults: Faults, code: str, times: int, kind: type[FourtopError]
) -> None:
    for step in each_step(faults, code, times):
        with pytest.raises(FourtopError, match=code) as caught:
            called.desk.hold(party_size(4), key=step)
        assert type(caught.value) is kind
        holds_again(called.desk, step)
    assert called.desk.audit().is_clean


@pytest.mark.slow
def test_a_constraint_that_no_row_explains_is_a_fault_of_the_program_at_any_step(
    called: Called, faults: Faults
) -> None:
    for step in each_step(faults, CONSTRAINT, DECISIONS):
        refused = called.store.metrics.refused
        with pytest.raises(AssertionError, match="the database refuses what its rows allow"):
            called.desk.hold(party_size(4), key=step)
        assert called.store.metrics.refused == refused + DECISIONS
        holds_again(called.desk, step)
    assert called.desk.audit().is_clean


@pytest.mark.slow
def test_a_session_that_the_server_ends_is_of_unknown_outcome_at_the_commit_alone(
    called: Called, faults: Faults
) -> None:
    for step in each_step(faults, LOST, 1):
        if step == "begin":
            # The connection has served before, and may have died in the pool.
            called.desk.release_hold(called.desk.hold(party_size(4), key=step).id)
            continue
        with pytest.raises(FourtopError) as caught:
            called.desk.hold(party_size(4), key=step)
        assert type(caught.value) is (OutcomeUnknown if step == "commit" else StoreUnavailable)
        holds_again(called.desk, step)
    assert called.desk.audit().is_clean
