"""Tables ``table_holds`` and ``table_hold_members``."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import PrimaryKeyConstraint, text

from fourtop.model.actor import Actor
from fourtop.model.hold import Fingerprint, Hold, HoldState
from fourtop.storage.sql.tables.columns import TableBuilder, partial_index
from fourtop.storage.sql.tables.values import (
    STAY,
    Row,
    actor_row,
    codes_of,
    codes_row,
    overrides_of,
    overrides_row,
    preference_of,
    preference_row,
    stay_of,
    stay_row,
)

HOLD: Final = (
    "id",
    "party_size",
    "state",
    "created_us",
    "expires_us",
    "fingerprint",
    "actor_id",
    "actor_role",
    "booking_id",
    "session",
    "past_reason",
    "must",
    "wish",
    "names_tables",
    "asked_occasion",
    "channel",
    "minutes",
    "reference",
    "life_start_us",
    "overrides",
    "would_refuse",
    *STAY,
)
# The columns of a hold that change.
HOLD_CHANGE: Final = ("id", "state", "expires_us")
_STATES: Final = {each.value: each for each in HoldState}


def hold_change_row(hold: Hold) -> Row:
    """Return the columns of a hold that change."""
    return {"id": hold.id, "state": hold.state.value, "expires_us": hold.expires_us}


def hold_row(hold: Hold) -> Row:
    """Return the row of a hold. Its tables are rows of ``table_hold_members``."""
    return {
        "id": hold.id,
        "party_size": hold.party_size,
        "state": hold.state.value,
        "created_us": hold.created_us,
        "expires_us": hold.expires_us,
        "fingerprint": hold.fingerprint.facts,
        "booking_id": hold.booking_id,
        "session": hold.session,
        "past_reason": hold.past_reason,
        "must": preference_row(hold.must),
        "wish": preference_row(hold.wish),
        "names_tables": hold.names_tables,
        "asked_occasion": hold.occasion,
        "channel": hold.channel,
        "minutes": hold.minutes,
        "reference": hold.reference,
        "life_start_us": hold.life_start_us,
        "overrides": overrides_row(hold.overrides),
        "would_refuse": codes_row(hold.would_refuse),
        **actor_row(hold.actor),
        **stay_row(hold.stay),
    }


def hold_of(restaurant_id: str, row: list[Any]) -> Hold:
    """Return the hold of a row. The row ends with the list of its table ids."""
    *facts, tables = row
    found = dict(zip(HOLD, facts, strict=True))
    life_start_us = found["life_start_us"]
    return Hold(
        id=found["id"],
        restaurant_id=restaurant_id,
        party_size=found["party_size"],
        stay=stay_of([found[name] for name in STAY]),
        tables=tuple(tables or ()),
        state=_STATES[found["state"]],
        created_us=found["created_us"],
        expires_us=found["expires_us"],
        fingerprint=Fingerprint(found["fingerprint"]),
        actor=Actor(found["actor_id"], found["actor_role"]),
        booking_id=found["booking_id"],
        session=found["session"],
        past_reason=found["past_reason"],
        must=preference_of(found["must"]),
        wish=preference_of(found["wish"]),
        names_tables=bool(found["names_tables"]),
        occasion=found["asked_occasion"],
        channel=found["channel"],
        minutes=found["minutes"],
        reference=found["reference"],
        # A hold of an earlier revision has none.
        life_start_us=found["created_us"] if life_start_us is None else life_start_us,
        overrides=overrides_of(found["overrides"]),
        would_refuse=codes_of(found["would_refuse"]),
    )


def hold_tables(make: TableBuilder) -> None:
    """Add the tables of holds."""
    active = text("state = 'active'")
    make.table(
        "table_holds",
        make.key("restaurant_id"),
        make.key("id"),
        make.small("party_size"),
        make.words("state"),
        *make.stay(),
        make.whole("created_us"),
        make.whole("expires_us"),
        make.words("fingerprint"),
        *make.actor(),
        make.key("booking_id", null=True),
        make.key("session", null=True),
        make.words("past_reason", null=True),
        make.document("must"),
        make.document("wish"),
        make.flag("names_tables"),
        make.words("asked_occasion", null=True),
        *make.moment("expires_at", "expires_us"),
        make.key("channel", null=True),
        make.small("minutes", null=True),
        make.key("reference", null=True),
        make.whole("life_start_us", null=True),
        make.document("overrides", default="[]"),
        make.words("would_refuse", null=True),
        PrimaryKeyConstraint("restaurant_id", "id", name="table_holds_pkey"),
        make.owned_by("table_holds_restaurant_fkey", "restaurant_id", of="restaurants"),
        partial_index("table_holds_active", active, "restaurant_id", "occupied_start_us"),
        partial_index(
            "table_holds_booking", text("booking_id IS NOT NULL"), "restaurant_id", "booking_id"
        ),
        # The jobs search all restaurants for expired holds and for old ended ones.
        partial_index("table_holds_expiry", active, "expires_us"),
        partial_index("table_holds_ended", text("state <> 'active'"), "created_us"),
    )
    make.table(
        "table_hold_members",
        make.key("restaurant_id"),
        make.key("hold_id"),
        make.small("position"),
        make.key("table_id"),
        PrimaryKeyConstraint(
            "restaurant_id", "hold_id", "position", name="table_hold_members_pkey"
        ),
        make.owned_by("table_hold_members_hold_fkey", "restaurant_id", "hold_id", of="table_holds"),
    )
