"""The client of a request, without its address: a keyed hash that rate limits count."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from starlette.requests import Request

from fourtop.http_api.options import Network

FORWARDED: Final = "X-Forwarded-For"
# A home or a phone has a whole network of this length, and can change its address inside of it.
_IPV6_PREFIX: Final = 64
_MOST_HOPS: Final = 20
_WITH_PORT: Final = re.compile(r"(?:([0-9.]+)|\[([0-9A-Fa-f:.]+)\])(?::[0-9]{1,5})?")


def client_of(request: Request, trusted: Collection[Network], secret: bytes) -> str:
    """Return the keyed hash of the client's address. The address itself is kept nowhere.

    The last address of ``X-Forwarded-For`` that is not a trusted proxy is the client's, because a
    client may write anything before it. Without a trusted proxy, the client is the peer.
    """
    address = request.client.host if request.client is not None else ""
    hops = ",".join(request.headers.getlist(FORWARDED)).split(",")
    for hop in reversed(hops[-_MOST_HOPS:]):
        if not (hop.strip() and _is_trusted(address, trusted)):
            break
        address = _without_port(hop.strip())
    digest = hashlib.blake2b(_network_of(address).encode(), key=secret[:64], digest_size=16)
    return digest.hexdigest()


def _without_port(hop: str) -> str:
    """Return an address without the port that some proxies add.

    >>> _without_port("192.0.2.7:4711"), _without_port("[2001:db8::7]:4711"), _without_port("::1")
    ('192.0.2.7', '2001:db8::7', '::1')
    """
    found = _WITH_PORT.fullmatch(hop)
    return hop if found is None else found[1] or found[2]


def _is_trusted(address: str, trusted: Collection[Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    mapped = getattr(parsed, "ipv4_mapped", None)
    return parsed if mapped is None else mapped


def _network_of(address: str) -> str:
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_PREFIX), strict=False))
    return address if parsed is None else str(parsed)
