"""``fourtop clock reset``: set the time of restaurants back after a clock ran ahead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fourtop.cli.answer import Answer
from fourtop.cli.database import Database


def reset_clock(database: Database, restaurant_ids: Sequence[str]) -> Answer:
    """Set the time of each named restaurant back to the clock's, where the clock is far behind it.

    Raises:
        NotFound: If there is no such restaurant. Those named before it are done.
        WrongInput: If there is no such file.
        StoreMisconfigured: If the database is not fit for use.
        StoreUnavailable: If it cannot be reached. Run the command again.
    """
    database.require_there()
    lines: list[str] = []
    reset: list[dict[str, Any]] = []
    with database.opened() as store:
        for restaurant_id in restaurant_ids:
            set_back_us = store.reset_clock(restaurant_id)
            reset.append({"restaurant": restaurant_id, "set_back_us": set_back_us})
            lines.append(f"{restaurant_id}: {_told(set_back_us)}")
    return Answer("\n".join(lines), {"restaurants": reset})


def _told(set_back_us: int) -> str:
    if not set_back_us:
        return "nothing to do: the clock is at most five minutes behind"
    return f"set back by {timedelta(seconds=set_back_us // 1_000_000)}"
