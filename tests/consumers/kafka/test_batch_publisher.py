"""A batch of events that was handed to a producer."""

from typing import Any, cast

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError
from kafka.producer import future as of_producer

from consumers.kafka.batch_publisher import PublishedBatch

CLIENT = cast("Any", of_producer)


def page_of(*batches: Any) -> PublishedBatch:
    """A page of as many records as batches, each the first of one."""
    return PublishedBatch(
        end=len(batches), in_flight=[CLIENT.FutureRecordMetadata(one, 0, 1, None, 1, 1, 0) for one in batches]
    )


def batch(number: int) -> Any:
    return CLIENT.FutureProduceResult(TopicPartition("test", number))


def test_published_batch_is_acknowledged_once_every_record_is() -> None:
    first, last = batch(0), batch(1)
    page = page_of(first, last)
    last.success((7, 1, None))
    assert not page.wait_acknowledged(0)
    first.success((3, 1, None))
    assert page.wait_acknowledged(0)
    assert page.end_offsets == {0: 4, 1: 8}


def test_published_batch_raises_a_failure_while_other_records_are_in_flight() -> None:
    first, last = batch(0), batch(1)
    page = page_of(first, last)
    first.failure(KafkaTimeoutError("given up"))
    with pytest.raises(KafkaTimeoutError, match="given up"):
        page.wait_acknowledged(0)
