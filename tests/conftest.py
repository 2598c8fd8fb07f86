"""What holds for every test: repeatable draws, and an eye on the time that each one takes."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from importlib.util import find_spec
from time import process_time

import pytest
from hypothesis import HealthCheck, settings

from fourtop.clock import ManualClock
from fourtop.ports import Store
from tests.evening import NOW
from tests.stores import EVERY_STORE, opened

SLOW_SECONDS = 0.25
# Another machine may be several times slower, so that only what is far over the line fails.
LIMIT_SECONDS = 5.0
SHOWN = 10
# Their files take minutes; started last, one of them would keep a single worker busy at the end.
LONGEST_FIRST = ("crash", "stateful", "load", "isolation", "migration", "sql", "jobs", "browser")

Loiterers = dict[str, float]
LOITERERS = pytest.StashKey[Loiterers]()
SPENT = pytest.StashKey[float]()

# Every run draws the same examples, whatever the machine; time is judged below, not by Hypothesis.
settings.register_profile(
    "fourtop",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
# Fresh draws, for long runs by hand: pytest --hypothesis-profile campaign --hypothesis-seed 1
settings.register_profile("campaign", settings.get_profile("fourtop"), derandomize=False)
settings.load_profile("fourtop")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run choose the stores of the engine's tests: PostgreSQL needs a server."""
    parser.addoption(
        "--stores",
        default=",".join(EVERY_STORE),
        help="the stores for tests that run on each store, "
        "as memory,loading,sqlite,postgresql (default: all)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``store_name`` on each of the chosen stores."""
    if "store_name" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--stores").split(",")
        unknown = sorted({*chosen} - {*EVERY_STORE})
        if unknown:
            raise pytest.UsageError(f"--stores: no such store: {', '.join(unknown)}")
        metafunc.parametrize("store_name", chosen)


def pytest_configure(config: pytest.Config) -> None:
    """Make room for the tests that take long and do not say so."""
    config.stash[LOITERERS] = {}


def pytest_report_header() -> str:
    """Say which fourtop is tested: the installed one, or a checkout on the path."""
    spec = find_spec("fourtop")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return f"fourtop: {', '.join(places) or 'not found'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the folders of the longest tests first, so that the workers end together."""
    rank = {config.rootpath / "tests" / each: place for place, each in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.parent, len(rank)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Measure the processor's time, so that what else runs on the machine fails no test."""
    begun = process_time()
    try:
        yield
    finally:
        item.stash[SPENT] = process_time() - begun


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that takes far too long without the mark ``slow``; note a slightly slow one."""
    report = yield
    # Under measurement of coverage everything takes several times as long.
    if (
        report.when != "call"
        or not report.passed
        or item.get_closest_marker("slow")
        or "coverage" in sys.modules
    ):
        return report
    spent = item.stash[SPENT]
    if spent > LIMIT_SECONDS:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} took {spent:.1f} s: mark it slow, or make it quicker"
    elif spent > SLOW_SECONDS:
        item.config.stash[LOITERERS][item.nodeid] = spent
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """List the slightly slow tests, the longest first: only a report, as machines may be busy."""
    loiterers = sorted(config.stash[LOITERERS].items(), key=lambda each: -each[1])
    if not loiterers:
        return
    terminalreporter.section(f"{len(loiterers)} over {SLOW_SECONDS} s and not marked slow")
    for name, seconds in loiterers[:SHOWN]:
        terminalreporter.write_line(f"{seconds:.2f} s {name}")


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still at noon before the evening."""
    return ManualClock(NOW)


@pytest.fixture
def store(store_name: str, clock: ManualClock) -> Iterator[Store]:
    """Each store in turn, on that clock."""
    with opened(store_name, clock) as made:
        yield made
