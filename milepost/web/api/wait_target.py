"""Waiting for the read models: a request that names a position or version is answered once they contain it."""

from asyncio import to_thread
from dataclasses import dataclass

from milepost.app.service import Service
from milepost.web.problems import Problem

WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class WaitTarget:
    """What a read model has to contain: a position of the log, and the version of a stream where one is asked about."""

    position: int
    stream: str | None = None
    version: int | None = None


async def wait_until_contained(service: Service, wait_for: str | None, project: str | None = None) -> None:
    """Wait until the read models contain what is asked for; `project` is the stream that the request is about, if any.

    Raises a problem: 422 `invalid` where the log does not have it, 503 `not-yet` where it takes too long, and 503
    `parked` where the stream that is asked about has been set aside before it.
    """
    if wait_for is None:
        return
    target = await to_thread(find_target, service, wait_for, project)
    if not await service.models.reached(target.position, WAIT_SECONDS):
        raise Problem(
            503, "not-yet", "The read models are not there yet", f"they don't contain {wait_for}: ask again later"
        )
    if target.stream:
        await to_thread(_refuse_parked, service, target.stream, target)


def find_target(service: Service, wait_for: str, project: str | None = None) -> WaitTarget:
    """What `wait_for` names. Raises a problem 422 where the log does not have it."""
    stream, _, number = wait_for.rpartition(":")
    if stream:
        return _version_of(service, stream, int(number))
    position, head = int(number), service.log.head().position
    if position > head:
        raise _unknown(f"the log ends at position {head}")
    return WaitTarget(position, project)


def _version_of(service: Service, stream: str, version: int) -> WaitTarget:
    found = service.log.read_streams([stream], version - 1)
    if found:
        return WaitTarget(found[0].position, stream, version)
    last = service.log.read_streams([stream])
    raise _unknown(f"{stream} ends at version {last[-1].version}" if last else f"there is no stream {stream}")


def _refuse_parked(service: Service, stream: str, target: WaitTarget) -> None:
    parked = service.models.parked_at(stream)
    if parked is None or parked.position > target.position:
        return
    raise Problem(
        503,
        "parked",
        "The stream is parked",
        f"{stream} is parked at version {parked.version}, position {parked.position}: the read models contain nothing "
        "of it from there on. `milepost parked` says why, and how to resume it",
        {"stream": stream, "version": parked.version, "position": parked.position},
        retry=False,
    )


def _unknown(sentence: str) -> Problem:
    return Problem(422, "invalid", "There is nothing to wait for", f"wait_for: {sentence}")
