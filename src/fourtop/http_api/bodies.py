"""The bodies of requests that are no record of the model."""

from __future__ import annotations

import attrs

from fourtop.model import validators
from fourtop.model.alternatives import AlternativeTerms
from fourtop.model.request import BookingRequest


@attrs.frozen
class WantedAlternatives:
    """A party, and the alternatives that it accepts.

    Args:
        request: The party.
        terms: The alternatives to look for; `null`: times within 15, 30, 60 and 120 minutes.
    """

    request: BookingRequest = attrs.field(validator=validators.one_of(BookingRequest))
    terms: AlternativeTerms | None = attrs.field(
        default=None, validator=validators.optional(validators.one_of(AlternativeTerms))
    )
