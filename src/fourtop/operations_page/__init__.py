"""The operations page: the room, the night, bookings, tables and rules, in the staff's browser.

It needs the extra ``http``. The host mounts it behind its own login.
"""

try:
    from fourtop.operations_page.application import operations_page
    from fourtop.operations_page.options import PageOptions
except ImportError as _error:
    _missing = (_error.name or "").partition(".")[0]
    if _missing not in ("fastapi", "jinja2", "limits", "starlette", "pydantic"):
        raise
    raise ImportError("operations_page needs FastAPI and Jinja2: install fourtop[http]") from _error

__all__ = ["PageOptions", "operations_page"]

# Tracebacks and documentation name them by their public module.
for _public in (PageOptions, operations_page):
    _public.__module__ = __name__
