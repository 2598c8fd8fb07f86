"""The seating of an admitted party."""

from __future__ import annotations

import attrs

from fourtop.errors import Code
from fourtop.model.direct_init import direct_init
from fourtop.model.override import Override
from fourtop.model.plan import Plan
from fourtop.model.request import Relaxation
from fourtop.model.service import Service
from fourtop.model.stay import Stay


@direct_init
@attrs.frozen
class Seating:
    """An admitted party: its stay, the service that it starts in, and its tables.

    Args:
        stay: How long it stays.
        service: The service.
        chosen: Its tables; ``None`` if it was admitted without tables.
        others: The next best plans, if the caller asked for any.
        relaxed: The rules of the house that were lifted for it.
        overrides: The rules that staff break for it.
        would_refuse: The rules in shadow mode that would have refused it.
    """

    stay: Stay
    service: Service
    chosen: Plan | None = None
    others: tuple[Plan, ...] = ()
    relaxed: tuple[Relaxation, ...] = ()
    overrides: tuple[Override, ...] = ()
    would_refuse: tuple[Code, ...] = ()

    @property
    def plan(self) -> Plan:
        """The tables of a party that was admitted with tables."""
        assert self.chosen is not None, "the party was admitted without tables"
        return self.chosen
