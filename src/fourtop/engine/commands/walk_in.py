"""Walk in: a party at the door gets a table and sits down, in one step."""

from __future__ import annotations

from fourtop.engine.commands.book import Terms, make_booking
from fourtop.engine.dispatch.requests import Caller, Command, optional_id
from fourtop.engine.relaxation import check_may_relax
from fourtop.model import validators
from fourtop.model.booking import Booking
from fourtop.model.override import check_may_override
from fourtop.model.walk_in import WalkIn


def command(
    caller: Caller, party: WalkIn, booking_id: str | None, *, key: str | None
) -> Command[Booking]:
    """Build the command. It begins at the time of the store, which only the decision knows.

    Raises:
        InvalidInput: If the walk-in is of the wrong type, or a guest lifts or overrides a rule.
        InvalidIdentifier: If an id or the key is malformed.
    """
    validators.check_instance("party", party, WalkIn)
    check_may_relax(caller.actor, party.relax)
    check_may_override(caller.actor, party.overrides)
    checked_id = optional_id("booking_id", booking_id)
    arguments = {"party": party, "booking_id": checked_id}
    invocation = caller.invocation("walk_in", key, arguments)
    terms = Terms(booking_id or invocation.id, tables_later=False, is_seated=True)
    return Command(
        invocation,
        caller.scope(checked_id),
        lambda view, compiled: make_booking(
            invocation, view, compiled, party.request_at(view.now_us), terms
        ),
    )
