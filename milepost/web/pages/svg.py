"""Sanitizes the SVG of the chart process for a page: only shapes and text, only links to this service."""

from xml.etree import ElementTree

from markupsafe import Markup

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
ELEMENTS = {"svg", "g", "path", "rect", "line", "text", "tspan", "a", "title"}
ATTRIBUTES = {
    "class", "d", "dx", "dy", "display", "fill", "fill-opacity", "font-family", "font-size", "font-style",
    "font-weight", "height", "opacity", "pointer-events", "stroke", "stroke-dasharray", "stroke-miterlimit",
    "stroke-opacity", "stroke-width", "text-anchor", "transform", "version", "viewBox", "width", "x", "x1", "x2", "y",
    "y1", "y2",
}  # fmt: skip


class UnsafeSvg(ValueError):
    """The SVG contains an element, attribute or link that is not allowed."""


def sanitize_svg(svg: str, origin: str) -> Markup:
    """Return the SVG for a page: links are relative to the origin, and the whole is hidden from screen readers.

    A table on the page contains the same links for keyboard and screen reader. Raises `UnsafeSvg` for an unknown
    element or attribute, and for a link to another origin.
    """
    root = ElementTree.fromstring(svg)  # noqa: S314 - expat loads no external entities
    for element in root.iter():
        _sanitize_element(element, origin)
    root.set("aria-hidden", "true")
    root.set("class", "chart")
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704 - every element and attribute was checked


def _sanitize_element(element: ElementTree.Element, origin: str) -> None:
    name = element.tag.removeprefix(f"{{{SVG}}}")
    if name not in ELEMENTS:
        raise UnsafeSvg(f"the SVG contains an element {name}")
    attributes = {key: value for key, value in element.attrib.items() if not _is_accessibility_attribute(key)}
    element.attrib.clear()
    element.tag = name
    for key, value in attributes.items():
        if key in (f"{{{XLINK}}}href", "href") and name == "a":
            element.attrib |= {"href": _local_path(value, origin), "tabindex": "-1"}
        elif key == f"{{{XLINK}}}title" or (name == "a" and key == "target"):
            continue
        elif key not in ATTRIBUTES or "url(" in value:
            raise UnsafeSvg(f"the SVG contains an attribute {key}")
        else:
            element.set(key, value)


def _is_accessibility_attribute(attribute: str) -> bool:
    return attribute == "role" or attribute.startswith("aria-")


def _local_path(link: str, origin: str) -> str:
    path = link.removeprefix(origin)
    if path == link or not path.startswith("/") or path.startswith("//"):
        raise UnsafeSvg(f"the SVG links to {link}")
    return path
