"""Variants: the scenarios that a study compares, each with a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief
from fourtop.model import validators
from fourtop.simulation.scenario import Scenario

LONGEST_NAME: Final = 100
MOST_VARIANTS: Final = 200


def _as_settings(value: Mapping[str, Any]) -> dict[str, Any]:
    return dict(value)


@attrs.frozen(repr=False)
class Variant:
    """A scenario with a name.

    Args:
        name: For tables, pictures and sentences (1–100 characters).
        scenario: The house, its demand and its behaviour.
        settings: The changed settings by name, such as ``{"minutes": 15}``. They are columns of the
            study's table.

    Raises:
        InvalidInput: Naming the field and the rule.
    """

    name: str = attrs.field(validator=validators.text(LONGEST_NAME))
    scenario: Scenario = attrs.field(validator=validators.one_of(Scenario))
    settings: Mapping[str, Any] = attrs.field(factory=dict, converter=_as_settings, hash=False)

    def __repr__(self) -> str:
        return brief(self, self.name, *(f"{key} {each}" for key, each in self.settings.items()))


def as_variants(
    value: Mapping[str, Scenario] | Iterable[Variant], base: str | None
) -> tuple[Variant, ...]:
    """Return the variants of a study, the base first and the others in their order.

    Raises:
        InvalidInput: If there are fewer than two or more than 200, a name occurs twice, the
            base is not among them, or the dates differ.
    """
    if isinstance(value, Mapping):
        given: Iterable[Any] = [Variant(name, scenario) for name, scenario in value.items()]
    else:
        given = value
    found = validators.as_instances("variants", given, Variant)
    if not 2 <= len(found) <= MOST_VARIANTS:
        rule = f"must be at least two, at most {MOST_VARIANTS:,}"
        raise InvalidInput("variants", rule, f"{len(found)}")
    names = [each.name for each in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput("variants", "must have different names", safe_repr(twice))
    if base is not None and base not in names:
        raise InvalidInput("base", "must be the name of a variant", safe_repr(base))
    first = found[0 if base is None else names.index(base)]
    for each in found:
        if each.scenario.dates != first.scenario.dates:
            rule = f"must have the dates of the base, {first.name}"
            raise InvalidInput("variants", rule, f"others in {each.name}")
    return (first, *(each for each in found if each is not first))
