"""``fourtop demo``: play one evening of the sample pub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import date

from fourtop import AlreadyExists, MemoryStore, sample
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.demo_report import demo_report, evening_data
from fourtop.cli.inputs import WrongInput
from fourtop.cli.migration import is_made, migrate
from fourtop.ports import Clock, Store
from fourtop.simulation.demo.evening import MakeStore, play_evening


def demo(seed: int, on: date, database: Database | None = None) -> Answer:
    """Play an evening; the answer is ``NO`` if the audit finds a fault.

    Args:
        seed: Seed of the guests.
        on: The date.
        database: Database to play in and keep; ``None``: in memory. A missing schema is created.

    Raises:
        InvalidInput: If the date or the URL is invalid.
        WrongInput: If the database already holds an evening; the command does not overwrite it.
        StoreMisconfigured: If the schema is wrong and the login may not change it.
        StoreUnavailable: If the database cannot be reached.
    """
    try:
        with nullcontext(MemoryStore) if database is None else store_in(database) as make_store:
            evening = play_evening(make_store, sample.pub(), sample.pub_demand(), seed=seed, on=on)
    except AlreadyExists as error:
        if error.kind != "restaurant":
            raise
        cure = "an evening was played there before; name another file or database"
        raise WrongInput(f"--store: has the restaurant {error.id}; {cure}") from None
    return Answer(
        demo_report(evening),
        evening_data(evening),
        ExitCode.YES if evening.audit.is_clean else ExitCode.NO,
    )


@contextmanager
def store_in(database: Database) -> Iterator[MakeStore]:
    """Give what makes the store of a database on a clock, and close the store at the end.

    A missing schema is created.

    Raises:
        WrongInput: If the directory of the file does not exist; as the store is made.
        StoreMisconfigured: If the schema is wrong and the login may not change it; likewise.
        StoreUnavailable: If the database cannot be reached; likewise.
    """
    with ExitStack() as stack:

        def make(clock: Clock) -> Store:
            database.require_place()
            if not is_made(database):
                migrate(database)
            return stack.enter_context(database.opened(clock))

        yield make
