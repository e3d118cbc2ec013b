"""Charts: one child process draws them, with limits on time and memory. A cache keeps them by content."""

import os
import socket
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Hashable
from multiprocessing.connection import Connection
from threading import Lock, Thread
from typing import Any
from xml.etree.ElementTree import ParseError

import orjson
import structlog
from markupsafe import Markup

from milepost.web.pages.chart_process import READY
from milepost.web.pages.svg import UnsafeSvg, sanitize_svg

DRAWING_TIMEOUT = 5.0
LOCK_TIMEOUT = 1.0  # that a page waits while the child starts or draws another chart
START_TIMEOUT = 60.0
CACHED_CHARTS = 64
SAMPLE: list[dict[str, Any]] = [{"label": "", "median": 1, "p85": 2, "text": "", "href": ""}]
Rows = list[dict[str, Any]]
_log = structlog.get_logger()


class Charts:
    """Draws charts whose links stay on one origin. Thread-safe; returns None when it cannot draw."""

    def __init__(self, origin: str, seconds: float = DRAWING_TIMEOUT, command: tuple[str, ...] | None = None) -> None:
        self._origin, self._seconds = origin, seconds
        self._command = command or (sys.executable, "-m", "milepost.web.pages.chart_process")
        self._cache: OrderedDict[Hashable, Markup] = OrderedDict()
        self._lock = Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._closed = False

    def warm(self) -> None:
        """Start the child in a thread and draw a sample, so that the first reader does not wait."""
        Thread(target=self._warm, name="charts", daemon=True).start()

    def draw(self, chart: str, rows: Rows, content: Hashable) -> Markup | None:
        """Draw a chart of rows, each with a `label` and a `href` on this service; `content` is its cache key."""
        key = (chart, content)
        if key in self._cache:
            return self._cache[key]
        linked = [{**row, "href": self._origin + row["href"]} for row in rows]
        svg = self._request({"chart": chart, "rows": linked}, self._seconds)
        return self._sanitize(key, svg) if svg else None

    def close(self) -> None:
        """Stop the child, even while it draws."""
        self._closed = True
        while not self._lock.acquire(timeout=0.1):
            if child := self._child:
                child.kill()
        self._stop_child()
        self._lock.release()

    def _sanitize(self, key: Hashable, svg: str) -> Markup | None:
        try:
            self._cache[key] = chart = sanitize_svg(svg, self._origin)
        except (UnsafeSvg, ParseError) as error:
            _log.error("chart_svg_refused", reason=str(error))
            return None
        while len(self._cache) > CACHED_CHARTS:
            self._cache.popitem(last=False)
        return chart

    def _warm(self) -> None:
        self._request({"chart": "duration", "rows": SAMPLE}, START_TIMEOUT, restart=False)

    def _request(self, request: dict[str, Any], seconds: float, restart: bool = True) -> str | None:
        """Return the child's SVG, or None if it is busy, slow or dead; a slow or dead child is restarted."""
        if not self._lock.acquire(timeout=LOCK_TIMEOUT if restart else seconds):
            return None
        try:
            return self._exchange(request, seconds)
        except (OSError, EOFError) as error:
            if not self._closed:  # close() killed the child otherwise
                _log.warning("chart_not_drawn", reason=str(error) or type(error).__name__)
            self._stop_child()
        finally:
            self._lock.release()
        if restart and not self._closed:
            self.warm()
        return None

    def _exchange(self, request: dict[str, Any], seconds: float) -> str | None:
        if self._closed:
            return None
        connection = self._connection or self._start_child(seconds)
        connection.send_bytes(orjson.dumps(request))
        return _receive(connection, seconds).decode()

    def _start_child(self, seconds: float) -> Connection:
        parent_end, child_end = socket.socketpair()
        with child_end:
            self._connection = Connection(parent_end.detach())
            self._child = subprocess.Popen(
                [*self._command, str(child_end.fileno())],
                pass_fds=[child_end.fileno()],
                stdin=subprocess.DEVNULL,
                env={"PATH": os.environ.get("PATH", ""), "TZ": "UTC"},  # no settings of the service, no secrets
                start_new_session=True,
            )
        if _receive(self._connection, seconds) != READY:
            raise OSError("the chart process sent something else than its ready message")
        return self._connection

    def _stop_child(self) -> None:
        if self._connection:
            self._connection.close()
        if self._child:
            self._child.kill()
            self._child.wait()
        self._connection = self._child = None


def _receive(connection: Connection, seconds: float) -> bytes:
    if not connection.poll(seconds):
        raise OSError(f"no answer within {seconds:g} s")
    return connection.recv_bytes()
