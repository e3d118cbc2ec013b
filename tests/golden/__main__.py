"""Writes the golden events: `python -m tests.golden`.

A kind that is new gets a line, and a kind that is gone loses its own. A line that stands is kept as it is.
"""

from tests.domain.everything import KINDS
from tests.golden.lines import PATH, golden, line_of

if __name__ == "__main__":
    known = golden()
    lines = {kind: known.get(kind) or line_of(kind) for kind in KINDS}
    PATH.write_bytes(b"".join(line + b"\n" for _, line in sorted(lines.items())))
    print(f"{PATH}: {len(lines)} kinds")
