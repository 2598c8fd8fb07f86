"""Permits: what the overrides of a request allow, and which of them were needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from fourtop.errors import Code, Reason, Refusal
from fourtop.model.override import Override


@attrs.frozen(eq=False)
class Permits:
    """The rules that a party may break, and those that it has met on its way.

    Args:
        overrides: What staff have overridden, in the order of the rules.
        met: The rules that were in the way.
    """

    overrides: tuple[Override, ...] = ()
    met: set[Code] = attrs.field(factory=set, init=False)

    def left_of(self, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
        """Return the reasons that no override allows, and note the others."""
        allowed = {each.rule for each in self.overrides}
        self.met.update(each.code for each in reasons if each.code in allowed)
        return tuple(each for each in reasons if each.code not in allowed)

    def allow(self, refusal: Refusal) -> bool:
        """Tell whether the overrides allow all reasons of a refusal."""
        return bool(self.overrides) and not self.left_of(refusal.reasons)

    @property
    def needed(self) -> tuple[Override, ...]:
        """The overrides of the rules that were in the way."""
        return tuple(each for each in self.overrides if each.rule in self.met)


NO_PERMITS: Final = Permits()


def unneeded(given: Iterable[Override], needed: Iterable[Override]) -> tuple[Code, ...]:
    """Return the rules that some overrides name and that were not in the way."""
    rules = {each.rule for each in needed}
    return tuple(each.rule for each in given if each.rule not in rules)
