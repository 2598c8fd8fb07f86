"""Promises about restaurants: how they come to be, and that they do not know each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from fourtop.errors import AlreadyExists, NotFound
from fourtop.model.results import Versions
from fourtop.ports import Decision, Scope, View
from fourtop.testing.contract.harness import Trial, raised_by
from fourtop.testing.contract.samples import (
    HERE,
    THERE,
    a_block,
    a_booking,
    a_confirmation,
    a_hold,
    a_house,
    a_row,
    an_answer,
    an_event,
    of_booking,
    of_hold,
)


class OpeningPromises:
    """What holds of restaurants."""

    def test_a_restaurant_is_opened_with_what_it_was_given(self, trial: Trial) -> None:
        """A new restaurant has the house that was added, with floor and policy at version 1."""
        assert trial.ask(lambda view: view.house) == a_house(HERE)
        assert trial.ask(lambda view: view.versions) == Versions(floor=1, policy=1, occupancy=0)

    def test_nothing_is_taken_in_a_new_restaurant(self, trial: Trial) -> None:
        """A new restaurant has no rows and no events."""
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
        rows = (a_row("a1", of_booking()), a_row("a2", of_hold(), "t2"))
        written: dict[str, Any] = {
            "added": rows,
            "bookings": (a_booking(),),
            "holds_added": (a_hold(),),
            "blocks_added": (a_block(),),
            "confirmations": (a_confirmation("r1"),),
            "stored_results": (an_answer("k"),),
            "events": (an_event("e1"),),
        }
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
