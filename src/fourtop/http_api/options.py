"""The options of the HTTP API."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

import attrs
import limits

from fourtop.errors import InvalidInput, safe_repr
from fourtop.model import validators

Network = IPv4Network | IPv6Network

_SECRET_BYTES: Final = 16


def _roles(value: Iterable[str]) -> frozenset[str]:
    check = validators.check_identifier
    return frozenset(
        validators.as_members("admin_roles", value, lambda each: check("admin_roles", each))
    )


def _networks(value: Iterable[str]) -> tuple[Network, ...]:
    return validators.as_members("trusted_proxies", value, _network)


def _network(value: Any) -> Network:
    try:
        return ip_network(value)
    except ValueError:
        rule = "must be addresses or networks, as 10.0.0.0/8"
        raise InvalidInput("trusted_proxies", rule, safe_repr(value)) from None


def _limit(_instance: object, attribute: validators.Named, value: Any) -> None:
    if value is None:
        return
    try:
        limits.parse(value if isinstance(value, str) else "")
    except ValueError:
        rule = "must be a rate as 20/minute, or None"
        raise InvalidInput(attribute.name, rule, safe_repr(value)) from None


def _never() -> bool:
    return False


@attrs.frozen(kw_only=True)
class ApiOptions:
    """What a host decides about the HTTP API.

    Args:
        admin_roles: The roles of actors that may use the routes for admins. The role ``guest`` may
            use those for guests only; every other role is staff.
        availability_rate: How often one client may read availability, as ``20/minute``. Staff have
            no limit. ``None``: no limit.
        command_rate: How often one client may give a command as a guest; ``None``: no limit.
        rate_storage: Where the counts are, as a URI of the package ``limits``, such as
            ``async+redis://localhost:6379``; by default in the memory of this process.
        trusted_proxies: The addresses or networks of proxies. Only from these the API believes
            the header ``X-Forwarded-For``.
        event_poll_seconds: The time between two looks for new events of a restaurant that is
            followed (0.01–60). A change of another process shows after it.
        heartbeat_seconds: After how long a silent stream says that it is alive (0.01–3,600). Take
            less than the patience of your proxies.
        stream_seconds: After how long a stream ends (0.01–86,400). Its client comes back, and the
            host sees its login again.
        is_stopping: Tells whether the server is about to stop, so that streams end; for uvicorn
            ``lambda: server.should_exit``. By default it is not.
        client_secret: The key by which addresses are hashed before they are counted; ``None``: a
            random one. Processes that share a storage need the same, of at least 16 bytes.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> ApiOptions(availability_rate="60/minute").availability_rate
    '60/minute'
    """

    admin_roles: frozenset[str] = attrs.field(default=("admin",), converter=_roles)
    availability_rate: str | None = attrs.field(default="20/minute", validator=_limit)
    command_rate: str | None = attrs.field(default=None, validator=_limit)
    rate_storage: str = attrs.field(default="async+memory://", validator=validators.one_of(str))
    trusted_proxies: tuple[Network, ...] = attrs.field(default=(), converter=_networks)
    client_secret: bytes | None = attrs.field(
        default=None, repr=False, validator=validators.optional(validators.secret)
    )

    event_poll_seconds: float = attrs.field(default=0.5, validator=validators.number(0.01, 60))
    heartbeat_seconds: float = attrs.field(default=15.0, validator=validators.number(0.01, 3_600))
    stream_seconds: float = attrs.field(default=900.0, validator=validators.number(0.01, 86_400))
    is_stopping: Callable[[], bool] = attrs.field(
        default=_never, repr=False, validator=validators.function
    )

    @property
    def secret(self) -> bytes:
        """The key by which addresses are hashed: a new random one at each call without its own."""
        if self.client_secret is None:
            return secrets.token_bytes(_SECRET_BYTES)
        return self.client_secret


DEFAULTS: Final = ApiOptions()
