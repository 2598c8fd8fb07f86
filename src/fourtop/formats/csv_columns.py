"""Names of columns and words for statuses, as other systems write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from fourtop.formats.booking_row import COLUMNS
from fourtop.formats.csv_format import DATE, TIME
from fourtop.model.booking import BookingStatus

_S = BookingStatus
_NAMES: Final = {
    "id": "bookingid reservationid bookingno bookingnumber reservationno reservationnumber"
    " confirmationno confirmationnumber confirmationcode buchungsnummer reservierungsnummer",
    "party_size": "party guests covers pax people persons size numberofguests noofguests"
    " numberofpeople guestcount covercount gaste personen personenzahl couverts personnes"
    " comensales personas",
    "start": "starttime startsat startat begin begins beginn from datetime dateandtime von debut"
    " inicio",
    DATE: "day bookingdate reservationdate visitdate datum fecha jour",
    TIME: "bookingtime reservationtime visittime uhrzeit zeit heure hora",
    "end": "endtime endsat endat until to ende bis fin",
    "minutes": "duration durationminutes durationmin durationmins stayminutes lengthminutes dauer",
    "tables": "table tableno tablenumber tablenumbers tablename tablenames tisch tische tischnr"
    " mesa mesas",
    "status": "state bookingstatus reservationstatus estado statut",
    "occasion": "anlass",
    "reference": "ref externalid bookingreference bookingref reservationreference referenz",
    "channel": "source origin bookedvia kanal",
    "seated": "seatedat seatedtime arrivedat checkinat checkintime checkedinat",
    "left": "leftat lefttime departedat checkoutat checkouttime checkedoutat completedat",
    "ended": "endedat cancelledat canceledat cancellationtime",
    "created": "createdat createdon bookedat bookedon madeon",
}
_ALIASES: Final[Mapping[str, str]] = {
    alias: target for target, names in _NAMES.items() for alias in names.split()
}
_STATUSES: Final[Mapping[str, BookingStatus]] = {
    **{re.sub("_", "", status.value): status for status in BookingStatus},
    **dict.fromkeys(("unconfirmed", "requested"), _S.PENDING),
    **dict.fromkeys(("unassigned", "notable"), _S.PENDING_ALLOCATION),
    **dict.fromkeys(("booked", "reserved", "accepted", "approved", "bestatigt"), _S.CONFIRMED),
    **dict.fromkeys(("seated", "arrived"), _S.CHECKED_IN),
    **dict.fromkeys(("complete", "finished", "departed", "left", "done"), _S.COMPLETED),
    **dict.fromkeys(("canceled", "storniert"), _S.CANCELLED),
    **dict.fromkeys(("didnotshow", "noshows"), _S.NO_SHOW),
    **dict.fromkeys(("waitlist", "waitlisted", "waiting"), _S.WAITLISTED),
}


def normal(name: str) -> str:
    """Return a name without case, accents, spaces and punctuation.

    >>> normal("Party size"), normal("Gäste")
    ('partysize', 'gaste')
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in plain if each.isalnum())


_OWN: Final[Mapping[str, str]] = {normal(name): name for name in (*COLUMNS, DATE, TIME)}


def find_target(name: str) -> str | None:
    """Return the field that a column of a usual name is, or ``date`` or ``time``."""
    plain = normal(name)
    return _OWN.get(plain) or _ALIASES.get(plain)


def find_status(word: str) -> BookingStatus | None:
    """Return the status that a usual word means."""
    return _STATUSES.get(normal(word))
