"""The values of query parameters: dates, months, instants and conditions on tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import BaseModel, Field

from fourtop.errors import InvalidInput, safe_repr
from fourtop.http_api.request_body import ID_PATTERN
from fourtop.model.request import STAY_MINUTES, Preference
from fourtop.model.restaurant import Area
from fourtop.model.service_period import check_date
from fourtop.model.validators import MAX_PARTY

MOST_SIZES: Final = 10
_MOST_CONDITIONS: Final = 50

DateText = Annotated[
    str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", json_schema_extra={"format": "date"})
]
MonthText = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
InstantText = Annotated[str, Field(max_length=40, json_schema_extra={"format": "date-time"})]
PartySize = Annotated[int, Field(ge=1, le=MAX_PARTY)]
Id = Annotated[str, Field(pattern=ID_PATTERN)]
_Zones = Annotated[list[Id], Field(max_length=_MOST_CONDITIONS)]
_Names = Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=_MOST_CONDITIONS)]


class Conditions(BaseModel):
    """What a party asks for, besides its size and its time."""

    occasion: Id | None = Field(None, description="Key of an occasion of the house.")
    channel: Id | None = Field(None, description="The way by which the request comes.")
    minutes: Annotated[int, Field(ge=STAY_MINUTES[0], le=STAY_MINUTES[1])] | None = Field(
        None, description="The length of the stay; without it, the policy decides."
    )
    exclude: Id | None = Field(None, description="A booking to leave out: its tables are free.")
    zones: _Zones = Field([], description="The tables are in one of these zones.")
    seatings: _Names = Field([], description="The tables have one of these seating types.")
    areas: list[Area] = Field([], description="The tables are in one of these areas.")
    features: _Names = Field([], description="The tables have all of these features.")

    def terms(self) -> dict[str, Any]:
        """Return the arguments that a read of availability takes.

        Raises:
            InvalidInput: If a condition breaks a rule.
        """
        must = Preference(
            zones=self.zones, seatings=self.seatings, areas=self.areas, features=self.features
        )
        given: Mapping[str, Any] = {
            "occasion": self.occasion,
            "channel": self.channel,
            "minutes": self.minutes,
            "exclude": self.exclude,
            "must": must if must.kinds else None,
        }
        return {name: value for name, value in given.items() if value is not None}


def date_of(text: str) -> date:
    """Return the date that a parameter names.

    Raises:
        InvalidInput: If the calendar does not have it.
    """
    return check_date("date", text)


def month_of(text: str) -> tuple[int, int]:
    """Return the year and the month that a parameter names.

    Raises:
        InvalidInput: If it is not a month.

    >>> month_of("2050-05")
    (2050, 5)
    """
    year, _, month = text.partition("-")
    if not (year.isdecimal() and month.isdecimal()):
        raise InvalidInput("month", "must be a month, as 2050-05", safe_repr(text))
    return int(year), int(month)


OnDate = Annotated[
    DateText, Query(description="The date, in the restaurant's calendar.", examples=["2050-05-06"])
]
