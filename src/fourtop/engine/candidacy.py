"""Candidacy: a party on its way through the checks, and the two kinds of rules that it meets."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

import attrs

from fourtop.errors import Reason, Refusal
from fourtop.model.direct_init import direct_init
from fourtop.model.house import House
from fourtop.model.override import Override
from fourtop.model.plan import Plan
from fourtop.model.request import ANY_TABLE, BookingRequest, Preference, Relaxation
from fourtop.model.service import Service
from fourtop.model.stay import Stay
from fourtop.model.window import Window

if TYPE_CHECKING:
    from fourtop.engine.admission import Admission


@direct_init
@attrs.frozen
class Inquiry:
    """A party of an availability: the fields of a ``BookingRequest``, without its validation."""

    party_size: int
    start_us: int
    must: Preference
    wish: Preference = ANY_TABLE
    occasion: str | None = None
    tables: tuple[str, ...] = ()
    past_reason: str | None = None
    channel: str | None = None
    minutes: int | None = None
    relax: tuple[Relaxation, ...] = ()
    overrides: tuple[Override, ...] = ()


Party = BookingRequest | Inquiry


@attrs.frozen
class Variant:
    """A stay of its own for some tables, such as those of a zone with a turn time of its own.

    Args:
        stay: The stay.
        tables: Mask of the tables that it holds for. Variants share no table, and no plan has
            tables of two variants: each variant is one zone or several.
    """

    stay: Stay
    tables: int


@attrs.define(eq=False)
class Candidacy:
    """A party on its way through the checks, with the facts that they look at.

    Args:
        admission: The rules and the view.
        party: The party.
        most_plans: How many plans to find where the party names no tables.
        stay: Its stay. The check of hours sets it.
        service: The service that it starts in. The check of hours sets it.
        variants: Other stays for some tables. The tables of no variant have ``stay``.
        zones_out: The tables of zones that are closed to the party. The check of hours sets them.
        plans: Its tables. The check of tables sets them.
    """

    admission: Admission
    party: Party
    most_plans: int = 1
    stay: Stay = attrs.field(init=False)
    service: Service = attrs.field(init=False)
    variants: tuple[Variant, ...] = attrs.field(default=(), init=False)
    zones_out: tuple[Excluded, ...] = attrs.field(default=(), init=False)
    plans: tuple[Plan, ...] = attrs.field(default=(), init=False)

    @property
    def is_guest(self) -> bool:
        """Whether a guest asks, not the staff."""
        return self.admission.actor.is_guest

    @property
    def windows(self) -> tuple[Window, ...]:
        """The windows that the tables may be taken for: of the stay and of its variants."""
        own = self.stay.occupied
        # Nearly always there is no variant.
        if not self.variants:
            return (own,)
        return tuple(dict.fromkeys([own, *(each.stay.occupied for each in self.variants)]))

    def stay_at(self, tables: int) -> Stay:
        """Return the stay at the tables of a plan, given as a mask.

        Tables of two variants, which staff may put together, are kept for the longest of the stays.
        """
        found, others = [], tables
        for variant in self.variants:
            if variant.tables & tables:
                found.append(variant.stay)
                others &= ~variant.tables
        if others or not found:
            found.append(self.stay)
        return max(found, key=lambda stay: stay.occupied.end_us)


class Reads(Enum):
    """The records that a check reads besides the house. A check runs after they are loaded."""

    NOTHING = "nothing"
    HEADCOUNTS = "headcounts"
    ALLOCATIONS = "allocations"


@attrs.frozen
class Check:
    """One rule of admission that admits or refuses a party.

    Args:
        name: Identifies it in a ``Finding``.
        reads: The records that it reads.
        find: Returns ``None`` or a refusal.
        count: Returns how many such parties the rule would take one after another; ``None``: any
            number. A check that reads head counts needs it, so that availability counts right.
        binds: Tells whether the check can refuse anything in a house; ``None``: in every house.
            A check that does not bind costs nothing.
        relaxed_by: The relaxation of a request that lifts the check.
        guards_promises: Whether the check runs only where tables are promised to some party.
        is_promised: Whether a hold keeps the answer of this check that it was made with. A
            confirmation does not run it: a start may have come too near or passed by then.
        is_capacity: Whether it is a capacity rule, whose mode the policy's enforcement sets.
        asks_size: Whether its answer depends on the size of the party. The other checks run once
            for the parties of a start.
    """

    name: str
    reads: Reads
    find: Callable[[Candidacy], Refusal | None]
    count: Callable[[Candidacy], int | None] | None = None
    binds: Callable[[House], bool] | None = attrs.field(default=None, kw_only=True)
    relaxed_by: Relaxation | None = attrs.field(default=None, kw_only=True)
    is_promised: bool = attrs.field(default=False, kw_only=True)
    is_capacity: bool = attrs.field(default=False, kw_only=True)
    guards_promises: bool = attrs.field(default=False, kw_only=True)
    asks_size: bool = attrs.field(default=True, kw_only=True)


@attrs.frozen
class Excluded:
    """Tables that a rule keeps from a party.

    Args:
        tables: Mask of the tables.
        reason: Why. A refusal that is due to these tables names it.
        as_a_set: Whether the party may have some of the tables, but not all of them.
    """

    tables: int
    reason: Reason
    as_a_set: bool = False

    def concerns(self, tables: int) -> bool:
        """Tell whether the rule keeps the party from having all tables of a mask."""
        if self.as_a_set:
            return not self.tables & ~tables
        return self.tables & tables != 0


@attrs.frozen
class TableRule:
    """One rule of admission that keeps some tables from a party. It runs after the checks of hours.

    Args:
        name: Identifies it.
        reads: The records that it reads.
        find: Returns the tables that the party cannot have.
        count: Returns masks of tables, each with the number of such parties that they take one
            after another. The masks share no table, and each consists of whole zones.
        binds: Tells whether the rule can exclude anything in a house; ``None``: in every house.
        relaxed_by: The relaxation of a request that lifts the rule.
        is_capacity: Whether it is a capacity rule, whose mode the policy's enforcement sets.
    """

    name: str
    reads: Reads
    find: Callable[[Candidacy], tuple[Excluded, ...]]
    count: Callable[[Candidacy], tuple[tuple[int, int], ...]] | None = None
    binds: Callable[[House], bool] | None = attrs.field(default=None, kw_only=True)
    relaxed_by: Relaxation | None = attrs.field(default=None, kw_only=True)
    is_capacity: bool = attrs.field(default=False, kw_only=True)
