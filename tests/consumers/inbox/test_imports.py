"""What a subscriber needs to be installed."""

import subprocess
import sys
import textwrap

from tests.house.sources import ROOT


def test_subscriber_runs_without_psycopg_and_without_the_domain() -> None:
    """In a process of its own, in which these modules can't be imported."""
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        sys.modules |= dict.fromkeys(("psycopg", "domain", "projections", "milepost"))
        from consumers.cloud_event import EventRecord
        from consumers.event_log import LogSource
        from consumers.inbox.event_inbox import Inbox
        from consumers.inbox.sqlite_store import SqliteInboxStore
        from consumers.kafka.client import KafkaClients
        from consumers.kafka.subscriber import Subscriber
        store = SqliteInboxStore(Path(":memory:"), "audit")
        Subscriber(KafkaClients("127.0.0.1:9"), store, print)
        with store.transaction():
            event = EventRecord(1, "project-p", 1, "risk.assessed/1", b"{}", 0)
            Inbox(store, lambda event: print(event.stream)).receive(event, LogSource("log", 1))
        store.close()
        """)
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("project-p\n", "")
