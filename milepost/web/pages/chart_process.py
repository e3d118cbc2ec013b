"""The chart process: a child process that draws SVG, so that a chart can neither block nor fill the service.

Its argument is the file descriptor of a socket. It answers each request, JSON with `chart` and `rows`, with one SVG,
and ends when its parent ends.
"""

import resource
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

import orjson

READY = b"ready"
MEMORY_LIMIT = 1 << 30  # of writable memory; V8 reserves about half of it and uses a tenth


def main(descriptor: int) -> None:
    """Answer requests until the parent closes the socket."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
    from milepost.web.pages.chart_specifications import draw_svg

    with Connection(descriptor) as connection, suppress(EOFError, ConnectionError):
        connection.send_bytes(READY)
        while True:
            request = orjson.loads(connection.recv_bytes())
            connection.send_bytes(draw_svg(request["chart"], request["rows"]).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
