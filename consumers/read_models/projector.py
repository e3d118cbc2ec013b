"""The projector: folds what is new into every read model, and writes that and how far it is, together."""

import logging
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from threading import Event
from time import monotonic, time_ns

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow

from consumers.event_log import Batch, ConsumerStopped, EventLog, Fork, LogSource, TransportPartition, Unreachable
from consumers.read_models.apply import DecodedEvent, FailedEvent, apply_events, decode_event
from consumers.read_models.batch_writer import Fenced, writing_of
from consumers.read_models.checkpoint import Progress, Reflected, change_over, heard, made_from, reflected
from consumers.read_models.parked_streams import take_up
from consumers.read_models.project_spans import tell_projected
from consumers.read_models.rebuild import build_missing
from consumers.read_models.stream_state import AppliedBatch, Moved, ParkedStream, StreamState, load, parked_in
from consumers.read_models.tables import Model, connect, prepare
from consumers.read_models.versions import followed
from consumers.read_models.write_behind import WriteBehind, nothing
from projections.projection import Projection, Unread

KEPT_STREAMS = 1_000
LONGEST_PAUSE_SECONDS = 5.0
_log = logging.getLogger("milepost.projector")
Starts = Callable[[Connection[DictRow], Reflected], Mapping[int, int]]
"""Where each partition is to be heard from by a model that reflects so much of the log."""


