"""Claims: what is known of a whole, each said in a sentence, looked at and kept, so that all that fail are named."""

from dataclasses import dataclass, field


@dataclass
class Claims:
    """Each claim with what was expected and what was found."""

    kept: int = 0
    broken: list[str] = field(default_factory=list[str])

    def equal(self, claim: str, expected: object, found: object) -> None:
        if expected == found:
            self.kept += 1
        else:
            self.broken.append(f"{claim}: expected {expected}, found {found}")
