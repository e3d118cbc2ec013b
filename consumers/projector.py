"""The projector: hears a feed, folds what is new into every read model, and writes that and how far it is, together."""

import logging
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from time import monotonic

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.feed import Archive, Feed
from consumers.folding import Fork, Poisoned, Stopped, Told, follow, understood
from consumers.models import Model, connect, prepare
from consumers.rebuild import rebuild
from consumers.store import Fenced, Followed, Parked, Progress, load, parked_in, progress_of, unpark, write
from projections.projection import Projection, Unread

MOST_AT_ONCE = 500
KEPT_STREAMS = 1_000
WAIT_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0
_log = logging.getLogger("milepost.projector")


@dataclass(frozen=True)
class Liveness:
    """How far behind the head of its feed a projector is, in events and seconds, and how long it has been stuck."""

    position: int
    head: int
    seconds_behind: float
    seconds_stuck: float
    parked: int
    stopped: str | None

    @property
    def events_behind(self) -> int:
        return max(0, self.head - self.position)


class Projector:
    """Keeps read models up with a feed. There may be several: the slower finds itself fenced, reads again and goes on.

    `conninfo` is where the models are kept. Models that are not there yet are built from the archive first.
    """

    def __init__(self, conninfo: str, feed: Feed, archive: Archive, projections: Iterable[Projection]) -> None:
        self._conninfo, self._feed, self._archive = conninfo, feed, archive
        self._models = {model.name: model for model in map(Model, projections)}
        self._connection: Connection[DictRow] | None = None
        self._progress: dict[str, Progress] = {}
        self._parked: set[tuple[str, str]] = set()
        self._known: OrderedDict[tuple[str, str], Followed] = OrderedDict()
        self._moved_at = monotonic()
        self.stopped: str | None = None

    @property
    def position(self) -> int:
        """How far every one of the models has heard the feed."""
        return min((progress.position for progress in self._progress.values()), default=0)

    def run(self, stop: Event) -> None:
        """Follow until told to stop; a database that is gone is waited for. `stopped` says why it ended by itself."""
        pause = 0.0
        while not stop.is_set() and self.stopped is None:
            stop.wait(pause)
            try:
                self.open(stop)
                pause = 0.05
                self._follow(stop)
            except (Fenced, psycopg.errors.UndefinedTable) as elsewhere:
                _log.info("read models are read again: %s", elsewhere)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                _log.warning("read models wait for the database: %s", " ".join(str(error).split()))
                pause = min(max(pause, 0.05) * 2, LONGEST_PAUSE_SECONDS)
            except Exception as fault:  # whatever it is, a silent end would be worse: /readyz turns red and says why
                self._end(fault)
            finally:
                self.close()

    def _end(self, fault: Exception) -> None:
        known = isinstance(fault, Stopped)
        self.stopped = str(fault) if known else f"a fault: {type(fault).__name__} {fault}"
        _log.critical("read models stopped: %s", self.stopped, exc_info=None if known else fault)

    def _follow(self, stop: Event) -> None:
        while not stop.is_set():
            if not self.step():
                self._feed.wait(self.position, WAIT_SECONDS)
            self._moved_at = monotonic()

    def open(self, stop: Event | None = None) -> None:
        """Connect, and make sure that the models are there and were made from this feed. Raises `Fork` otherwise."""
        self.close()
        try:
            self._open(stop)
        except BaseException:
            self.close()
            raise

    def _open(self, stop: Event | None) -> None:
        self._connection = connect(self._conninfo)
        prepare(self._connection)
        missing = [model.projection for name, model in self._models.items() if not self._is_built(name)]
        if missing:
            rebuild(self._conninfo, self._feed.source, self._feed.log, self._archive, missing, stop=stop)
        known = progress_of(self._connection, self._feed.source)
        self._progress = {name: known[name] for name in self._models if name in known}
        head = self._feed.head().position
        if self._progress and head < max(progress.position for progress in self._progress.values()):
            raise Fork(
                f"{self._feed.source} ends at {head}, and more was read from it before: it was restored, or forked"
            )
        self._try_parked_again()

    def _is_built(self, name: str) -> bool:
        found = self._connected.execute("SELECT source FROM models.progress WHERE model = %s", (name,)).fetchall()
        others = [row["source"] for row in found if row["source"] != self._feed.source]
        if others:
            raise Fork(f"{name} was made from {others[0]} and not from {self._feed.source}: build it anew for this one")
        return bool(found)

    def close(self) -> None:
        self._known.clear()
        if self._connection:
            self._connection.close()
            self._connection = None

    @property
    def _connected(self) -> Connection[DictRow]:
        assert self._connection, "open the projector first"
        return self._connection

    def step(self) -> int:
        """Take in what is next; how many events that were. Raises `Fenced`, `Stopped` or `psycopg.Error`."""
        start = self.position
        batch = self._feed.read(start, MOST_AT_ONCE)
        if batch.end == start:
            return 0
        told = [understood(heard, self._feed.log) for heard in batch.events]
        streams: dict[str, list[Told]] = defaultdict(list)
        for item in told:
            streams[item.heard.stream].append(item)
        parked: list[Parked] = []
        changes = {model: self._folded(model, streams, parked) for model in self._models.values()}
        self._write(changes, parked, self._moved(batch.end, told))
        return len(told)

    def _moved(self, end: int, told: Sequence[Told]) -> dict[str, tuple[int, Progress]]:
        moments = [item.event.recorded_at for item in told if not isinstance(item.event, Unread)]
        now = Progress(end, moments[-1] if moments else None)
        return {name: (was.position, now) for name, was in self._progress.items() if was.position < end}

    def _folded(self, model: Model, streams: Mapping[str, Sequence[Told]], parked: list[Parked]) -> dict[str, Followed]:
        """What a model makes of these streams with what is new in them; whom it has to park goes to `parked`."""
        covered = [s for s in streams if model.projection.covers(s) and (model.name, s) not in self._parked]
        found = self._look_up(model, covered)
        for stream, one in found.items():
            try:
                follow(model.projection, one, streams[stream], self._again)
            except Poisoned as poison:
                parked.append(poison.parked(model.name))
                found[stream] = self._before(model, poison)
        return found

    def _before(self, model: Model, poison: Poisoned) -> Followed:
        """The stream as it stood before the event that can't be folded."""
        heard = poison.told.heard
        [one] = load(self._connected, model, [heard.stream]).values()
        earlier = [told for told in self._again(heard.stream, one.version) if told.heard.version < heard.version]
        follow(model.projection, one, earlier, self._again)
        return one

    def _look_up(self, model: Model, streams: Iterable[str]) -> dict[str, Followed]:
        """What the model has made of these streams; kept for the streams used last, the rest is read again."""
        asked = list(streams)
        missing = [stream for stream in asked if (model.name, stream) not in self._known]
        if missing:
            for stream, one in load(self._connected, model, missing).items():
                self._known[model.name, stream] = one
        for stream in asked:
            self._known.move_to_end((model.name, stream))
        return {stream: self._known[model.name, stream] for stream in asked}

    def _again(self, stream: str, after: int) -> list[Told]:
        return [understood(heard, self._feed.log) for heard in self._archive.lines([stream], after)]

    def _write(
        self,
        changes: Mapping[Model, Mapping[str, Followed]],
        parked: Sequence[Parked],
        moved: Mapping[str, tuple[int, Progress]],
    ) -> None:
        write(self._connected, self._feed.source, changes, parked, moved)
        for stuck in parked:
            _log.error("%s parked %s at version %s: %s", stuck.model, stuck.stream, stuck.version, stuck.why)
            self._parked.add((stuck.model, stuck.stream))
            self._known.pop((stuck.model, stuck.stream), None)
        for name, (_, progress) in moved.items():
            self._progress[name] = Progress(progress.position, progress.at or self._progress[name].at)
        for model, followed in changes.items():
            for one in followed.values():
                one.rows.written(forget=model.projection.appends)
        while len(self._known) > KEPT_STREAMS:
            self._known.popitem(last=False)

    def _try_parked_again(self) -> None:
        """A newer release may be able to tell what an older one couldn't."""
        self._parked.clear()
        for parked in parked_in(self._connected):
            model = self._models.get(parked.model)
            if model is None:
                continue
            [one] = load(self._connected, model, [parked.stream]).values()
            try:
                follow(model.projection, one, self._again(parked.stream, one.version), self._again)
            except Poisoned:
                self._parked.add((parked.model, parked.stream))
            else:
                unpark(self._connected, model, parked.stream, one)

    def liveness(self) -> Liveness:
        """How it goes. Raises `psycopg.Error` where the feed can't say how far it reaches."""
        head, known = self._feed.head(), list(self._progress.values())
        reached = min(known, key=lambda progress: progress.position, default=Progress(0, None))
        behind = 0.0
        if head.recorded_at and reached.at and reached.position < head.position:
            behind = (head.recorded_at - reached.at).total_seconds()
        stuck = monotonic() - self._moved_at if reached.position < head.position else 0.0
        return Liveness(reached.position, head.position, behind, stuck, len(self._parked), self.stopped)
