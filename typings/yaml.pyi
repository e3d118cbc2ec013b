# What the tests use of PyYAML, which carries no types of its own.
from typing import Any

def safe_load(stream: str) -> Any: ...
