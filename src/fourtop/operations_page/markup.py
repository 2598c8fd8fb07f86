"""The templates of the page. Every value is escaped where it stands."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from fourtop.http_api.page_environment import page_environment
from fourtop.plotting import Picture
from fourtop.plotting.theme import patterns_of_page


def drawn(picture: Picture) -> Markup:
    """Return the markup of a picture, which has escaped every text itself."""
    return Markup(picture.unstyled)  # noqa: S704  # As said above.


@cache
def _environment() -> Environment:
    made = page_environment("fourtop.operations_page")
    made.globals["patterns"] = Markup(patterns_of_page())  # noqa: S704  # It is constant.
    made.filters["drawn"] = drawn
    return made


def rendered(template: str, **values: Any) -> str:
    """Return a template with values."""
    return _environment().get_template(template).render(values)
