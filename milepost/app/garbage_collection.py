"""Garbage: how often a process looks for what only refers to itself."""

import gc

OBJECTS, YOUNG, OLD = 50_000, 10, 10


def seldom() -> None:
    """Look for it seldom: what is known of projects lives long and is no garbage, and going through it all is slow.

    Measured, a third of the time that folding a long project takes.
    """
    gc.set_threshold(OBJECTS, YOUNG, OLD)
