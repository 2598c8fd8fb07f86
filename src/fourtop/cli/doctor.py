"""``fourtop doctor``: check a database, and say how to mend each fault."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.format import WIDTH, counted

if TYPE_CHECKING:
    from fourtop.storage.sql.checks.findings import Finding

_INDENT: Final = " " * 9


def doctor(database: Database) -> Answer:
    """Check a database; the answer is ``NO`` if a store refuses to start on it.

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
    refusals = sum(each["severity"] == "refuse" for each in findings)
    warnings = sum(each["severity"] == "warn" for each in findings)
    lines = [line for each in findings for line in _lines(each)]
    lines.append(f"{counted(refusals, 'reason')} to refuse, {counted(warnings, 'warning')}")
    data = {"findings": findings, "refused": refusals > 0}
    return Answer("\n".join(lines), data, ExitCode.NO if refusals else ExitCode.YES)


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
