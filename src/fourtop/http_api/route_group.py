"""Groups of routes with a tag and a level, which are added to a router for an engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeVar

import attrs
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from fourtop.http_api.call import ActorOf, Gate, Service, binding
from fourtop.http_api.problem_route import ProblemRoute
from fourtop.http_api.query_reader import described_query, query_endpoint
from fourtop.http_api.roles import Level

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@attrs.frozen
class _Route:
    method: str
    path: str
    endpoint: Callable[..., Any]
    rate: str | None
    told: dict[str, Any]
    query: type[BaseModel] | None = None


@attrs.frozen(eq=False)
class RouteGroup:
    """Routes for actors of a level and those above.

    Each route joins the one router directly. FastAPI searches a nested router twice for a
    request.

    Args:
        tag: Its name in OpenAPI.
        level: The least that an actor must be.
    """

    tag: str
    level: Level = Level.GUEST
    _routes: list[_Route] = attrs.field(init=False, factory=list)

    def get(
        self,
        path: str,
        *,
        rate: str | None = None,
        query: type[BaseModel] | None = None,
        **told: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """Return the decorator of a route, as that of FastAPI.

        Args:
            path: The path.
            rate: ``availability`` or ``command``, to count the requests of guests.
            query: The parameters, for a route that is asked much. Its endpoint takes the request,
                the desk and these, and nothing else.
            told: What FastAPI takes besides.
        """
        return self._adding("GET", path, rate, told, query)

    def post(
        self, path: str, *, rate: str | None = None, **told: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """Return the decorator of a route; as ``get``."""
        return self._adding("POST", path, rate, told)

    def put(
        self, path: str, *, rate: str | None = None, **told: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """Return the decorator of a route; as ``get``."""
        return self._adding("PUT", path, rate, told)

    def patch(
        self, path: str, *, rate: str | None = None, **told: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """Return the decorator of a route; as ``get``."""
        return self._adding("PATCH", path, rate, told)

    def delete(
        self, path: str, *, rate: str | None = None, **told: Any
    ) -> Callable[[Endpoint], Endpoint]:
        """Return the decorator of a route; as ``get``."""
        return self._adding("DELETE", path, rate, told)

    def _adding(
        self,
        method: str,
        path: str,
        rate: str | None,
        told: dict[str, Any],
        query: type[BaseModel] | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        def add(endpoint: Endpoint) -> Endpoint:
            self._routes.append(_Route(method, path, endpoint, rate, told, query))
            return endpoint

        return add

    def add_to(self, router: APIRouter, service: Service, actor_of: ActorOf, prefix: str) -> None:
        """Add the routes to a router.

        Args:
            router: The router.
            service: The engine and its options.
            actor_of: The login of the host.
            prefix: What each path begins with.
        """
        bind = cache(partial(binding, service, actor_of, self.level))
        for each in self._routes:
            endpoint, told = each.endpoint, each.told
            if each.query is None:
                told = {**told, "dependencies": [Depends(bind(each.rate))]}
            else:
                gate = Gate(service, self.level, each.rate)
                endpoint = query_endpoint(gate, actor_of, each.query, endpoint)
                told = {**told, "openapi_extra": described_query(each.query)}
            router.add_api_route(
                prefix + each.path,
                endpoint,
                methods=[each.method],
                tags=[self.tag],
                route_class_override=ProblemRoute,
                generate_unique_id_function=lambda route: route.name,
                **told,
            )
