"""Chart specifications in Vega-Lite: Altair builds them, vl-convert draws them. Only the chart process imports this.

The colours are those of the light theme; the style sheet replaces them in the dark theme.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import vl_convert

alt: Any = import_module("altair")  # its own types are too partial to be checked against

WIDTH = 720
BAR, MARK, TEXT, GRID = "#0b5a7a", "#8a5a00", "#1d2630", "#d9d8d2"
CONFIG = {
    "background": "transparent",
    "font": "sans-serif",
    # the padding leaves room for browsers with wider fonts than those of vl-convert
    "padding": {"left": 24, "top": 4, "right": 110, "bottom": 4},
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


def draw_svg(chart: str, rows: Rows) -> str:
    """Draw a chart of these rows as SVG. No network access: the rows are its only data."""
    return vl_convert.vegalite_to_svg(build_specification(chart, rows), allowed_base_urls=[])


def build_specification(chart: str, rows: Rows) -> dict[str, Any]:
    """Build the Vega-Lite specification of a chart, with inline data."""
    layers = _CHARTS[chart](_labelled_base(rows))
    layered = alt.layer(*layers).properties(width=WIDTH, height=alt.Step(26)).configure(**CONFIG)
    built: dict[str, Any] = layered.to_dict()
    return built


def _labelled_base(rows: Rows) -> Any:
    return alt.Chart(alt.Data(values=rows)).encode(y=alt.Y("label:N", sort=None, title=None), href="href:N")


def _duration_layers(base: Any) -> list[Any]:
    """Bars to the 85th percentile, with a mark at the median."""
    title = "days from gate to gate (mark: median, bar: 85th percentile)"
    bars = base.mark_bar(color=BAR, height=14).encode(x=alt.X("p85:Q", title=title))
    marks = base.mark_tick(color=MARK, thickness=4, height=22, opacity=1).encode(x="median:Q")
    return [bars, marks, _text_layer(base, "p85:Q")]


def _yield_layers(base: Any) -> list[Any]:
    """Bars of a percentage."""
    axis = alt.X("share:Q", title="first-pass yield: percentage of decided attempts")
    bars = base.mark_bar(color=BAR, height=14).encode(x=axis.scale(domain=[0, 100]))
    return [bars, _text_layer(base, "share:Q")]


def _text_layer(base: Any, at: str) -> Any:
    return base.mark_text(align="left", dx=7, color=TEXT, fontSize=12).encode(x=at, text="text:N")


_CHARTS: Mapping[str, Callable[[Any], list[Any]]] = {"duration": _duration_layers, "yield": _yield_layers}
