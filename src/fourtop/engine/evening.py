"""The evening around a party: the stays that its tables have before and after its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from fourtop.engine.candidacy import Candidacy
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.lookahead import lookahead_of
from fourtop.model.allocation import Owner
from fourtop.model.service import Service
from fourtop.model.service_period import ServicePeriod
from fourtop.model.window import Window
from fourtop.planner import Evening, EveningPart
from fourtop.ports import View

_SHORTEST: Final = "shortest stays"


def time_around(service: Service, stays: Iterable[Window]) -> Window:
    """Return the time of a service with some stays in it: the stays beside them lie in it."""
    whole = service.window
    for each in stays:
        # Nearly always the stays lie in the service.
        if each.start_us < whole.start_us or whole.end_us < each.end_us:
            start_us, end_us = min(whole.start_us, each.start_us), max(whole.end_us, each.end_us)
            whole = Window.of_micros(start_us, end_us)
    return whole


def evening_of(candidacy: Candidacy, free: int) -> Evening | None:
    """Return the evening around a party; ``None``: the view has not loaded it.

    If the house ranks plans in the static order, the evening has only the parties that wait. A
    caller that asks only whether a party fits does not load the evening. The static order answers
    it as well.

    Args:
        candidacy: The party, after the check of hours.
        free: Mask of the tables that are free for the stay.
    """
    admission = candidacy.admission
    compiled, view, service = admission.compiled, admission.view, candidacy.service
    if not compiled.sees_evening:
        ahead = lookahead_of(candidacy) if admission.looks_ahead else None
        return None if ahead is None else Evening((), free, 0, 0, 0, ahead.starved)
    variants, window = candidacy.variants, candidacy.stay.occupied
    around = time_around(service, candidacy.windows if variants else (window,))
    scope = view.scope
    if not (around in scope.windows or scope.covers(around)):
        return None
    owners, others = admission.released.owners, admission.all_tables
    parts = []
    for variant in variants:
        parts.append(_part_of(view, variant.stay.occupied, around, owners, variant.tables))
        others &= ~variant.tables
    if others or not parts:
        parts.append(_part_of(view, window, around, owners, others))
    ahead = lookahead_of(candidacy) if admission.looks_ahead else None
    return Evening(
        tuple(parts),
        free,
        max(service.window.start_us, view.now_us),
        service.window.end_us,
        _shortest_stay_us(compiled, service.period),
        None if ahead is None else ahead.starved,
    )


def _part_of(
    view: View, window: Window, around: Window, owners: Collection[Owner], tables: int
) -> EveningPart:
    before, after = view.find_beside(window, around, owners)
    return EveningPart(tables, window.start_us, window.end_us, before, after)


def _shortest_stay_us(compiled: CompiledHouse, period: ServicePeriod) -> int:
    """Return the shortest stay of a period; it is found once."""
    kept: dict[str, int] = compiled.kept.setdefault(_SHORTEST, {})
    found = kept.get(period.key)
    if found is None:
        found = kept[period.key] = compiled.calendar.shortest_stay_us(period)
    return found
