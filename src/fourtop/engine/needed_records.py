"""The records that the checks of a party read, expected before the read and missing after it."""

from __future__ import annotations

from collections.abc import Collection

from fourtop.engine.candidacy import Candidacy, Party
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.composition import composition_of
from fourtop.engine.evening import time_around
from fourtop.engine.limits import limits_of
from fourtop.engine.lookahead import missing_lookahead
from fourtop.engine.promises import missing_horizon
from fourtop.engine.stays import find_stays
from fourtop.errors import Refusal
from fourtop.model.window import Window
from fourtop.ports import Need, Scope, View


def expected_windows(
    party: Party, compiled: CompiledHouse, *, counts: bool = False
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Return the windows, and those of headcounts, that the checks read if these rules still hold.

    If they do not, the checks ask for the rest; a record that was loaded in vain does no harm.
    """
    counts_heads = counts or composition_of(compiled).reads_headcounts
    windows = _windows_of(compiled, party)
    if not windows:
        return (), ()
    if counts_heads or compiled.sees_evening:
        service = compiled.calendar.find_service(party.start_us)
        assert service is not None, "a stay lies in a service"
        if compiled.sees_evening:
            windows = (*windows, time_around(service, windows))
        if not counts_heads:
            return windows, ()
        if counts or limits_of(compiled, service).binds:
            return windows, (service.window,)
    return windows, ()


def _windows_of(compiled: CompiledHouse, party: Party) -> tuple[Window, ...]:
    """Return the windows that a party's tables may be taken for; none: it cannot sit down."""
    if not compiled.house.policy.zone_rules:
        stay = compiled.calendar.stay(
            party.start_us, party.party_size, party.occasion, party.minutes
        )
        return () if isinstance(stay, Refusal) else (stay.occupied,)
    stays = find_stays(compiled, party)
    if isinstance(stays, Refusal):
        return ()
    return (stays.stay.occupied, *(each.stay.occupied for each in stays.variants))


def missing_counts(
    view: View, compiled: CompiledHouse, services: Collection[Window]
) -> Scope | None:
    """Return the counts of some services that a view lacks; ``None`` if it has them."""
    by_party = compiled.counts_by_party
    covers = view.scope.covers_parties if by_party else view.scope.covers_headcounts
    missing = tuple([window for window in services if not covers(window)])
    if not missing:
        return None
    if by_party:
        return Scope(view.scope.restaurant_id, counted_parties=missing)
    return Scope(view.scope.restaurant_id, headcounts=missing)


def is_loaded(candidacy: Candidacy, *, counts: bool) -> bool:
    """Tell whether the records of a usual party were loaded in advance, as nearly always.

    Not so: ``missing_records`` tells exactly which are missing, if any.
    """
    admission = candidacy.admission
    scope = admission.view.scope
    stay = candidacy.stay.occupied
    if candidacy.variants or stay not in scope.windows:
        return False
    if admission.compiled.sees_evening:
        around = time_around(candidacy.service, (stay,))
        if not (around in scope.windows or scope.covers(around)):
            return False
    if admission.protected_parties is not None:
        return False
    if admission.looks_ahead and admission.view.waiting(stay):
        return False
    if not (counts or admission.composition.reads_headcounts):
        return True
    counted = scope.counted_parties if admission.compiled.counts_by_party else scope.headcounts
    return candidacy.service.window in counted


def missing_records(candidacy: Candidacy, *, counts: bool) -> Need | None:
    """Return the records that the checks of a party need and the view lacks; ``None``: none.

    Args:
        candidacy: The party; the check of hours has found its service.
        counts: Whether the caller asks for the usage of the service afterwards.
    """
    admission, service = candidacy.admission, candidacy.service
    scope = admission.view.scope
    stays = candidacy.windows
    if admission.compiled.sees_evening:
        stays = (*stays, time_around(service, stays))
    windows = tuple(
        [each for each in stays if each not in scope.windows and not scope.covers(each)]
    )
    is_counted = counts or (
        admission.composition.reads_headcounts and limits_of(admission.compiled, service).binds
    )
    counted: Scope | None = None
    if is_counted:
        counted = missing_counts(admission.view, admission.compiled, (service.window,))
    if not windows and counted is None:
        if admission.protected_parties is not None:
            horizon = missing_horizon(admission, candidacy.windows)
            if horizon is not None:
                return horizon
        return missing_lookahead(candidacy)
    need = Scope(scope.restaurant_id, windows=windows)
    return Need(need if counted is None else need | counted)
