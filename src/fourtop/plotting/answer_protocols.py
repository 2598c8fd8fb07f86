"""The answers that pictures are made from, by their shape: starts, plans, offers and moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from fourtop.plotting.protocols import HasTables


class DrawnRefusal(Protocol):
    """A no, such as ``fourtop.Refusal``."""

    @property
    def code(self) -> str:
        """The code of the decisive reason."""


class DrawnStart(Protocol):
    """A start for a party size, such as ``fourtop.Slot``."""

    @property
    def start_us(self) -> int:
        """Microseconds since 1970."""

    @property
    def period(self) -> str | None:
        """The key of the service period; ``None``: none is open."""

    @property
    def party_size(self) -> int:
        """The people."""

    @property
    def refusal(self) -> DrawnRefusal | None:
        """``None``: it can be booked."""

    @property
    def spots(self) -> int:
        """The parties that could still come."""

    @property
    def utilisation_percent(self) -> int | None:
        """Of the fullest limit; ``None``: it has none."""


class DrawnAvailability(Protocol):
    """The starts of a date, such as ``fourtop.Availability``."""

    @property
    def on(self) -> date:
        """The date."""

    @property
    def slots(self) -> Sequence[DrawnStart]:
        """By start, then party size."""

    @property
    def closed(self) -> object | None:
        """Why the date has no starts."""

    @property
    def timezone(self) -> str:
        """The IANA name."""


class DrawnTerm(Protocol):
    """A term of a score."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def cost(self) -> float:
        """Its cost."""


class DrawnScore(Protocol):
    """The score of a plan."""

    @property
    def terms(self) -> Sequence[DrawnTerm]:
        """Its terms."""

    @property
    def total(self) -> float:
        """The sum of the costs."""

    def cost(self, name: str) -> float:
        """Return the cost of a term; 0 where it has none."""


class DrawnPlan(Protocol):
    """A set of tables for a party, such as ``fourtop.Plan``."""

    @property
    def tables(self) -> Sequence[str]:
        """The table ids."""

    @property
    def seats(self) -> int:
        """The seats of the set."""

    @property
    def slack(self) -> int:
        """The seats left over."""

    @property
    def score(self) -> DrawnScore:
        """The cost of the choice."""


class DrawnRequest(Protocol):
    """A request of a party."""

    @property
    def party_size(self) -> int:
        """The people."""

    @property
    def start_us(self) -> int:
        """Microseconds since 1970."""


class DrawnCost(Protocol):
    """The cost of a start."""

    @property
    def total(self) -> float:
        """In covers."""


class DrawnOffer(Protocol):
    """A start that can be booked, such as ``fourtop.OfferedStart``."""

    @property
    def request(self) -> DrawnRequest:
        """The request that books it."""

    @property
    def cost(self) -> DrawnCost:
        """Its cost."""


class DrawnRejection(Protocol):
    """A start that cannot be booked, such as ``fourtop.RejectedAlternative``."""

    @property
    def requests(self) -> Sequence[DrawnRequest]:
        """The request that was tried first, and others."""

    @property
    def refusal(self) -> DrawnRefusal:
        """Why."""


class DrawnOffers(Protocol):
    """The starts around a wish, such as ``fourtop.StartOffers``."""

    @property
    def request(self) -> DrawnRequest:
        """The wish."""

    @property
    def answer(self) -> object:
        """A refusal, if the wish cannot be booked."""

    @property
    def found(self) -> Sequence[DrawnOffer]:
        """The starts that can be booked."""

    @property
    def rejected(self) -> Sequence[DrawnRejection]:
        """The others, without the wish."""

    @property
    def shown(self) -> Sequence[DrawnOffer]:
        """Those of ``found`` that the house offers."""

    @property
    def timezone(self) -> str:
        """The IANA name."""


class DrawnMove(Protocol):
    """A booking that changes tables, such as ``fourtop.PlannedMove`` or ``fourtop.DayMove``."""

    @property
    def booking_id(self) -> str:
        """The booking."""

    @property
    def before(self) -> Sequence[str]:
        """The ids of its tables before; none: it waits for tables."""

    @property
    def after(self) -> Sequence[str]:
        """The ids of its tables after."""


class HasMoves(Protocol):
    """A plan of moves, such as ``fourtop.DayPlan``."""

    @property
    def moves(self) -> Sequence[DrawnMove]:
        """One for each booking that changes tables."""


class DrawnWindow(Protocol):
    """A time at tables."""

    @property
    def start_us(self) -> int:
        """Microseconds since 1970."""

    @property
    def end_us(self) -> int:
        """Microseconds since 1970."""


class DrawnStay(Protocol):
    """The times of a party."""

    @property
    def occupied(self) -> DrawnWindow:
        """For which its tables are taken."""


class DrawnReseating(HasMoves, Protocol):
    """The moves that make room for a party."""

    @property
    def party_size(self) -> int:
        """The people."""


class DrawnQuote(Protocol):
    """A quote of a party, such as ``fourtop.Quote``."""

    @property
    def plan(self) -> HasTables:
        """Its tables."""

    @property
    def stay(self) -> DrawnStay:
        """Its times."""

    @property
    def reseating(self) -> DrawnReseating | None:
        """The moves that free the tables; ``None``: they are free."""
