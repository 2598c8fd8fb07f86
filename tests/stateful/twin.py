"""Twins of the memory store: the same commands must give the same answers and the same reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

import attrs
from sqlalchemy import event

from fourtop import Block, Desk, FourtopError, ManualClock, OwnerKind, Window
from fourtop.ports import Scope, Store, View, refs
from fourtop.storage.sql import SqlStore
from tests.database.furnished import postgresql_url, sqlite_url
from tests.stateful.drawing import MOMENTS
from tests.stateful.ledger import Ledger

# After so many steps all restaurants are looked at; before, only those where a command has changed
# something.
STEPS_BETWEEN_LOOKS: Final = 10


class Twins:
    """Stores on one clock that get every command beside the memory store.

    They stay from evening to evening; each evening has restaurants of its own.

    Args:
        clock: Of all of them, and of the memory store.
        stores: By name.
    """

    def __init__(self, clock: ManualClock, stores: Mapping[str, Store]) -> None:
        self.clock = clock
        self.stores = dict(stores)
        self._evenings = count(1)

    def new_tenants(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Return ids of restaurants that no evening had before."""
        evening = next(self._evenings)
        return tuple(f"{each}-{evening}" for each in ids)


@contextmanager
def sql_twins(folder: Path) -> Iterator[Twins]:
    """Give the stores on SQLite and on PostgreSQL, the latter as the login of a service."""
    clock = ManualClock(MOMENTS[0])
    with ExitStack() as stack:
        urls = {
            "sqlite": sqlite_url(folder / "evenings.db"),
            "postgresql": stack.enter_context(postgresql_url()),
        }
        stores = {name: SqlStore(url, clock=clock) for name, url in urls.items()}
        for store in stores.values():
            stack.callback(store.close)
        # Nobody pulls the plug here; that a commit waits for the disk would take most of the time.
        event.listen(stores["sqlite"].engine, "connect", _hurry)
        yield Twins(clock, stores)


def _hurry(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


# ---- what is answered


class Unison:
    """The desks of one restaurant in several stores. Every request goes to all and has one answer.

    Args:
        desks: By the name of the store; the answers of the others are held against that of the
            first.
    """

    def __init__(self, desks: Mapping[str, Desk]) -> None:
        self._desks = desks

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*args: Any, **how: Any) -> Any:
            (_, first), *others = [
                (store, _Said.of(partial(getattr(desk, name), *args, **how)))
                for store, desk in self._desks.items()
            ]
            for store, said in others:
                assert said.facts == first.facts, (
                    f"{name}: {store} says {said.facts}, and memory {first.facts}"
                )
            if first.error is not None:
                raise first.error
            return first.answer

        return ask


@attrs.frozen
class _Said:
    answer: Any = None
    error: FourtopError | None = None

    @classmethod
    def of(cls, ask: Callable[[], Any]) -> _Said:
        try:
            return cls(answer=ask())
        except FourtopError as error:
            return cls(error=error)

    @property
    def facts(self) -> object:
        """All that can be told about it: an answer itself, or what an error carries."""
        error = self.error
        return (
            shown(self.answer)
            if error is None
            else (type(error), error.code, error.details, error.args, str(error))
        )


def shown(answer: Any) -> tuple[Any, ...]:
    """Return a result with its receipts, which the comparison of records leaves out."""
    records = answer if isinstance(answer, tuple) else (answer,)
    return (answer, *(getattr(each, "receipt", None) for each in records))


# ---- what can be seen


def look(store: Store, ledger: Ledger, always: Window) -> dict[str, object]:
    """Return all that a store has of a restaurant, also unread rows: evidence and answers."""
    restaurant_id = ledger.restaurant.id
    holds, blocks, answers = list(ledger.keeps), list(ledger.blocks), list(ledger.answers)
    scope = Scope(
        restaurant_id,
        windows=(always,),
        sittings=(always,),
        headcounts=(always,),
        holds=frozenset(holds),
        records=refs(Block, blocks),
        stored_results=frozenset(answers),
        counts_holds=True,
        has_extent=True,
    )

    def ask(view: View) -> dict[str, object]:
        return {
            "time": view.now_us,
            "house": view.house,
            "versions": view.versions,
            "allocations": view.allocations(always),
            "bookings": view.bookings_starting(always),
            "holds": [view.find_hold(each) for each in holds],
            "hold rows": [view.allocations_of(OwnerKind.HOLD, each) for each in holds],
            "dead holds": view.dead_holds(always),
            "live holds": view.count_live_holds(),
            "heads": (view.headcounts(always), view.held_covers(always)),
            "blocks": [view.find_record(Block, each) for each in blocks],
            "evidence": [view.confirmations_of(each) for each in holds],
            "answers": [view.find_stored_result(*each) for each in answers],
            "extent": view.extent(),
        }

    seen = store.read(scope, ask)
    seen["events"] = store.events(restaurant_id)
    return seen


def check_same(stores: Mapping[str, Store], ledger: Ledger, always: Window) -> None:
    """Assert that a restaurant looks the same in all stores."""
    (_, first), *others = [(name, look(store, ledger, always)) for name, store in stores.items()]
    for name, seen in others:
        for what, found in seen.items():
            assert found == first[what], f"{what}: {name} has {found}, and memory {first[what]}"
