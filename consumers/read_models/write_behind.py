"""Writing behind: what was taken in is written while the next is being folded."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from psycopg import Connection
from psycopg.rows import DictRow

from consumers.read_models.batch_writer import Writing

BEAT_SECONDS = 0.5
_log = logging.getLogger("milepost.projector")


def nothing() -> None:
    """What is done while rows are being written, where nothing else waits for us."""


class WriteBehind:
    """One transaction after the other, in the order in which they were told to it; at most one is under way.

    Nothing counts as written until `settle` has returned; where it raises, whoever told all that reads anew what is
    there. The connection is used by nobody else before that.
    """

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, "rows")
        self._under_way: tuple[Future[None], Callable[[], None]] | None = None

    def write(self, writing: Writing, then: Callable[[], None], meanwhile: Callable[[], None] = nothing) -> None:
        """Write this next, and do `then` once that is known. Raises what the one before it failed with."""
        self.settle(meanwhile)
        self._under_way = self._thread.submit(writing.run, self._connection), then

    def settle(self, meanwhile: Callable[[], None] = nothing) -> None:
        """Wait until all is written, doing `meanwhile` at each beat. Raises `Fenced` or `psycopg.Error`."""
        if self._under_way:
            future, then = self._under_way
            while not wait([future], BEAT_SECONDS).done:
                meanwhile()
            self._under_way = None
            future.result()
            then()

    def wait(self) -> None:
        """Wait until nothing is under way, whatever becomes of it; from any thread."""
        if under_way := self._under_way:
            wait([under_way[0]])

    def close(self) -> None:
        """End it; what could not be written will be read again."""
        try:
            self.settle()
        except Exception as error:  # whatever it is, the position beside the rows says that it isn't there
            _log.info("what was taken in last is not written: %s", " ".join(str(error).split()))
        self._thread.shutdown()
        self._connection.close()
