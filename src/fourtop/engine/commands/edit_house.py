"""Edit house: put a changed floor, policy or restaurant record in place.

An edit may carry the repair plan of a preview. Its moves and reschedules are then written with the
edit, or nothing is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command, optional_version
from fourtop.engine.events import Subject, new_event
from fourtop.engine.in_the_way import find_in_the_way
from fourtop.engine.invocation import Invocation
from fourtop.engine.repair import repair_bookings
from fourtop.errors import InvalidInput, StaleVersion, safe_repr
from fourtop.model import validators
from fourtop.model.event import EventType
from fourtop.model.floor import Floor
from fourtop.model.house import House
from fourtop.model.policy import Policy
from fourtop.model.preview import RepairPlan
from fourtop.model.restaurant import Restaurant
from fourtop.model.results import Versions
from fourtop.ports import (
    NO_CHANGES,
    Changes,
    Decision,
    FloorChange,
    Need,
    PolicyChange,
    Scope,
    View,
)

T = TypeVar("T")


@attrs.frozen
class EditTerms:
    """The conditions of an edit.

    Args:
        expected: The version, or for a whole house the versions, that the caller saw; ``None``:
            any.
        repair: The repair plan to commit with the edit, if any.
    """

    expected: Any = None
    repair: RepairPlan | None = None


@attrs.frozen
class Editor:
    """One call of an edit.

    Args:
        invocation: The call.
        view: The restaurant at this moment.
        compiled: The rules of the present house.
        terms: The conditions of the edit.
    """

    invocation: Invocation
    view: View
    compiled: CompiledHouse
    terms: EditTerms

    @property
    def present(self) -> House:
        """The present house."""
        return self.view.house


class _Edit(Protocol[T]):
    """A decision of this module; its name is that of the command."""

    __name__: str

    def __call__(self, editor: Editor, change: Callable[[T], T]) -> Decision[House] | Need: ...


def edit_floor_command(
    caller: Caller, change: Callable[[Floor], Floor], terms: EditTerms
) -> Command[House]:
    """Build the command for a new floor.

    Raises:
        InvalidInput: If ``change`` is no function, or a term is of the wrong type or range.
    """
    return _command(edit_floor, caller, change, terms)


def edit_policy_command(
    caller: Caller, change: Callable[[Policy], Policy], terms: EditTerms
) -> Command[House]:
    """Build the command for a new policy.

    Raises:
        InvalidInput: As ``edit_floor_command``.
    """
    return _command(edit_policy, caller, change, terms)


def edit_restaurant_command(
    caller: Caller, change: Callable[[Restaurant], Restaurant], terms: EditTerms
) -> Command[House]:
    """Build the command for a new record of the restaurant.

    Raises:
        InvalidInput: As ``edit_floor_command``.
    """
    return _command(edit_restaurant, caller, change, terms)


def replace_house_command(caller: Caller, house: House, terms: EditTerms) -> Command[House]:
    """Build the command for a new house of the same restaurant.

    Raises:
        InvalidInput: If ``house`` is not a house of this restaurant, or a term is of another type.
    """
    checked = check_house(caller, house)
    if terms.expected is not None:
        validators.check_instance("expected", terms.expected, Versions)
    # The document would be the request of a key; without a key the versions say enough.
    return _built(
        replace_house.__name__, caller, terms, lambda editor: replace_house(editor, checked)
    )


def check_house(caller: Caller, house: House) -> House:
    """Return a house that may replace the present one.

    Raises:
        InvalidInput: If it is not a house, or a house of another restaurant.
    """
    checked = validators.check_instance("house", house, House)
    if checked.restaurant.id != caller.restaurant_id:
        raise InvalidInput(
            "house",
            f"must be of the restaurant {caller.restaurant_id}",
            safe_repr(checked.restaurant.id),
        )
    return checked


def _command(
    decide: _Edit[T], caller: Caller, change: Callable[[T], T], terms: EditTerms
) -> Command[House]:
    check_change("change", change)
    optional_version(terms.expected)
    return _built(decide.__name__, caller, terms, lambda editor: decide(editor, change))


def check_change(field: str, change: object) -> None:
    """Check that an edit is given as a function.

    Raises:
        InvalidInput: If it is not.
    """
    if not callable(change):
        raise InvalidInput(
            field, "must be a function that returns the new value", safe_repr(change)
        )


def _built(
    name: str,
    caller: Caller,
    terms: EditTerms,
    decide: Callable[[Editor], Decision[House] | Need],
) -> Command[House]:
    plan = terms.repair
    if plan is not None:
        validators.check_instance("repair", plan, RepairPlan)
        if plan.restaurant_id != caller.restaurant_id:
            rule = "must be a plan of this restaurant"
            raise InvalidInput("repair", rule, safe_repr(plan.restaurant_id))
    # Deciding again cannot satisfy a version that the caller named.
    expected = terms.expected if plan is None else plan.versions
    invocation = caller.invocation(name, None, {"expected": expected})
    return Command(
        invocation,
        Scope(caller.restaurant_id, has_extent=plan is not None),
        lambda view, compiled: decide(Editor(invocation, view, compiled, terms)),
    )


def changed_by(field: str, change: Callable[[T], T], value: T) -> T:
    """Return the value that an edit makes of the present one.

    Raises:
        InvalidInput: If the edit returns a value of another type.
    """
    edited = change(value)
    if not isinstance(edited, type(value)):
        raise InvalidInput(field, f"must return a {type(value).__name__}", safe_repr(edited))
    return edited


def changed_restaurant(
    field: str, change: Callable[[Restaurant], Restaurant], restaurant: Restaurant
) -> Restaurant:
    """Return the record that an edit makes of the present one, with the same id.

    Raises:
        InvalidInput: As ``changed_by``, or if the id is another.
    """
    edited = changed_by(field, change, restaurant)
    if edited.id != restaurant.id:
        raise InvalidInput(field, "must return a restaurant of the same id", safe_repr(edited.id))
    return edited


def edit_floor(editor: Editor, change: Callable[[Floor], Floor]) -> Decision[House] | Need:
    """Decide a new floor. It keeps every table that is occupied now or later."""
    house = editor.present
    _check_version("floor", editor.terms.expected, editor.view.versions.floor)
    floor = changed_by("change", change, house.floor)
    return _decided(editor, House(house.restaurant, floor, house.policy))


def edit_policy(editor: Editor, change: Callable[[Policy], Policy]) -> Decision[House] | Need:
    """Decide a new policy. Existing bookings stay unchanged unless a repair changes them."""
    house = editor.present
    policy = changed_by("change", change, house.policy)
    _check_version("policy", editor.terms.expected, editor.view.versions.policy)
    return _decided(editor, House(house.restaurant, house.floor, policy))


def edit_restaurant(
    editor: Editor, change: Callable[[Restaurant], Restaurant]
) -> Decision[House] | Need:
    """Decide a new record of the restaurant; its id stays. It counts as a change of policy."""
    house = editor.present
    restaurant = changed_restaurant("change", change, house.restaurant)
    _check_version("policy", editor.terms.expected, editor.view.versions.policy)
    return _decided(editor, House(restaurant, house.floor, house.policy))


def replace_house(editor: Editor, house: House) -> Decision[House] | Need:
    """Decide a new house: its floor, its policy and its record, as far as they differ."""
    view, expected = editor.view, editor.terms.expected
    if expected is not None:
        _check_version("floor", expected.floor, view.versions.floor)
        _check_version("policy", expected.policy, view.versions.policy)
    return _decided(editor, house)


def _decided(editor: Editor, house: House) -> Decision[House] | Need:
    """Decide a house; a part that equals the present one is not written and keeps its version."""
    present, view, plan = editor.present, editor.view, editor.terms.repair
    changes = NO_CHANGES
    if house.floor != present.floor:
        changes += _floor_change(editor.invocation, view, house)
    if (house.restaurant, house.policy) != (present.restaurant, present.policy):
        changes += _policy_change(editor.invocation, view, house)
    if plan is not None:
        repaired = repair_bookings(editor.invocation, view, editor.compiled, house, plan)
        return repaired if isinstance(repaired, Need) else Decision(house, changes + repaired)
    in_the_way = find_in_the_way(view, present, house)
    if isinstance(in_the_way, Need):
        return in_the_way
    if in_the_way:
        raise in_the_way[0]
    return Decision(house, changes)


# ---- changes


def _floor_change(invocation: Invocation, view: View, house: House) -> Changes:
    version = view.versions.floor
    gone = frozenset(view.house.floor.positions) - frozenset(house.floor.positions)
    data = {"version": version + 1, "tables_removed": sorted(gone)}
    event = new_event(
        invocation, EventType.FLOOR_CHANGED, Subject(str(version + 1)), view.now_us, data
    )
    return Changes(floor=FloorChange(house.floor, version), events=(event,))


def _policy_change(invocation: Invocation, view: View, house: House) -> Changes:
    version = view.versions.policy
    event = new_event(
        invocation,
        EventType.POLICY_CHANGED,
        Subject(str(version + 1)),
        view.now_us,
        {"version": version + 1},
    )
    change = PolicyChange(house.restaurant, house.policy, version)
    return Changes(policy=change, events=(event,))


def _check_version(kind: str, expected: int | None, found: int) -> None:
    if expected is not None and expected != found:
        raise StaleVersion(kind, expected, found)
