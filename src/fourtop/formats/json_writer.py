"""Write plain data as compact JSON, quickly."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

_NEITHER: Final = (False, False, False)


def json_writer() -> Callable[[Any], str]:
    """Return a function that writes plain data as JSON without spaces.

    It writes the text that ``json.JSONEncoder.encode`` writes. That method makes a new encoder in C
    for each text, which takes as long as writing a row. This function makes one. A Python without
    an encoder in C gets the method.

    >>> json_writer()({"party_size": 4, "channel": None})
    '{"party_size":4,"channel":null}'
    """
    plain = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    escape = json.encoder.encode_basestring_ascii
    # No markers: plain data has no circles. No indent; neither sorted nor skipped keys, nor NaN.
    write = make(None, plain.default, escape, None, ":", ",", *_NEITHER)
    return lambda data: "".join(write(data, 0))
