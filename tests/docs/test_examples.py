from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from tests.docs.test_examples_on_postgresql import PRINTED as ON_A_SERVER

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

# The examples that need a server are executed elsewhere.
ELSEWHERE = {
    "procrastinate_jobs": "tests/jobs/test_examples.py",
    "two_databases": "tests/sql/test_scale_out.py",
}
PRINTED = {
    "asyncio_jobs": """\
capacity.hold.created
capacity.hold.confirmed
capacity.booking.created
capacity.assignment.sync
capacity.hold.created
capacity.hold.expired
ended cleanly
""",
    "embed": "confirmed ('3', '4') 90 minutes\n",
    "fastapi_service": """\
200 17 starts from 2050-05-06T16:00:00Z
201 ['dining-6a', 'dining-6b']
200 ['dining-6a', 'dining-6b'] new
200 ['dining-6a', 'dining-6b'] replayed
422 application/problem+json KEY_REUSED
409 application/problem+json PARTY_NEVER_FITS
422 application/problem+json NAIVE_DATETIME
""",
    "guest_page": """\
200 text/html; charset=utf-8 True
17 free times, the last at 2026-05-01T20:00:00+00:00
10 parties booked 20:00; the next: 409 TABLES_TAKEN
201 2026-05-01T18:00+01:00 -120 minutes
""",
    "import_bookings": """\
nothing was imported:
  line 3: table Low 4a is taken by line 2 in 2026-05-01T18:00/20:00+01:00
  line 5: tables: must be numbers of tables on the floor (got 'Low 5')
4 bookings, 6 allocations; imported again: False
clean: True
""",
    "service": """\
200 ['dining-6a', 'dining-6b']
True the same key, the same hold
422 KEY_REUSED
409 PARTY_NEVER_FITS - no table or combination on this floor seats a party of 40
200 ['dining-6a', 'dining-6b'] new
200 ['dining-6a', 'dining-6b'] replayed
409 HOLD_EXPIRED
400
""",
    "whatif_notebook": """\
                       4   6   8   9  10  12
today                 10   6   3   2   2   2
no joins at all       10   4   0   0   0   0
the bays joined       10   6   4   3   3   2
High 4 with Low 4a    10   6   3   3   3   3
as it is: small-bay (idle_time 270)
rare tables stay free: big-bay (overage 120, scarcity 150, idle_time 324)
empty hours do not count: small-bay (costs nothing)
""",
}


def code_of(path: Path) -> str:
    """What stands below the docstring and the future import."""
    return path.read_text("utf-8").partition("from __future__ import annotations\n")[2].strip()


def test_no_example_is_left_out() -> None:
    scripts = {*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*/app.py")}
    on_a_server = set(map(EXAMPLES.joinpath, ON_A_SERVER))
    assert scripts == {*(EXAMPLES / f"{name}.py" for name in {*PRINTED, *ELSEWHERE}), *on_a_server}
    for name, test in ELSEWHERE.items():
        assert f"{name}.py" in (ROOT / test).read_text("utf-8")


@pytest.mark.parametrize("name", PRINTED)
def test_example_prints(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    assert capsys.readouterr().out == PRINTED[name]


def test_embedding_takes_ten_lines() -> None:
    lines = [line for line in code_of(EXAMPLES / "embed.py").splitlines() if line]
    assert len(lines) == 10


def test_readme_shows_the_embedding_example() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"```python\n{code_of(EXAMPLES / 'embed.py')}\n```" in readme
    assert f"It prints `{PRINTED['embed'].strip()}`" in readme


def test_the_readme_has_no_relative_links_since_they_break_on_the_index_page() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert re.findall(r"\]\((?!https://|#)[^)]*\)", readme) == []


def test_the_readme_names_files_that_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    named = re.findall(r"`((?:docs|examples)/[\w./-]*|[A-Z]+\.md)`", readme)
    assert len(named) > 8
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_links_of_the_tutorial_lead_somewhere() -> None:
    page = "docs/tutorial.md"
    text = (ROOT / page).read_text("utf-8")
    links = [
        link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if not link.startswith("https://")
    ]
    assert links
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []
