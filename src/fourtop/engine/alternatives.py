"""Alternatives: the best other tables of a party whose own are occupied."""

from __future__ import annotations

from collections.abc import Collection

from fourtop.engine.admission import Admission, plan_request
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.rivals import describe, taken
from fourtop.engine.steps import own
from fourtop.engine.usage import Released
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.allocation import Allocation
from fourtop.model.booking import Booking
from fourtop.model.plan import Plan
from fourtop.model.window import Window
from fourtop.ports import View


def tables_instead(
    view: View, compiled: CompiledHouse, booking: Booking, window: Window, party_size: int = 0
) -> Plan | Refusal:
    """Return the best tables that are free for a booking in a window, or the refusal.

    Args:
        view: Covers the window.
        compiled: The rules of the house.
        booking: Its own tables count as free for it.
        window: The time for which it needs tables.
        party_size: Its new size; 0: the size that it has.
    """
    admission = Admission(view, compiled, Released(own(booking.id)))
    found = admission.choose(plan_request(party_size or booking.party_size), window, 1)
    return found if isinstance(found, Refusal) else found[0]


def occupied(
    view: View, tables: Collection[str], rivals: Collection[Allocation], instead: Plan | Refusal
) -> Refusal:
    """Return the refusal of tables that other parties have; it names them and the best others.

    A party that sits there makes it ``TABLE_OCCUPIED``.

    Args:
        view: Covers the windows of the rivals.
        tables: The tables that were refused.
        rivals: The allocations in the way.
        instead: The best other tables, if any are free.
    """
    sitting = {party.booking.id for party in view.seated_parties()}
    alternative = list(instead.tables) if isinstance(instead, Plan) else []
    first = taken(tables, rivals).reasons[0]
    is_seated = any(row.owner_id in sitting for row in rivals)
    facts = {
        "tables": list(tables),
        "in_the_way": [describe(row) for row in rivals],
        "alternative": alternative,
    }
    if is_seated:
        return Refusal((Reason(Code.TABLE_OCCUPIED, facts),), Proof.NAMED_TABLES)
    return Refusal((Reason(first.code, {**first.details, **facts}),), Proof.NAMED_TABLES)
