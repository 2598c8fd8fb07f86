"""Spots: how many parties of a size could sit down one after another at a start."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy, Inquiry
from fourtop.engine.checks.tables import planner_of, with_rivals
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.party_request import plan_request
from fourtop.errors import Code, Refusal
from fourtop.model.request import Preference
from fourtop.model.service import Service
from fourtop.planner import Planner, PlanRequest

_COUNTERS: Final = "counters of spots"
_KEPT_COUNTERS: Final = 16
_KEPT_ANSWERS: Final = 128


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
        return admission.count(candidacy, max(most, 1)) or _refusal_by_tables(candidacy)


class DateSpots:
    """Counts spots for parties that differ in their start and their size only.

    In most houses the size of a party matters to its stay and its tables only. Once a party of a
    start has passed the checks, the others need no way through them.

    Args:
        admission: The rules and the view, which covers all that the checks read.
        sizes: The sizes of the parties.
        limit: The number at which counting stops.
    """

    __slots__ = ("_admission", "_counters", "_is_plain", "_limit", "_sizes")

    def __init__(self, admission: Admission, sizes: tuple[int, ...], limit: int) -> None:
        self._admission = admission
        self._sizes = sizes
        self._limit = limit
        has_promises = admission.protected_parties is not None
        self._is_plain = admission.composition.sizes_differ_in_stay and not has_promises
        self._counters: dict[tuple[Planner, tuple[int, ...]], _Counter] = {}

    def expect(self, service: Service, start: Inquiry) -> None:
        """Find the free tables of all stays of a service at once, before its starts are counted.

        Args:
            service: The service; the view covers all stays of its starts on offer.
            start: A party; the others differ from it in their start and their size only.
        """
        calendar = self._admission.compiled.calendar
        self._admission.find_free(
            stay.occupied
            for start_us in service.starts_us
            for stay, _ in calendar.stays(start_us, self._sizes, start.occasion, start.minutes)
            if not isinstance(stay, Refusal)
        )

    def count(self, party: Callable[[int], Inquiry]) -> list[int | Refusal]:
        """Return for each size how many such parties could be seated, or the first refusal.

        Args:
            party: Returns the party of a size. The parties differ in nothing else.
        """
        admission, sizes = self._admission, self._sizes
        candidacies = (Candidacy(admission, party(each)) for each in sizes)
        if not self._is_plain:
            spots_at = StartSpots(admission, self._limit)
            return [spots_at.count(each) for each in candidacies]
        found: list[int | Refusal] = []
        for place, candidacy in enumerate(candidacies):
            refusal = admission.refusal_before_tables(candidacy)
            if refusal is None:
                return found + self._count_others(candidacy, sizes[place:])
            found.append(refusal)
        return found

    def _count_others(self, passed: Candidacy, sizes: tuple[int, ...]) -> list[int | Refusal]:
        """Count for each size at the start of a party that has passed the checks before tables."""
        admission, party, planner = self._admission, passed.party, planner_of(passed)
        calendar = admission.compiled.calendar
        found: list[int | Refusal] = []
        for stay, alike in calendar.stays(party.start_us, sizes, party.occasion, party.minutes):
            if isinstance(stay, Refusal):
                found += [stay] * len(alike)
                continue
            counter = self._counters.get((planner, alike))
            if counter is None:
                key = (planner, alike, party.must, party.wish, self._limit)
                counter = self._counters[planner, alike] = _counters_of(admission.compiled)(*key)
            free = admission.free_in(stay.occupied)
            answers = counter.answers(free)
            if all(answers):
                found += answers
                continue
            seated = Candidacy(admission, party)
            seated.stay, seated.service = stay, passed.service
            for ask, answer in zip(counter.asks, answers, strict=True):
                if isinstance(answer, int):
                    found.append(answer)
                elif answer.code is Code.TABLES_TAKEN:
                    found.append(with_rivals(seated, answer))
                else:
                    # The one that is kept belongs to other slots, too.
                    found.append(_refuse(planner, ask, free))
        return found


@attrs.frozen(eq=False)
class _Counter:
    """Counts spots for parties of some sizes; the answers for the last free tables are kept.

    Args:
        asks: The request to the planner of each size.
        answers: Returns for each size the spots among some free tables, or the planner's refusal.
    """

    asks: tuple[PlanRequest, ...]
    answers: Callable[[int], tuple[int | Refusal, ...]]

    @classmethod
    def of(
        cls,
        planner: Planner,
        sizes: tuple[int, ...],
        must: Preference,
        wish: Preference,
        limit: int,
    ) -> _Counter:
        """Make the counter of some sizes with one kind of wishes."""
        asks = tuple([plan_request(each, must=must, wish=wish) for each in sizes])
        return cls(asks, lru_cache(_KEPT_ANSWERS)(partial(_count_each, planner, asks, limit)))


def _count_each(
    planner: Planner, asks: tuple[PlanRequest, ...], limit: int, free: int
) -> tuple[int | Refusal, ...]:
    return tuple([planner.count(ask, free, limit) or _refuse(planner, ask, free) for ask in asks])


def _refuse(planner: Planner, ask: PlanRequest, free: int) -> Refusal:
    refusal = planner.choose(ask, free)
    assert isinstance(refusal, Refusal), "a party without a spot has no plan"
    return refusal


def _counters_of(compiled: CompiledHouse) -> Callable[..., _Counter]:
    """Return the maker of the counters of a house, which keeps the last ones."""
    maker: Callable[..., _Counter] | None = compiled.kept.get(_COUNTERS)
    if maker is None:
        maker = compiled.kept[_COUNTERS] = lru_cache(_KEPT_COUNTERS)(_Counter.of)
    return maker


def _refusal_by_tables(candidacy: Candidacy) -> Refusal:
    """Return the refusal of a party without a spot that has passed the other checks."""
    found = (check.find(candidacy) for check in candidacy.admission.composition.with_tables)
    refusal = next((each for each in found if each is not None), None)
    assert refusal is not None, "a party without a spot has no plan"
    return refusal
