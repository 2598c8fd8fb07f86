"""The checks of the project: ``nox -l`` lists them, ``nox`` runs them all.

Every session that runs code of ours runs it from a wheel that was built for the occasion, in an
environment of its own, with the checkout's ``src`` out of reach.
"""

from __future__ import annotations

from pathlib import Path

import nox

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
# What the tests run on, and so what types are checked against and documentation is made from.
TESTED_EXTRAS = (
    *("testing", "sql", "postgres", "async", "dask"),
    *("http", "optimize", "otel", "pictures"),
)
# Each of them works alone; "none" is the package without any, "serve" a command with its two.
EXTRAS = ("none", *PROJECT["project"]["optional-dependencies"], "serve")
# The stores that need no server.
SERVERLESS = ("--stores", "memory,loading,sqlite")
# One worker process per core; a file stays on one worker, so that its fixtures are shared. Each
# worker starts its own PostgreSQL.
# The order of the files is that of tests/conftest.py: the longest first.
PARALLEL = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
# What covers the core: its own tests, on the store that is quickest under measurement.
OF_THE_CORE = (
    "--stores",
    "memory",
    "tests/unit",
    "tests/property",
    "tests/cases",
    "tests/interleaving",
)

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = True
nox.options.sessions = [
    "lint",
    "types",
    "imports",
    "tests",
    "extras",
    "coverage",
    "docs",
    "notebooks",
]


def group(name: str) -> tuple[str, ...]:
    """Return the requirements of a dependency group."""
    return nox.project.dependency_groups(PROJECT, name)


def extra_requirements(*extras: str) -> list[str]:
    """Return what some extras require of others. Where one builds on another of ours, name both."""
    optional = PROJECT["project"]["optional-dependencies"]
    return [each for extra in extras for each in optional[extra] if not each.startswith("fourtop[")]


def install_wheel(session: nox.Session, *extras: str) -> None:
    """Build the wheel, check that it is pure, and install it with extras, without the checkout."""
    session.install("build")
    dist = Path(session.create_tmp()) / "dist"
    for stale in dist.glob("*.whl"):
        stale.unlink()
    session.run("python", "-m", "build", "--wheel", "--outdir", str(dist), str(ROOT), silent=True)
    (wheel,) = dist.glob("*.whl")
    if not wheel.name.endswith("-py3-none-any.whl"):
        session.error(f"{wheel.name} is not a pure wheel")
    wanted = f"{wheel}[{','.join(extras)}]" if extras else str(wheel)
    session.install(wanted)
    # The version stays the same while we work: without force, pip would keep the wheel of
    # yesterday.
    session.install("--force-reinstall", "--no-deps", str(wheel))


def run_tests(session: nox.Session, *command: str) -> None:
    """Run pytest, or a program around it, on the wheel. Drop a PYTHONPATH that has the checkout."""
    session.run(*command, env={"PYTHONPATH": None})


def install_servers(session: nox.Session) -> None:
    """Require PostgreSQL, pgbouncer and Chromium: install them as root on Debian, or say how."""
    session.run("python", "-m", "tests.database.install", env={"PYTHONPATH": None})


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests on the wheel. Arguments after ``--`` go to pytest."""
    install_wheel(session, *TESTED_EXTRAS)
    session.install(*group("test"), *group("browser"))
    install_servers(session)
    run_tests(session, "python", "-m", "pytest", *PARALLEL, *session.posargs)


@nox.session(python=["3.12", "3.13"])
def compat(session: nox.Session) -> None:
    """Run the unit and property tests on the wheel, on the newer Pythons. They need no server."""
    install_wheel(session, *TESTED_EXTRAS)
    session.install(*group("test"))
    run_tests(
        session,
        "python",
        "-m",
        "pytest",
        *PARALLEL,
        "tests/unit",
        "tests/property",
        *SERVERLESS,
        *session.posargs,
    )


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the quick tests on the wheel and demand every branch of the core.

    The slow ones are left out: under measurement they take several times as long, and a branch that
    only they reach deserves a test of its own.
    """
    install_wheel(session, *TESTED_EXTRAS)
    session.install(*group("test"), *group("coverage"))
    install_servers(session)
    run_tests(
        session,
        "coverage",
        "run",
        "-m",
        "pytest",
        "-q",
        "-m",
        "not slow",
        *OF_THE_CORE,
        *session.posargs,
    )
    session.run("coverage", "report")


@nox.session(venv_backend="virtualenv", reuse_venv=False)
@nox.parametrize("extra", EXTRAS)
def extras(session: nox.Session, extra: str) -> None:
    """Install each extra alone in a fresh environment and run its first example."""
    install_wheel(session, *{"none": (), "serve": ("http", "sql")}.get(extra, (extra,)))
    run_tests(session, "python", "-m", "tests.package.first_example", extra)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format."""
    session.install(*group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of the package and of its tests, strictly."""
    session.install(
        *PROJECT["project"]["dependencies"], *extra_requirements(*TESTED_EXTRAS), *group("types")
    )
    session.run("mypy", env={"PYTHONPATH": None})
    session.run("python", "-m", "tests.types.flagged", env={"PYTHONPATH": None, "MYPYPATH": "src"})


@nox.session
def surface(session: nox.Session) -> None:
    """Check that pyright knows the type of every public name."""
    install_wheel(session, *TESTED_EXTRAS)
    session.install(*group("surface"))
    command = ("pyright", "--verifytypes", "fourtop", "--ignoreexternal")
    session.run(*command, env={"PYTHONPATH": None})


@nox.session
def imports(session: nox.Session) -> None:
    """Check that imports point down and that the core is pure."""
    install_wheel(session)
    session.install(*group("imports"))
    session.run("lint-imports", "--no-cache", "--no-logo", env={"PYTHONPATH": None})


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    install_wheel(session, *TESTED_EXTRAS)
    session.install(*group("docs"))
    session.run(
        "sphinx-build",
        "-W",
        "--keep-going",
        "-E",
        "-q",
        "docs",
        "docs/_build/html",
        env={"PYTHONPATH": None},
    )


@nox.session
def notebooks(session: nox.Session) -> None:
    """Execute the notebooks on the wheel, and compare their outputs with those that they keep."""
    install_wheel(session, *TESTED_EXTRAS)
    session.install(*group("test"), *group("notebooks"))
    run_tests(session, "python", "-m", "pytest", "-n", "auto", "tests/notebooks", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Print the benchmarks: ratios of things measured in one run. Arguments after ``--`` choose."""
    install_wheel(session, "testing", "sql", "postgres", "optimize")
    session.install(*group("bench"))
    install_servers(session)
    session.run("python", "-m", "benchmarks", *session.posargs, env={"PYTHONPATH": None})
