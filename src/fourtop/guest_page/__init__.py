"""The guest page: a guest finds a time, keeps a table while deciding, and books.

It needs the extra ``http``. The host mounts it beside the HTTP API, which it uses.
"""

try:
    from fourtop.guest_page.page import guest_page
except ImportError as _error:
    _missing = (_error.name or "").partition(".")[0]
    if _missing not in ("fastapi", "jinja2", "limits", "starlette", "pydantic"):
        raise
    raise ImportError("guest_page needs FastAPI and Jinja2: install fourtop[http]") from _error

__all__ = ["guest_page"]

# Tracebacks and documentation name it by its public module.
guest_page.__module__ = __name__
