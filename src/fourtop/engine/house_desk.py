"""The part of the desk that changes the house: its edits, and tables out of use."""

from __future__ import annotations

from collections.abc import Callable, Collection

from fourtop.engine.commands import (
    block,
    edit_house,
    free_and_block,
    unblock,
)
from fourtop.engine.commands.edit_house import EditTerms
from fourtop.engine.dispatch.executor import Executor
from fourtop.engine.dispatch.requests import Caller
from fourtop.errors.display import brief
from fourtop.model.actor import Actor
from fourtop.model.block import Block, FreedBlock
from fourtop.model.floor import Floor
from fourtop.model.house import House
from fourtop.model.policy import Policy
from fourtop.model.preview import RepairPlan
from fourtop.model.restaurant import Restaurant
from fourtop.model.results import (
    Versions,
)
from fourtop.model.window import Window


class HouseDesk:
    """The commands on the house of one restaurant; ``Desk`` has all commands and reads."""

    def __init__(self, executor: Executor, caller: Caller) -> None:
        self._executor = executor
        self._caller = caller

    @property
    def restaurant_id(self) -> str:
        """The tenant."""
        return self._caller.restaurant_id

    @property
    def actor(self) -> Actor:
        """The actor of every command."""
        return self._caller.actor

    def __repr__(self) -> str:
        return brief(self, f"of {self.restaurant_id} as {self.actor.id} ({self.actor.role})")

    # ---- blocks

    def block(
        self,
        window: Window,
        *,
        tables: Collection[str] = (),
        zone_id: str | None = None,
        reason: str,
        key: str | None = None,
    ) -> Block:
        """Take tables, or all tables of a zone, out of use for a window.

        Args:
            window: The window, ``[start, end)``: at most 31 days, ending in the future. A window
                that has begun counts from now on.
            tables: Table ids. Give these or ``zone_id``.
            zone_id: A zone with tables.
            reason: For the staff (1–200 characters); it appears in no error or event.
            key: Idempotency key.

        Raises:
            Refused: If bookings, holds or blocks are in the way; lists all of them.
            InvalidWindow: If the window has passed.
            NotFound: If a table or the zone is unknown.
        """
        return self._executor.execute(
            block.command(self._caller, block.BlockCall(window, tables, zone_id, reason, key))
        )

    def free_and_block(
        self,
        window: Window,
        *,
        tables: Collection[str] = (),
        zone_id: str | None = None,
        reason: str,
        key: str | None = None,
    ) -> FreedBlock:
        """Take tables out of use, and move the bookings in the way to other tables, in one command.

        Each booking keeps its time and its conditions, and gets the best other tables that the
        search finds for all of them; a larger party chooses first. Holds, other blocks, seated
        parties, pinned bookings and those that were promised their tables stay.

        Args:
            window: As for ``block``.
            tables: Table ids. Give these or ``zone_id``.
            zone_id: A zone with tables.
            reason: For the staff (1–200 characters); it appears in no error or event.
            key: Idempotency key.

        Raises:
            Refused: If a party cannot be moved; the details name each of them, its tables and
                times, and the cause. Nothing has changed then.
            InvalidInput: If more than 100 bookings are in the way.
            InvalidWindow: If the window has passed.
            NotFound: If a table or the zone is unknown.
        """
        return self._executor.execute(
            free_and_block.command(
                self._caller, block.BlockCall(window, tables, zone_id, reason, key)
            )
        )

    def unblock(self, block_id: str, *, key: str | None = None) -> Block:
        """End a block from now on. A block that has ended stays unchanged.

        Raises:
            NotFound: If it is unknown.
        """
        return self._executor.execute(unblock.command(self._caller, block_id, key=key))

    # ---- the house

    def edit_floor(
        self,
        change: Callable[[Floor], Floor],
        *,
        expected: int | None = None,
        repair: RepairPlan | None = None,
    ) -> House:
        """Put a changed floor in place. A floor that equals the present one changes nothing.

        Args:
            change: Returns the new floor for the current one. Pure; may be called several times.
            expected: The floor version that the caller saw; ``None``: any.
            repair: The repair plan of a ``preview`` of this change. Its bookings move in the same
                step, or nothing changes.

        Raises:
            InUse: If a removed table is occupied now or later, after the repairs.
            StaleVersion: If the version is another, or the repair plan is stale: the house or one
                of its bookings has changed, or the edit strands a booking that the plan does not
                name. Read the floor, or make the preview, again.
            Refused: If a repair cannot be made, because other parties have taken its tables since.
            NotFound: If a booking of the repair plan is unknown.
            InvalidInput: If the new floor breaks a rule, or the plan is of another restaurant.
        """
        terms = EditTerms(expected, repair)
        return self._executor.execute(edit_house.edit_floor_command(self._caller, change, terms))

    def edit_policy(
        self,
        change: Callable[[Policy], Policy],
        *,
        expected: int | None = None,
        repair: RepairPlan | None = None,
    ) -> House:
        """Put a changed policy in place. Bookings stay unchanged; holds may drift.

        A policy that equals the present one changes nothing.

        Args:
            change: Returns the new policy for the current one. Pure; may be called several times.
            expected: The policy version that the caller saw; ``None``: any.
            repair: The repair plan of a ``preview`` of this change, as in ``edit_floor``.

        Raises:
            StaleVersion: As ``edit_floor``. Read the policy, or make the preview, again.
            Refused: As ``edit_floor``.
            NotFound: As ``edit_floor``.
            InvalidInput: If the new policy breaks a rule, or the plan is of another restaurant.
        """
        terms = EditTerms(expected, repair)
        return self._executor.execute(edit_house.edit_policy_command(self._caller, change, terms))

    def edit_restaurant(
        self,
        change: Callable[[Restaurant], Restaurant],
        *,
        expected: int | None = None,
        repair: RepairPlan | None = None,
    ) -> House:
        """Put a changed record of the restaurant in place. Its id stays.

        It counts as a change of the policy. A record that equals the present one changes nothing.

        Args:
            change: Returns the new record for the current one. Pure; may be called several times.
            expected: The policy version that the caller saw; ``None``: any.
            repair: The repair plan of a ``preview`` of this change, as in ``edit_floor``.

        Raises:
            AlreadyExists: If another restaurant has the new slug. Choose another one.
            InUse: If the time zone changes while a table is occupied now or later, or a booking
                waits for one within a year: the local times that guests were told would change.
                With a repair plan, if they still would after the repairs.
            StaleVersion: As ``edit_floor``. Read the restaurant, or make the preview, again.
            Refused: As ``edit_floor``.
            NotFound: As ``edit_floor``.
            InvalidInput: If the new record breaks a rule, or the plan is of another restaurant.
        """
        terms = EditTerms(expected, repair)
        return self._executor.execute(
            edit_house.edit_restaurant_command(self._caller, change, terms)
        )

    def replace_house(
        self,
        house: House,
        *,
        expected: Versions | None = None,
        repair: RepairPlan | None = None,
    ) -> House:
        """Put another house in place: restaurant record, floor and policy, in one step.

        Parts that are equal keep their version; an equal house changes nothing.

        Args:
            house: The new house, with the id of this restaurant.
            expected: Versions of floor and policy that the caller saw; ``None``: any.
            repair: The repair plan of a ``preview`` of this house, as in ``edit_floor``.

        Raises:
            InUse: As ``edit_floor`` and ``edit_restaurant``; ``compare_house`` lists all.
            AlreadyExists: If another restaurant has the new slug. Choose another one.
            StaleVersion: As ``edit_floor``. Read the house, or make the preview, again.
            Refused: As ``edit_floor``.
            NotFound: As ``edit_floor``.
            InvalidInput: If it is not a house of this restaurant, or the plan is of another one.
        """
        terms = EditTerms(expected, repair)
        return self._executor.execute(edit_house.replace_house_command(self._caller, house, terms))
