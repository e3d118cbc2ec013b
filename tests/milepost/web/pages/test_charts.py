"""Charts, drawn by a child that may be slow, be gone, or grow."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from milepost.web.pages.charts import Charts, Rows
from tests.milepost.servers import ended, until

ORIGIN = "http://127.0.0.1:8000"
PATIENCE = 60.0
ROWS: Rows = [
    {"label": "Build", "median": 3, "p85": 8, "text": "3 to 8 (n = 4)", "href": "/effectiveness/projects?a=1"},
    {"label": "</text><script>alert(1)</script>", "median": 1, "p85": 2, "text": "1", "href": "/x?b=%3C"},
]


@pytest.fixture(scope="module")
def charts() -> Iterator[Charts]:
    made = Charts(ORIGIN, seconds=PATIENCE)
    yield made
    made.close()


def drawing(tmp_path: Path, then: str) -> tuple[str, ...]:
    """A child that is ready and then does something else."""
    program = tmp_path / "child.py"
    program.write_text(
        "import sys, time\nfrom multiprocessing.connection import Connection\n"
        "c = Connection(int(sys.argv[1]))\nc.send_bytes(b'ready')\n" + textwrap.dedent(then)
    )
    return (sys.executable, str(program))


def children() -> set[int]:
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def test_chart_links_to_projects(charts: Charts) -> None:
    drawn = charts.draw("duration", ROWS, content=1)
    assert drawn
    assert 'href="/effectiveness/projects?a=1"' in drawn
    assert "3 to 8 (n = 4)" in drawn
    assert ORIGIN not in drawn


def test_chart_escapes_hostile_names(charts: Charts) -> None:
    drawn = charts.draw("duration", ROWS, content=1)
    assert drawn
    assert "&lt;script&gt;alert(1)" in drawn
    assert "<script" not in drawn


def test_chart_contains_no_style(charts: Charts) -> None:
    drawn = charts.draw("yield", [{"label": "a", "share": 50, "text": "50 %", "href": "/x"}], content=1)
    assert drawn
    assert "style" not in drawn


def test_chart_is_drawn_once_per_content(charts: Charts) -> None:
    assert charts.draw("duration", ROWS, content=2) is charts.draw("duration", [], content=2)


def test_charts_resume_after_the_child_was_killed() -> None:
    before = children()
    charts = Charts(ORIGIN, seconds=PATIENCE)
    assert charts.draw("duration", ROWS, content=1)
    (child,) = children() - before
    os.kill(child, signal.SIGKILL)
    until(lambda: ended(child))
    assert charts.draw("duration", ROWS, content=2) is None
    until(lambda: charts.draw("duration", ROWS, content=3), PATIENCE)
    charts.close()
    assert children() <= before


def test_chart_is_left_out_if_the_child_is_slow(tmp_path: Path) -> None:
    charts = Charts(ORIGIN, seconds=1, command=drawing(tmp_path, "time.sleep(60)"))
    assert charts.draw("duration", ROWS, content=1) is None
    charts.close()


def test_chart_with_unsafe_svg_is_left_out(tmp_path: Path) -> None:
    child = drawing(tmp_path, "c.recv_bytes()\nc.send_bytes(b'<svg><script/></svg>')\ntime.sleep(60)")
    charts = Charts(ORIGIN, seconds=20, command=child)
    assert charts.draw("duration", ROWS, content=1) is None
    charts.close()


def test_chart_child_has_a_memory_limit(tmp_path: Path) -> None:
    swelling: Rows = [{**ROWS[0], "label": f"{n} {'x' * 2000}"} for n in range(60_000)]
    charts = Charts(ORIGIN, seconds=PATIENCE)
    assert charts.draw("duration", swelling, content=1) is None
    charts.close()


def test_chart_child_gets_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEPOST_DATABASE_URL", "secret")
    told = "import os\nc.recv_bytes()\nc.send_bytes(('<svg><text>%s</text></svg>' % sorted(os.environ)).encode())"
    charts = Charts(ORIGIN, seconds=20, command=drawing(tmp_path, told))
    drawn = charts.draw("duration", ROWS, content=1)
    assert drawn
    assert "MILEPOST" not in drawn
    charts.close()


def test_charts_stop_silently_while_the_child_starts(tmp_path: Path) -> None:
    before, began = children(), tmp_path / "began"
    charts = Charts(ORIGIN, command=drawing(tmp_path, f"open({str(began)!r}, 'w').close()\ntime.sleep(60)"))
    with capture_logs() as said:
        charts.warm()
        until(began.exists)
        charts.close()
        until(lambda: children() <= before)
    assert said == []


def test_chart_child_ends_silently_without_parent() -> None:
    ours, theirs = socket.socketpair()
    ours.close()
    with theirs:
        command = [sys.executable, "-m", "milepost.web.pages.chart_process", str(theirs.fileno())]
        ended = subprocess.run(command, pass_fds=[theirs.fileno()], capture_output=True, timeout=PATIENCE)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
