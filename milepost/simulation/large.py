"""The life of a significant or major change: every phase with its work, every gate with its review."""

from milepost.simulation.life import Life, Steps


def large(life: Life) -> Steps:
    """From proposal to benefits."""
    yield from ()
