"""Trying: an import decided on what the log holds, of which nothing is written."""

from concurrent.futures import Future

from milepost import clock
from milepost.log.command_batch import CommandBatch
from milepost.log.command_outcome import CommandOutcome, CommandRequest
from milepost.log.state_cache import StateCache
from milepost.log.store import Log


class Trial:
    """Answers requests as the writer would, in memory alone."""

    def __init__(self, log: Log) -> None:
        head = log.sound_head()
        last = head.recorded_at or clock.now()
        self._log = log
        self._deciding = CommandBatch(
            log.identity().id, StateCache(log.read_streams), clock.now, clock.new_id, head.position, last
        )

    def submit(self, request: CommandRequest) -> "Future[CommandOutcome]":
        """What this would be answered; known already."""
        answer: Future[CommandOutcome] = Future()
        command = request.command or clock.new_id(clock.now())
        known = self._log.outcome(request.who, command) if request.command else None
        if known:
            self._deciding.known.setdefault((request.who, command), known)
        try:
            answer.set_result(self._deciding.decide(request, command, request.digest))
        except Exception as error:
            answer.set_exception(error)
        return answer
