"""Promises about restaurants: they are added, kept apart, and removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from fourtop.errors import AlreadyExists, FourtopError, InUse, NotFound
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.ports import Changes, Decision, Need, PolicyChange, Scope, View
from fourtop.testing.contract.harness import Beside, Trial, raised_by
from fourtop.testing.contract.samples import (
    HERE,
    THERE,
    a_booking,
    a_confirmation,
    a_hold,
    a_house,
    a_row,
    an_answer,
    an_event,
    of_booking,
    of_hold,
    plain_records,
)

# How long another call gets to come in between: a store that locks is waited for in vain.
_CHANCE_SECONDS: Final = 0.05


def _rows_of_every_kind() -> dict[str, Any]:
    """Return the changes that write a row of every kind of record."""
    return {
        "added": (a_row("a1", of_booking()), a_row("a2", of_hold(), "t2")),
        "bookings": (a_booking(),),
        "holds_added": (a_hold(),),
        "records_added": plain_records(),
        "confirmations": (a_confirmation("r1"),),
        "stored_results": (an_answer("k"),),
        "events": (an_event("e1"),),
    }


def _pass(_: View) -> None:
    """Let the restaurant be removed."""


class OpeningPromises:
    """Promises about adding, separating and removing restaurants."""

    def test_a_restaurant_is_opened_with_what_it_was_given(self, trial: Trial) -> None:
        """A new restaurant has the house that was added, with floor and policy at version 1."""
        assert trial.ask(lambda view: view.house) == a_house(HERE)
        assert trial.ask(lambda view: view.versions) == Versions(floor=1, policy=1, occupancy=0)

    def test_nothing_is_taken_in_a_new_restaurant(self, trial: Trial) -> None:
        """A new restaurant has no allocations and no events."""
        seen = trial.see()
        assert (seen["extent"], seen["rows"], seen["busy"]) == (None, [(), ()], [0, 0])
        assert trial.store.events(HERE) == ()

    def test_a_restaurant_is_opened_once(self, trial: Trial) -> None:
        """Adding an existing id raises AlreadyExists and changes nothing, for any house."""
        trial.write(bookings=(a_booking(),))
        before = trial.see()
        other = attrs.evolve(
            a_house(HERE), restaurant=attrs.evolve(a_house(HERE).restaurant, name="Another")
        )
        error = raised_by(lambda: trial.store.add_restaurant(other))
        assert isinstance(error, AlreadyExists), "a restaurant was opened twice"
        assert (error.kind, error.id) == ("restaurant", HERE)
        assert trial.see() == before

    def test_a_restaurant_is_not_added_with_a_slug_of_another(self, trial: Trial) -> None:
        """Adding a slug that a restaurant has raises AlreadyExists and changes nothing."""
        before = trial.see(), trial.see(THERE)
        error = raised_by(lambda: trial.store.add_restaurant(_with_slug("new", _slug(THERE))))
        assert isinstance(error, AlreadyExists), "two restaurants were added with one slug"
        assert (error.kind, error.id) == ("slug", _slug(THERE))
        assert trial.store.restaurant_ids() == (HERE, THERE)
        assert isinstance(
            raised_by(lambda: trial.store.read(Scope("new"), lambda view: view.house)), NotFound
        )
        assert (trial.see(), trial.see(THERE)) == before
        error = raised_by(lambda: trial.store.add_restaurant(_with_slug(HERE, _slug(THERE))))
        assert isinstance(error, AlreadyExists)
        assert (error.kind, error.id) == ("restaurant", HERE)

    def test_a_restaurant_does_not_change_to_a_slug_of_another(self, trial: Trial) -> None:
        """A changed record with a slug of another restaurant raises AlreadyExists."""
        change = _change_of_slug(_slug(THERE))
        error = trial.refuse(AlreadyExists, policy=change, bookings=(a_booking(),))
        assert (error.kind, error.id) == ("slug", _slug(THERE))
        trial.write(policy=_change_of_slug(_slug(HERE)))
        trial.write(policy=_change_of_slug("new", expected=2))
        assert trial.ask(lambda view: view.house.restaurant.slug) == "new"

    def test_a_slug_is_free_when_no_restaurant_has_it(self, trial: Trial) -> None:
        """A slug that was changed, or whose restaurant was removed, may be used again."""
        trial.write(policy=_change_of_slug("new"))
        trial.store.add_restaurant(_with_slug("first", _slug(HERE)))
        trial.store.remove_restaurant(Scope(THERE), _pass)
        trial.store.add_restaurant(_with_slug("second", _slug(THERE)))
        slugs = {
            restaurant_id: trial.ask(lambda view: view.house.restaurant.slug, restaurant_id)
            for restaurant_id in trial.store.restaurant_ids()
        }
        assert slugs == {HERE: "new", "first": _slug(HERE), "second": _slug(THERE)}

    def test_of_two_that_want_a_slug_at_once_one_gets_it(self, trial: Trial) -> None:
        """A slug that another call takes while a decision runs is refused to one of the two."""
        rivals: list[Beside] = []

        def decide(_: View) -> Decision[None]:
            if not rivals:
                add = trial.store.add_restaurant
                rivals.append(trial.beside(lambda: add(_with_slug("new", "wanted"))))
                rivals[0].is_over_within(_CHANCE_SECONDS)
            return Decision(None, Changes(policy=_change_of_slug("wanted")))

        refusals = (
            raised_by(lambda: trial.store.transact(Scope(HERE), decide)),
            raised_by(rivals[0].wait),
        )
        errors = [each for each in refusals if each is not None]
        assert len(errors) == 1, "two restaurants took one slug at once"
        (error,) = errors
        assert isinstance(error, AlreadyExists)
        assert (error.kind, error.id) == ("slug", "wanted")
        slugs = [
            trial.ask(lambda view: view.house.restaurant.slug, restaurant_id)
            for restaurant_id in trial.store.restaurant_ids()
        ]
        assert slugs.count("wanted") == 1

    def test_restaurants_are_listed_in_order(self, trial: Trial) -> None:
        """The ids of all restaurants are sorted bytewise, not by time of adding."""
        for restaurant_id in ("b", "Z", "10", "a"):
            trial.store.add_restaurant(a_house(restaurant_id))
        assert trial.store.restaurant_ids() == ("10", "Z", "a", "b", HERE, THERE)

    def test_an_unknown_restaurant_is_not_found(self, trial: Trial) -> None:
        """Every method raises NotFound for an unknown restaurant and calls no decision."""
        asked: list[View] = []

        def decide(view: View) -> Decision[None]:
            asked.append(view)
            return Decision(None)

        calls: tuple[Callable[[], object], ...] = (
            lambda: trial.store.read(Scope("nowhere"), asked.append),
            lambda: trial.store.transact(Scope("nowhere"), decide),
            lambda: trial.store.events("nowhere"),
            lambda: trial.store.events_after("nowhere", None, 1),
            lambda: trial.store.remove_restaurant(Scope("nowhere"), asked.append),
        )
        for call in calls:
            error = raised_by(call)
            assert isinstance(error, NotFound), "an unknown restaurant answered"
            assert (error.kind, error.id) == ("restaurant", "nowhere")
        assert asked == []
        assert trial.store.restaurant_ids() == (HERE, THERE)

    def test_restaurants_with_the_same_ids_do_not_see_each_other(self, trial: Trial) -> None:
        """Two restaurants may use the same ids and keys, and neither sees the other."""
        nothing = trial.see(THERE)
        written = _rows_of_every_kind()
        trial.write(**written)
        assert trial.see(THERE) == nothing
        before = trial.see()
        theirs = {
            name: tuple(attrs.evolve(row, restaurant_id=THERE) for row in values)
            for name, values in written.items()
        }
        trial.write(THERE, **theirs)
        assert trial.see() == before
        assert trial.ask(
            lambda view: view.find_booking("b1"), THERE, bookings=frozenset({"b1"})
        ) == attrs.evolve(a_booking(), restaurant_id=THERE)
        assert trial.store.events(THERE) == (attrs.evolve(an_event("e1"), restaurant_id=THERE),)

    def test_a_removed_restaurant_is_unknown(self, trial: Trial) -> None:
        """A removed restaurant is not listed and not found; other restaurants do not change."""
        trial.write(**_rows_of_every_kind())
        theirs = trial.see(THERE)
        trial.store.remove_restaurant(Scope(HERE), _pass)
        assert trial.store.restaurant_ids() == (THERE,)
        calls: tuple[Callable[[], object], ...] = (
            lambda: trial.store.read(Scope(HERE), lambda view: view.house),
            lambda: trial.store.transact(Scope(HERE), lambda _: Decision(None)),
            lambda: trial.store.events(HERE),
            lambda: trial.store.events_after(HERE, 0, 1),
            lambda: trial.store.remove_restaurant(Scope(HERE), _pass),
        )
        for call in calls:
            assert isinstance(raised_by(call), NotFound), "a removed restaurant answered"
        assert trial.see(THERE) == theirs

    def test_a_restaurant_of_a_removed_id_starts_empty(self, trial: Trial) -> None:
        """The id of a removed restaurant may be added again; ids and keys of its rows are free."""
        new = trial.see()
        written = _rows_of_every_kind()
        trial.write(**written)
        filled = trial.see()
        trial.store.remove_restaurant(Scope(HERE), _pass)
        trial.store.add_restaurant(a_house(HERE))
        assert _without_unasked(trial.see()) == _without_unasked(new)
        trial.write(**written)
        assert trial.see() == filled

    def test_a_restaurant_is_kept_if_the_check_raises(self, trial: Trial) -> None:
        """What the check raises comes out unchanged, and nothing is removed; a Need is served."""
        trial.write(**_rows_of_every_kind())
        before = trial.see()
        seen: list[object] = []

        def check(view: View) -> Need | None:
            if "b1" not in view.scope.bookings:
                return Need(Scope(HERE, bookings=frozenset({"b1"})))
            seen.append(view.find_booking("b1"))
            raise InUse("restaurant", HERE, "booking b1")

        error = raised_by(lambda: trial.store.remove_restaurant(Scope(HERE), check))
        assert isinstance(error, InUse), "the error of the check did not come out"
        assert seen == [a_booking()]
        assert trial.see() == before

    def test_nothing_comes_between_a_check_and_the_removal(self, trial: Trial) -> None:
        """A transaction that waited for a removal finds no restaurant, and decides nothing."""
        rivals: list[Beside] = []
        decided: list[View] = []

        def decide(view: View) -> Decision[None]:
            decided.append(view)
            return Decision(None)

        def check(_: View) -> None:
            if not rivals:
                rivals.append(trial.beside(lambda: trial.store.transact(Scope(HERE), decide)))
                rivals[0].is_over_within(_CHANCE_SECONDS)

        trial.store.remove_restaurant(Scope(HERE), check)
        error = raised_by(rivals[0].wait)
        assert isinstance(error, FourtopError), "a transaction came before the removal"
        assert isinstance(error, NotFound)
        assert decided == []


def _slug(restaurant_id: str) -> str:
    return a_house(restaurant_id).restaurant.slug


def _with_slug(restaurant_id: str, slug: str) -> House:
    house = a_house(restaurant_id)
    return attrs.evolve(house, restaurant=attrs.evolve(house.restaurant, slug=slug))


def _change_of_slug(slug: str, *, expected: int = 1) -> PolicyChange:
    house = _with_slug(HERE, slug)
    return PolicyChange(house.restaurant, house.policy, expected)


def _without_unasked(seen: dict[str, object]) -> dict[str, object]:
    """Return what a trial sees but for the records that it asks for by their ids."""
    named = ("owners", "bookings", "holds", "waiting", "made", "sessions", "records")
    by_id = (*named, "stored_results", "confirmed", "evidence")
    return {name: value for name, value in seen.items() if name not in by_id}
