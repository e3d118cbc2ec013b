"""Health: alive is a process that answers; ready is one that can write, and whose read models keep up."""

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from milepost.service import Service


def health_routes(service: Service) -> APIRouter:
    """The routes that a supervisor asks."""
    router = APIRouter(tags=["health"])

    @router.get("/livez", summary="Whether the process answers")
    async def livez() -> Response:
        return Response(b'{"alive":true}', media_type="application/json")

    @router.get("/readyz", summary="Whether commands can be written and the read models keep up")
    def readyz() -> Response:
        readiness = service.readiness()
        return Response(orjson.dumps(readiness), 200 if readiness["ready"] else 503, media_type="application/json")

    return router
