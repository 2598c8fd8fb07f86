"""Preview: the bookings and holds that an edit of the house strands, and their ways out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.commands.edit_house import (
    changed_by,
    changed_restaurant,
    check_change,
    check_house,
)
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.exceeded_limits import overbooked, overbooked_anew
from fourtop.engine.in_the_way import find_in_the_way
from fourtop.engine.invocation import Invocation
from fourtop.engine.limits import limits_of
from fourtop.engine.outlook import Outlook
from fourtop.engine.repair import edit_of
from fourtop.engine.stranded import Edit, find_stranded, refusal_of_hold
from fourtop.engine.way_out import find_way_out, find_way_out_of_hold, take_way_out
from fourtop.errors import InvalidInput, safe_repr
from fourtop.model.floor import Floor
from fourtop.model.house import House
from fourtop.model.policy import Policy
from fourtop.model.preview import (
    Preview,
    Repair,
    RepairPlan,
    StrandedBooking,
    StrandedHold,
    WayOut,
)
from fourtop.model.receipt import Usage
from fourtop.model.restaurant import Restaurant
from fourtop.model.service import Service
from fourtop.ports import Need, Scope, View


@attrs.frozen(kw_only=True)
class Changed:
    """The parts of a house that an edit changes, as the desk's edits take them.

    Args:
        house: The whole new house; not together with a function.
        floor: Returns the new floor for the present one.
        policy: Returns the new policy for the present one.
        restaurant: Returns the new record for the present one.
    """

    house: House | None = None
    floor: Callable[[Floor], Floor] | None = None
    policy: Callable[[Policy], Policy] | None = None
    restaurant: Callable[[Restaurant], Restaurant] | None = None

    @property
    def functions(self) -> dict[str, object]:
        """The functions that were given, by part."""
        names = ("floor", "policy", "restaurant")
        given = {name: getattr(self, name) for name in names}
        return {name: each for name, each in given.items() if each is not None}

    def after(self, present: House) -> House:
        """Return the house after the edit.

        Raises:
            InvalidInput: If a function returns a value of another type, or the parts do not fit.
        """
        if self.house is not None:
            return self.house
        restaurant, floor, policy = present.restaurant, present.floor, present.policy
        if self.restaurant is not None:
            restaurant = changed_restaurant("restaurant", self.restaurant, restaurant)
        if self.floor is not None:
            floor = changed_by("floor", self.floor, floor)
        if self.policy is not None:
            policy = changed_by("policy", self.policy, policy)
        return House(restaurant, floor, policy)


def query(caller: Caller, changed: Changed) -> Query[Preview]:
    """Build the query.

    Raises:
        InvalidInput: Unless a house of this restaurant or one function or more is given.
    """
    functions = changed.functions
    if (changed.house is None) != bool(functions):
        raise InvalidInput(
            "house, floor, policy, restaurant",
            "give a house, or a function for each part that changes",
            safe_repr(sorted(functions)),
        )
    if changed.house is not None:
        check_house(caller, changed.house)
    for name, change in functions.items():
        check_change(name, change)
    # Nothing is written: the id is that of no record.
    invocation = Invocation(caller.restaurant_id, "preview", "preview", caller.actor, None, {})
    return Query(
        Scope(caller.restaurant_id, has_extent=True),
        lambda view, compiled: _preview(invocation, view, compiled, changed),
        name="preview",
    )


def _preview(
    invocation: Invocation, view: View, compiled: CompiledHouse, changed: Changed
) -> Preview | Need:
    house = changed.after(view.house)
    in_the_way = find_in_the_way(view, view.house, house)
    outlook = Outlook.read(view)
    needs = [each for each in (in_the_way, outlook) if isinstance(each, Need)]
    if isinstance(in_the_way, Need) or isinstance(outlook, Need):
        scope = Scope(view.scope.restaurant_id)
        for need in needs:
            scope |= need.scope
        return Need(scope)
    edit = edit_of(invocation, view.versions, compiled, house)
    found = preview(outlook, edit)
    return attrs.evolve(found, in_the_way=tuple(str(each) for each in in_the_way))


def preview(outlook: Outlook, edit: Edit) -> Preview:
    """Return the consequences of an edit for the records ahead.

    The ways out are found date by date, the largest party first, and each on the records that those
    before it leave: together they are a plan.
    """
    refusals = find_stranded(outlook, edit)
    held = tuple(_stranded_holds(outlook, edit))
    over_cap = tuple(_over_cap(outlook, edit))
    timezone = edit.after.house.restaurant.timezone
    stranded = {each: outlook.get_booking(each) for each in refusals}
    ways: dict[str, WayOut] = {}
    repairs: list[Repair] = []
    for booking in sorted(
        stranded.values(), key=lambda each: (each.stay.service_date, -each.party_size, each.id)
    ):
        way = find_way_out(outlook, edit, booking)
        if way is not None:
            ways[booking.id] = way
            repairs.append(Repair(booking.id, booking.version, way))
            take_way_out(outlook, edit, repairs[-1], len(repairs))
    left = [each for each in refusals if each not in ways]
    return Preview(
        bookings=tuple(
            StrandedBooking(stranded[each], refusal, ways.get(each))
            for each, refusal in refusals.items()
        ),
        holds=tuple(
            attrs.evolve(each, way_out=find_way_out_of_hold(outlook, edit, each.hold))
            for each in held
        ),
        over_cap=over_cap,
        in_the_way=(),
        repair=RepairPlan(edit.before.house.restaurant.id, tuple(repairs), left, outlook.versions),
        until_us=outlook.until_us,
        timezone=timezone,
    )


def _stranded_holds(outlook: Outlook, edit: Edit) -> Iterator[StrandedHold]:
    for hold in outlook.holds_alive():
        refusal = refusal_of_hold(outlook, edit, hold)
        if refusal is not None:
            yield StrandedHold(hold, refusal)


def _over_cap(outlook: Outlook, edit: Edit) -> Iterator[Usage]:
    """Yield the usage of each service ahead that is above a limit only after the edit, by start."""
    policy = edit.after.house.policy
    if not (policy.capacity_rules or policy.pacing_rules):
        return
    counted = [each.stay for each in outlook.bookings_ahead() if each.status.counts_covers]
    counted += [each.stay for each in outlook.holds_alive()]
    services: dict[int, Service] = {}
    # The services in which the parties of each service are now.
    present: dict[int, dict[int, Service]] = {}
    for stay in counted:
        service = edit.after.calendar.find_service(stay.dining.start_us)
        if service is None:
            continue
        services[service.window.start_us] = service
        same = edit.before.calendar.find_service(stay.dining.start_us)
        if same is not None:
            found = present.setdefault(service.window.start_us, {})
            found[same.window.start_us] = same
    for start_us, service in sorted(services.items()):
        before = present.get(start_us, {}).values()
        usages = [_usage(outlook, edit, edit.before, each) for each in before]
        usage = overbooked_anew(_usage(outlook, edit, edit.after, service), usages)
        if usage is not None:
            yield usage


def _usage(outlook: Outlook, edit: Edit, compiled: CompiledHouse, service: Service) -> Usage:
    view = outlook.view_around(compiled.house, service.window.start_us)
    attendance = Admission(view, compiled, edit.invocation.actor).attendance(service)
    return overbooked(attendance, limits_of(compiled, service), service)
