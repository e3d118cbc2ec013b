"""Health: alive is a process that answers; ready is one that can write, and whose read models keep up; and metrics."""

from typing import Any

import orjson
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from milepost.app.service import Service
from milepost.web.openapi import NUMBER, TEXT, problems, record
from milepost.web.problems import Problem
from milepost.web.strict_route import strict_router

ALIVE = record({"alive": {"type": "boolean"}})
READY = record({"ready": {"type": "boolean"}, "position": NUMBER, "read_models": record({})}, why={"type": "string"})
LIVENESS: dict[int | str, dict[str, Any]] = {
    200: {"description": "It answers", "content": {"application/json": {"schema": ALIVE}}},
    **problems(),
}
READINESS: dict[int | str, dict[str, Any]] = {
    200: {"description": "It is ready", "content": {"application/json": {"schema": READY}}},
    **problems(),
}
METRICS: dict[int | str, dict[str, Any]] = {
    200: {"description": "What is measured, each explained", "content": {"text/plain": {"schema": TEXT}}},
    **problems(),
}


def health_routes(service: Service) -> APIRouter:
    """The routes that a supervisor asks."""
    router = strict_router("health")

    @router.get("/livez", responses=LIVENESS, summary="Whether the process answers")
    async def livez() -> Response:
        return Response(b'{"alive":true}', media_type="application/json")

    @router.get("/readyz", responses=READINESS, summary="Whether commands can be written and the read models keep up")
    def readyz() -> Response:
        readiness = service.readiness()
        if not readiness["ready"]:
            raise Problem(503, "not-ready", "The service is not ready", readiness["why"], readiness)
        return Response(orjson.dumps(readiness), media_type="application/json")

    @router.get("/metrics", responses=METRICS, summary="What is measured, as Prometheus reads it")
    def metrics() -> Response:
        return Response(service.meters.page(service.models, service.tail.followers), media_type=CONTENT_TYPE_LATEST)

    return router
