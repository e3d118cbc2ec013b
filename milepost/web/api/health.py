"""Health: alive is a process that answers; ready is one that can write, and whose read models keep up; and metrics."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from milepost.app.service import Service
from milepost.web.openapi import TEXT, answers, problems, ref
from milepost.web.problems import Problem
from milepost.web.response_models.health import AliveModel, ReadinessModel
from milepost.web.responses import json_response
from milepost.web.strict_route import strict_router

LIVENESS = answers("It answers", "application/json", ref(AliveModel.__name__)) | problems()
READINESS = answers("It is ready", "application/json", ref(ReadinessModel.__name__)) | problems()
METRICS = answers("What is measured, each explained", "text/plain", TEXT) | problems()


def health_routes(service: Service) -> APIRouter:
    """The routes that a supervisor asks."""
    router = strict_router("health")

    @router.get("/livez", responses=LIVENESS, summary="Whether the process answers")
    async def livez() -> Response:
        return json_response(AliveModel(alive=True))

    @router.get("/readyz", responses=READINESS, summary="Whether commands can be written and the read models keep up")
    def readyz() -> Response:
        readiness = service.readiness()
        if not readiness["ready"]:
            raise Problem(503, "not-ready", "The service is not ready", readiness["why"], readiness)
        return json_response(ReadinessModel.model_validate(readiness))

    @router.get("/metrics", responses=METRICS, summary="What is measured, as Prometheus reads it")
    def metrics() -> Response:
        return Response(service.meters.page(service.models, service.tail.followers), media_type=CONTENT_TYPE_LATEST)

    return router
