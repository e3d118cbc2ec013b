"""Adds a stored line for every kind that has none yet: `python -m tests.golden`. A line that is there is history."""

from tests.golden.lines import PATH, golden, line_of, missing

if __name__ == "__main__":
    lines = golden() | {kind: line_of(kind) for kind in missing()}
    PATH.write_bytes(b"".join(lines[kind] + b"\n" for kind in sorted(lines)))
    print(f"{PATH}: {len(lines)} kinds")
