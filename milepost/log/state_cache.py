"""The state cache: the folded state of each stream, kept between commands, least recently used dropped first."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from domain.event import Recorded
from domain.policy.rulebook import Rulebook
from domain.streams import StreamState, initial_state
from milepost.log.stored_event import LogEntry, read_entry

KEPT_EVENTS = 40_000  # of about 2 KB each


@dataclass(slots=True)
class CachedState:
    """The state of a stream, and the origin of its events: None before the first."""

    state: StreamState
    origin: str | None = None
    counted: int = 0  # the number of its events that the cache's size includes

    def apply(self, recorded: Recorded) -> None:
        self.state.apply(recorded)
        self.origin = recorded.origin


class StateCache:
    """The states of the streams used last; any other stream is folded when it is needed.

    `read` gives the entries of some streams. Events that a transaction has not yet committed are held as pending, so
    that a stream can be folded again within it.
    """

    def __init__(self, read_entry: Callable[[Sequence[str]], Iterable[LogEntry]], room: int = KEPT_EVENTS) -> None:
        self._read, self._room = read_entry, room
        self._known: OrderedDict[str, CachedState] = OrderedDict()
        self._kept = 0
        self._pending: defaultdict[str, list[Recorded]] = defaultdict(list)
        self._used: set[str] = set()

    def __getitem__(self, stream: str) -> StreamState:
        return self.known(stream).state

    def rulebook(self, name: str) -> Rulebook:
        """The state of the stream of a policy."""
        state = self[f"policy-{name}"]
        if not isinstance(state, Rulebook):
            raise TypeError(f"policy-{name} is folded into {type(state).__name__}")
        return state

    def known(self, stream: str) -> CachedState:
        self._used.add(stream)
        known = self._known.get(stream)
        if known is None:
            self.load([stream])
            known = self._known[stream]
            for recorded in self._pending.get(stream, ()):
                known.apply(recorded)
        return known

    def load(self, streams: Iterable[str]) -> None:
        """Fold those of these streams that are not known, read in one go."""
        missing = [stream for stream in dict.fromkeys(streams) if stream not in self._known]
        if not missing:
            return
        fresh = {stream: CachedState(initial_state(stream)) for stream in missing}
        for stored in self._read(missing):
            fresh[stored.stream].apply(read_entry(stored))
        self._known.update(fresh)
        self._used.update(fresh)

    def written(self, events: Iterable[Recorded]) -> None:
        """These are in the transaction, and applied already."""
        for recorded in events:
            self._pending[recorded.stream].append(recorded)
            self._known[recorded.stream].origin = recorded.origin

    def follow(self, stored: Iterable[LogEntry]) -> None:
        """Apply what others have written in the meantime, where it is the next event of a stream that is known."""
        for line in stored:
            known = self._known.get(line.stream)
            if known is None or line.version <= known.state.version:
                continue
            if line.version == known.state.version + 1:
                known.apply(read_entry(line))
                self._used.add(line.stream)
            else:
                self.drop(line.stream)

    def drop(self, *streams: str) -> None:
        """Forget what may be half changed."""
        for stream in streams:
            known = self._known.pop(stream, None)
            self._kept -= known.counted if known else 0

    def settle(self) -> None:
        """The transaction has committed: make room, oldest use first, and keep nothing of streams that don't exist."""
        for stream in self._used & self._known.keys():
            self._known.move_to_end(stream)
            known = self._known[stream]
            self._kept += known.state.version - known.counted
            known.counted = known.state.version
            if known.counted == 0:
                self.drop(stream)
        self._pending.clear()
        self._used.clear()
        while self._kept > self._room and len(self._known) > 1:
            self.drop(next(iter(self._known)))

    def forget(self) -> None:
        self._known.clear()
        self._kept = 0
        self._pending.clear()
        self._used.clear()
