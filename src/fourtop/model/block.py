"""Blocks: tables out of use for a while."""

import attrs

from fourtop.errors.display import brief, count_of, some
from fourtop.model.actor import Actor
from fourtop.model.booking import Booking
from fourtop.model.receipt import NO_RECEIPT, Receipt
from fourtop.model.window import Window


@attrs.frozen(repr=False)
class Block:
    """Tables taken out of use for a window. A block owns its allocations as a booking does.

    Args:
        id: Of the block; unique in the restaurant.
        restaurant_id: The tenant.
        tables: Table ids, in table order.
        window: When, ``[start, end)``; at most 31 days.
        reason: For the staff (1–200 characters); in no error or event.
        actor: Who made it.
        receipt: Further facts from the command that returned it; neither stored nor compared.
    """

    id: str
    restaurant_id: str
    tables: tuple[str, ...]
    window: Window
    reason: str
    actor: Actor
    receipt: Receipt = attrs.field(default=NO_RECEIPT, eq=False, repr=False, kw_only=True)

    @property
    def replayed(self) -> bool:
        """Whether this is the stored result of an earlier call."""
        return self.receipt.replayed

    def __repr__(self) -> str:
        return brief(
            self, f"{self.id} {self.window.brief()}", f"tables {some(self.tables, separator='+')}"
        )


@attrs.frozen(repr=False)
class FreedBlock:
    """A block, and the bookings that were moved to free its tables.

    Args:
        block: The block.
        moved: The bookings with their new tables; those of the largest parties come first.
        replayed: Whether this is the stored result of an earlier call.
    """

    block: Block
    moved: tuple[Booking, ...]
    replayed: bool = attrs.field(default=False, eq=False)

    def __repr__(self) -> str:
        return brief(self, repr(self.block)[1:-1], f"{count_of(len(self.moved), 'booking')} moved")
