"""The first example of an extra: ``python -m tests.package.first_example sql``.

It runs where nothing is installed but fourtop with that extra: an extra works alone.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import fourtop
from fourtop import AsyncEngine, BookingRequest, Engine, MemoryStore, plotting, sample
from fourtop.simulation import sweep

_REQUEST: Final = BookingRequest(4, datetime(2050, 5, 6, 18, tzinfo=UTC))


def _sqlite_url() -> str:
    url = f"sqlite:///{Path(tempfile.mkdtemp()) / 'night.db'}"
    fourtop.migrate(url)
    return url


def _book(store: fourtop.SqlStore | MemoryStore) -> str:
    desk = Engine(store).add_restaurant(sample.pub())
    return desk.book(_REQUEST).id


def _sql() -> str:
    store = fourtop.SqlStore(_sqlite_url())
    try:
        return _book(store)
    finally:
        store.close()


def _postgres() -> str:
    from tests.database.cluster import Cluster  # noqa: PLC0415  # It needs psycopg.

    cluster = Cluster()
    cluster.start()
    try:
        url = cluster.url()
        fourtop.migrate(url)
        store = fourtop.SqlStore(url)
        try:
            return _book(store)
        finally:
            store.close()
    finally:
        cluster.stop()


async def _book_async() -> str:
    store = fourtop.AsyncSqlStore(_sqlite_url())
    try:
        desk = await AsyncEngine(store).add_restaurant(sample.pub())
        return (await desk.book(_REQUEST)).id
    finally:
        await store.close()


def _testing() -> str:
    from fourtop.testing import StoreContract, strategies  # noqa: PLC0415  # They need the extra.

    return f"{StoreContract.__name__} {strategies.__name__}"


def _dask() -> str:
    from distributed import Client  # noqa: PLC0415  # It needs the extra.

    with Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:  # type: ignore[no-untyped-call]  # distributed has no annotations.
        return str(sweep(abs, (-3, 2, -1), executor=client).results)


def _optimize() -> str:
    desk = Engine(MemoryStore()).add_restaurant(sample.pub())
    desk.book(_REQUEST, tables="later")
    plan = desk.plan_day(_REQUEST.start.date(), optimum=True)
    assert plan.is_optimal
    assert desk.commit_day_plan(plan)
    return repr(plan)


def _pictures() -> str:
    path = Path(tempfile.mkdtemp()) / "pub.png"
    plotting.floor_plan(sample.pub().floor).save(path)
    return f"{path.name}, {path.stat().st_size} bytes"


def _http() -> str:
    from fourtop.aggregator import (  # noqa: PLC0415  # It needs the extra.
        Merchant,
        ServerOptions,
        basic_login,
        booking_server,
    )
    from fourtop.guest_page import guest_page  # noqa: PLC0415  # It needs the extra.
    from fourtop.http_api import create_app  # noqa: PLC0415  # It needs the extra.
    from fourtop.operations_page import operations_page  # noqa: PLC0415  # It needs the extra.

    engine = Engine(MemoryStore())
    engine.add_restaurant(sample.pub())
    app = create_app(engine, lambda: fourtop.GUEST)
    app.include_router(guest_page(engine, ""), prefix="/book")
    login = basic_login("aggregator", "a password")
    options = ServerOptions(user_secret=b"a secret of the example")
    app.include_router(booking_server(engine, [Merchant(id="the-pub")], login, options))
    app.include_router(operations_page(engine, lambda: fourtop.GUEST), prefix="/staff")
    return f"OpenAPI {app.openapi()['openapi']}, {len(app.openapi()['paths'])} paths"


def _serve() -> str:
    from tests.package.served_pages import check_pages  # noqa: PLC0415  # It starts a server.

    return f"{len(check_pages())} pages and files"


def _otel() -> str:
    from fourtop.telemetry import Telemetry  # noqa: PLC0415  # It needs the extra.

    telemetry = Telemetry()
    store = telemetry.watch(MemoryStore())
    desk = Engine(store, observer=telemetry).add_restaurant(sample.pub())
    telemetry.record(fourtop.measure_store(store))
    return desk.book(_REQUEST).id


EXAMPLES: Final[Mapping[str, Callable[[], str]]] = {
    "none": lambda: _book(MemoryStore()),
    "sql": _sql,
    "postgres": _postgres,
    "async": lambda: asyncio.run(_book_async()),
    "http": _http,
    "optimize": _optimize,
    "otel": _otel,
    "pictures": _pictures,
    "testing": _testing,
    "dask": _dask,
    # Not an extra, but a command that needs two of them.
    "serve": _serve,
}


if __name__ == "__main__":
    print(EXAMPLES[sys.argv[1]]())  # noqa: T201  # A command.
