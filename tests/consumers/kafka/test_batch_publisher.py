"""A page of events that were handed to a producer."""

from typing import Any, cast

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError
from kafka.producer import future as of_producer

from consumers.kafka.batch_publisher import Page

CLIENT = cast("Any", of_producer)


def page_of(*batches: Any) -> Page:
    """A page of as many records as batches, each the first of one."""
    return Page(end=len(batches), sent=[CLIENT.FutureRecordMetadata(one, 0, 1, None, 1, 1, 0) for one in batches])


def batch(number: int) -> Any:
    return CLIENT.FutureProduceResult(TopicPartition("test", number))


def test_is_settled_once_every_batch_is_acknowledged() -> None:
    first, last = batch(0), batch(1)
    page = page_of(first, last)
    last.success((7, 1, None))
    assert not page.settled(0)
    first.success((3, 1, None))
    assert page.settled(0)
    assert page.ends == {0: 4, 1: 8}


def test_fails_with_any_batch_though_others_are_on_their_way() -> None:
    first, last = batch(0), batch(1)
    page = page_of(first, last)
    first.failure(KafkaTimeoutError("given up"))
    with pytest.raises(KafkaTimeoutError, match="given up"):
        page.settled(0)
