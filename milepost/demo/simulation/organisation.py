"""The organisation whose projects are simulated: its services, units, standing bodies, and the people of its teams."""

from collections.abc import Iterable
from random import Random

from domain.lifecycle import Column

SERVICES = ("pay", "mail", "web", "crm", "erp", "data", "wiki", "vpn", "shop", "hr")

UNITS = {
    "sales": ("ada", "dorothy", "mary"),
    "finance": ("annie", "emmy", "sofia"),
    "logistics": ("rosalind", "lise", "maria"),
    "research": ("marie", "irene", "chien"),
    "people": ("jane", "wangari", "gerty"),
}
"""Who asks for projects and accepts them, by unit."""

STANDING = {
    "change-manager": ("grace", "hedy"),
    "cab": ("barbara", "tim", "vint", "radia"),
    "portfolio-board": ("frances", "ken", "leslie"),
    "executive": ("margaret",),
    "emergency-committee": ("katherine", "joan"),
    "auditor": ("evelyn",),
}
"""Who holds an office in every project that needs it."""

RUNNING = {"operations": ("linus", "edsger", "niklaus"), "support": ("sally", "mae", "valentina")}
"""Who runs and supports the services."""

CREW = (
    "alan", "alonzo", "anita", "bjarne", "brian", "carol", "claude", "dana", "dennis", "donald", "douglas", "edgar",
    "fernando", "fran", "gordon", "guido", "ivan", "james", "jean", "john", "karen", "larry", "lynn", "manuel",
    "maurice", "moshe", "omar", "peter", "raj", "richard", "robin", "ruth", "shafi", "silvio", "stephen", "tony",
    "whitfield", "yukihiro",
)  # fmt: skip
"""Everyone else: who plans, builds, tests and rolls out."""

LIGHT_TEAM = ("program-manager", "tester", "developer")
TEAM = (
    "solution-manager", "program-manager", "product-manager", "developer", "tester", "user-experience",
    "release-management",
)  # fmt: skip
OF_MAJOR = ("operations-experience", "architect")

Team = dict[str, tuple[str, ...]]


def team(column: Column, unit: str, chance: Random) -> Team:
    """Who does what in one project: nobody holds two roles but the owner of a light change, who is accountable too."""
    requester, customer, sponsor = chance.sample(UNITS[unit], 3)
    found: Team = {"requester": (requester,), "customer": (customer,), "sponsor": (sponsor,), **STANDING}
    found |= {role: (chance.choice(people),) for role, people in RUNNING.items()}
    if column in ("standard", "minor"):
        found |= _crew(LIGHT_TEAM, chance)
        return found | {"solution-manager": found["program-manager"]}
    roles = (*TEAM, *(OF_MAJOR if column == "major" else chance.sample(OF_MAJOR, chance.randint(0, 1))))
    return found | _crew((*roles, "stakeholder", "deputy"), chance)


def _crew(roles: Iterable[str], chance: Random) -> Team:
    wanted = tuple(roles)
    return {role: (person,) for role, person in zip(wanted, chance.sample(CREW, len(wanted)), strict=True)}


TITLES = {
    "minor": (
        "Larger attachments in {}", "A new field in the forms of {}", "Dark theme for {}", "Fewer mails from {}",
        "Retire the old reports of {}", "Search in {}", "A second language in {}", "Export from {} as a spreadsheet",
    ),
    "significant": (
        "Sign in to {} with one password", "Move {} to the new database", "A mobile view of {}",
        "{} for partners", "Replace the reporting of {}", "Self-service in {}",
    ),
    "major": (
        "A new {} for all sites", "Replace {} by a packaged product", "Two data centres for {}",
        "{} of both companies becomes one",
    ),
    "emergency": ("{} is down", "Nobody can sign in to {}", "{} loses orders", "A hole in {} is being used"),
}  # fmt: skip
"""What projects are called, by how much they are; of the service named."""
