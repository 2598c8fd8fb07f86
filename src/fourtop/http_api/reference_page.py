"""The reference of the API as a page, made from its OpenAPI document.

It needs neither a script nor another host, so that it can be read without a network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

import attrs
from fastapi import FastAPI
from jinja2 import Template
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fourtop.http_api.page_environment import page_environment

PATH: Final = "/docs"
STYLE: Final = f"{PATH}/reference.css"

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
_REF: Final = "#/components/schemas/"
_METHODS: Final = ("get", "post", "put", "patch", "delete")


@attrs.frozen
class _Row:
    """A parameter, a key of a body or a status, as a row of a table."""

    name: str
    kind: Markup
    text: str
    is_needed: bool = False


@attrs.frozen
class _Operation:
    """A method on a path."""

    id: str
    method: str
    path: str
    title: str
    text: str
    parameters: Sequence[_Row]
    body: Markup | None
    example: str | None
    statuses: Sequence[_Row]


def add_reference_page(app: FastAPI) -> None:
    """Add the page to an application, in place of the one that FastAPI loads from another host."""

    async def show(request: Request) -> Response:
        prefix = request.scope.get("root_path", "")
        return HTMLResponse(reference_page(app.openapi(), prefix=prefix), headers=_HEADERS)

    async def style(_request: Request) -> Response:
        content = files("fourtop.http_api").joinpath("files", "reference.css").read_bytes()
        return Response(content, media_type="text/css", headers={"Cache-Control": "no-cache"})

    app.add_api_route(PATH, show, include_in_schema=False)
    app.add_api_route(STYLE, style, include_in_schema=False)


def reference_page(document: Mapping[str, Any], *, prefix: str = "") -> str:
    """Return the page of an OpenAPI document.

    Args:
        document: The document.
        prefix: The path at which the host has mounted the application.
    """
    schemas = document.get("components", {}).get("schemas", {})
    return _template().render(
        info=document["info"],
        prefix=prefix,
        style=STYLE,
        groups=_groups(document),
        schemas=[
            (name, schemas[name].get("description", ""), list(_keys(schemas[name])))
            for name in sorted(schemas)
        ],
    )


def _groups(document: Mapping[str, Any]) -> dict[str, list[_Operation]]:
    found: dict[str, list[_Operation]] = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                said = item[method]
                (tag, *_) = said.get("tags") or ["other"]
                found.setdefault(tag, []).append(_operation(method, path, said))
    return found


def _operation(method: str, path: str, said: Mapping[str, Any]) -> _Operation:
    first, _, rest = said.get("description", "").partition("\n")
    schema = _schema_of(said.get("requestBody", {}))
    return _Operation(
        id=said.get("operationId", f"{method}{path}"),
        method=method.upper(),
        path=path,
        title=first or said.get("summary", ""),
        text=rest.strip(),
        parameters=[
            _Row(
                f"{each['name']} ({each['in']})",
                _kind(each.get("schema", {})),
                each.get("description", ""),
                is_needed=each.get("required", False),
            )
            for each in said.get("parameters", ())
        ],
        body=None if schema is None else _kind(schema),
        example=_example(schema),
        statuses=[
            _Row(status, _kind(_schema_of(answer) or {}), answer.get("description", ""))
            for status, answer in sorted(said.get("responses", {}).items())
        ],
    )


def _schema_of(part: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = next(
        (each.get("schema") for each in part.get("content", {}).values()), None
    )
    return found


def _example(schema: Mapping[str, Any] | None) -> str | None:
    found = (schema or {}).get("examples") or [(schema or {}).get("example")]
    return None if found[0] is None else json.dumps(found[0], indent=2, ensure_ascii=False)


def _keys(schema: Mapping[str, Any]) -> Iterator[_Row]:
    needed = schema.get("required", ())
    for key, each in schema.get("properties", {}).items():
        yield _Row(key, _kind(each), each.get("description", ""), is_needed=key in needed)


def _kind(schema: Mapping[str, Any]) -> Markup:
    """Return the type of a schema in words; the name of a schema links to it."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return Markup(" or ").join(dict.fromkeys(map(_kind, schema[word])))
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return Markup(" | ").join(Markup("<code>{}</code>").format(each) for each in values)
    if schema.get("type") == "array":
        return Markup("list of {}").format(_kind(schema.get("items", {})))
    return escape(schema.get("format") or schema.get("type") or "")


def _code(text: str) -> Markup:
    """Return a text of Markdown: its code spans and paragraphs; all else is plain."""
    parts = str(escape(text)).split("`")
    marked = "".join(
        f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts)
    )
    return Markup(marked.replace("\n\n", "</p><p>"))  # noqa: S704  # Every part is escaped above.


def _path(text: str) -> Markup:
    """Return a path that a narrow screen breaks before a slash, and nowhere else."""
    first, *parts = text.split("/")
    return escape(first) + Markup("").join(map(Markup("<wbr><span>/{}</span>").format, parts))


@cache
def _template() -> Template:
    made = page_environment("fourtop.http_api")
    made.filters["code"] = _code
    made.filters["path"] = _path
    return made.get_template("reference.html")
