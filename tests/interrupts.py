"""Interrupts as CPython delivers them: an exception at the n-th place where it acts on signals."""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any


@lru_cache(maxsize=4096)
def _jumps_of(code: CodeType) -> frozenset[int]:
    return frozenset(
        each.offset
        for each in dis.get_instructions(code)
        if each.opname.startswith("JUMP_BACKWARD")
    )


class Interrupt:
    """Raise ``KeyboardInterrupt`` once, at the n-th place where CPython acts on signals.

    These places are: a function of Python begins, a function of C has returned, a loop goes round.
    The first two are events of a profile function: an exception that it raises comes out of the
    very call, as that of a signal does. The third is traced.

    Args:
        number: Which place, from 1 on; 0: none, only count them.
        packages: Only places in the code of these packages count.
    """

    def __init__(self, number: int, packages: tuple[str, ...]) -> None:
        self.number = number
        self.places = 0
        self._packages = packages

    @contextmanager
    def armed(self) -> Iterator[None]:
        sys.settrace(self._enter)
        sys.setprofile(self._profile)
        try:
            yield
        finally:
            sys.setprofile(None)
            sys.settrace(None)

    def _counts(self, frame: FrameType) -> bool:
        return str(frame.f_globals.get("__name__", "")).startswith(self._packages)

    def _pass(self) -> None:
        self.places += 1
        if self.places == self.number:
            raise KeyboardInterrupt

    def _profile(self, frame: FrameType, event: str, _: Any) -> None:
        if event in ("call", "c_return") and self._counts(frame):
            # A generator may be entered to be closed, and Python drops an exception there.
            if event == "call" and frame.f_code.co_flags & inspect.CO_GENERATOR:
                return
            self._pass()

    def _enter(self, frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any] | None:
        jumps = _jumps_of(frame.f_code) if self._counts(frame) else None
        if not jumps:
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        before = -1

        def step(inner: FrameType, event: str, _: Any) -> Callable[..., Any]:
            nonlocal before
            if event == "opcode":
                if before in jumps:
                    self._pass()
                before = inner.f_lasti
            return step

        return step
