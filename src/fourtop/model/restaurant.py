"""The tenant: a restaurant, and its zones."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.model import validators

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@lru_cache(maxsize=256)
def zone_info(name: str) -> ZoneInfo:
    """Return the IANA time zone of that name.

    Raises:
        InvalidInput: If no time zone has that name, or the machine has no time zone data.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        if _has_zone_data():
            rule = "must be an IANA time zone such as Europe/London"
        else:
            rule = "this machine has no time zone data; install the package tzdata"
        raise InvalidInput("timezone", rule, safe_repr(name)) from None


def _has_zone_data() -> bool:
    try:
        return bool(ZoneInfo("Europe/London"))
    except (KeyError, OSError):
        return False


def timezone_name(_instance: object, _attribute: validators.Named, value: Any) -> None:
    """Validate the name of an IANA time zone."""
    if type(value) is not str:
        raise InvalidInput(
            "timezone", "must be an IANA time zone such as Europe/London", safe_repr(value)
        )
    zone_info(value)


def _slug(_instance: object, attribute: validators.Named, value: Any) -> None:
    if type(value) is not str or len(value) > 64 or _SLUG.fullmatch(value) is None:
        rule_text = "must be lower-case words joined by hyphens, at most 64 characters"
        raise InvalidInput(attribute.name, rule_text, safe_repr(value))


def _slug_of_id(restaurant: "Restaurant") -> str:
    return re.sub(r"[^a-z0-9]+", "-", str(restaurant.id).lower()).strip("-")


@attrs.frozen(repr=False)
class Restaurant:
    """A tenant. The records of one restaurant are invisible to all others.

    Args:
        id: 1–64 of ``A–Z a–z 0–9 . _ : -``.
        name: The name for people.
        slug: The name in web addresses, unique in a store; by default the id in lower case.
        timezone: IANA name; all local times of the house are in this zone.
        reservation_interval_minutes: Interval of the start times on offer (1–180).
        default_duration_minutes: Length of a stay without a turn time (15–300).
        last_seating_buffer_minutes: Time between the last start and the end of a period (0–300).
        active: Whether it takes bookings.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> Restaurant("the-pub", "The Pub", timezone="Europe/London").slug
    'the-pub'
    """

    id: str = attrs.field(validator=validators.identifier)
    name: str = attrs.field(validator=validators.text(100))
    timezone: str = attrs.field(kw_only=True, validator=timezone_name)
    slug: str = attrs.field(
        default=attrs.Factory(_slug_of_id, takes_self=True), kw_only=True, validator=_slug
    )
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

    def __repr__(self) -> str:
        state = "" if self.active else "inactive"
        return brief(self, f"{self.id} {self.name!r} in {self.timezone}", state)


class Area(StrEnum):
    """The area of a zone."""

    INDOOR = "indoor"
    OUTDOOR = "outdoor"
    BAR = "bar"


def _area(value: Area | str) -> Area:
    return validators.as_enum(Area, "area", value)


@attrs.frozen(repr=False)
class Zone:
    """A part of the house. A party's tables are all in one zone.

    Args:
        id: Of the zone; unique in the restaurant.
        name: Unique in the restaurant, ignoring case.
        order: Its place in lists (0–10,000).
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
    area: Area = attrs.field(default=Area.INDOOR, kw_only=True, converter=_area)

    def __repr__(self) -> str:
        return brief(self, f"{self.id} {self.name!r}", self.area.value)
