"""The check of promises: parties that were promised tables can still get some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fourtop.engine.candidacy import Candidacy
from fourtop.engine.checks.distance import FreeTables
from fourtop.engine.checks.tables import (
    ask_of,
    barred_sets,
    evening_around,
    excluded_from,
    free_tables,
    planner_of,
)
from fourtop.engine.promises import Promise, Taken, can_seat_all, protected_parties
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.plan import Plan

if TYPE_CHECKING:
    from fourtop.engine.admission import Admission

# Most plans that are tried for a newcomer.
MAX_PLANS: Final = 200


def check_promises(candidacy: Candidacy) -> Refusal | None:
    """Refuse a party whose tables promised parties need; choose other tables where it can."""
    if not candidacy.plans:
        return None
    keeper = _Keeper(candidacy)
    if not keeper.binds or (len(candidacy.plans) == 1 and keeper.keeps(candidacy.plans[0])):
        return None
    is_proven = True
    if candidacy.party.tables:
        plans: tuple[Plan, ...] = candidacy.plans
    else:
        left = _left_for(candidacy)
        plans, is_proven = keeper.search(left)
    kept = []
    for plan in plans:
        if keeper.keeps(plan):
            kept.append(plan)
            if len(kept) == candidacy.most_plans:
                break
    if kept:
        candidacy.plans = tuple(kept)
        return None
    return keeper.refusal(is_proven=is_proven)


def count_beside_promises(candidacy: Candidacy, limit: int) -> int:
    """Return how many such parties can sit down one after another, at most ``limit``."""
    keeper = _Keeper(candidacy)
    if not keeper.binds:
        return limit
    left, count = _left_for(candidacy), 0
    while count < limit:
        plans, _ = keeper.search(left)
        plan = next((each for each in plans if keeper.keeps(each)), None)
        if plan is None:
            break
        left.take(keeper.take(plan))
        count += 1
    return count


def _left_for(candidacy: Candidacy) -> FreeTables:
    """Return the tables that a party may have, and the sets of them that it may not."""
    rules = candidacy.admission.composition.table_rules
    excluded = excluded_from(candidacy) if rules else ()
    floor = candidacy.admission.compiled.house.floor
    return FreeTables(floor, free_tables(candidacy, excluded), barred_sets(excluded))


def refuse_starving(
    admission: Admission, party_size: int, taken: tuple[Taken, ...]
) -> Refusal | None:
    """Refuse named tables for some times if promised parties cannot be seated beside them.

    Args:
        admission: The rules and the view, which covers the horizons of the times. What it releases
            is free for the promised parties.
        party_size: The number of people, for the refusal.
        taken: The tables and the times.
    """
    promised = protected_parties(admission, [window for _, window in taken])
    found = can_seat_all(admission.compiled.planner, promised, taken)
    if found is True:
        return None
    return _refusal(party_size, promised, Proof.NOT_PROVEN if found is None else Proof.NAMED_TABLES)


def _refusal(party_size: int, promised: tuple[Promise, ...], proof: Proof) -> Refusal:
    facts = {"party_size": party_size, "promised": [each.booking_id for each in promised]}
    return Refusal((Reason(Code.TABLES_PROMISED, facts),), proof)


class _Keeper:
    """Tells which plans of a newcomer leave tables for the protected parties."""

    def __init__(self, candidacy: Candidacy) -> None:
        self._candidacy = candidacy
        self._floor = candidacy.admission.compiled.house.floor
        self._taken: tuple[Taken, ...] = ()
        self._is_proven = True
        self._protected = protected_parties(candidacy.admission, candidacy.windows)

    @property
    def binds(self) -> bool:
        """Whether there is any protected party."""
        return bool(self._protected)

    def keeps(self, plan: Plan) -> bool:
        """Tell whether the protected parties can be seated beside a plan of the newcomer."""
        planner = self._candidacy.admission.compiled.planner
        found = can_seat_all(planner, self._protected, (*self._taken, self._taken_by(plan)))
        if found is None:
            self._is_proven = False
        return found is True

    def take(self, plan: Plan) -> int:
        """Take the tables of a plan for good; return their mask."""
        taken = self._taken_by(plan)
        self._taken = (*self._taken, taken)
        return taken[0]

    def search(self, left: FreeTables) -> tuple[tuple[Plan, ...], bool]:
        """Return the plans of the newcomer among free tables, and whether these are all."""
        ask, planner = ask_of(self._candidacy), planner_of(self._candidacy)
        evening = evening_around(self._candidacy)
        found = planner.search(ask, left.free, MAX_PLANS, left.barred, evening)
        return found.plans, found.is_proven and len(found.plans) < MAX_PLANS

    def refusal(self, *, is_proven: bool) -> Refusal:
        """Return the refusal that names the protected parties."""
        party = self._candidacy.party
        proof = Proof.NAMED_TABLES if party.tables else Proof.RULE
        if not (is_proven and self._is_proven):
            proof = Proof.NOT_PROVEN
        return _refusal(party.party_size, self._protected, proof)

    def _taken_by(self, plan: Plan) -> Taken:
        mask = self._floor.mask(plan.tables)
        return mask, self._candidacy.stay_at(mask).occupied
