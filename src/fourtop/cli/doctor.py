"""``fourtop doctor``: whether a database is as it has to be, and what to do if not."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.format import WIDTH, counted

if TYPE_CHECKING:
    from fourtop.storage.sql.checks.finding import Finding

_INDENT: Final = " " * 9


def doctor(database: Database) -> Answer:
    """Look a database over. A no means that stores refuse to work on it; warnings alone are a yes.

    Raises:
        InvalidInput: If the URL is none.
        WrongInput: If there is no such file, or what is to be installed for it is not.
        StoreMisconfigured: If it does not let itself be asked.
        StoreUnavailable: If it cannot be reached.
    """
    database.require_there()
    with database.opened() as store:
        findings = [_data(each) for each in store.inspect()]
    refusals = sum(each["severity"] == "refuse" for each in findings)
    lines = [line for each in findings for line in _lines(each)]
    lines.append(
        f"{counted(refusals, 'reason')} to refuse, {counted(len(findings) - refusals, 'warning')}"
    )
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
    """Return what was found, and below it what to do."""
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
