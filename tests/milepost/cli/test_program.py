"""The program `milepost`."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from milepost.embedded.postgres.server import running
from tests.milepost.cli.conftest import PROGRAM, ROOT, Run, clean, run

PROPOSAL = ("--title", "Pay", "--project-kind", "it_service", "--service", "pay", "--customer", "sales")
RISK = ("--risk", "flood", "--statement", "the river rises")


def test_carries_a_project_from_proposal_to_its_trail(milepost: Run) -> None:
    proposed = milepost("propose-project", "TOUR-1", *PROPOSAL, "--as", "ada", "--json")
    assert (proposed.code, proposed.json["status"], proposed.json["version"]) == (0, "accepted", 1)
    assert "risk.assessed/1" in milepost("assess-risk", "tour-1", *RISK, "--probability", "100", "--as", "grace").out
    shown = milepost("show", "tour-1")
    assert shown.code == 0
    for told in ("Pay", "active", "envision", "default/1"):
        assert told in shown.out
    assert milepost("show", "tour-1", "--version", "1", "--json").json["version"] == 1
    assert milepost("why", "tour-1").error.startswith("portfolio is blocked: ")
    assert milepost("why", "tour-1", "--json").json["gate"] == "portfolio"
    trail = milepost("trail", "tour-1", "--json")
    assert [(row["who"], row["kind"]) for row in trail.json["rows"]] == [
        ("ada", "project.proposed/1"),
        ("grace", "risk.assessed/1"),
    ]
    assert "Risk assessed" in milepost("trail", "tour-1").out
    assert "tour-1" in milepost("projects", "--state", "active").out
    assert milepost("inbox", "--as", "grace", "--json").json["rows"] == []


def test_takes_lists_values_and_flags_as_text(milepost: Run) -> None:
    milepost("propose-project", "words", *PROPOSAL, "--as", "ada")
    money = milepost("assess-risk", "words", *RISK, "--impact-money", '{"amount":"10","currency":"EUR"}', "--json")
    assert (money.code, money.json["version"]) == (0, 2), money.error
    granted = milepost(
        "assign-role", "words", "--person", "omar", "--role", "program-manager", "--as", "ada", "--as-role", "requester"
    )
    assert granted.code in (0, 3), granted.error
    called = milepost("call-review", "words", "--review", "r", "--gates", "portfolio,envisioned", "--as", "eve")
    assert called.code == 3, "it is understood, and rejected as eve may not"


def test_rejects_with_three(milepost: Run) -> None:
    told = milepost("assess-risk", "no-such", *RISK, "--as", "ada")
    assert (told.code, told.error) == (3, "there is no project with this key; propose it first (propose-project)\n")
    assert milepost("assess-risk", "no-such", *RISK, "--as", "ada", "--json").json["status"] == "rejected"


def test_refuses_with_four(milepost: Run) -> None:
    put_before_a_shut_gate(milepost, "shut-1")
    told = milepost("decide-review", "shut-1", "--review", "go", "--as", "grace", "--role", "change-manager", "--json")
    assert (told.code, told.json["status"]) == (4, "refused")
    assert any(result["result"] == "unmet" for result in told.json["results"])
    why = milepost("why", "shut-1")
    assert "Not met" in why.out


def put_before_a_shut_gate(milepost: Run, key: str) -> None:
    team = (
        '[{"person":"grace","role":"change-manager"},{"person":"linus","role":"tester"},'
        '{"person":"omar","role":"solution-manager"},{"person":"omar","role":"program-manager"}]'
    )
    names = ("services", "users", "downtime", "effort", "money", "experience", "reversibility", "data")
    answers = "{" + ",".join(f'"{name}":0' for name in names) + "}"
    steps = '{"document":"steps","title":"How","digest":"sha256:' + "a" * 64 + '"}'
    window = '{"opens":"2026-01-01T00:00:00Z","closes":"2099-01-01T00:00:00Z"}'
    planned = f'"window_wanted":{window},"rollback":{steps}'
    rfc = f'{{"rfc":"r1","services":["mail"],"configuration_items":["store"],"downtime_minutes":0,{planned}}}'
    proposal = ("--title", "Mail", "--project-kind", "change", "--service", "mail", "--customer", "sales")
    before, after = "portfolio,envisioned,plan-approved", "build-completed,release-ready"
    for asked in (
        ("propose", key, *proposal, "--answers", answers, "--team", team, "--rfc", rfc, "--as", "ada"),
        ("call-review", key, "--review", "start", "--gates", before, "--as", "omar"),
        ("give-signoff", key, "--review", "start", "--reason", "known", "--as", "grace", "--as-role", "change-manager"),
        ("call-review", key, "--review", "go", "--gates", after, "--as", "omar"),
        ("give-signoff", key, "--review", "go", "--as", "linus", "--as-role", "tester"),
        ("give-signoff", key, "--review", "go", "--reason", "known", "--as", "grace", "--as-role", "change-manager"),
    ):
        told = milepost(*asked)
        assert told.code == 0, (asked, told.error)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("assess-risk", "pay", "--risk", "NO KEY", "--statement", "x"), "--risk: "),
        (("assess-risk", "pay", *RISK, "--probability", "much"), "--probability: "),
        (("assess-risk", "pay", *RISK, "--probability", "1.5"), "--probability: "),
        (("assess-risk", "pay", *RISK, "--impact-money", '{"amount":"1"'), "--impact-money: "),
        (("assess-risk", "pay", *RISK, "--impact-money", '{"amount":"1","amount":"2","currency":"EUR"}'), "--impact-"),
        (("assess-risk", "pay", *RISK, "--occurred-at", "yesterday"), "--occurred-at: "),
        (("assess-risk", "pay", "--risk", "flood"), "Missing option '--statement'"),
        (("assess-risk", "no key", *RISK), "no key"),
        (("show", "no-such"), "there is no project no-such"),
        (("show", "pay", "--version", "0"), "--version"),
        (("no-such-command",), "No such command"),
        (("verify", "no-such-file"), "does not exist"),
    ],
)
def test_is_asked_wrongly_with_two(milepost: Run, arguments: tuple[str, ...], told: str) -> None:
    found = milepost(*arguments)
    assert found.code == 2, found
    assert told in found.error
    assert "Traceback" not in found.error


def test_does_not_reach_its_database_with_five(tmp_path: Path) -> None:
    found = run("projects", MILEPOST_DATABASE_URL=f"host={tmp_path} dbname=x user=y password=s3cret")
    assert found.code == 5
    assert "the database doesn't answer" in found.error
    assert "s3cret" not in found.error


def test_keeps_one_answer_for_one_id(milepost: Run) -> None:
    asked = ("propose-project", "once-1", *PROPOSAL, "--as", "ada", "--id", "cli-once", "--json")
    assert milepost(*asked).json == milepost(*asked).json
    other = milepost("propose-project", "once-2", *PROPOSAL, "--as", "ada", "--id", "cli-once")
    assert (other.code, "use a new key" in other.error) == (2, True)


def test_refuses_settings_that_are_none(milepost: Run) -> None:
    assert milepost("projects", MILEPOST_PROT="1").error.startswith("milepost: MILEPOST_PROT is no setting")
    assert run("serve", "--host", "0.0.0.0").code == 2


def test_knows_who_asks_from_the_environment(milepost: Run) -> None:
    milepost("propose-project", "env-1", *PROPOSAL, MILEPOST_ACTOR="hopper")
    assert milepost("trail", "env-1", "--json").json["rows"][0]["who"] == "hopper"


def test_asks_in_nobodys_name_but_a_key(milepost: Run) -> None:
    asked = ("propose-project", "nobody-1", *PROPOSAL)
    for told, place in (
        (milepost(*asked, "--as", "Ada Lovelace"), "'--as' (env var: 'MILEPOST_ACTOR'): 'Ada Lovelace' is no key"),
        (milepost(*asked, MILEPOST_ACTOR="adá"), "'--as' (env var: 'MILEPOST_ACTOR'): 'adá' is no key"),
        (milepost(*asked, "--as-role", "a tester"), "'a tester' is no key"),
    ):
        assert (told.code, place in told.error) == (2, True), told.error
    milepost(*asked, "--as", "Grace")
    assert milepost("trail", "nobody-1", "--json").json["rows"][0]["who"] == "grace"


def test_stops_in_order_when_it_is_told_to(made: Path) -> None:
    for asked in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen(
            [*PROGRAM, "serve", "--port", "0"],
            cwd=ROOT,
            env=clean(MILEPOST_DATA=str(made)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as serving:
            assert serving.stdout
            assert serving.stderr
            assert b"http://127.0.0.1:" in serving.stdout.readline()
            os.kill(serving.pid, asked)
            assert serving.wait(30) == 0
            assert serving.stderr.read() == b"", "who is stopped has nothing to complain of"
        assert running(made) is None, "the embedded database stopped with its last user"


def test_says_where_it_serves_once_it_answers_there(made: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"], cwd=ROOT, env=clean(MILEPOST_DATA=str(made)), stdout=subprocess.PIPE
    ) as serving:
        assert serving.stdout
        address = serving.stdout.readline().decode().rsplit(" ", 1)[1].strip()
        assert httpx.get(address, headers={"Accept": "text/html"}, timeout=20).status_code == 200
        os.kill(serving.pid, signal.SIGTERM)


def test_leaves_a_port_to_whom_it_belongs(milepost: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = milepost("serve", "--port", str(port))
    assert (told.code, told.error) == (
        2,
        f"Error: Port {port} is taken: stop what serves there, or choose another with --port.\n",
    )
