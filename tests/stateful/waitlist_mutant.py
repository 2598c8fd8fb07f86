"""Engines with one fault in the rules of the waitlist."""

from __future__ import annotations

from typing import Any

import attrs

from fourtop.engine.commands import leave_waitlist, offer
from fourtop.engine.commands.status import end_booking
from fourtop.engine.waitlist import starts_of
from fourtop.model import booking
from fourtop.model.actor import Actor
from fourtop.model.booking import BookingStatus
from fourtop.ports import NO_CHANGES, Decision
from tests.stateful.mutant import Mutant, Patch


def the_last_to_join_is_offered_tables_first(patch: Patch) -> None:
    good = offer._Offering._parties
    patch.setattr(offer._Offering, "_parties", lambda offering: good(offering)[::-1])


def of_two_that_wait_the_larger_comes_first(patch: Patch) -> None:
    good = offer._Offering._parties

    def parties(offering: Any) -> Any:
        return tuple(sorted(good(offering), key=lambda each: -each.party_size))

    patch.setattr(offer._Offering, "_parties", parties)


def an_offer_keeps_no_tables(patch: Patch) -> None:
    patch.setattr(offer, "start_hold", lambda *_: NO_CHANGES)


def a_party_with_an_open_offer_gets_another(patch: Patch) -> None:
    patch.setattr(offer, "open_offer", lambda *_: None)


def offers_are_not_counted(patch: Patch) -> None:
    patch.setattr(offer, "waiting_of", lambda party: attrs.evolve(party.waiting, offers=-1))


def a_party_that_waits_no_longer_is_offered_tables(patch: Patch) -> None:
    def patient(party: Any) -> Any:
        return attrs.evolve(party.waiting, until_us=party.waiting.latest_us)

    patch.setattr(offer, "waiting_of", patient)


def the_farthest_start_is_offered_first(patch: Patch) -> None:
    patch.setattr(offer, "starts_of", lambda *given: list(starts_of(*given))[::-1])


def an_offer_has_the_tables_of_walk_ins(patch: Patch) -> None:
    patch.setattr(offer, "GUEST", Actor("u17", "staff"))


def an_offer_outlives_the_wait(patch: Patch) -> None:
    def end(*given: Any) -> Any:
        decided = end_booking(*given)
        kept = attrs.evolve(decided.changes, holds_changed=(), removed=())
        return Decision(decided.result, kept)

    patch.setattr(leave_waitlist, "end_booking", end)


def a_party_that_waits_counts_towards_the_caps(patch: Patch) -> None:
    others = booking._UNCOUNTED - {BookingStatus.WAITLISTED}
    patch.setattr(booking, "_UNCOUNTED", others)


WAITLIST_MUTANTS: tuple[Mutant, ...] = (
    the_last_to_join_is_offered_tables_first,
    of_two_that_wait_the_larger_comes_first,
    an_offer_keeps_no_tables,
    a_party_with_an_open_offer_gets_another,
    offers_are_not_counted,
    a_party_that_waits_no_longer_is_offered_tables,
    the_farthest_start_is_offered_first,
    an_offer_has_the_tables_of_walk_ins,
    an_offer_outlives_the_wait,
    a_party_that_waits_counts_towards_the_caps,
)
