"""The limit of a body, so that no request fills the memory of the server."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

from fastapi import HTTPException
from starlette.requests import Request

# The document of a large house fits.
MOST_BYTES: Final = 2_000_000


class LimitedRequest(Request):
    """A request whose body is read up to a limit. FastAPI reads it before the host's login."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the parts of the body.

        Raises:
            HTTPException: 413, if it is longer than ``MOST_BYTES``.
        """
        size = 0
        async for part in super().stream():
            size += len(part)
            if size > MOST_BYTES:
                raise HTTPException(413, f"the body must have at most {MOST_BYTES:,} bytes")
            yield part


def limited(request: Request) -> LimitedRequest:
    """Return a request with its body limited."""
    return LimitedRequest(request.scope, request.receive)
