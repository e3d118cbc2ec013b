"""SVG from the drawing child, checked before it stands in a page: only marks and text, only links to ourselves."""

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
    """The drawing holds what no page may hold."""


def checked(drawing: str, origin: str) -> Markup:
    """The same drawing for a page: its links without the origin that they must have, hidden from who can't see it.

    A table on the page holds the same links for the keyboard. Raises `UnsafeSvg` for any element or
    attribute that is not expected, and for any link to elsewhere.
    """
    root = ElementTree.fromstring(drawing)  # noqa: S314 - expat knows no external entities, and the child is ours
    for element in root.iter():
        _check(element, origin)
    root.set("aria-hidden", "true")
    root.set("class", "chart")
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704 - nothing is left but what was checked


def _check(element: ElementTree.Element, origin: str) -> None:
    name = element.tag.removeprefix(f"{{{SVG}}}")
    if name not in ELEMENTS:
        raise UnsafeSvg(f"the drawing holds an element {name}")
    kept = {key: value for key, value in element.attrib.items() if not _only_read_aloud(key)}
    element.attrib.clear()
    element.tag = name
    for key, value in kept.items():
        if key in (f"{{{XLINK}}}href", "href") and name == "a":
            element.attrib |= {"href": _own(value, origin), "tabindex": "-1"}
        elif key == f"{{{XLINK}}}title" or (name == "a" and key == "target"):
            continue
        elif key not in ATTRIBUTES or "url(" in value:
            raise UnsafeSvg(f"the drawing holds an attribute {key}")
        else:
            element.set(key, value)


def _only_read_aloud(attribute: str) -> bool:
    return attribute == "role" or attribute.startswith("aria-")


def _own(link: str, origin: str) -> str:
    path = link.removeprefix(origin)
    if path == link or not path.startswith("/") or path.startswith("//"):
        raise UnsafeSvg(f"the drawing links to {link}")
    return path
