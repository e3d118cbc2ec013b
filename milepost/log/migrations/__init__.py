"""The steps that made the database's schemas, in order; a step that was taken somewhere is never changed."""

from pathlib import Path


def steps() -> dict[int, str]:
    """The SQL of each step by its number."""
    return {
        int(file.stem.partition("-")[0]): file.read_text("utf-8")
        for file in sorted(Path(__file__).parent.glob("*.sql"))
    }
