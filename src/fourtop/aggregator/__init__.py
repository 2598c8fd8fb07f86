"""The face of a large aggregator: its booking server, and its feeds as files.

The aggregator's maps and search show the restaurants, and book by the methods of its booking server
(version 3). It needs the extra ``http``. The host brings the server, the login and the store.
"""

try:
    from fourtop.aggregator.feed_files import write_feeds
    from fourtop.aggregator.feeds import FeedOptions
    from fourtop.aggregator.login import basic_login
    from fourtop.aggregator.merchant import Address, Merchant
    from fourtop.aggregator.merchant_document import loads_merchants
    from fourtop.aggregator.options import ServerOptions
    from fourtop.aggregator.server import booking_server
    from fourtop.aggregator.user import User
except ImportError as _error:
    if (_error.name or "").partition(".")[0] not in ("fastapi", "limits", "starlette", "pydantic"):
        raise
    raise ImportError("aggregator needs FastAPI and limits: install fourtop[http]") from _error

__all__ = [
    "Address",
    "FeedOptions",
    "Merchant",
    "ServerOptions",
    "User",
    "basic_login",
    "booking_server",
    "loads_merchants",
    "write_feeds",
]

# Tracebacks and documentation name them by their public module.
for _public in (
    *(Address, FeedOptions, Merchant, ServerOptions, User),
    *(basic_login, booking_server, loads_merchants, write_feeds),
):
    _public.__module__ = __name__
