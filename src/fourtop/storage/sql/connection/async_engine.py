"""Asynchronous engines. Only ``AsyncSqlStore`` imports this module: it needs greenlet."""

from __future__ import annotations

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from fourtop.errors import InvalidInput
from fourtop.storage.sql.connection.engine import (
    SOURCE_RULE,
    as_url,
    driver_of,
    make_engine,
    type_of,
)


def as_async_engine(source: object) -> AsyncEngine:
    """Return an asynchronous engine.

    Raises:
        InvalidInput: The source is neither a URL nor such an engine, or of another database.
    """
    if isinstance(source, AsyncEngine):
        return source
    if not isinstance(source, str | URL):
        raise InvalidInput("source", SOURCE_RULE, type_of(source))
    url = as_url(source)
    driver = driver_of(url.get_backend_name())
    bare_url, arguments = driver.arguments(url)
    bare_url = bare_url.set(drivername=driver.async_driver_name)
    engine = make_engine(create_async_engine, bare_url, **arguments)
    # The store listens on the sync engine as on an engine of the host's, which knows no URL.
    driver.listen(engine.sync_engine, url)
    return engine
