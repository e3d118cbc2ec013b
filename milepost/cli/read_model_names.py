"""Reading what is asked for on the command line: read models by their names."""

from collections.abc import Sequence

from milepost.cli.output import Failed
from projections import projections
from projections.projection import Projection


def named(names: Sequence[str]) -> list[Projection]:
    """The read models of these names, or all. Raises `Failed` where there is none of a name."""
    known = {projection.name: projection for projection in projections()}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Failed(f"There is no read model {unknown[0]}: there are {', '.join(known)}.")
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())
