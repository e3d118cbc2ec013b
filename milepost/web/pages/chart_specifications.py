"""Specifications: what each chart shows, as Vega-Lite made by Altair, and drawn by vl-convert. Only the child loads it.

Colours are those of the light page; the style sheet knows them and gives the dark page its own.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import vl_convert

alt: Any = import_module("altair")  # its own types are too partial to be checked against

WIDTH = 720
BAR, MARK, TEXT, GRID = "#0b5a7a", "#8a5a00", "#1d2630", "#d9d8d2"
LOOKS = {
    "background": "transparent",
    "font": "sans-serif",
    "padding": {"left": 24, "top": 4, "right": 110, "bottom": 4},  # readers' fonts are wider than the one measured
    "axis": {
        **dict.fromkeys(("labelColor", "titleColor"), TEXT),
        **dict.fromkeys(("gridColor", "tickColor", "domainColor"), GRID),
        **dict.fromkeys(("labelFontSize", "titleFontSize"), 12),
        "titleFontWeight": "normal",
        "labelLimit": 220,
    },
    "view": {"stroke": None},
}
Rows = list[dict[str, Any]]


def drawn(chart: str, rows: Rows) -> str:
    """A chart of these rows as SVG. Nothing is fetched: the rows are all the data there is."""
    return vl_convert.vegalite_to_svg(specification(chart, rows), allowed_base_urls=[])


def specification(chart: str, rows: Rows) -> dict[str, Any]:
    """The Vega-Lite specification of a chart, its data inline."""
    layers = _CHARTS[chart](_labelled(rows))
    made = alt.layer(*layers).properties(width=WIDTH, height=alt.Step(26)).configure(**LOOKS)
    whole: dict[str, Any] = made.to_dict()
    return whole


def _labelled(rows: Rows) -> Any:
    return alt.Chart(alt.Data(values=rows)).encode(y=alt.Y("label:N", sort=None, title=None), href="href:N")


def _lasting(base: Any) -> list[Any]:
    """Bars to the 85th percentile, a mark at the median."""
    title = "days from gate to gate: mark at the median, bar to the 85th percentile"
    bars = base.mark_bar(color=BAR, height=14).encode(x=alt.X("p85:Q", title=title))
    marks = base.mark_tick(color=MARK, thickness=4, height=22, opacity=1).encode(x="median:Q")
    return [bars, marks, _told(base, "p85:Q")]


def _yields(base: Any) -> list[Any]:
    """Bars of a share."""
    axis = alt.X("share:Q", title="passed at the first attempt, without conditions, in per cent of what was decided")
    bars = base.mark_bar(color=BAR, height=14).encode(x=axis.scale(domain=[0, 100]))
    return [bars, _told(base, "share:Q")]


def _told(base: Any, at: str) -> Any:
    return base.mark_text(align="left", dx=7, color=TEXT, fontSize=12).encode(x=at, text="told:N")


_CHARTS: Mapping[str, Callable[[Any], list[Any]]] = {"lasting": _lasting, "yields": _yields}
