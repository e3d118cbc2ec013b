"""What the file itself says, read without Milepost: the facts that its mapping was made from."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from milepost.imports import Mapping
from tests.kep.claims import Claims

Change = dict[str, Any]
STAGES = ("alpha", "beta", "stable")
FIRST_STATUS = ("implementable", "implementeable", "implemented (alpha)", "implemented (beta)")
PLACEHOLDERS = "9e5e92ec0a69"  # the commit of 2021-10-20 that gave many finished proposals the target 0.0


class History:
    """The lines of the file by proposal, all 679 of them: the 13 that are no projects included."""

    def __init__(self, path: Path) -> None:
        self.lines: list[Change] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        self.by: dict[str, list[Change]] = defaultdict(list)
        for line in self.lines:
            line["time"] = datetime.fromisoformat(line["at"]).astimezone(UTC)
            self.by[line["proposal"]].append(line)

    def first(self, proposal: str, field: str, *values: str) -> Change | None:
        """The first change of a field, to one of these values where some are named."""
        found = (line for line in self.by[proposal] if line["field"] == field and (not values or line["to"] in values))
        return next(found, None)

    def ever(self, field: str, value: str) -> list[str]:
        return [proposal for proposal in self.by if self.first(proposal, field, value)]

    def in_one_commit(self, stage: str) -> tuple[int, int]:
        """How often a stage and its approval came in one commit, of how many where both came."""
        pairs = [(self.first(p, "stage", stage), self.first(p, f"production-readiness.{stage}")) for p in self.by]
        both = [(one["commit"], other["commit"]) for one, other in pairs if one and other]
        return sum(one == other for one, other in both), len(both)

    def plan_to_alpha(self) -> list[float]:
        """The seconds from implementable to alpha."""
        pairs = [(self.first(p, "status", *FIRST_STATUS), self.first(p, "stage", "alpha")) for p in self.by]
        return [(alpha["time"] - plan["time"]).total_seconds() for plan, alpha in pairs if plan and alpha]

    def days_to_implemented(self, mapping: Mapping) -> Iterator[int]:
        """The days from the release of stable to the word implemented, where that release is known."""
        for proposal, lines in self.by.items():
            done = self.first(proposal, "status", "implemented", "imlpemented")
            if done:
                aims = [x["to"] for x in lines if x["field"] == "milestone.stable" and x["time"] <= done["time"]]
                day = mapping.targets.released.get(mapping.target(aims[-1]) or "") if aims else None
                if day:
                    yield (done["time"].date() - day).days


def check_file(history: History, mapping: Mapping, claims: Claims) -> None:
    claims.equal("values of proposal", 679, len(history.by))
    claims.equal("those that are no projects", set(mapping.project.skip), set(history.by) & set(mapping.project.skip))
    claims.equal("how many these are", 13, len(mapping.project.skip))
    proposals = {commit: {line["proposal"] for line in lines} for commit, lines in _by_commit(history).items()}
    claims.equal(
        "commits of 20 and more proposals", [25, 70, 89], sorted(n for n in map(len, proposals.values()) if n >= 20)
    )
    projects = [lines for proposal, lines in history.by.items() if proposal not in mapping.project.skip]
    claims.equal("fields that change twice in a unit", 3, sum(_twice(lines) for lines in projects))
    claims.equal("times in order", True, history.lines == sorted(history.lines, key=lambda line: line["time"]))
    people = [name for line in history.lines for name in _people(line)]
    claims.equal("odd people", 21, len({name for name in people if not mapping.people_pattern.fullmatch(name)}))
    _check_stages(history, mapping, claims)
    _check_targets(history, mapping, claims)


def _check_stages(history: History, mapping: Mapping, claims: Claims) -> None:
    pairs = {stage: history.in_one_commit(stage) for stage in STAGES}
    claims.equal(
        "stage and approval in one commit", {"alpha": (266, 311), "beta": (239, 265), "stable": (218, 255)}, pairs
    )
    durations = history.plan_to_alpha()
    claims.equal(
        "implementable to alpha at once, backwards, of",
        (265, 44, 392),
        (durations.count(0), _below(durations), len(durations)),
    )
    stable = history.ever("stage", "stable")
    unsigned = [proposal for proposal in stable if not history.first(proposal, "production-readiness.stable")]
    claims.equal("ever stable, without approval", (351, 96), (len(stable), len(unsigned)))
    last = {p: [line for line in history.by[p] if line["field"] == "latest-milestone"][-1:] for p in unsigned}
    bulk = [p for p, aims in last.items() if [(x["commit"], x["to"]) for x in aims] == [(PLACEHOLDERS, "0.0")]]
    claims.equal("of these with the placeholder of one commit", 54, len(bulk))
    first = Counter(line["to"] for p in history.by if (line := history.first(p, "status")))
    claims.equal("first seen implementable", 454, first["implementable"])
    claims.equal("days from stable's release to implemented", 34, median(history.days_to_implemented(mapping)))


def _check_targets(history: History, mapping: Mapping, claims: Claims) -> None:
    skip = mapping.project.skip
    aims = [line for line in history.lines if line["proposal"] not in skip]
    claims.equal("placeholder targets", 130, sum(line["to"] == "0.0" for line in aims))
    moved = [
        x for x in aims if x["field"].startswith("milestone.") and x["from"] is not None and mapping.target(x["to"])
    ]
    claims.equal("moves of a target", 638, len(moved))


def _by_commit(history: History) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = defaultdict(list)
    for line in history.lines:
        found[line["commit"]].append(line)
    return found


def _twice(lines: list[Change]) -> int:
    counted = Counter((line["commit"], line["field"]) for line in lines)
    return sum(number > 1 for number in counted.values())


def _people(line: Change) -> list[str]:
    if line["field"] in ("authors", "approvers", "reviewers"):
        return list(line["to"])
    return [line["to"]] if re.match("production-readiness", line["field"]) else []


def _below(durations: list[float]) -> int:
    return sum(duration < 0 for duration in durations)
