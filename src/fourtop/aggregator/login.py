"""Basic authentication, by which the aggregator logs in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from fourtop.errors import InvalidInput
from fourtop.errors.display import hidden
from fourtop.model.actor import Actor

AGGREGATOR: Final = Actor("aggregator", "guest")

_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="booking server"'}


def basic_login(
    username: str, password: str, actor: Actor = AGGREGATOR
) -> Callable[[HTTPBasicCredentials | None], Actor]:
    """Return a dependency that lets the aggregator in by basic authentication.

    Args:
        username: The user name that the host entered at the aggregator.
        password: Its password; keep it in the settings of the host.
        actor: The actor of the aggregator's commands.

    Raises:
        InvalidInput: If the user name or the password is empty or not ASCII, the user name has a
            colon, or ``actor`` is not an actor.
        HTTPException: 401, by the dependency.
    """
    _check_ascii("username", username)
    _check_ascii("password", password)
    # A colon ends the user name in the header.
    if ":" in username:
        raise InvalidInput("username", "must have no colon", hidden(username))
    if not isinstance(actor, Actor):
        raise InvalidInput("actor", "must be an Actor", hidden(actor))
    scheme = HTTPBasic(auto_error=False)

    def log_in(credentials: HTTPBasicCredentials | None) -> Actor:
        given = ("", "") if credentials is None else (credentials.username, credentials.password)
        pairs = zip(given, (username, password), strict=True)
        # Both are compared in full, so that the time of the answer tells nothing.
        same = [secrets.compare_digest(one.encode(), other.encode()) for one, other in pairs]
        if not all(same):
            raise HTTPException(401, "wrong user name or password", _CHALLENGE)
        return actor

    # The annotation names a local value, which FastAPI cannot resolve from its text.
    log_in.__annotations__["credentials"] = Annotated[HTTPBasicCredentials | None, Depends(scheme)]
    return log_in


def _check_ascii(field: str, value: object) -> None:
    # No other text arrives: FastAPI decodes the header as ASCII.
    if not (isinstance(value, str) and value and value.isascii()):
        raise InvalidInput(field, "must be a text of ASCII characters", hidden(value))
