"""What may stand in a page of what the drawing child made."""

import pytest

from milepost.web.pages.svg import UnsafeSvg, sanitize_svg

ORIGIN = "http://127.0.0.1:8000"
WHOLE = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


def test_sanitize_svg_keeps_shapes_and_text() -> None:
    kept = sanitize_svg(
        WHOLE.format('<path d="M0,0" fill="#000" role="x" aria-label="y"/><text>a &lt;b&gt;</text>'), ORIGIN
    )
    assert kept == '<svg aria-hidden="true" class="chart"><path d="M0,0" fill="#000" /><text>a &lt;b&gt;</text></svg>'


def test_sanitize_svg_makes_own_links_relative() -> None:
    kept = sanitize_svg(WHOLE.format(f'<a xlink:href="{ORIGIN}/x?a=1&amp;b=2" target="_blank"/>'), ORIGIN)
    assert '<a href="/x?a=1&amp;b=2" tabindex="-1" />' in kept


@pytest.mark.parametrize(
    "link", ["https://example.org/", "javascript:alert(1)", "/x", f"{ORIGIN}.example.org/", f"{ORIGIN}//example.org"]
)
def test_sanitize_svg_refuses_other_origins(link: str) -> None:
    with pytest.raises(UnsafeSvg, match="links to"):
        sanitize_svg(WHOLE.format(f'<a xlink:href="{link}"/>'), ORIGIN)


@pytest.mark.parametrize(
    "part",
    [
        "<script>1</script>",
        '<image href="x"/>',
        "<style>a{}</style>",
        '<path onclick="x()"/>',
        '<path style="x"/>',
        '<path fill="url(https://example.org)"/>',
        '<rect href="/x"/>',
    ],
)
def test_sanitize_svg_refuses_unknown_elements_and_attributes(part: str) -> None:
    with pytest.raises(UnsafeSvg):
        sanitize_svg(WHOLE.format(part), ORIGIN)
