"""The examples of OpenAPI. The tests send each body, and hold each answer against its model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fourtop.model.alternatives import AlternativeTerms
from fourtop.model.booking import Booking
from fourtop.model.booking_change import BookingChange
from fourtop.model.hold import Hold
from fourtop.model.request import BookingRequest
from fourtop.model.waitlist_terms import WaitlistTerms

_START: Final = "2050-05-06T18:00:00+00:00"
_STAY: Final = {
    "period": "dinner",
    "service_date": "2050-05-06",
    "occasion": None,
    "dining": {"start": _START, "end": "2050-05-06T19:30:00+00:00"},
    "occupied": {"start": _START, "end": "2050-05-06T19:40:00+00:00"},
    "turn_minutes": 90,
    "is_clamped": False,
}
_REQUEST: Final = {
    "party_size": 4,
    "start": "2050-05-06T19:00:00+01:00",
    "wish": {"features": ["window"]},
    "channel": "online",
    "reference": "order-17",
}
_CONDITIONS: Final = {
    "must": {},
    "wish": {"features": ["window"]},
    "names_tables": False,
    "occasion": None,
    "channel": "online",
    "minutes": None,
    "reference": "order-17",
}

# Of the classes of request bodies.
BODIES: Final[Mapping[type, Mapping[str, Any]]] = {
    BookingRequest: _REQUEST,
    BookingChange: {"start": "2050-05-06T20:00:00+01:00", "party_size": 3},
    WaitlistTerms: {"latest": "2050-05-06T20:30:00+01:00"},
    AlternativeTerms: {"minutes": [15, 30, 60], "zones": True},
}
# Of the classes of answers, as a guest sees them.
ANSWERS: Final[Mapping[type, Mapping[str, Any]]] = {
    Hold: {
        "id": "0197c0de-7a11-7000-8000-5f0c9a6e2b11.0",
        "restaurant_id": "the-pub",
        "party_size": 4,
        "stay": _STAY,
        "tables": ["t12"],
        "state": "active",
        "created_at": "2050-05-01T09:30:00+00:00",
        "expires_at": "2050-05-01T09:33:00+00:00",
        "booking_id": None,
        "session": "s1",
        **_CONDITIONS,
        "life_start_at": "2050-05-01T09:30:00+00:00",
    },
    Booking: {
        "id": "0197c0de-7b22-7000-8000-1d4b7e90aa31.0",
        "restaurant_id": "the-pub",
        "party_size": 4,
        "status": "confirmed",
        "stay": _STAY,
        "assignment": {
            "tables": ["t12"],
            "window": _STAY["occupied"],
            "merge_group_id": None,
            "assigned_at": "2050-05-01T09:31:00+00:00",
        },
        "version": 1,
        "created_at": "2050-05-01T09:31:00+00:00",
        "updated_at": "2050-05-01T09:31:00+00:00",
        **_CONDITIONS,
        "local_start": "2050-05-06T19:00:00+01:00",
        "seated_at": None,
        "left_at": None,
        "last_step": None,
        "is_pinned": False,
        "waiting": None,
    },
}
PROBLEM: Final[Mapping[str, Any]] = {
    "type": "urn:fourtop:TABLES_TAKEN",
    "title": "Tables taken",
    "status": 409,
    "detail": "every table or combination that seats 4 is in use",
    "code": "TABLES_TAKEN",
    "is_retryable": True,
    "details": {"proof": "no_free_plan", "reasons": [{"code": "TABLES_TAKEN", "party_size": 4}]},
    "alternatives": [
        {
            "kind": "time",
            "text": "19:15, 15 minutes later, at table t12",
            "moved_minutes": 15,
            "stay_minutes_lost": 0,
            "requests": [_REQUEST],
        }
    ],
}
