"""An HTTP API to mount in a host's application: a thin face over the desk, on FastAPI.

It needs the extra ``http``. The host brings the server, the login and the store.
"""

try:
    from fourtop.http_api.application import create_app, router
    from fourtop.http_api.calendar_routes import calendar_login, calendar_path, calendar_router
    from fourtop.http_api.options import ApiOptions
except ImportError as _error:
    if (_error.name or "").partition(".")[0] not in ("fastapi", "limits", "starlette", "pydantic"):
        raise
    raise ImportError("http_api needs FastAPI and limits: install fourtop[http]") from _error

__all__ = [
    "ApiOptions",
    "calendar_login",
    "calendar_path",
    "calendar_router",
    "create_app",
    "router",
]

# Tracebacks and documentation name them by their public module.
for _public in (
    *(ApiOptions, calendar_login, calendar_path, calendar_router),
    *(create_app, router),
):
    _public.__module__ = __name__
