"""Milepost served as `milepost serve` does, with an endpoint beside it that does nothing; says on which port."""

import os
import socket
import sys

import uvicorn
from starlette.requests import Request
from starlette.responses import Response

from milepost.app.bootstrap import open_or_create_service
from milepost.app.settings import settings_from
from milepost.web.app import application


async def empty(request: Request) -> Response:
    """Read the body, answer nothing."""
    await request.body()
    return Response(b"{}", media_type="application/json")


def main() -> None:
    with (
        open_or_create_service(settings_from(os.environ)) as service,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        app = application(service)
        app.add_api_route("/empty", empty, methods=["POST"])
        service.models.follow()
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=10)
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
