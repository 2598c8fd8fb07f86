"""A pub with lunch and dinner, and short questions to its calendar."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from fourtop.errors import (
    Refusal,
)
from fourtop.model.calendar import Calendar
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant
from fourtop.model.service import Service
from fourtop.model.service_period import ServicePeriod
from fourtop.model.stay import Stay
from fourtop.model.window import Window, from_micros

PUB = Restaurant("pub", "The Pub", timezone="Europe/London")
BANDS = [(2, 60), (4, 75), (6, 85), (8, 85)]
LUNCH = ServicePeriod(
    "lunch",
    "12:00",
    "15:00",
    turn_bands=BANDS,
    buffer_after_minutes=5,
    overrun_allowed=True,
    last_seating_minutes=0,
)
DINNER = ServicePeriod(
    "dinner",
    "17:00",
    "22:00",
    turn_bands=[*BANDS[:3], (8, 90)],
    buffer_after_minutes=5,
    last_seating_minutes=0,
)
USUAL = Calendar(PUB, Policy([LUNCH, DINNER]))
DAY = date(2025, 5, 10)


def calendar(*periods: ServicePeriod, zone: str = "Europe/London", **rest: Any) -> Calendar:
    return Calendar(attrs.evolve(PUB, timezone=zone), Policy(periods, **rest))


def stay(house: Calendar, local: str, party_size: int = 2, occasion: str | None = None) -> Stay:
    found = house.stay(house.instant(local), party_size, occasion)
    assert isinstance(found, Stay), str(found)
    return found


def refusal(
    house: Calendar, local: str, party_size: int = 2, occasion: str | None = None
) -> Refusal:
    found = house.stay(house.instant(local), party_size, occasion)
    assert isinstance(found, Refusal)
    return found


def clock(window: Window, zone: str = "UTC") -> str:
    bounds = (bound.astimezone(ZoneInfo(zone)) for bound in (window.start, window.end))
    return "-".join(f"{bound:%H:%M}" for bound in bounds)


def starts(house: Calendar, day: date = DAY) -> list[str]:
    return [
        from_micros(start).astimezone(house.zone).strftime("%H:%M")
        for start, _ in house.starts_on(day)
    ]


def only(house: Calendar, day: date) -> Service:
    (service,) = house.services_on(day)
    return service
