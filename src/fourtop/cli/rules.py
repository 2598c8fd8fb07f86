"""``fourtop rules``: find rules of a house that contradict each other or never apply."""

from __future__ import annotations

from fourtop import House, RuleProblem, check_rules
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.format import counted


def check_house_rules(house: House) -> Answer:
    """List the problems of the rules of a house; the exit code is ``NO`` if it has any."""
    problems = check_rules(house)
    head = f"{house.restaurant.name}: {counted(len(problems), 'problem')}"
    lines = [f"  {each.kind.value:<13} {each}" for each in problems]
    code = ExitCode.NO if problems else ExitCode.YES
    return Answer("\n".join([head, *lines]), {"problems": [_data(each) for each in problems]}, code)


def _data(problem: RuleProblem) -> dict[str, str]:
    return {"kind": problem.kind.value, "path": problem.path, "text": problem.text}
