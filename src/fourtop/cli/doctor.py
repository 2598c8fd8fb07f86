"""``fourtop doctor``: check a database, and say how to mend each fault."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Final

import attrs

from fourtop import ClockBehind, LocalTime, check_local_times
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.format import WIDTH, counted
from fourtop.cli.job import line_of

if TYPE_CHECKING:
    from fourtop import SqlStore
    from fourtop.storage.sql.checks.findings import Finding

_INDENT: Final = " " * 9
# A finding is a short text; the answer for machines has them all.
_MOST_LISTED: Final = 5


def doctor(database: Database) -> Answer:
    """Check a database; the answer is ``NO`` if a store refuses to start on it.

    A database that is not refused is also searched for bookings with another local time than the
    party was told.

    Warnings alone leave the answer at yes.

    Raises:
        InvalidInput: If the URL is invalid.
        WrongInput: If the file does not exist, or an extra is not installed.
        StoreMisconfigured: If the login may not inspect the database.
        StoreUnavailable: If the database cannot be reached.
    """
    database.require_there()
    with database.opened() as store:
        findings = [_data(each) for each in store.inspect()]
        # A store reads nothing from a database that it refuses.
        is_refused = any(each["severity"] == "refuse" for each in findings)
        moved = () if is_refused else _moved(store)
    if moved:
        findings.append(_local_times(moved))
    refusals = sum(each["severity"] == "refuse" for each in findings)
    warnings = sum(each["severity"] == "warn" for each in findings)
    lines = [line for each in findings for line in _lines(each)]
    lines.append(f"{counted(refusals, 'reason')} to refuse, {counted(warnings, 'warning')}")
    data = {
        "findings": findings,
        "refused": refusals > 0,
        "local_times": [attrs.asdict(each) for each in moved],
    }
    return Answer("\n".join(lines), data, ExitCode.NO if refusals else ExitCode.YES)


def _moved(store: SqlStore) -> tuple[LocalTime, ...]:
    try:
        return check_local_times(store).differing
    except ClockBehind:
        # The findings name the clock. The local times can be compared once it is set right.
        return ()


def _local_times(moved: Sequence[LocalTime]) -> dict[str, str]:
    listed = "; ".join(line_of(each) for each in moved[:_MOST_LISTED])
    more = len(moved) - _MOST_LISTED
    return {
        "severity": "warn",
        "code": "local_time_differs",
        "text": f"{counted(len(moved), 'booking')} with another local time than the party was"
        f" told: {listed}{f'; and {more} more' if more > 0 else ''}",
        "remedy": "reschedule each booking to the local time that was told, or tell the party;"
        " fourtop jobs local-times lists all",
    }


def _data(finding: Finding) -> dict[str, str]:
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "text": finding.text,
        "remedy": finding.remedy,
    }


def _lines(finding: dict[str, str]) -> list[str]:
    """Return a finding with its remedy below it."""
    head = f"{finding['severity']:<7}  {finding['code']}"
    told = [f"{finding['text']}", f"mend it: {finding['remedy']}"]
    return [
        head,
        *(
            line
            for text in told
            for line in wrap(text, WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)
        ),
    ]
