"""Trying: an import decided on what the log holds, of which nothing is written."""

from concurrent.futures import Future

from milepost import clock
from milepost.log.command_batch import Deciding
from milepost.log.command_outcome import Outcome, Request
from milepost.log.state_cache import States
from milepost.log.store import Log


class Trial:
    """Answers requests as the writer would, in memory alone."""

    def __init__(self, log: Log) -> None:
        head = log.sound_head()
        last = head.recorded_at or clock.now()
        self._log = log
        self._deciding = Deciding(
            log.identity().id, States(log.read_streams), clock.now, clock.new_id, head.position, last
        )

    def submit(self, request: Request) -> "Future[Outcome]":
        """What this would be answered; known already."""
        answer: Future[Outcome] = Future()
        command = request.command or clock.new_id(clock.now())
        known = self._log.outcome(request.who, command) if request.command else None
        if known:
            self._deciding.answered.setdefault((request.who, command), known)
        try:
            answer.set_result(self._deciding.answer(request, command, request.digest))
        except Exception as error:
            answer.set_exception(error)
        return answer
