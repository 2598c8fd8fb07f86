"""The tenant: a restaurant, and its zones."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.model import validators

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@lru_cache(maxsize=256)
def zone_info(name: str) -> ZoneInfo:
    """Return the IANA time zone of that name.

    Raises:
        InvalidInput: If there is none.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        raise InvalidInput(
            "timezone", "must be an IANA time zone such as Europe/London", safe_repr(name)
        ) from None


def _timezone(_instance: object, _attribute: validators.Named, value: Any) -> None:
    if type(value) is not str:
        raise InvalidInput(
            "timezone", "must be an IANA time zone such as Europe/London", safe_repr(value)
        )
    zone_info(value)


def _slug(_instance: object, attribute: validators.Named, value: Any) -> None:
    if type(value) is not str or len(value) > 64 or _SLUG.fullmatch(value) is None:
        rule_text = "must be lower-case words joined by hyphens, at most 64 characters"
        raise InvalidInput(attribute.name, rule_text, safe_repr(value))


@attrs.frozen
class Restaurant:
    """A tenant. Nothing of one restaurant is ever seen by, or in the way of, another.

    Args:
        id: 1–64 of ``A–Z a–z 0–9 . _ : -``.
        name: For people.
        slug: For addresses; by default the id in lower case, if that is a slug.
        timezone: IANA name; all local times of the house are in it.
        reservation_interval_minutes: Raster of the start times on offer (1–180).
        default_duration_minutes: Stay where no turn time says otherwise (15–300).
        last_seating_buffer_minutes: The last start lies this long before a period ends (0–300).
        active: Whether it takes bookings.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> Restaurant("the-pub", "The Pub", timezone="Europe/London").slug
    'the-pub'
    """

    id: str = attrs.field(validator=validators.identifier)
    name: str = attrs.field(validator=validators.text(100))
    timezone: str = attrs.field(kw_only=True, validator=_timezone)
    slug: str = attrs.field(kw_only=True, validator=_slug)
    reservation_interval_minutes: int = attrs.field(
        default=15,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, 180),
    )
    default_duration_minutes: int = attrs.field(
        default=90,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(15, 300),
    )
    last_seating_buffer_minutes: int = attrs.field(
        default=120,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, 300),
    )
    active: bool = attrs.field(default=True, kw_only=True, validator=validators.flag)

    @slug.default
    def _slug_of_id(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", str(self.id).lower()).strip("-")


class Area(StrEnum):
    """Where a zone is."""

    INDOOR = "indoor"
    OUTDOOR = "outdoor"
    BAR = "bar"


def _setting(value: Any) -> Area:
    return validators.as_enum(Area, "area", value)


@attrs.frozen
class Zone:
    """A part of the house; tables are only joined within one.

    Args:
        id: Of the zone; unique in the restaurant.
        name: Unique in the restaurant, whatever the case.
        order: Where it stands in lists (0–10,000).
        area: indoor, outdoor or bar.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> Zone("bar", "Bar", area="bar").area.value
    'bar'
    """

    id: str = attrs.field(validator=validators.identifier)
    name: str = attrs.field(validator=validators.text(50))
    order: int = attrs.field(
        default=0,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, 10_000),
    )
    area: Area = attrs.field(default=Area.INDOOR, kw_only=True, converter=_setting)
