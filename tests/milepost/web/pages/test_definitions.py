"""The definitions of figures."""

from milepost.reading.effectiveness import FIGURES
from milepost.web.pages.definitions import DEFINITIONS


def test_definitions_cover_exactly_the_figures() -> None:
    assert {of: set(known) for of, known in DEFINITIONS.items()} == {
        of: set(figures.counted) for of, figures in FIGURES.items()
    }
