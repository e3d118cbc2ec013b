"""The store passes the recorder test cases of the `eventsourcing` library, on PostgreSQL.

Those test cases begin some streams at version 0. The log begins every stream at version 1, so `ShiftedStore` adds 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from unittest import TestCase
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.tests import persistence as suite

from milepost.log.store import Store
from tests.milepost.logs import Database, prepared

__all__ = ["prepared"]
DOES_NOT_APPLY = {
    suite.InfrastructureFactoryTestCase: "Milepost builds its store itself and configures no factory",
    suite.ProcessRecorderTestCase: "read models keep their own checkpoints: no event is written together with one",
    suite.TrackingRecorderTestCase: "the log tracks no other log; read models keep their own checkpoints",
    suite.TranscoderTestCase: "an event's bytes come from `domain.codec`, and no transcoder encodes them again",
}


class ShiftedStore(Store):
    """The store as an application recorder whose versions begin at 0: each is stored as the next one."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        shifted = [replace(event, originator_version=event.originator_version + 1) for event in stored_events]
        positions: Sequence[int] | None = super().insert_events(shifted, **kwargs)
        return positions

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        above, until = (None if bound is None else bound + 1 for bound in (gt, lte))
        found = super().select_events(originator_id, gt=above, lte=until, desc=desc, limit=limit)
        return [replace(event, originator_version=event.originator_version - 1) for event in found]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        found = super().select_notifications(start, limit, stop, topics, inclusive_of_start=inclusive_of_start)
        return [replace(event, originator_version=event.originator_version - 1) for event in found]


class ShiftedAggregateStore(ShiftedStore):
    """The same as an aggregate recorder, which by its contract returns no positions."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        super().insert_events(stored_events, **kwargs)


class OnStore(suite.RecorderTestCase):
    """Gives a test case the store over an empty log, opened as the application's role."""

    store: type[ShiftedStore] = ShiftedStore

    @pytest.fixture(autouse=True)
    def connect(self, prepared: Database) -> Iterator[None]:
        self.recorder = self.store(prepared.application)
        yield
        self.recorder.datastore.close()

    def create_recorder(self) -> ShiftedStore:
        return self.recorder

    def new_originator_id(self) -> str:
        return f"project-{uuid4()}"  # a stream's name is text


class TestStoreAsAggregateRecorder(OnStore, suite.AggregateRecorderTestCase):
    store = ShiftedAggregateStore


class TestStoreAsApplicationRecorder(OnStore, suite.ApplicationRecorderTestCase[ShiftedStore]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestStoreNeverInterleavesPositions(OnStore, suite.NonInterleavingNotificationIDsBaseCase):
    pass


def test_store_runs_every_recorder_test_case_that_applies() -> None:
    named = [case for case in vars(suite).values() if isinstance(case, type) and case.__module__ == suite.__name__]
    cases = {case for case in named if issubclass(case, TestCase)}
    applied = {ancestor for case in OnStore.__subclasses__() for ancestor in case.__mro__} & cases
    assert cases - applied == DOES_NOT_APPLY.keys()
