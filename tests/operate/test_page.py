"""The page for operators: every alarm stands there, and every sentence that stands there is said."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from milepost.app.metrics import GAUGES, PREFIX
from milepost.cli import command_line
from tests.operate.composing import ROOT

PAGE = (ROOT / "docs" / "operate.md").read_text()
ALARMS = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", PAGE.partition("## Alarms")[2], re.MULTILINE)
RAISED = {
    "Unreachable",
    "ConsumerStopped",
    "Fork",
    "UnknownKind",
    "ProducerStalled",
    "AuthenticationRefused",
    "Damaged",
}
LOGGED = {"warning", "error", "critical"}
SAY = [
    *(f"consumers/kafka/{name}" for name in ("client", "consumer_loop", "diagnostics", "end_offsets", "lease")),
    *(f"consumers/kafka/{name}" for name in ("relay", "topic", "topic_follower")),
    *(f"consumers/read_models/{name}" for name in ("apply", "projector")),
    "milepost/webhooks/delivery",
    "milepost/tracing/collector",
    "milepost/log/store",
    "milepost/log/stored_event",
]
LEAST = 8
"""So many letters of a sentence tell it from others."""


def pieces(sentence: str) -> list[str]:
    """What of a sentence is the same each time that it is said."""
    return [piece.strip() for piece in sentence.split("…") if len(piece.strip()) >= LEAST]


def sentence(node: ast.AST) -> str:
    """A text of the code, with … for what is put into it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"%s|%\.?\d*[df]|\{\w+\}", "…", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(sentence(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


def module(name: str) -> ast.AST:
    return ast.parse((ROOT / f"{name}.py").read_text())


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def alarms(name: str) -> Iterator[str]:
    """What a module of relay or projectors raises or logs."""
    for node in ast.walk(module(name)):
        if isinstance(node, ast.Call) and called(node) in RAISED | LOGGED:
            yield from map(sentence, node.args)


def texts() -> str:
    return "\n".join(sentence(node) for name in SAY for node in ast.walk(module(name)))


@pytest.mark.parametrize("name", SAY)
def test_names_every_alarm_of_relay_and_projectors(name: str) -> None:
    listed = "\n".join(ALARMS)
    assert [alarm for alarm in map(beginning, alarms(name)) if alarm not in listed] == []


def beginning(alarm: str) -> str:
    """The first words of a sentence that tell it from others, without what it says to do."""
    begun = (re.split(r"[:;(]", piece)[0].strip() for piece in pieces(alarm))
    return next((words for words in begun if len(words) >= LEAST), "")


def test_names_no_alarm_that_nobody_gives() -> None:
    said = texts()
    assert ALARMS
    assert [alarm for alarm in ALARMS if not all(piece in said for piece in pieces(alarm))] == []


def test_names_commands_that_there_are() -> None:
    group, unknown = command_line(), list[str]()
    for words in re.findall(r"`milepost ([a-z][a-z ]*)", PAGE):
        found: click.Command | None = group
        for word in words.split():
            found = found.get_command(click.Context(found), word) if isinstance(found, click.Group) else found
        if found is None:
            unknown.append(words)
    assert unknown == []


def test_leads_to_pages_that_there_are() -> None:
    for place in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert (Path("docs") / place).exists()


def test_alarms_on_what_is_measured() -> None:
    [block] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    rules = [rule["expr"] for group in yaml.safe_load(block)["groups"] for rule in group["rules"]]
    named = {name for rule in rules for name in re.findall(r"milepost_\w+", rule)}
    assert named
    assert named <= {PREFIX + name for name in GAUGES}
