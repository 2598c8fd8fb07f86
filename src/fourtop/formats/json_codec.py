"""Codecs: values as strict JSON objects; every error names the path of the faulty value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import attrs

from fourtop.errors import InvalidDocument, InvalidInput, safe_repr
from fourtop.errors.input_errors import LEFT_OUT
from fourtop.formats.slug import slug

ROOT = "document"
# The metadata of an attribute that is no key of a document.
OUTSIDE = "outside_documents"
_WIDTH = 120
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")

Decoder = Callable[[Any, str], Any]


class Entries(dict[str, Any]):
    """A JSON object that remembers a duplicate key."""

    __slots__ = ("double",)

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        self.double: str | None = None
        super().__init__()
        for key, value in pairs:
            if key in self:
                self.double = key
            self[key] = value


def parse(text: object) -> Any:
    """Decode a JSON text. NaN and infinities pass here; the rule of their key refuses them later.

    Raises:
        InvalidDocument: If it is not JSON; the error has the line.
    """
    if type(text) is not str:
        raise InvalidDocument(ROOT, "must be a text", safe_repr(type(text).__name__))
    try:
        return json.loads(text, object_pairs_hook=Entries)
    except json.JSONDecodeError as fault:
        found = safe_repr(text[fault.pos : fault.pos + 20]) if fault.pos < len(text) else "the end"
        raise InvalidDocument(ROOT, f"must be JSON ({fault.msg})", found, fault.lineno) from None
    except ValueError:
        # Python refuses to parse numbers of thousands of digits.
        raise InvalidDocument(
            ROOT, "must be JSON with numbers of a sane length", "thousands of digits"
        ) from None
    except RecursionError:
        raise InvalidDocument(ROOT, "must be JSON of a sane depth", "a thousand brackets") from None


def write(data: Any) -> str:
    """Encode plain data as readable JSON: a value that fits on a line is on one line."""
    return _written(data, "", _WIDTH)


def _written(data: Any, indent: str, lead: int) -> str:
    flat = json.dumps(data, ensure_ascii=False, allow_nan=False)
    if lead + len(flat) < _WIDTH or not data or not isinstance(data, dict | list):
        return flat
    inner = f"{indent}  "
    if isinstance(data, dict):
        keys = {json.dumps(key) + ": ": value for key, value in data.items()}
        lines = [
            inner + key + _written(value, inner, len(inner + key)) for key, value in keys.items()
        ]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return (
        "[\n"
        + ",\n".join(inner + _written(value, inner, len(inner)) for value in data)
        + f"\n{indent}]"
    )


def below(path: str, key: str) -> str:
    """Return the path of a key of the object at ``path``."""
    return f"{path}.{key}" if path else key


def entries(
    data: object, path: str, *, known: Collection[str], required: Collection[str]
) -> Mapping[str, Any]:
    """Return ``data`` if it is an object with all required keys, each once, and no unknown key.

    Raises:
        InvalidDocument: Naming the path of the faulty key.
    """
    if not isinstance(data, dict):
        raise InvalidDocument(path or ROOT, "must be an object", safe_repr(data))
    for key in data:
        if key not in known:
            is_plain = type(key) is str and _PLAIN_KEY.fullmatch(key) is not None
            where = below(path, key) if is_plain else path or ROOT
            raise InvalidDocument(
                where, f"must be one of the keys {', '.join(known)}", safe_repr(key)
            )
    if isinstance(data, Entries) and data.double is not None:
        raise InvalidDocument(below(path, data.double), "must be given once", "twice")
    for key in required:
        if key not in data:
            raise InvalidDocument(below(path, key), "must be given", LEFT_OUT)
    return data


def items(data: object, path: str) -> list[tuple[str, Any]]:
    """Return the members of a list, each with its path.

    Raises:
        InvalidDocument: If it is not a list.
    """
    if not isinstance(data, list):
        raise InvalidDocument(path, "must be a list", safe_repr(data))
    return [(f"{path}[{place}]", value) for place, value in enumerate(data)]


@attrs.frozen
class Codec:
    """The encoding and decoding of one kind of value.

    Args:
        decode: From plain data and its path to the value.
        encode: From the value to plain data.
    """

    decode: Decoder
    encode: Callable[[Any], Any]


def plain(
    convert: Callable[[Any], Any] = lambda value: value, encode: Callable[[Any], Any] | None = None
) -> Codec:
    """Make the codec of a value without parts. ``convert`` or the owner may refuse it."""

    def decode(data: Any, path: str) -> Any:
        try:
            return convert(data)
        except InvalidInput as fault:
            raise InvalidDocument(path, fault.rule, fault.given) from fault

    return Codec(decode, encode or (lambda value: value))


def list_of(codec: Codec, order: Callable[[Any], Iterable[Any]] = tuple) -> Codec:
    """Make the codec of a collection: a list, in the order that ``order`` gives it."""

    def decode(data: Any, path: str) -> Any:
        return tuple(codec.decode(value, place) for place, value in items(data, path))

    return Codec(decode, lambda value: [codec.encode(each) for each in order(value)])


def optional(codec: Codec) -> Codec:
    """Make the codec of a value that may be ``null``."""
    return Codec(
        lambda data, path: None if data is None else codec.decode(data, path),
        lambda value: None if value is None else codec.encode(value),
    )


@attrs.frozen
class ObjectCodec:
    """An attrs class as a JSON object: its attributes are the keys; default values are left out.

    Args:
        kind: The class.
        codecs: The codecs of attributes that are not plain data.
        names: The keys of attributes with another name in JSON.
        derived: An optional id, and the attribute that gives its slug.
    """

    kind: type
    codecs: Mapping[str, Codec] = attrs.field(factory=dict, kw_only=True)
    names: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)
    derived: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)

    @property
    def attributes(self) -> dict[str, attrs.Attribute[Any]]:
        """The attributes by key, in the order of the class, without those outside documents."""
        return {
            self.names.get(each.name, each.name): each
            for each in attrs.fields(self.kind)
            if not each.metadata.get(OUTSIDE)
        }

    @property
    def codec(self) -> Codec:
        """The codec of a part of another."""
        return Codec(self.decode, self.encode)

    def decode(self, data: object, path: str) -> Any:
        """Decode the value from plain data.

        Raises:
            InvalidDocument: Naming the path of the key that is missing, unknown or refused by the
                model.
        """
        attributes = self.attributes
        required = [key for key, each in attributes.items() if self._is_required(each)]
        found = entries(data, path, known=attributes, required=required)
        values = {
            attributes[key].name: self._codec(attributes[key].name).decode(value, below(path, key))
            for key, value in found.items()
        }
        for name, source in self.derived.items():
            if name not in values:
                values[name] = self._derive(values[source], below(path, name))
        return construct(self.kind, values, path, self.names)

    def _is_required(self, attribute: attrs.Attribute[Any]) -> bool:
        return attribute.default is attrs.NOTHING and attribute.name not in self.derived

    def _codec(self, name: str) -> Codec:
        return self.codecs.get(name, _AS_IT_IS)

    @staticmethod
    def _derive(source: Any, path: str) -> str:
        if not isinstance(source, str) or not source.strip():
            return "-"  # The model refuses such a name with a better error.
        derived = slug(source)
        if not derived:
            raise InvalidDocument(
                path, "must be given where the name has no letter or digit", safe_repr(source)
            )
        return derived

    def encode(self, value: Any) -> dict[str, Any]:
        """Encode the value as plain data, its keys in the order of the class."""
        return {
            key: self._codec(each.name).encode(getattr(value, each.name))
            for key, each in self.attributes.items()
            if getattr(value, each.name) != self._default(each, value)
        }

    def _default(self, attribute: attrs.Attribute[Any], value: Any) -> Any:
        if attribute.name in self.derived:
            return slug(getattr(value, self.derived[attribute.name]))
        default: Any = attribute.default
        if type(default).__name__ == "Factory":
            default = default.factory(value) if default.takes_self else default.factory()
        convert: Any = attribute.converter
        return default if convert is None or default is attrs.NOTHING else convert(default)


_AS_IT_IS = plain()


def construct(
    kind: Callable[..., Any], values: Mapping[str, Any], path: str, names: Mapping[str, str]
) -> Any:
    """Call a constructor; its errors get the path of the key.

    Raises:
        InvalidDocument: If the constructor raises ``InvalidInput``.
    """
    try:
        return kind(**values)
    except InvalidInput as fault:
        raise InvalidDocument(
            below(path, names.get(fault.field, fault.field)), fault.rule, fault.given
        ) from fault
