"""A policy as a page for people: tables in Markdown, made from the data alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import get_args

from domain.controls.control import controls
from domain.lifecycle import Column, Gate
from domain.policy.policy import ByColumn, GateOrRfc, GateRule, Policy, Severity, Times

COLUMNS: tuple[Column, ...] = get_args(Column)
LETTERS: dict[Severity | None, str] = {
    "block": "B",
    "standing": "A",
    "defer": "D",
    "warn": "W",
    "record": "R",
    None: "–",
}
MODES = {"act": "by a separate decision", "last-signoff": "with the last sign-off", "standing": "standing approval"}
NO_GOES = {"final": "", "overridable": "a no-go can be overridden", "recorded": "a no-go is recorded"}
INTRODUCTION = """\
# The policy `{label}`

Made from the data by `python -m milepost.policies > docs/policy.md`. Columns are the categories of change; the priority
*emergency* replaces the category's column.

| letter | meaning | live project | imported history |
|---|---|---|---|
| B | blocks | unmet, the gate is refused with the reasons | a breach |
| A | met by standing approval | as B, but a valid template meets it in advance | as B |
| D | defers | unmet, the gate passes and the control is due by a date | a breach once overdue |
| W | warns | the decider gives a reason in the same command | recorded |
| R | recorded | evaluated and shown, without effect | recorded |
| – | not applicable | not evaluated | not evaluated |
"""
Row = Sequence[object]


def policy_page(policy: Policy) -> str:
    """The whole policy in Markdown, one table a subject."""
    parts = (
        _controls, _gates, _joint_reviews, _times, _authorities, _waivers,
        _category, _by_column, _templates, _combinations, _disciplines, _thresholds,
    )  # fmt: skip
    return INTRODUCTION.format(label=policy.label) + "".join(f"\n{part(policy)}" for part in parts)


def table(title: str, head: Row, rows: Iterable[Row], note: str = "") -> str:
    lines = [f"## {title}", "", *([note, ""] if note else []), _line(head), "|" + "---|" * len(head)]
    return "\n".join([*lines, *map(_line, rows)]) + "\n"


def _line(cells: Row) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def listed(words: Iterable[str], otherwise: str = "–") -> str:
    return ", ".join(words) or otherwise


def letters(severity: ByColumn[Severity]) -> list[str]:
    """The letter of each column."""
    return [LETTERS[severity.of(column)] for column in COLUMNS]


def _controls(policy: Policy) -> str:
    rows: list[Row] = []
    for rule in policy.controls:
        at = "every gate" if rule.at == tuple(Gate) else listed(rule.at)
        known = controls().get(rule.control)
        rows.append((f"`{rule.control}`", at, *letters(rule.severity), known.question if known else ""))
    rows.append(("**sum** (B/A/D/W/R/–)", "", *(_sum(policy, column) for column in COLUMNS), ""))
    return table("Controls", ("control", "checked at", *COLUMNS, "question"), rows, _exceptions(policy))


def _sum(policy: Policy, column: Column) -> str:
    found = [rule.severity.of(column) for rule in policy.controls]
    return "/".join(str(found.count(severity)) for severity in LETTERS)


def _exceptions(policy: Policy) -> str:
    never = listed(f"`{rule.control}`" for rule in policy.controls if not rule.waivable)
    partly = listed(f"`{r.control}` ({listed(r.unwaivable_in)})" for r in policy.controls if r.unwaivable_in)
    deferred = listed(f"`{r.control}` {r.due_within}" for r in policy.controls if r.severity.of("emergency") == "defer")
    return f"Never waived: {never}; {partly}.\nDeferred controls are due within working days: {deferred}."


def _gates(policy: Policy) -> str:
    places: tuple[GateOrRfc, ...] = (*Gate, "rfc")
    rows = [(place, *(_cell(policy.gate(place, column)) for column in COLUMNS)) for place in places]
    note = (
        "`team:*` is every team role assigned, `stakeholder:*` everyone required at the gate, `cab:*` every holder of\n"
        "the role, of whom a quorum votes; `a|b` is either role, `a?` the role where it is assigned. Who is recused\n"
        "needs a deputy who signs. An abstention counts for the quorum of a body. There, and in significant and major\n"
        "changes, it is neither go nor no-go; elsewhere a deputy signs instead."
    )
    return table("Sign-offs and decisions", ("gate", *COLUMNS), rows, note)


def _cell(rule: GateRule | None) -> str:
    if rule is None:
        return "–"
    if rule.mode == "standing":
        return MODES["standing"]
    deciders = (" and then " if rule.gate == "rfc" else " or ").join(rule.decided_by)
    by = f"decided by {deciders} {MODES[rule.mode]}"
    signing = listed(rule.required, "nobody signs")
    parts = (signing, *_logic(rule), by, NO_GOES[rule.no_go], _stands(rule), _expiry(rule))
    return "; ".join(part for part in parts if part)


def _logic(rule: GateRule) -> Iterator[str]:
    if rule.minimum:
        yield f"at least {rule.minimum}" + (f", {rule.minimum_at_stake} at stake" if rule.minimum_at_stake else "")
    if rule.majority < 1000:
        yield f"quorum {rule.quorum / 10:g} %, majority {rule.majority / 10:g} %"


def _stands(rule: GateRule) -> str:
    return f"but not of {listed(rule.no_go_stands)}" if rule.no_go_stands else ""


def _expiry(rule: GateRule) -> str:
    return f"expires after {rule.expires_hours} h" if rule.expires_hours else ""


def _joint_reviews(policy: Policy) -> str:
    rows = [(rule.name, rule.column, listed(rule.gates)) for rule in policy.joint_reviews]
    return table("Joint reviews", ("review", "column", "gates"), rows)


def _times(policy: Policy) -> str:
    rules = [policy.times_of(column) for column in COLUMNS]
    asked: dict[str, Callable[[Times], object]] = {
        "quiet period, working days": lambda rule: rule.quiet_working_days,
        "quiet period, share of the stabilization": lambda rule: f"{rule.quiet_share / 10:g} %",
        "quiet period, days": lambda rule: f"{rule.quiet_days_least}–{rule.quiet_days_most}",
        "plan reviewed again after days": lambda rule: rule.plan_looked_at_again_days,
        "conditions due within days": lambda rule: rule.condition_days,
        "review: reminder, overdue (working days)": lambda rule: _pair(
            rule.review_reminder_working_days, rule.review_overdue_working_days
        ),
        "review: reminder, overdue (hours)": lambda rule: _pair(rule.review_reminder_hours, rule.review_overdue_hours),
        "a fact is late after days": lambda rule: rule.late_fact_days,
    }
    rows = [(name, *(_or_dash(of(rule)) for rule in rules)) for name, of in asked.items()]
    return table("Times", ("time", *COLUMNS), rows)


def _pair(first: int | None, second: int | None) -> object:
    return None if first is None else f"{first}, {second}"


def _or_dash(value: object) -> object:
    return "–" if value is None else value


def _authorities(policy: Policy) -> str:
    rows = [(rule.act, *(listed(rule.roles.of(column) or ()) for column in COLUMNS)) for rule in policy.authorities]
    note = f"A policy is adopted and a template registered by {listed(policy.keepers)}, two people."
    return table("Authorities", ("act", *COLUMNS), rows, note)


def _waivers(policy: Policy) -> str:
    rows = [(rule.column, listed(rule.granted_by), rule.longest_days, rule.renewals) for rule in policy.waivers]
    return table("Waivers", ("column", "granted by", "longest, days", "renewals"), rows)


def _category(policy: Policy) -> str:
    rule = policy.category
    if rule is None:
        return table("Category", ("category", "from a sum of"), ())
    note = f"Each of {listed(rule.questions)} is answered 0 to 3. A 3 in {listed(rule.decisive)} makes it major."
    rows = (("minor", 0), ("significant", rule.significant_from), ("major", rule.major_from))
    return table("Category", ("category", "from a sum of"), rows, note)


def _by_column(policy: Policy) -> str:
    rows = [
        (name, *(listed(values.of(column) or ()) for column in COLUMNS))
        for name, values in (("sub-plans", policy.subplans), ("readiness items", policy.readiness_items))
    ]
    note = f"Severities of defects that block: {listed(policy.blocking_severities)}."
    return table("Sub-plans and readiness items", ("what", *COLUMNS), rows, note)


def _templates(policy: Policy) -> str:
    limits = policy.templates
    row = (limits.valid_days, limits.uses, f"{limits.failure_rate / 10:g} % of the last {limits.failures_counted_over}")
    return table("Templates of standard changes", ("valid, days", "uses", "may fail"), [row])


def _combinations(policy: Policy) -> str:
    meaning = {"N": "not recommended", "U": "unlikely"}
    rows = [(*rule.roles, meaning[rule.verdict]) for rule in policy.combinations]
    note = f"Roles: {listed(policy.roles)}.\nTeam roles: {listed(policy.team_roles)}."
    return table("Roles and their combinations", ("one role", "other role", "held by one person"), rows, note)


def _disciplines(policy: Policy) -> str:
    gates = tuple(Gate)[1:]
    rows = [
        (rule.title, *(dict(rule.labels).get(gate, "–") for gate in gates), listed(rule.interim_milestones))
        for rule in policy.disciplines
    ]
    return table("Management disciplines", ("discipline", *gates, "interim milestones"), rows)


def _thresholds(policy: Policy) -> str:
    rows = [
        (f"`{rule.indicator}`", f"{rule.good}–{rule.good_most}" if rule.good_most else rule.good, rule.bad, rule.unit)
        for rule in policy.thresholds
    ]
    return table("Thresholds", ("indicator", "good", "bad", "unit"), rows)
