"""Charts: drawn by one child process, with a limit to its time and its memory, and kept by what they show."""

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
from milepost.web.pages.svg import UnsafeSvg, checked

DRAW_SECONDS = 5.0
TURN_SECONDS = 1.0  # that a page waits while another chart is drawn, or the child warms up
WARM_SECONDS = 60.0
KEPT = 64
SAMPLE: list[dict[str, Any]] = [{"label": "", "median": 1, "p85": 2, "told": "", "href": ""}]
Rows = list[dict[str, Any]]
_log = structlog.get_logger()


class Charts:
    """Draws charts whose links begin with an origin. Threads may share it; where it can't draw, the answer is None."""

    def __init__(self, origin: str, seconds: float = DRAW_SECONDS, command: tuple[str, ...] | None = None) -> None:
        self._origin, self._seconds = origin, seconds
        self._command = command or (sys.executable, "-m", "milepost.web.pages.chart_process")
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()
        self._one_at_a_time = Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._closed = False

    def warm(self) -> None:
        """Start the child and let it draw once, beside us, so that the first reader doesn't wait for it."""
        Thread(target=self._warm, name="charts", daemon=True).start()

    def draw(self, chart: str, rows: Rows, shows: Hashable) -> Markup | None:
        """A chart of these rows, each with a `label` and a `href` on this service; `shows` tells charts apart."""
        key = (chart, shows)
        if key in self._kept:
            return self._kept[key]
        linked = [{**row, "href": self._origin + row["href"]} for row in rows]
        drawing = self._asked({"chart": chart, "rows": linked}, self._seconds)
        return self._keep(key, drawing) if drawing else None

    def close(self) -> None:
        """End the child, also in the middle of a drawing."""
        self._closed = True
        while not self._one_at_a_time.acquire(timeout=0.1):
            if child := self._child:
                child.kill()
        self._end()
        self._one_at_a_time.release()

    def _keep(self, key: Hashable, drawing: str) -> Markup | None:
        try:
            self._kept[key] = found = checked(drawing, self._origin)
        except (UnsafeSvg, ParseError) as error:
            _log.error("chart refused", why=str(error))
            return None
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def _warm(self) -> None:
        self._asked({"chart": "lasting", "rows": SAMPLE}, WARM_SECONDS, again=False)

    def _asked(self, request: dict[str, Any], seconds: float, again: bool = True) -> str | None:
        """What the child draws; None where it is busy, too slow or gone, and then it is started anew."""
        if not self._one_at_a_time.acquire(timeout=TURN_SECONDS if again else seconds):
            return None
        try:
            return self._exchanged(request, seconds)
        except (OSError, EOFError) as error:
            if not self._closed:  # else it is we who ended the child
                _log.warning("chart not drawn", why=str(error) or type(error).__name__)
            self._end()
        finally:
            self._one_at_a_time.release()
        if again and not self._closed:
            self.warm()
        return None

    def _exchanged(self, request: dict[str, Any], seconds: float) -> str | None:
        if self._closed:
            return None
        connection = self._connection or self._begin(seconds)
        connection.send_bytes(orjson.dumps(request))
        return _received(connection, seconds).decode()

    def _begin(self, seconds: float) -> Connection:
        ours, theirs = socket.socketpair()
        with theirs:
            self._connection = Connection(ours.detach())
            self._child = subprocess.Popen(
                [*self._command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={"PATH": os.environ.get("PATH", ""), "TZ": "UTC"},  # nothing of ours, least of all our settings
                start_new_session=True,
            )
        if _received(self._connection, seconds) != READY:
            raise OSError("the drawing child is not what it should be")
        return self._connection

    def _end(self) -> None:
        if self._connection:
            self._connection.close()
        if self._child:
            self._child.kill()
            self._child.wait()
        self._connection = self._child = None


def _received(connection: Connection, seconds: float) -> bytes:
    if not connection.poll(seconds):
        raise OSError(f"no answer within {seconds:g} s")
    return connection.recv_bytes()
