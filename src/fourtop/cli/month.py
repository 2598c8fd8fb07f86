"""``fourtop month``: the days of a month, bookable, full or closed."""

from __future__ import annotations

import re
from typing import Final

from fourtop import Desk, MonthTerms
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.format import WIDTH, counted
from fourtop.cli.inputs import WrongInput
from fourtop.errors import safe_repr
from fourtop.errors.display import clip
from fourtop.formats.results import to_data

_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")


def as_month(text: str) -> tuple[int, int]:
    """Return the year and the month of a text such as ``2026-05``.

    Raises:
        WrongInput: If it is another text.
    """
    found = _MONTH.fullmatch(text)
    if found is None:
        raise WrongInput(f"--month: must be a month such as 2026-05 (got {safe_repr(text)})")
    return int(found[1]), int(found[2])


def show_month(desk: Desk, month: tuple[int, int], party_size: int, terms: MonthTerms) -> Answer:
    """Show a line per day; the answer is ``NO`` if no day can be booked."""
    house = desk.house()
    found = desk.month(*month, party_size, **terms)
    first = found.days[0].on
    head = f"{house.restaurant.name}, {first:%B %Y}, a party of {party_size}"
    lines = [head, ""]
    lines += [clip(f"{each.on:%a} {each.on.day:>2}  {each.summary()}", WIDTH) for each in found]
    bookable = len(found.bookable())
    lines += ["", f"{counted(bookable, 'bookable day')} of {len(found.days)}"]
    data = {
        "restaurant": house.restaurant.id,
        "party_size": party_size,
        "days": [{"state": each.state.value, **to_data(each)} for each in found],
        "versions": to_data(found.versions),
    }
    return Answer("\n".join(lines), data, ExitCode.YES if bookable else ExitCode.NO)
