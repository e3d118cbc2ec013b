"""What commands print: in a terminal, into a pipe, as JSON."""

import ast
import re
import subprocess
from pathlib import Path

import click
import pytest

import milepost.cli
from milepost.cli import queries
from tests.milepost.cli.command_tree import every
from tests.milepost.cli.conftest import PROGRAM, ROOT, Run, clean, run
from tests.milepost.cli.terminal import in_terminal
from tests.milepost.cli.test_program import PROPOSAL, RISK

RUN_UNTIL_STOPPED = {"serve", "demo", "relay", "project", "webhook deliver"}
PRINTS_A_PAGE = {"catalogue"}
HOSTILE = "[bold]x[/]\x1b[2J\x1b]0;t\x07 a\u202eb\u2066c\tÄ\u65e5"
STYLE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="session")
def hostile(milepost: Run) -> str:
    """A project whose title tries what text can try."""
    key = "hostile-1"
    told = milepost("propose-project", key, "--title", HOSTILE, *PROPOSAL[2:], "--as", "ada")
    assert told.code == 0, told.error
    return key


def test_every_command_that_prints_results_has_json() -> None:
    without = {" ".join(words) for words, command in every() if "json" not in {one.name for one in command.params}}
    assert without == RUN_UNTIL_STOPPED | PRINTS_A_PAGE


def test_closed_sets_are_choices() -> None:
    options = {
        f"{' '.join(words)} {option.opts[-1]}": option.type
        for words, command in every()
        for option in command.params
        if option.name in ("state", "phase", "gate", "project_kind")
    }
    assert {"projects --state", "projects --phase", "why --gate", "propose-project --project-kind"} <= options.keys()
    assert [name for name, kind in options.items() if not isinstance(kind, click.Choice)] == []


def test_only_the_output_module_prints() -> None:
    """What goes another way isn't made safe."""
    folder = Path(milepost.cli.__file__).parent
    printing = {
        path.name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("click.echo", "click.secho", "print")
    }
    allowed = {"command_group.py", "serve.py"}  # the version, and a page of our own
    assert printing == allowed


def test_a_pipe_gets_tab_separated_values_with_a_header(milepost: Run, hostile: str) -> None:
    header, *rows = milepost("projects").out.splitlines()
    columns = header.split("\t")
    assert columns == ["project", "state", "phase", "next_gate", "last_gate_at", "category", "origin", "title"]
    values = [row.split("\t") for row in rows]
    assert {len(row) for row in values} == {len(columns)}
    [found] = [row for row in values if row[0] == hostile]
    assert found[-1] == r"[bold]x[/]\x1b[2J\x1b]0;t\x07 a\u202eb\u2066c\tÄ日"


def test_a_pipe_gets_the_header_of_an_empty_table(milepost: Run) -> None:
    assert milepost("inbox", "--as", "nobody-at-all").out.split("\t")[0] == "project"


def test_a_pipe_gets_moments_that_commands_take_back(milepost: Run, hostile: str) -> None:
    header, first = (line.split("\t") for line in milepost("trail", hostile).out.splitlines()[:2])
    time = first[header.index("time")]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", time)
    assert milepost("show", hostile, "--as-at", time).code == 0


def test_a_pipe_gets_one_table_of_what_is_missing(milepost: Run, hostile: str) -> None:
    told = milepost("why", hostile)
    assert told.error.startswith("portfolio is blocked: ")
    lines = [line.split("\t") for line in told.out.splitlines()]
    assert lines[0] == ["group", "control", "what is missing", "who", "with", "since"]
    assert {"Not met", "Waits for"} <= {line[0] for line in lines[1:]}


def test_a_terminal_gets_no_control_sequence_from_a_title(address: str, hostile: str) -> None:
    shown = in_terminal("show", hostile, MILEPOST_DATABASE_URL=address)
    assert "[bold]x[/]\ufffd[2J\ufffd]0;t\ufffd a\ufffdb\ufffdc Ä日" in shown
    assert STYLE.sub("", shown).replace("\n", "").isprintable()


def test_a_terminal_of_80_columns_shows_whole_words(address: str, milepost: Run) -> None:
    title = "A title that says in many words what the project is for and for whom it is made"
    milepost("propose-project", "simulated-0099", "--title", title, *PROPOSAL[2:], "--as", "ada")
    shown = STYLE.sub("", in_terminal("projects", MILEPOST_DATABASE_URL=address))
    assert max(map(len, shown.splitlines())) <= 80, shown
    for word in ("simulated-0099", *title.split()):
        assert word in shown.split(), shown


def test_json_is_ascii_where_the_terminal_takes_nothing_else(address: str, hostile: str) -> None:
    setting = {"MILEPOST_DATABASE_URL": address, "PYTHONIOENCODING": "ascii"}
    told = run("show", hostile, "--json", **setting)
    assert told.json["proposal"]["title"] == HOSTILE
    assert told.out.isascii()
    assert r"a\u202eb\u2066c\t\xc4\u65e5" in run("show", hostile, **setting).out


def test_json_of_unsafe_text_is_the_same_text(milepost: Run, hostile: str) -> None:
    told = milepost("show", hostile, "--json")
    assert told.json["proposal"]["title"] == HOSTILE
    assert told.out.rstrip("\n").isprintable()


def test_a_list_that_is_cut_off_says_so(milepost: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 1)
    for key in ("cut-1", "cut-2"):
        milepost("propose-project", key, *PROPOSAL, "--as", "ada")
    milepost("assess-risk", "cut-1", *RISK, "--as", "ada")
    first = milepost("projects", "--after", "cut-0", "--json").json
    assert ([row["project"] for row in first["rows"]], first["next"]) == (["cut-1"], "cut-1")
    assert "there is more: go on with --after cut-1" in milepost("projects", "--after", "cut-0").error
    assert milepost("trail", "cut-1", "--json").json["next"] == "1"
    last = milepost("trail", "cut-1", "--after", "1", "--json").json
    assert ([row["version"] for row in last["rows"]], "next" in last) == ([2], False)


@pytest.mark.parametrize(
    "words",
    [("projects", "--state", "activ"), ("projects", "--phase", "building"), ("why", "x", "--gate", "plan")],
)
def test_values_of_no_closed_set_are_refused_with_those_there_are(milepost: Run, words: tuple[str, ...]) -> None:
    told = milepost(*words)
    assert told.code == 2
    assert "is not one of" in told.error


@pytest.mark.parametrize("command", ["show", "why", "trail"])
def test_a_project_that_is_not_there_is_an_error(milepost: Run, command: str) -> None:
    told = milepost(command, "no-such")
    assert (told.code, told.out) == (2, "")
    assert told.error.startswith("milepost: there is no project no-such")


def test_a_closed_pipe_ends_a_list_quietly(address: str, hostile: str) -> None:
    with subprocess.Popen(
        [*PROGRAM, "projects", "--json"], cwd=ROOT, env=clean(MILEPOST_DATABASE_URL=address), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1
