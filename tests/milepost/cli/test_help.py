"""Help, version and completion."""

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import pytest
from click.testing import CliRunner

from domain.commands import commands
from milepost.cli import generate
from milepost.cli.command_list import COMMANDS
from milepost.cli.command_sources import FUNCTIONS, SOURCES
from tests.milepost.cli.command_tree import ROOT, every
from tests.milepost.cli.conftest import PROGRAM, clean, run

README = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
MOST_SECONDS = 0.4
IMPORTED = """
import sys
before = set(sys.modules)
sys.argv = ["milepost", *sys.argv[1:]]
from milepost.cli import main
try:
    main()
finally:
    print(*{name.partition(".")[0] for name in set(sys.modules) - before} - sys.stdlib_module_names, file=sys.stderr)
"""


def imported(*arguments: str, **environment: str) -> set[str]:
    """The packages outside the standard library that a run has imported."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments],
        env=clean(**environment),
        capture_output=True,
        text=True,
        timeout=60,
    )
    return set(done.stderr.split())


def test_list_of_commands_is_what_the_code_has() -> None:
    assert generate.FILE.read_text("utf-8") == generate.text(), "run: make generate"


def test_list_of_commands_has_every_command_once() -> None:
    names = [one.name for one in COMMANDS]
    assert len(set(names)) == len(names)
    assert set(names) == commands().keys() | {name for source in SOURCES for name in source.names}


def test_help_groups_commands_by_function_first() -> None:
    told = run("--help").out
    titles = re.findall(r"^([A-Z][\w ]+):$", told, re.MULTILINE)
    assert titles == ["Options", *FUNCTIONS.values(), *dict.fromkeys(source.section for source in SOURCES)]


def test_help_shows_each_command_whole_at_80_columns() -> None:
    told = run("--help", COLUMNS="80").out
    assert max(map(len, told.splitlines())) <= 80
    words = " ".join(told.split())
    for one in COMMANDS:
        assert f"{one.name} {' '.join(one.help.split())}" in words.replace("- ", "-"), one.name
    assert "..." not in told.replace("[ARGS]...", "")


@pytest.mark.parametrize("group", ["kafka", "log", "parked", "projections", "webhook"])
def test_help_of_a_group_shows_each_command_whole(group: str) -> None:
    told = run(group, "-h", COLUMNS="80").out
    assert "..." not in told.replace("[ARGS]...", "")


@pytest.mark.parametrize("words", [(), ("why",), ("log", "dump"), ("assess-risk",)])
def test_short_help_option_is_the_long_one(words: tuple[str, ...]) -> None:
    told = run(*words, "-h")
    assert (told.code, told.out) == (0, run(*words, "--help").out)


def test_help_of_every_command_describes_it() -> None:
    for words, _ in every():
        told = CliRunner().invoke(ROOT, [*words, "--help"], prog_name="milepost")
        assert told.exit_code == 0
        assert told.output.startswith(f"Usage: milepost {' '.join(words)} ")
        assert told.output.split("\n")[2].strip(), f"{words} says nothing of itself"
        assert "typing." not in told.output
        assert "<class" not in told.output


def test_version_is_the_installed_one() -> None:
    assert run("--version").out == f"milepost {version('milepost')}\n"


@pytest.mark.parametrize("words", ["--help", "-h", "--version"])
def test_help_imports_only_click(words: str) -> None:
    assert imported(words) == {"click", "milepost"}


def test_completion_imports_only_click() -> None:
    asked = {"_MILEPOST_COMPLETE": "bash_complete", "COMP_WORDS": "milepost propo", "COMP_CWORD": "1"}
    assert imported(**asked) == {"click", "milepost"}


def test_help_takes_less_than_400_ms() -> None:
    """Of the processor: it waits for nothing, and a machine that does other things needs longer for everything."""
    before = getrusage(RUSAGE_CHILDREN)
    assert run("--help").code == 0
    after = getrusage(RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < MOST_SECONDS


def completed(line: str) -> set[str]:
    """What bash completes at the end of a line, by the words of the README."""
    words, eval_line = line.split(" "), 'eval "$(_MILEPOST_COMPLETE=bash_source milepost)"'
    assert eval_line in README
    script = f"""
        {eval_line}
        COMP_WORDS=({" ".join(words)}) COMP_CWORD={len(words) - 1}
        _milepost_completion milepost
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", script], env=clean(PATH=path), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_bash_completes_commands_options_and_values() -> None:
    assert completed("milepost propo") == {"propose", "propose-project", "propose-policy"}
    assert completed("milepost log d") == {"dump"}
    assert "--known-at" in completed("milepost show --k")
    assert "plan-approved" in completed("milepost why --gate plan")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_completion_script(shell: str) -> None:
    assert f"_MILEPOST_COMPLETE={shell}_complete" in run(_MILEPOST_COMPLETE=f"{shell}_source").out


def test_program_ends_quietly_when_its_pipe_is_closed() -> None:
    for words in ("--help", "catalogue"):
        with subprocess.Popen(
            [*PROGRAM, words], env=clean(PYTHONUNBUFFERED=""), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout
            assert process.stderr
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(60) == 1
