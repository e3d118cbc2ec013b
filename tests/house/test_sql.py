"""SQL on the log's tables stands in one place."""

import re

from tests.house.sources import modules, place

ON_THE_LOG = re.compile(r"\b(?:FROM|INTO|JOIN|UPDATE|TABLE|ON)\s+log\.\w+")
QUERIES = "milepost/log/sql.py"
RIGHTS = "milepost/log/migrate.py"
"""It grants rights on the log's tables, and reads which steps were taken."""


def test_sql_on_the_log_stands_in_one_module() -> None:
    assert {place(path) for path in modules() if ON_THE_LOG.search(path.read_text())} == {QUERIES, RIGHTS}
