"""Protection of the forms: a token in the form that only a page of ours can carry.

A cookie has a random value, and each form has its keyed hash with the actor. Another site can make
a browser send the cookie, but it can neither read the cookie nor compute the hash. Nothing is kept
on the server.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from fourtop.model.actor import Actor

COOKIE: Final = "fourtop_page"
FIELD: Final = "token"

_VALUE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_OWN_SITE: Final = ("same-origin", "none")


def cookie_of(request: Request) -> str:
    """Return the value of the client's cookie; a new random one without it."""
    found = request.cookies.get(COOKIE, "")
    return found if _VALUE.fullmatch(found) else secrets.token_urlsafe(32)


def token_of(secret: bytes, cookie: str, actor: Actor) -> str:
    """Return the token for the forms of an actor."""
    text = f"{cookie}\n{actor.role}\n{actor.id}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def is_genuine(request: Request, secret: bytes, actor: Actor, given: str) -> bool:
    """Tell whether a form comes from a page that this actor got from us."""
    # Browsers say where a request comes from. Without the header, the token alone decides.
    if request.headers.get("sec-fetch-site", "same-origin") not in _OWN_SITE:
        return False
    cookie = request.cookies.get(COOKIE, "")
    expected = token_of(secret, cookie, actor)
    return _VALUE.fullmatch(cookie) is not None and hmac.compare_digest(
        expected.encode(), given.encode()
    )


def keep_cookie(request: Request, response: Response, cookie: str, path: str) -> None:
    """Set the cookie if the client does not have it."""
    if request.cookies.get(COOKIE) != cookie:
        response.set_cookie(
            COOKIE,
            cookie,
            path=path,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
