"""``fourtop demo``: an evening of a pub."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date

from fourtop import AlreadyExists, MemoryStore
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.demo_report import demo_report, evening_data
from fourtop.cli.inputs import WrongInput
from fourtop.cli.migration import is_made, migrate
from fourtop.ports import Clock, Store
from fourtop.simulation.evening import MakeStore, play_evening


def demo(seed: int, on: date, database: Database | None = None) -> Answer:
    """Play an evening. A no means that the audit found something, which it must not.

    Args:
        seed: What the guests are drawn from.
        on: The date.
        database: Where it is played, and kept; ``None``: in memory. What is missing of the schema
            is made.

    Raises:
        InvalidInput: If the date or the URL is none.
        WrongInput: If an evening was played there before: what it left is nobody's to overwrite.
        StoreMisconfigured: If the database is not as it has to be, and may not be made so.
        StoreUnavailable: If it cannot be reached.
    """
    try:
        with ExitStack() as stack:
            evening = play_evening(
                MemoryStore if database is None else _store_in(database, stack), seed=seed, on=on
            )
    except AlreadyExists as error:
        if error.kind != "restaurant":
            raise
        rule = "an evening was played there before; name another file or database"
        raise WrongInput(f"--store has the restaurant {error.id}: {rule}") from None
    return Answer(
        demo_report(evening),
        evening_data(evening),
        ExitCode.YES if evening.audit.is_clean else ExitCode.NO,
    )


def _store_in(database: Database, stack: ExitStack) -> MakeStore:
    def make(clock: Clock) -> Store:
        database.require_place()
        if not is_made(database):
            migrate(database)
        return stack.enter_context(database.opened(clock))

    return make
