"""Keys of digests and functions of a host, as options take them."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import InvalidInput
from fourtop.model import validators


@attrs.frozen
class Options:
    key: bytes = attrs.field(default=b"k" * 16, validator=validators.secret)
    run: Any = attrs.field(default=len, validator=validators.function)


def test_a_key_of_sixteen_bytes_and_a_function_are_taken() -> None:
    assert Options(b"0123456789abcdef", print) == Options(b"0123456789abcdef", print)
    assert validators.check_secret("key", b"x" * 17) == b"x" * 17


@pytest.mark.parametrize("key", [b"", b"fifteen bytes..", "a text of sixteen or more", None])
def test_another_key_is_refused_and_not_repeated(key: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        Options(key)
    assert (caught.value.field, caught.value.rule) == ("key", "must be at least 16 bytes")
    assert "teen" not in str(caught.value).replace("at least 16 bytes", "")


@pytest.mark.parametrize("run", [None, 7, "print"])
def test_a_value_that_cannot_be_called_is_no_function(run: Any) -> None:
    with pytest.raises(InvalidInput, match="run: must be a function"):
        Options(run=run)
