"""The rules of the house that no tool knows, as a ratchet: what is kept today stays kept."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "docs", "examples", "benchmarks", ".ci")
PAGES = ("*.py", "*.md", "*.toml", ".gitignore")

MAX_FUNCTION_LINES = 70
MAX_FILE_LINES = 600
# The desk has one short method for each command and read; most of its lines are their docstrings.
FACADES = ("src/fourtop/engine/desk.py", "src/fourtop/engine/async_desk.py")
MAX_FACADE_LINES = 1_000
MAX_PARAMETERS = 5
BANNED_NAMES = {"common", "helper", "helpers", "manager", "managers", "util", "utils"}

WAIVERS = {
    "noqa": re.compile(r"#\s*noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*\s+#\s*\w"),
    "type: ignore": re.compile(r"#\s*type: ignore\[[a-z-]+(, ?[a-z-]+)*\]\s+#\s*\w"),
    "pragma: no": re.compile(r"#\s*pragma: no (cover|branch)\s+#\s*\w"),
}
# This rule forbids open ends: these words, NotImplementedError, and tests that are not run. Only
# this file names them, here, in open_ends and in the samples of test_a_rule_finds_its_fault.
OPEN_END = re.compile(r"\b(TODO|FIXME|XXX)\b")
OUTSIDE = re.compile(r"(?<![\w.~}/:-])(/(home|root|Users)/[\w.]|[A-Z]:\\+Users\\)")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Rule = Callable[[str], Iterator[str]]


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def parsed(source: str) -> ast.Module:
    return ast.parse(source)


def files(*folders: str, suffix: str = "") -> list[Path]:
    """The texts that are ours: neither caches nor pictures nor the output of a tool."""
    found = [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob(f"*{suffix}"))
        if path.is_file() and path.suffix != ".png"
    ]
    if folders == FOLDERS:
        found += [
            path
            for pattern in PAGES
            for path in sorted(ROOT.glob(pattern))
            if path.name.endswith(suffix)
        ]
    return [
        path
        for path in found
        if not any(is_generated(part) for part in path.relative_to(ROOT).parts)
    ]


def is_generated(part: str) -> bool:
    return part in {"__pycache__", "_build"} or (
        part.startswith(".") and part not in {".ci", ".gitignore"}
    )


def functions(source: str) -> Iterator[Function]:
    for node in ast.walk(parsed(source)):
        if isinstance(node, Function):
            yield node


def comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


# ---- the rules: each takes a source and yields what breaks it ------------------------------------


def long_files(source: str) -> Iterator[str]:
    count = len(source.splitlines())
    is_facade = source.startswith(tuple(_first_lines(path) for path in FACADES))
    if count > (MAX_FACADE_LINES if is_facade else MAX_FILE_LINES):
        yield f"{count}: the file has {count} lines"


def _first_lines(path: str) -> str:
    return text_of(ROOT / path)[:200]


def long_functions(source: str) -> Iterator[str]:
    for function in functions(source):
        count = (function.end_lineno or function.lineno) - function.lineno + 1
        if count > MAX_FUNCTION_LINES:
            yield f"{function.lineno}: {function.name} has {count} lines"


def many_parameters(source: str) -> Iterator[str]:
    for function in functions(source):
        arguments = function.args
        names = [
            each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        ]
        count = len([name for name in names if name not in {"self", "cls"}])
        if count > MAX_PARAMETERS:
            yield f"{function.lineno}: {function.name} has {count} parameters"


def bare_waivers(source: str) -> Iterator[str]:
    if not any(word in source for word in WAIVERS):
        return
    for line, comment in comments(source):
        for word, form in WAIVERS.items():
            if re.search(rf"#\s*{word}", comment) and not form.search(comment):
                example = "'# noqa: ABC123  # Because.'"
                yield f"{line}: {comment} needs a code and a reason, as in {example}"


def missing_docstrings(source: str) -> Iterator[str]:
    yield from undocumented(parsed(source))


def undocumented(parent: ast.Module | ast.ClassDef) -> Iterator[str]:
    for node in parent.body:
        if (
            not isinstance(node, Function | ast.ClassDef)
            or node.name.startswith("_")
            or is_overload(node)
        ):
            continue
        if ast.get_docstring(node) is None:
            yield f"{node.lineno}: {node.name} has no docstring"
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node)


def is_overload(node: Function | ast.ClassDef) -> bool:
    return any(ast.unparse(each).endswith(("overload", ".setter")) for each in node.decorator_list)


def open_ends(source: str) -> Iterator[str]:
    if OPEN_END.search(source):
        for line, comment in comments(source):
            if OPEN_END.search(comment):
                yield f"{line}: {comment}"
    # Parsing all files takes seconds, and few of them have one of these words.
    if not re.search(r"NotImplementedError|skip|xfail", source):
        return
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Name) and node.id == "NotImplementedError":
            yield f"{node.lineno}: something is not implemented"
        elif isinstance(node, ast.Attribute) and re.fullmatch(
            r"pytest(\.mark)?\.(skip|skipif|xfail)", ast.unparse(node)
        ):
            yield f"{node.lineno}: a test is not run"


def paths_of_a_machine(source: str) -> Iterator[str]:
    # A pattern for any machine, and where whoever runs this happens to live and work.
    here = "|".join(re.escape(str(path)) for path in (Path.home(), ROOT))
    home = re.compile(rf"(?<![\w.~}}-])({here})/\w")
    for number, line in enumerate(source.splitlines(), start=1):
        if OUTSIDE.search(line) or home.search(line):
            yield f"{number}: {line.strip()}"


def broken(rule: Rule, paths: list[Path]) -> list[str]:
    return [f"{path.relative_to(ROOT)}:{fault}" for path in paths for fault in rule(text_of(path))]


# ---- the house keeps them ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule",
    [long_files, pytest.param(long_functions, marks=pytest.mark.slow), bare_waivers, open_ends],
)
def test_all_code_keeps_the_rule(rule: Rule) -> None:
    assert broken(rule, files(*FOLDERS, suffix=".py")) == []


@pytest.mark.parametrize("rule", [many_parameters, missing_docstrings])
def test_the_package_keeps_the_rule(rule: Rule) -> None:
    assert broken(rule, files("src", suffix=".py")) == []


def test_no_file_names_a_path_of_a_machine() -> None:
    assert broken(paths_of_a_machine, files(*FOLDERS)) == []


def test_modules_have_names_of_the_trade() -> None:
    paths = [path.relative_to(ROOT) for path in files(*FOLDERS, suffix=".py")]
    assert [path for path in paths if BANNED_NAMES & {*path.parts[:-1], path.stem}] == []


def test_there_is_one_configuration_file() -> None:
    others = [
        "setup.cfg",
        "setup.py",
        "tox.ini",
        "pytest.ini",
        "mypy.ini",
        "ruff.toml",
        ".coveragerc",
        ".importlinter",
    ]
    assert [name for name in others if (ROOT / name).exists()] == []


def test_the_checks_run_the_commands_of_the_readme() -> None:
    commands = re.findall(r"```bash\n(.+)\n```", text_of(ROOT / "README.md"))[:2]
    assert len(commands) == 2
    assert [
        command for command in commands if f"='{command}'" not in text_of(ROOT / ".ci/run")
    ] == []


# ---- and the rules bite --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (long_files, "\n" * 601),
        (long_functions, "def serve():\n" + "    pass\n" * 70),
        (many_parameters, "class Floor:\n    def seat(self, a, b, c, *, d, e, f): ..."),
        (bare_waivers, "import os  # noqa"),
        (bare_waivers, "import os  # noqa: F401"),
        (bare_waivers, "x = f()  # type: ignore  # It works."),
        (bare_waivers, "x = f()  # type: ignore[arg-type]"),
        (bare_waivers, "x = f()  # pragma: no cover"),
        (missing_docstrings, "def seat(): ..."),
        (missing_docstrings, 'class Floor:\n    """A floor."""\n    async def seat(self): ...'),
        (open_ends, "x = 1  # TODO: more"),
        (open_ends, "def f():\n    raise NotImplementedError"),
        (open_ends, "@pytest.mark.skip(reason='later')\ndef test_f(): ..."),
        (paths_of_a_machine, "open('/{}/ada/floor.json')".format("home")),
        (paths_of_a_machine, f"open('{Path.home()}/floor.json')"),
    ],
)
def test_a_rule_finds_its_fault(rule: Rule, source: str) -> None:
    assert len(list(rule(source))) == 1


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (long_functions, "def serve():\n" + "    pass\n" * 69),
        (many_parameters, "class Floor:\n    def seat(self, a, b, c, *, d, e): ..."),
        (bare_waivers, "import os  # noqa: F401, E501  # Because."),
        (bare_waivers, "x = f()  # type: ignore[arg-type, operator]  # Because."),
        (bare_waivers, "x = 'a # noqa in a text'"),
        (missing_docstrings, "def _seat(): ...\n@overload\ndef hold(): ..."),
        (paths_of_a_machine, "see https://example.org/home/ada and ~/floor.json"),
    ],
)
def test_a_rule_leaves_good_code_alone(rule: Rule, source: str) -> None:
    assert list(rule(source)) == []
