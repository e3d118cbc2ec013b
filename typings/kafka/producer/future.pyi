class RecordMetadata:
    topic: str
    partition: int
    offset: int

class FutureRecordMetadata:
    is_done: bool
    value: RecordMetadata | None
    exception: Exception | None
    def succeeded(self) -> bool: ...
    def failed(self) -> bool: ...
    def get(self, timeout: float | None = None) -> RecordMetadata: ...
