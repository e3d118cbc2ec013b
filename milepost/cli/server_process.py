"""Serving on the command line: says where, once the service answers there with what the log holds."""

import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import uvicorn

from milepost.app.service import Service
from milepost.app.settings import Settings
from milepost.cli.output import Failed, print_lines
from milepost.web.app import application

LOOKS, LOOK_SECONDS = 50, 0.2  # that the announcement waits for the read models


class Announced(uvicorn.Server):
    """A server that speaks once it accepts connections and the read models show what the log holds, or take long to."""

    def __init__(self, service: Service, announce: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application(service),
                log_level="warning",
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=10,
            )
        )
        self._service, self._announce = service, announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        head = self._service.log.head().position
        for _ in range(LOOKS):
            if self.should_exit or await self._service.models.reached(head, LOOK_SECONDS):
                break
        if not self.should_exit:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._service.tail.end()  # else those who listen for events would hold it up
        await super().shutdown(sockets)


def answer(service: Service, told: Callable[[str], str]) -> None:
    """Serve until we are stopped; `told` makes of the address what is said. Raises `Failed` where the port is taken."""
    with closing(_bound(service.settings)) as listening:
        address = replace(service.settings, port=listening.getsockname()[1]).address
        service.models.follow()
        Announced(service, lambda: print_lines(told(address))).run(sockets=[listening])


def _bound(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise Failed(
            f"Port {settings.port} is taken: stop what serves there, or choose another with --port."
        ) from error
    return listening
