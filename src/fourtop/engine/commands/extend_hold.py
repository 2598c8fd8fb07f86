"""Extend hold: let a live hold expire later."""

from __future__ import annotations

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Command
from fourtop.engine.events import Subject, new_event
from fourtop.engine.invocation import Invocation
from fourtop.engine.preconditions import get_live_hold
from fourtop.errors import HoldLimit
from fourtop.model import validators
from fourtop.model.booking_rules import HOLD_LIFETIME_SECONDS, HOLD_TTL_SECONDS
from fourtop.model.event import EventType
from fourtop.model.hold import Hold
from fourtop.model.window import MICROSECONDS_PER_SECOND, iso
from fourtop.ports import Changes, Decision, Scope, View


def command(caller: Caller, hold_id: str, seconds: int, *, key: str | None) -> Command[Hold]:
    """Build the command.

    Raises:
        InvalidInput: If the number of seconds is out of range.
        InvalidIdentifier: If the id or the key is malformed.
    """
    longest = HOLD_LIFETIME_SECONDS[1] - HOLD_TTL_SECONDS[0]
    seconds = validators.check_integer("seconds", seconds, 1, longest)
    invocation = caller.invocation("extend", key, {"hold_id": hold_id, "seconds": seconds})
    validators.check_identifier("hold_id", hold_id)
    return Command(
        invocation,
        Scope(caller.restaurant_id, holds=frozenset((hold_id,))),
        lambda view, compiled: extend_hold(invocation, view, compiled, hold_id, seconds),
    )


def extend_hold(
    invocation: Invocation, view: View, compiled: CompiledHouse, hold_id: str, seconds: int
) -> Decision[Hold]:
    """Decide a later expiry, within the life that the house allows; replaced holds count, too."""
    longest_seconds = compiled.house.policy.holds.max_lifetime_seconds
    hold = get_live_hold(view, hold_id)
    expires_us = hold.expires_us + seconds * MICROSECONDS_PER_SECOND
    if expires_us > hold.life_start_us + longest_seconds * MICROSECONDS_PER_SECOND:
        raise HoldLimit("lifetime_seconds", longest_seconds)
    extended = attrs.evolve(hold, expires_us=expires_us)
    data = {"previous": iso(hold.expires_us), "expires_at": iso(expires_us)}
    subject = Subject(f"{hold.id}:{expires_us}", hold.booking_id, hold.id)
    event = new_event(invocation, EventType.HOLD_EXTENDED, subject, view.now_us, data)
    return Decision(extended, Changes(holds_changed=(extended,), events=(event,)))
