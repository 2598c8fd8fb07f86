"""A page whose form is filled in again, with the rule that a field breaks beside the field."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Final

import attrs

from fourtop.operations_page.form import Form

ERROR_ID: Final = "form-error"
_CONTROLS: Final = frozenset({"input", "select", "textarea"})
_VALUE: Final = re.compile(r"""\s(?:value="[^"]*"|checked|selected|autofocus)(?=[\s/>])""")


@attrs.frozen
class FieldError:
    """A field that breaks a rule.

    Args:
        names: The names that its control may have, the likeliest first.
        text: The rule as a sentence.
    """

    names: Sequence[str]
    text: str


@attrs.define
class _Control:
    """A control of a form, or an option of one, by its place in the text of the page."""

    tag: str
    start: int
    end: int
    attributes: Mapping[str, str]
    content_end: int = 0
    options: list[_Control] = attrs.field(factory=list)

    @property
    def name(self) -> str:
        return self.attributes.get("name", "")

    @property
    def value(self) -> str:
        return self.attributes.get("value", "")

    @property
    def type(self) -> str:
        return self.attributes.get("type", "text")

    @property
    def is_hidden(self) -> bool:
        return self.tag == "input" and self.type == "hidden"

    @property
    def after(self) -> int:
        """Where the text after the control begins."""
        return max(self.end, self.content_end)


@attrs.define
class _PageForm:
    """A form of a page."""

    action: str
    end: int
    details: Sequence[int]
    controls: list[_Control] = attrs.field(factory=list)

    def likeness(self, sent: Form) -> int:
        """Tell how well its hidden fields are those that were sent; negative: not at all."""
        hidden = [each for each in self.controls if each.is_hidden]
        if len(hidden) == len(self.controls) or any(e.name not in sent.fields for e in hidden):
            return -1
        return len(hidden) + sum(each.value in sent.fields[each.name] for each in hidden)


class _Forms(HTMLParser):
    """Reads the forms of a page that are sent by POST."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[_PageForm] = []
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._details: list[int] = []
        self._form: _PageForm | None = None
        self.feed(text)
        self.close()

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start, given = self._at(), {key: value or "" for key, value in attrs}
        end = start + len(self.get_starttag_text() or "")
        if tag == "details":
            self._details.append(start + len("<details"))
        elif tag == "form":
            self._form = _PageForm(given.get("action", ""), end, tuple(self._details))
            if given.get("method") == "post":
                self.forms.append(self._form)
        elif self._form is not None and tag in _CONTROLS:
            self._form.controls.append(_Control(tag, start, end, given))
        elif self._form is not None and tag == "option" and self._form.controls:
            self._form.controls[-1].options.append(_Control(tag, start, end, given))

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._details.pop()
        elif tag == "form":
            self._form = None
        elif self._form is not None and tag in ("select", "textarea"):
            control = self._form.controls[-1]
            control.content_end = self._at() + len(f"</{tag}>")


def filled_page(text: str, action: str, sent: Form, error: FieldError | None) -> str | None:
    """Return a page with one of its forms as it was sent; ``None``: the page has no such form.

    Args:
        text: The page.
        action: The path to which the form was sent.
        sent: The fields that were sent. The form keeps them all, except for its token.
        error: The field that breaks a rule, if one does. Without its control, the rule stands above
            the form.
    """
    forms = [each for each in _Forms(text).forms if each.action == action]
    form = max(forms, key=lambda each: each.likeness(sent), default=None)
    if form is None or form.likeness(sent) < 0:
        return None
    edits = [(at, at, " open") for at in form.details]
    visible = {each.name: each for each in reversed(form.controls) if not each.is_hidden}
    wrong = None
    if error is not None:
        wrong = next((visible[name] for name in error.names if name in visible), None)
        at = form.end if wrong is None else wrong.after
        edits.append((at, at, f'<span class="problem" id="{ERROR_ID}">{escape(error.text)}</span>'))
    edits += _filled(form.controls, text, sent, wrong)
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _filled(
    controls: Sequence[_Control], text: str, sent: Form, wrong: _Control | None
) -> Iterator[tuple[int, int, str]]:
    """Yield the changes of a text that give controls the values that were sent."""
    rest = defaultdict(list, {name: list(values) for name, values in sent.fields.items()})
    for each in controls:
        mark = f' aria-invalid="true" aria-describedby="{ERROR_ID}" autofocus'
        more = mark if each is wrong else ""
        if each.name == "token":
            continue
        if each.tag == "input" and each.type == "checkbox":
            is_checked = (each.value or "on") in rest[each.name]
            value = f' value="{escape(each.value or "on")}"'
            yield _tag(each, text, f"{value}{' checked' if is_checked else ''}{more}")
            continue
        value = rest[each.name].pop(0) if rest[each.name] else ""
        if each.tag == "input":
            yield _tag(each, text, f' value="{escape(value)}"{more}')
        elif each.tag == "textarea":
            yield _tag(each, text, more)
            # A browser leaves out the first line break.
            yield each.end, each.content_end - len("</textarea>"), f"\n{escape(value)}"
        else:
            yield _tag(each, text, more)
            for option in each.options:
                chosen = " selected" if option.value == value else ""
                yield _tag(option, text, f' value="{escape(option.value)}"{chosen}')


def _tag(control: _Control, text: str, attributes: str) -> tuple[int, int, str]:
    """Return the change of a start tag that gives it other values."""
    plain = _VALUE.sub("", text[control.start : control.end])
    return control.start, control.end, f"{plain[:-1].rstrip()}{attributes}>"
