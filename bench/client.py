"""A client that costs little: posts over some kept connections for some seconds, and says how many were answered.

`python -m bench.client PORT CONNECTIONS SECONDS MOST PATH RUN`: each connection has one request under way at a
time, until the time is over or `MOST` were posted. The body is the risk that RUN and a number name; PATH may hold
{project}, which is one of `PROJECTS`.
"""

import asyncio
import sys
from itertools import count
from time import perf_counter

PROJECTS = 200
_numbers = count()


class Posting(asyncio.Protocol):
    """One connection that posts, waits for the answer, and posts again until it is late."""

    def __init__(self, port: int, path: str, run: str, until: float, most: int) -> None:
        self._port, self._path, self._run, self._until, self._most = port, path, run, until, most
        self._received = b""
        self.answered = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._post(next(_numbers))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError((head + body).decode()))
            return
        self._received = b""
        self.answered += 1
        if perf_counter() < self._until and (n := next(_numbers)) < self._most:
            self._post(n)
        else:
            self._transport.close()
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _post(self, n: int) -> None:
        body = b'{"risk":"%s-%d","statement":"the river rises"}' % (self._run.encode(), n)
        path = self._path.format(project=f"served-{n % PROJECTS}")
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nMilepost-Actor: ada\r\n"
        self._transport.write(
            f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"content-length:")
    return int(after.partition(b"\r\n")[0] or 0)


async def posted(port: int, connections: int, seconds: float, most: int, path: str, run: str) -> float:
    """Answers a second."""
    began = perf_counter()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Posting(port, path, run, began + seconds, most), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(posting.done for _, posting in made))
    return sum(posting.answered for _, posting in made) / (perf_counter() - began)


if __name__ == "__main__":
    port, connections, seconds, most, path, run = sys.argv[1:]
    print(asyncio.run(posted(int(port), int(connections), float(seconds), int(most), path, run)))
