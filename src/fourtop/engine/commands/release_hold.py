"""Release hold: give up a live hold."""

from __future__ import annotations

import attrs

from fourtop.engine.allocations import end_hold
from fourtop.engine.dispatch.requests import Caller, Command
from fourtop.engine.events import hold_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_live_hold
from fourtop.model import validators
from fourtop.model.allocation import OwnerKind
from fourtop.model.event import EventType
from fourtop.model.hold import Hold, HoldState
from fourtop.ports import Decision, Scope, View


def command(caller: Caller, hold_id: str, *, key: str | None) -> Command[Hold]:
    """Build the command.

    Raises:
        InvalidIdentifier: If the id or the key is malformed.
    """
    invocation = caller.invocation("release", key, {"hold_id": hold_id})
    validators.check_identifier("hold_id", hold_id)
    return Command(
        invocation,
        Scope(caller.restaurant_id, holds=frozenset((hold_id,))),
        lambda view, _: release_hold(invocation, view, hold_id),
    )


def release_hold(invocation: Invocation, view: View, hold_id: str) -> Decision[Hold]:
    """Decide the end of a live hold."""
    hold = get_live_hold(view, hold_id)
    rows = view.allocations_of(OwnerKind.HOLD, hold.id)
    event = hold_event(invocation, EventType.HOLD_RELEASED, hold, view.now_us)
    released = attrs.evolve(hold, state=HoldState.RELEASED)
    return Decision(released, end_hold(hold, HoldState.RELEASED, rows, event))
