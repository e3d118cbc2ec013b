"""The drawing child: a process of its own that turns figures into SVG, so that drawing can neither hang nor swell us.

It is given a socket and answers each request, JSON with `chart` and `rows`, by one SVG; it ends with its parent.
"""

import resource
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

import orjson

READY = b"ready"
MOST_BYTES = 1 << 30  # of writable memory; V8 reserves about half of it and uses a tenth


def main(descriptor: int) -> None:
    """Answer requests until the other end is closed."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    from milepost.web.pages.chart_specifications import drawn

    with Connection(descriptor) as connection, suppress(EOFError, ConnectionError):
        connection.send_bytes(READY)
        while True:
            asked = orjson.loads(connection.recv_bytes())
            connection.send_bytes(drawn(asked["chart"], asked["rows"]).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
