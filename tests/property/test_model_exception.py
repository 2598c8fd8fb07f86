"""An exception changes only what it names, on its date: every minute of three days is compared."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourtop import Calendar, DateException, InvalidInput, Policy, Restaurant, Stay, Weekday
from fourtop.model.window import MICROSECONDS_PER_MINUTE, to_micros
from fourtop.testing.strategies import policies

DAY = date(2026, 6, 12)
RESTAURANT = Restaurant("r1", "A House", timezone="Europe/London")
TIMES = ("11:30", "12:15", "14:00", "17:30", "18:00", "20:00", "21:00", "21:45", "23:00")

exceptions = st.fixed_dictionaries(
    {"period": st.sampled_from((None, "lunch", "dinner", "late"))},
    optional={
        "start": st.sampled_from(TIMES),
        "end": st.sampled_from((*TIMES, "01:00")),
        "last_start": st.sampled_from(TIMES),
        "interval_minutes": st.sampled_from((15, 20, 45)),
        "closed_starts": st.sets(st.sampled_from(TIMES), min_size=1, max_size=2),
    },
) | st.fixed_dictionaries(
    {"period": st.sampled_from((None, "lunch", "dinner", "late")), "closed": st.just(value=True)}
)


def minutes_around(day: date) -> list[int]:
    start = datetime.combine(
        day - timedelta(days=1), datetime.min.time(), ZoneInfo("Europe/London")
    )
    first = to_micros(start, "start")
    return [first + place * 5 * MICROSECONDS_PER_MINUTE for place in range(3 * 24 * 12)]


def stays(policy: Policy) -> dict[int, tuple[Any, ...]]:
    """What a party of two gets at every fifth minute of the date and its neighbours."""
    calendar = Calendar(RESTAURANT, policy)
    found: dict[int, tuple[Any, ...]] = {}
    for start_us in minutes_around(DAY):
        stay = calendar.stay(start_us, 2)
        service = calendar.find_service(start_us)
        known = (stay.period, stay.service_date) if isinstance(stay, Stay) else None
        where = None if service is None else (service.period.key, service.date)
        on_offer = service is not None and start_us in service.starts_us
        found[start_us] = (where, known, stay, on_offer)
    return found


def by_hand(policy: Policy, exception: DateException) -> Policy:
    """Write the date out in full: its periods as dated ones beside the others, by plain loops."""
    here = []
    for period in policy.periods:
        if not period.runs_on(Weekday.of(DAY)):
            continue
        if exception.period not in (None, period.key):
            here.append(period)
        elif not exception.closed:
            changes = {
                name: getattr(exception, name)
                for name in ("start", "end", "last_start", "interval_minutes")
                if getattr(exception, name) is not None
            }
            if exception.last_start is not None:
                changes["last_seating_minutes"] = None
            closed = {*period.closed_starts, *exception.closed_starts}
            here.append(attrs.evolve(period, closed_starts=closed, **changes))
    if not here:
        return attrs.evolve(policy, closures=[DAY])
    dated = [attrs.evolve(each, weekdays=(), dates=[DAY], key=f"{each.key}-x") for each in here]
    return attrs.evolve(policy, periods=[*policy.periods, *dated])


@pytest.mark.slow
@given(policy=policies(), drawn=exceptions)
def test_finding_08_an_exception_changes_only_what_it_names_on_its_date(
    policy: Policy, drawn: dict[str, Any]
) -> None:
    keys = {period.key for period in policy.periods}
    if drawn["period"] is not None and drawn["period"] not in keys:
        drawn = {**drawn, "period": "dinner"}
    try:
        exception = DateException(DAY, **drawn)
        changed = attrs.evolve(policy, exceptions=[exception])
    except InvalidInput:
        return
    true, found = stays(by_hand(policy, exception)), stays(changed)

    def renamed(key: Any) -> Any:
        return key if key is None else (key[0].removesuffix("-x"), key[1])

    for start_us, (where, known, stay, on_offer) in true.items():
        here = found[start_us]
        assert (renamed(where), renamed(known), on_offer) == (here[0], here[1], here[3])
        if isinstance(stay, Stay):
            assert attrs.evolve(stay, period=here[2].period) == here[2]
        else:
            assert stay.code is here[2].code
