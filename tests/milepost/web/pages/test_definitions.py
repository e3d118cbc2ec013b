"""The definitions of figures."""

from milepost.reading.effectiveness import FIGURES
from milepost.web.pages.definitions import DEFINITIONS


def test_are_there_for_every_figure_and_for_nothing_else() -> None:
    assert {of: set(known) for of, known in DEFINITIONS.items()} == {
        of: set(figures.counted) for of, figures in FIGURES.items()
    }
