"""Rate limits per client, counted by the package ``limits``."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from typing import Final

import limits
from limits import RateLimitItem
from limits.aio.storage import Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string
from starlette.requests import Request

from fourtop.errors import InvalidInput, safe_repr
from fourtop.http_api.client import client_of
from fourtop.http_api.options import DEFAULTS, ApiOptions
from fourtop.http_api.process_counts import ProcessCounts

_LONGEST_WAIT: Final = 3_600
_LOG: Final = logging.getLogger("fourtop.http")


class RateLimits:
    """The rates that guests may not exceed, over a moving window.

    Args:
        options: The rates, and where they are counted.

    Raises:
        InvalidInput: If the storage is not one of ``limits`` for asyncio.
    """

    def __init__(self, options: ApiOptions) -> None:
        self._trusted = options.trusted_proxies
        self._secret = options.secret
        rates = {"availability": options.availability_rate, "command": options.command_rate}
        self._rates = {name: limits.parse(rate) for name, rate in rates.items() if rate is not None}
        self._limiter = MovingWindowRateLimiter(_storage(options.rate_storage))
        # For the time that the storage cannot be reached.
        self._in_process = MovingWindowRateLimiter(ProcessCounts())

    async def seconds_to_wait(self, request: Request, name: str) -> int:
        """Count a request; return 0 if it may go on, else the whole seconds until it may.

        Args:
            request: The request.
            name: ``availability`` or ``command``.
        """
        rate = self._rates.get(name)
        if rate is None:
            return 0
        identifiers = (name, client_of(request, self._trusted, self._secret))
        try:
            return await _seconds(self._limiter, rate, identifiers)
        except StorageError as error:
            cause = type(error.storage_error).__name__
            _LOG.warning("rates are counted in this process: %s", cause)
            return await _seconds(self._in_process, rate, identifiers)


async def _seconds(
    limiter: MovingWindowRateLimiter, rate: RateLimitItem, identifiers: Sequence[str]
) -> int:
    if await limiter.hit(rate, *identifiers):
        return 0
    found = await limiter.get_window_stats(rate, *identifiers)
    return min(max(math.ceil(found.reset_time - time.time()), 1), _LONGEST_WAIT)


def _storage(uri: str) -> Storage:
    if uri == DEFAULTS.rate_storage:
        return ProcessCounts()
    try:
        storage = storage_from_string(uri, wrap_exceptions=True)
    except (limits.errors.ConfigurationError, ValueError):
        storage = None
    if not isinstance(storage, Storage):
        rule = "must be a storage of limits for asyncio, as async+memory://"
        raise InvalidInput("rate_storage", rule, safe_repr(uri.partition("@")[0]))
    return storage
