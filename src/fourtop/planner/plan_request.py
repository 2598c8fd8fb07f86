"""The request to the planner: party size and conditions."""

from __future__ import annotations

import attrs

from fourtop.model import validators
from fourtop.model.demand import MULTIPLIER
from fourtop.model.request import ANY_TABLE, Preference


@attrs.frozen(cache_hash=True)
class PlanRequest:
    """A party and its conditions on tables. The planner does not know the time.

    Args:
        party_size: How many people (1–1,000).
        must: Conditions that every table of a plan meets.
        wish: Conditions that raise the score for each table of the plan that does not meet them.
        demand: The weight of seats left over; ``None``: the house's demand multiplier.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> PlanRequest(4, must=Preference(features={"step-free"})).must.kinds
    ('features',)
    """

    party_size: int = attrs.field(validator=validators.party_size)
    must: Preference = attrs.field(
        default=ANY_TABLE, kw_only=True, validator=validators.one_of(Preference)
    )
    wish: Preference = attrs.field(
        default=ANY_TABLE, kw_only=True, validator=validators.one_of(Preference)
    )
    demand: float | None = attrs.field(
        default=None,
        kw_only=True,
        validator=validators.optional(validators.number(*MULTIPLIER)),
    )
