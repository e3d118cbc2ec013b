"""Read models of a process."""

from concurrent.futures import ThreadPoolExecutor

from milepost.log.store import Log
from milepost.log.writer import Writer
from milepost.reading.read_models import Models
from tests.milepost.logs import log, prepared, propose, writer

__all__ = ["log", "prepared", "writer"]


def test_are_brought_up_by_several_at_once(log: Log, writer: Writer) -> None:
    def bring_up(number: int) -> None:
        with Models(log.conninfo, log) as models:
            for turn in range(6):
                position = writer.execute(propose(f"pay-{number}-{turn}")).position
                models.catch_up()
                assert models.position() >= position

    with ThreadPoolExecutor(3) as several:
        list(several.map(bring_up, range(3)))
