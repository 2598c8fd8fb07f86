"""The behaviour of the house and its guests, as plain callables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

import attrs

from fourtop.engine import Desk
from fourtop.engine.reseat import MAX_RESEATED
from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.model import validators
from fourtop.model.alternatives import Alternative, AlternativeTerms
from fourtop.model.booking import Booking
from fourtop.model.offers import OfferTerms
from fourtop.model.request import BookingRequest
from fourtop.model.results import Quote
from fourtop.planner.table_order import TableOrder, as_table_order
from fourtop.simulation.guests import Guest

MOST_MOVED_MINUTES: Final = 24 * 60

AcceptRule = Callable[[Guest, Desk], bool]
"""Whether the house takes a request at all, apart from its policy."""
ChooseTables = Callable[[Guest, Quote], Sequence[str]]
"""The ids of the tables that a party gets, out of a quote."""
TakeAlternative = Callable[[Guest, Alternative], float]
"""The probability (0–1) with which a guest takes an alternative."""
BookTable = Callable[[Desk, BookingRequest], Booking]
"""Code that books a request at a desk: it returns the confirmed booking, or raises ``Refused``."""
QueueOrder = Callable[[Guest], float]
"""The place of a waiting party in the queue: the least is asked first."""


def take_any(_guest: Guest, _alternative: Alternative) -> float:
    """Take each alternative that is offered."""
    return 1.0


def _as_chances(
    value: Mapping[int, float] | Iterable[tuple[int, float]],
) -> tuple[tuple[int, float], ...]:
    found: dict[int, float] = {}
    for distance, given in validators.as_pairs("chances", value):
        minutes = validators.check_integer("chances", distance, 0, MOST_MOVED_MINUTES)
        chance = validators.as_number(given)
        if not validators.is_number(chance, 0, 1):
            raise InvalidInput("chances", "must have numbers from 0 to 1", safe_repr(given))
        found[minutes] = chance
    return tuple(sorted(found.items()))


@attrs.frozen(repr=False)
class TakeByDistance:
    """Take an alternative with a probability that depends on its distance from the wish.

    It is a ``TakeAlternative``, and pickles.

    Args:
        chances: The probability (0–1) for each greatest distance in minutes, such as
            ``{15: 0.7, 30: 0.4}``: that of the first distance that is not exceeded counts, and
            beyond the last one it is 0. Kept as pairs, by distance.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> TakeByDistance({15: 0.7, 30: 0.4})
    <TakeByDistance 15 minutes 0.7, 30 minutes 0.4>
    """

    chances: tuple[tuple[int, float], ...] = attrs.field(converter=_as_chances)

    def __call__(self, _guest: Guest, alternative: Alternative) -> float:
        """Return the probability with which a guest takes an alternative."""
        moved = abs(alternative.moved_minutes)
        return next((chance for minutes, chance in self.chances if moved <= minutes), 0.0)

    def __repr__(self) -> str:
        return brief(self, *(f"{minutes} minutes {chance:g}" for minutes, chance in self.chances))


def first_come(guest: Guest) -> float:
    """Ask waiting parties in the order in which they came."""
    return guest.asks_us


def _callable(_instance: object, attribute: validators.Named, value: object) -> None:
    if not callable(value):
        raise InvalidInput(attribute.name, "must be callable", safe_repr(value))


def _channels(value: Collection[str]) -> frozenset[str]:
    return frozenset(validators.check_identifiers("staff_channels", value))


@attrs.frozen(repr=False)
class Behaviour:
    """What the house and its guests do beyond the policy of the house.

    Callables must be pure: the same arguments give the same answer, and they only read the desk.
    For a sweep over processes, use functions of a module; lambdas do not pickle.

    Args:
        accept: Whether the house takes a request, ``accept(guest, desk)``; ``None``: each that the
            engine accepts. The refusals count as ``NOT_ACCEPTED``.
        choose: The tables of a party, ``choose(guest, quote)``; ``None``: the engine's best plan.
            ``quote.plan`` is the best one and ``quote.others`` are the next four.
        table_order: A fixed order of tables, such as ``"alphabetical"``, for all that the engine
            chooses; ``None``: the weights of the house rank them.
        most_moves: The most bookings that the house gives other tables to make room for a party
            that books (0–5), as ``moves`` of ``Desk.book``.
        alternatives: What the house offers after a no to a booking; ``None``: nothing. A party that
            takes a split has two bookings; it comes, sits down and leaves as one.
        offers: The starts that the house offers to each guest who books, with their costs; its
            steering policy decides which. A guest takes the first of ``steered``, otherwise the
            wish, and without a free wish the first of ``shown``. ``None``: the wish, and after a no
            ``alternatives``. Give ``offers`` or ``alternatives``, not both.
        take: The probability with which a guest takes an alternative or an offered start,
            ``take(guest, alternative)``. A guest takes the first one whose probability exceeds
            ``guest.flexibility``.
        queue: The order of waiting parties, ``queue(guest)``: the least comes first. Parties with a
            booking come before walk-ins.
        book: Your own code that books, ``book(desk, request)``, such as that of a service under
            test; ``None``: a hold and its confirmation online, and ``Desk.book`` by staff. It
            returns a confirmed booking of the desk, or raises ``Refused``.
        moves_parties: Whether staff give a party other free tables if its own are not free yet.
        prolongs: Whether staff prolong the stay of a party that sits beyond its time, if they can.
        release_after_minutes: How long after its start a table is kept for a party that has not
            come; ``None``, or less than that: as ``SeatingRules.no_show_after_minutes``.
        hold_seconds: How long a guest online takes between the hold and its confirmation; 0: books
            at once.
        staff_channels: The channels that staff book for guests.

    Raises:
        InvalidInput: Naming the field and the rule.
    """

    accept: AcceptRule | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(_callable)
    )
    choose: ChooseTables | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(_callable)
    )
    table_order: TableOrder | None = attrs.field(
        default=None, kw_only=True, converter=as_table_order
    )
    most_moves: int = attrs.field(
        default=0,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, MAX_RESEATED),
    )
    alternatives: AlternativeTerms | None = attrs.field(
        default=None,
        kw_only=True,
        validator=validators.optional(validators.one_of(AlternativeTerms)),
    )
    offers: OfferTerms | None = attrs.field(
        default=None,
        kw_only=True,
        validator=validators.optional(validators.one_of(OfferTerms)),
    )
    take: TakeAlternative = attrs.field(default=take_any, kw_only=True, validator=_callable)
    queue: QueueOrder = attrs.field(default=first_come, kw_only=True, validator=_callable)
    book: BookTable | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(_callable)
    )
    moves_parties: bool = attrs.field(default=True, kw_only=True, validator=validators.flag)
    prolongs: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    release_after_minutes: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(0, 24 * 60)),
    )
    hold_seconds: int = attrs.field(
        default=60,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, 3_600),
    )
    staff_channels: frozenset[str] = attrs.field(
        default=("phone",), kw_only=True, converter=_channels
    )

    @offers.validator
    def _is_only_one(self, _attribute: object, terms: OfferTerms | None) -> None:
        if terms is not None and self.alternatives is not None:
            rule = "must not be given together with alternatives"
            raise InvalidInput("offers", rule, repr(terms))

    def __repr__(self) -> str:
        own = (
            each.name
            for each in attrs.fields(type(self))
            if getattr(self, each.name) != getattr(USUAL, each.name)
        )
        return brief(self, ", ".join(own))


USUAL: Final = Behaviour()
"""The behaviour unless another is given."""
