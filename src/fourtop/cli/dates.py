"""Dates: the dates that a command covers, as options and as windows."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import attrs

from fourtop import Calendar, Window
from fourtop.cli.arguments import day
from fourtop.cli.inputs import WrongInput

# A window has at most 31 days, and a month in which the clocks go back is longer.
_STEP: Final = timedelta(days=28)
_DAY: Final = timedelta(days=1)
_LONGEST: Final = timedelta(days=3_700)


@attrs.frozen(kw_only=True)
class Days:
    """The dates that a command covers.

    Args:
        first: The first date; the bookings start on it or later.
        last: The last date.
    """

    first: date
    last: date

    def windows(self, calendar: Calendar) -> Iterator[Window]:
        """Yield the windows from midnight of the first date to midnight after the last one.

        Raises:
            WrongInput: If the last date is before the first one, or more than ten years after it.
        """
        if not timedelta(0) <= self.last - self.first <= _LONGEST:
            raise WrongInput("--to: must be at or after --from, by at most ten years")
        start, end = self.first, self.last + _DAY
        while start < end:
            following = min(start + _STEP, end)
            bounds = calendar.midnight_us(start), calendar.midnight_us(following)
            yield Window.of_micros(*bounds)
            start = following


def add_days(parser: ArgumentParser) -> None:
    """Add the options for one date, or for the first and the last one."""
    parser.add_argument("--on", type=day, metavar="DATE", help="the bookings of this date")
    parser.add_argument("--from", dest="first", type=day, metavar="DATE", help="from this date on")
    parser.add_argument("--to", dest="last", type=day, metavar="DATE", help="up to this date")


def days(found: Namespace) -> Days:
    """Return the dates that the options name.

    Raises:
        WrongInput: If they do not name one date, or the first and the last one.
    """
    first, last = found.on or found.first, found.on or found.last
    if first is None or last is None or (found.on and (found.first or found.last)):
        raise WrongInput("--on, --from, --to: give one date, or the first and the last one")
    return Days(first=first, last=last)
