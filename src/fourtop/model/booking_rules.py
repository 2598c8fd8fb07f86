"""Rules on how guests book and sit down: booking windows, holds and seating."""

from typing import Any, Final

import attrs

from fourtop.errors import InvalidInput
from fourtop.errors.display import brief
from fourtop.model import validators

# The channel of parties without a booking. Every policy knows it.
WALK_IN: Final = "walk_in"

HOLD_TTL_SECONDS: Final = (30, 3_600)
HOLD_LIFETIME_SECONDS: Final = (600, 3_600)

_DAY_MINUTES: Final = 24 * 60
_MAX_DAYS: Final = 3_660


@attrs.frozen(repr=False)
class BookingWindow:
    """How early and how late guests may book. Staff are not bound by it.

    Of the windows of a policy, the first that fits the channel and the party size applies.

    Args:
        notice_minutes: Least time between now and the start (0–5,270,400).
        horizon_days: Most days between today and the service date, in the restaurant's calendar
            (0–3,660). 0: today only; ``None``: no limit.
        channel: Only for requests of this channel; ``None``: for all.
        min_party: Only from this party size on.
        max_party: Only up to this party size; ``None``: no limit.

    Raises:
        InvalidInput: If the notice is longer than the horizon, no party fits, or nothing is given.

    >>> BookingWindow(notice_minutes=120, horizon_days=60, channel="online")
    <BookingWindow online, any party, from 120 min, up to 60 days>
    """

    notice_minutes: int = attrs.field(
        default=0,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, _MAX_DAYS * _DAY_MINUTES),
    )
    horizon_days: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(0, _MAX_DAYS)),
    )
    channel: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    min_party: int = attrs.field(
        default=1,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, validators.MAX_PARTY),
    )
    max_party: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(1, validators.MAX_PARTY)),
    )

    def __attrs_post_init__(self) -> None:
        limits = (self.notice_minutes, self.horizon_days)
        if limits == (0, None) and self.scope == (None, 1, None):
            raise InvalidInput(
                "notice_minutes", "give a notice, a horizon, a channel or party sizes", "nothing"
            )
        if self.max_party is not None and self.max_party < self.min_party:
            raise InvalidInput("max_party", "must not be below min_party", f"{self.max_party}")
        # With a horizon of today, a notice within the day is in order.
        if (
            self.horizon_days is not None
            and self.notice_minutes > max(self.horizon_days, 1) * _DAY_MINUTES
        ):
            raise InvalidInput(
                "notice_minutes",
                f"must not be longer than horizon_days, {self.horizon_days}",
                f"{self.notice_minutes}",
            )

    @property
    def scope(self) -> tuple[Any, ...]:
        """The channel and the party sizes that it applies to."""
        return (self.channel, self.min_party, self.max_party)

    def applies(self, channel: str | None, party_size: int) -> bool:
        """Tell whether it applies to a channel and a party size."""
        return (
            self.channel in (None, channel)
            and self.min_party <= party_size
            and (self.max_party is None or party_size <= self.max_party)
        )

    def __repr__(self) -> str:
        if self.max_party is not None:
            sizes = f"{self.min_party} to {self.max_party}"
        else:
            sizes = "any party" if self.min_party == 1 else f"from {self.min_party}"
        return brief(
            self,
            "each channel" if self.channel is None else self.channel,
            sizes,
            f"from {self.notice_minutes} min" if self.notice_minutes else "",
            "" if self.horizon_days is None else f"up to {self.horizon_days} days",
        )


@attrs.frozen(repr=False)
class HoldRules:
    """Limits on holds.

    Args:
        ttl_seconds: The default lifetime of a hold (30 to ``max_lifetime_seconds``).
        rate_limit: Most holds created per booking in a rate window (1–100).
        rate_window_seconds: The rate window (5–600).
        max_live: Most live holds of the restaurant (1–100,000).
        max_live_per_session: Most live holds of one session (1–1,000).
        max_lifetime_seconds: Most seconds that tables stay held, over all extensions and
            replacements (600–3,600). Payment pages may need more than the default.

    Raises:
        InvalidInput: Naming the field and the rule.
    """

    ttl_seconds: int = attrs.field(
        default=180,
        kw_only=True,
        converter=validators.as_integer,
    )
    rate_limit: int = attrs.field(
        default=5,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, 100),
    )
    rate_window_seconds: int = attrs.field(
        default=60,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(5, 600),
    )
    max_live: int = attrs.field(
        default=1_000,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, 100_000),
    )
    max_live_per_session: int = attrs.field(
        default=10,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, 1_000),
    )
    max_lifetime_seconds: int = attrs.field(
        default=600,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(*HOLD_LIFETIME_SECONDS),
    )

    def __attrs_post_init__(self) -> None:
        self.check_ttl(self.ttl_seconds)

    def check_ttl(self, seconds: object) -> int:
        """Return the lifetime of a hold if these rules allow it.

        Raises:
            InvalidInput: If it is not a whole number from 30 to ``max_lifetime_seconds``.
        """
        shortest = HOLD_TTL_SECONDS[0]
        return validators.check_integer("ttl_seconds", seconds, shortest, self.max_lifetime_seconds)

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.ttl_seconds} s of at most {self.max_lifetime_seconds:,} s",
            f"{self.rate_limit} in {self.rate_window_seconds} s",
            f"at most {self.max_live:,} live, {self.max_live_per_session:,} of a session",
        )


@attrs.frozen(repr=False)
class SeatingRules:
    """Limits on seating a party, and how long a party that overstays keeps its table.

    Args:
        early_minutes: How long before its start a party may be seated (0–1,440).
        late_minutes: How long after its start it may be seated (0–1,440); ``None``: until the
            booked end.
        no_show_after_minutes: How long after its start it counts as a no-show at the earliest
            (0–1,440).
        overstay_minutes: How long beyond now the table of a party that overstays counts as taken
            (0–600).
        reseat_notice_minutes: How long before its start a party gets other tables at the latest to
            make room for another one (0–10,080, a week).

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> SeatingRules(early_minutes=30)
    <SeatingRules 30 min early, late until its end, no-show after 15 min, overstay 15 min>
    """

    early_minutes: int = attrs.field(
        default=120,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, _DAY_MINUTES),
    )
    late_minutes: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(0, _DAY_MINUTES)),
    )
    no_show_after_minutes: int = attrs.field(
        default=15,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, _DAY_MINUTES),
    )
    overstay_minutes: int = attrs.field(
        default=15,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, 600),
    )
    reseat_notice_minutes: int = attrs.field(
        default=0,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, 7 * _DAY_MINUTES),
    )

    def __repr__(self) -> str:
        late = "until its end" if self.late_minutes is None else f"{self.late_minutes} min"
        return brief(
            self,
            f"{self.early_minutes} min early",
            f"late {late}",
            f"no-show after {self.no_show_after_minutes} min",
            f"overstay {self.overstay_minutes} min",
            f"re-seated {self.reseat_notice_minutes} min ahead"
            if self.reseat_notice_minutes
            else "",
        )