class Projector:
    """Keeps read models up with a log. There may be several: the slower finds itself fenced, reads again and goes on.

    `conninfo` is where the models are kept. Models that are not there yet are built from the log first.
    """

    def __init__(
        self, conninfo: str, source: LogSource, event_log: EventLog, projections: Iterable[Projection]
    ) -> None:
        self.source = source
        self._conninfo, self._event_log, self._projections = conninfo, event_log, list(projections)
        self._models: list[Model] = []
        self._reading: Connection[DictRow] | None = None
        self._writing: WriteBehind | None = None
        self._transport = ""
        self._progress: dict[str, dict[int, Progress]] = {}
        self._parked: set[tuple[str, str]] = set()
        self._known: OrderedDict[tuple[str, str], StreamState] = OrderedDict()
        self.stopped: str | None = None

    def position(self, partition: int) -> int:
        """How far every one of the models has heard a place, be it written yet or not."""
        return min((places[partition].position for places in self._progress.values()), default=0)

    @property
    def transport(self) -> str:
        """In which transport it hears."""
        return self._transport

    def positions(self, connection: Connection[DictRow]) -> dict[int, int]:
        """How far every one of the models has heard each place by now, whoever heard it."""
        known = heard(connection, list(self._progress), self._transport).values()
        partitions = {partition for places in known for partition in places}
        return {partition: min(places[partition].position for places in known) for partition in partitions}

    def run(self, stop: Event, hear: Callable[[Event], None]) -> None:
        """Hear until told to stop; a database that is gone is waited for. `stopped` says why it ended by itself."""
        pause = 0.0
        while not stop.is_set() and self.stopped is None:
            stop.wait(pause)
            pause, began = min(max(pause, 0.05) * 2, LONGEST_PAUSE_SECONDS), monotonic()
            try:
                hear(stop)
            except (Fenced, psycopg.errors.UndefinedTable) as elsewhere:
                _log.info("read models are read again: %s", elsewhere)
                pause = 0.05
            except (psycopg.OperationalError, psycopg.InterfaceError, Unreachable) as error:
                _log.warning("read models wait: %s", " ".join(str(error).split()))
            except Exception as fault:  # whatever it is, a silent end would be worse: /readyz turns red and says why
                self._end(fault)
            finally:
                self.close()
            if monotonic() - began > LONGEST_PAUSE_SECONDS:  # it went well for a while
                pause = 0.0

    def _end(self, fault: Exception) -> None:
        known = isinstance(fault, ConsumerStopped)
        self.stopped = str(fault) if known else f"a fault: {type(fault).__name__} {fault}"
        _log.critical("read models stopped: %s", self.stopped, exc_info=None if known else fault)

    def open(self, transport: str, starts: Starts, stop: Event | None = None) -> None:
        """Connect, and make sure that the models are there and were made from this log. Raises `Fork` otherwise."""
        self.close()
        try:
            self._open(transport, starts, stop)
        except BaseException:
            self.close()
            raise

    def _open(self, transport: str, starts: Starts, stop: Event | None) -> None:
        self._reading = connect(self._conninfo)
        self._writing = WriteBehind(connect(self._conninfo))
        prepare(self._reading)
        build_missing(self._conninfo, self.source, self._event_log, self._projections, stop)
        self._models, self._transport = followed(self._reading, self._projections), transport
        for model in self._models:
            self._demand_same_log(model.name)
        self._progress = self._heard(starts)
        self._try_parked_again()

    def _demand_same_log(self, model: str) -> None:
        others = made_from(self._connected, model) - {str(self.source)}
        if others:
            raise Fork(f"{model} was made from {others.pop()} and not from {self.source}: build it anew for this one")
        known = reflected(self._connected, [model]).get(model, Reflected(0, None))
        head = self._event_log.head().position
        if head < known.position:
            raise Fork(
                f"the log {self.source} ends at {head}, and {model} has read {known.position} events of it: it was "
                "restored, or forked"
            )

    def _heard(self, starts: Starts) -> dict[str, dict[int, Progress]]:
        """How far each model has heard this transport; one that was heard in another transport changes over."""
        names = [model.name for model in self._models]
        known = heard(self._connected, names, self._transport)
        for name in names:
            if name not in known:
                so_far = reflected(self._connected, [name]).get(name, Reflected(0, None))
                self._change_over(name, starts(self._connected, so_far))
        return heard(self._connected, names, self._transport)

    def _change_over(self, model: str, starts: Mapping[int, int]) -> None:
        try:
            change_over(self._connected, model, self.source, self._transport, starts)
        except psycopg.errors.UniqueViolation as error:
            raise Fenced("another projector has changed over first") from error

    def look_again(self, partition: int) -> None:
        """Others may have heard a place meanwhile: read how far and whom they parked, and forget all that is known."""
        self.settle()
        self._known.clear()
        self._parked = {(one.model, one.stream) for one in parked_in(self._connected) if one.model in self._progress}
        for name, places in heard(self._connected, list(self._progress), self._transport).items():
            self._progress[name][partition] = places[partition]

    def is_current(self) -> bool:
        """Whether the read models that it follows are still those that are to be followed."""
        return followed(self._connected, self._projections) == self._models

    def close(self) -> None:
        self._known.clear()
        if self._writing:
            self._writing.close()
            self._writing = None
        if self._reading:
            self._reading.close()
            self._reading = None

    @property
    def _connected(self) -> Connection[DictRow]:
        """Reads what is there; of streams that aren't known in memory that is all there is of them."""
        assert self._reading, "open the projector first"
        return self._reading

    @property
    def _behind(self) -> WriteBehind:
        assert self._writing, "open the projector first"
        return self._writing

    def settle(self, meanwhile: Callable[[], None] = nothing) -> None:
        """Wait until what was taken in is written, doing `meanwhile` now and then. Raises `Fenced`, `psycopg.Error`."""
        self._behind.settle(meanwhile)

    def wait(self) -> None:
        """Wait until nothing is being written, whatever becomes of it; from any thread."""
        if self._writing:
            self._writing.wait()

    def take_in(self, heard: Mapping[int, Batch], meanwhile: Callable[[], None] = nothing) -> None:
        """Fold what was heard of each place into every model, and have it written in one transaction behind this.

        While what was taken in before is still being written, `meanwhile` is done now and then. Raises `Fenced`,
        `ConsumerStopped` or `psycopg.Error`, also of what was taken in before.
        """
        began = time_ns()
        told = {number: [decode_event(one, self.source.log) for one in batch.events] for number, batch in heard.items()}
        streams: dict[str, list[DecodedEvent]] = defaultdict(list)
        for item in chain.from_iterable(told.values()):
            streams[item.logged.stream].append(item)
        parked: list[ParkedStream] = []
        changes = {model: self._folded(model, streams, parked) for model in self._models}
        held = [(model.name, s) for model in self._models for s in streams if (model.name, s) in self._parked]
        moved = [one for number, batch in heard.items() for one in self._moved(number, batch.end, told[number])]
        invalid = [
            (TransportPartition(self._transport, number), one)
            for number, batch in heard.items()
            for one in batch.invalid
        ]
        taken = AppliedBatch(changes, moved, parked, held, invalid)
        self._write(taken, partial(tell_projected, began, heard, taken, self._transport, self.source.log), meanwhile)

    def _partition(self, number: int) -> TransportPartition:
        return TransportPartition(self._transport, number)

    def _moved(self, partition: int, end: int, told: Sequence[DecodedEvent]) -> list[Moved]:
        moments = [item.event.recorded_at for item in told if not isinstance(item.event, Unread)]
        at, reached = moments[-1] if moments else None, told[-1].logged.position if told else 0
        known = {name: places[partition] for name, places in self._progress.items()}
        return [
            Moved(
                name,
                TransportPartition(self._transport, partition),
                was.position,
                Progress(end, max(reached, was.reflected), at),
            )
            for name, was in known.items()
            if was.position < end
        ]

    def _folded(
        self, model: Model, streams: Mapping[str, Sequence[DecodedEvent]], parked: list[ParkedStream]
    ) -> dict[str, StreamState]:
        """What a model makes of these streams with what is new in them; whom it has to park goes to `parked`."""
        covered = [s for s in streams if model.projection.covers(s) and (model.name, s) not in self._parked]
        found = self._look_up(model, covered)
        for stream, one in found.items():
            try:
                apply_events(model.projection, one, streams[stream], self._again)
            except FailedEvent as poison:
                parked.append(poison.parked_in(model.name))
                found[stream] = self._before(model, poison)
        return found

    def _before(self, model: Model, poison: FailedEvent) -> StreamState:
        """The stream as it stood before the event that can't be folded."""
        self.settle()
        heard_ = poison.logged
        [one] = load(self._connected, model, [heard_.stream]).values()
        earlier = [told for told in self._again(heard_.stream, one.version) if told.logged.version < heard_.version]
        apply_events(model.projection, one, earlier, self._again)
        return one

    def _look_up(self, model: Model, streams: Iterable[str]) -> dict[str, StreamState]:
        """What the model has made of these streams; kept for the streams used last, the rest is read again."""
        asked = list(streams)
        missing = [stream for stream in asked if (model.name, stream) not in self._known]
        if missing:
            for stream, one in load(self._connected, model, missing).items():
                self._known[model.name, stream] = one
        for stream in asked:
            self._known.move_to_end((model.name, stream))
        return {stream: self._known[model.name, stream] for stream in asked}

    def _again(self, stream: str, after: int) -> list[DecodedEvent]:
        return [decode_event(heard, self.source.log) for heard in self._event_log.read_streams([stream], after)]

    def _write(self, taken: AppliedBatch, then: Callable[[], None], meanwhile: Callable[[], None]) -> None:
        self._behind.write(writing_of(taken), then, meanwhile)
        if taken.parked or taken.invalid:
            self.settle()
            self._raise_alarm(taken)
        for moved in taken.moved:
            self._progress[moved.model][moved.place.partition] = moved.progress
        for model, followed_ in taken.changes.items():
            for one in followed_.values():
                one.stored = one.version
                one.rows.written(forget=model.projection.appends)
        kept = max(KEPT_STREAMS, sum(map(len, taken.changes.values())))  # what is under way is read from memory only
        while len(self._known) > kept:
            self._known.popitem(last=False)

    def _raise_alarm(self, taken: AppliedBatch) -> None:
        for place, apart in taken.invalid:
            _log.error("%s, partition %s, offset %s is kept apart: %s", *place, *apart)
        for stuck in taken.parked:
            _log.error("%s parked %s at version %s: %s", stuck.model, stuck.stream, stuck.version, stuck.why)
            self._parked.add((stuck.model, stuck.stream))
            self._known.pop((stuck.model, stuck.stream), None)

    def _try_parked_again(self) -> None:
        """A newer release may be able to tell what an older one couldn't."""
        self._parked.clear()
        models = {model.name: model for model in self._models}
        for parked in parked_in(self._connected):
            model = models.get(parked.model)
            if model is None:
                continue
            if take_up(self._connected, model, parked, self._again):
                self._parked.add((parked.model, parked.stream))
