"""Spots: how many parties of a size could sit down one after another at a start."""

from __future__ import annotations

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy
from fourtop.errors import Refusal


class StartSpots:
    """Counts spots for parties at one start that differ in their size only.

    The answer of some checks does not depend on the size. They run until a party has passed every
    check before that of tables, and not again.

    Args:
        admission: The rules and the view, which covers all that the checks read.
        limit: The number at which counting stops.
    """

    __slots__ = ("_admission", "_checks", "_limit")

    def __init__(self, admission: Admission, limit: int) -> None:
        self._admission = admission
        self._limit = limit
        self._checks = admission.composition.before_tables

    def count(self, candidacy: Candidacy) -> int | Refusal:
        """Return how many such parties could be seated one after another, or the first refusal.

        The party names no tables and overrides no rule. It has a stay and a service afterwards,
        unless a check up to that of hours has refused it.
        """
        for check in self._checks:
            refusal = check.find(candidacy)
            if refusal is not None:
                return refusal
        admission, composition = self._admission, self._admission.composition
        self._checks = composition.of_each_size
        most = self._limit
        if composition.counted:
            counts = (each.count(candidacy) for each in composition.counted if each.count)
            most = min([most, *(count for count in counts if count is not None)])
        # The checks admit one: a booking that counts already may keep its number above a lower cap.
        spots = admission.count(candidacy, max(most, 1))
        if spots:
            return spots
        found = (check.find(candidacy) for check in composition.with_tables)
        refusal = next((each for each in found if each is not None), None)
        assert refusal is not None, "a party without a spot has no plan"
        return refusal
