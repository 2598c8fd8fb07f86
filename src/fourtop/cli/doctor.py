"""``fourtop doctor``: whether a database is as it has to be, and what to do if not."""

from __future__ import annotations

from textwrap import wrap
from typing import Any, Final

from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database, extras_needed
from fourtop.cli.wording import WIDTH, counted

_INDENT: Final = " " * 9


@extras_needed()
def doctor(database: Database) -> Answer:
    """Look a database over. A no means that the store refuses to be used with it; warnings alone are a yes.

    Raises:
        InvalidInput: If the URL is none.
        WrongInput: If there is no such file, or what is to be installed for it is not.
        StoreUnavailable: If it cannot be reached.
    """
    from fourtop.storage.sql import inspecting  # noqa: PLC0415  # An extra, and only this command needs it.

    database.require_there()
    findings = [_data(each) for each in inspecting.inspect(database.url, schema=database.schema)]
    refusals = sum(each["severity"] == "refuse" for each in findings)
    lines = [line for each in findings for line in _lines(each)]
    lines.append(f"{counted(refusals, 'reason')} to refuse, {counted(len(findings) - refusals, 'warning')}")
    data = {"findings": findings, "refused": refusals > 0}
    return Answer("\n".join(lines), data, ExitCode.NO if refusals else ExitCode.YES)


def _data(finding: Any) -> dict[str, str]:
    return {
        "severity": str(finding.severity),
        "code": str(finding.code),
        "text": finding.text,
        "remedy": finding.remedy,
    }


def _lines(finding: dict[str, str]) -> list[str]:
    """Return what was found, and below it what to do."""
    head = f"{finding['severity']:<7}  {finding['code']}"
    told = [f"{finding['text']}", f"mend it: {finding['remedy']}"]
    return [
        head,
        *(line for text in told for line in wrap(text, WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)),
    ]
