"""The part of the desk that shows the consequences of an edit before it is made."""

from __future__ import annotations

from collections.abc import Callable

from fourtop.engine.house_desk import HouseDesk
from fourtop.engine.queries import preview
from fourtop.engine.queries.preview import Changed
from fourtop.model.floor import Floor
from fourtop.model.house import House
from fourtop.model.policy import Policy
from fourtop.model.preview import Preview
from fourtop.model.restaurant import Restaurant


class PreviewDesk(HouseDesk):
    """The previews of one restaurant; ``Desk`` has all commands and reads."""

    def preview(
        self,
        house: House | None = None,
        *,
        floor: Callable[[Floor], Floor] | None = None,
        policy: Callable[[Policy], Policy] | None = None,
        restaurant: Callable[[Restaurant], Restaurant] | None = None,
    ) -> Preview:
        """Return the bookings and holds ahead that an edit would strand, and the ways out.

        A booking is stranded if the new house would not take it as it stands, at its tables and for
        as long as it stays, and the present house does. It writes nothing. The functions are those
        that ``edit_floor``, ``edit_policy`` and ``edit_restaurant`` take; the plan of its ways out
        goes to the edit as ``repair``. It looks at most a year ahead, and reads the records of that
        time at one version.

        Args:
            house: The whole new house, as ``replace_house`` takes it.
            floor: Returns the new floor for the current one. Pure.
            policy: Returns the new policy for the current one. Pure.
            restaurant: Returns the new record for the current one. Pure.

        Raises:
            InvalidInput: Unless a house or functions are given, or if the new house breaks a rule.
        """
        changed = Changed(house=house, floor=floor, policy=policy, restaurant=restaurant)
        return self._executor.query(preview.query(self._caller, changed))
