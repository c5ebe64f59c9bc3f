"""The symbols of BPMN as SVG."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

Element = etree._Element  # noqa: SLF001 - the name of the type in lxml
THIN, THICK = 1.4, 3.2
INK = "#1f2430"


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands, in the diagram's units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


def local_name(element: Element) -> str:
    """Return an element's tag without its namespace."""
    return str(etree.QName(element).localname)


def rect(box: Box, radius: float, stroke: float, more: str = "") -> str:
    """Draw a rectangle with corners of a radius."""
    return (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="{radius}" '
        f'fill="none" stroke="{INK}" stroke-width="{stroke}" {more}/>'
    )


def circle(x: float, y: float, radius: float, stroke: float, more: str = "") -> str:
    """Draw a circle that covers what is below."""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#fff" stroke="{INK}" '
        f'stroke-width="{stroke}" {more}/>'
    )


def line(points: list[tuple[float, float]], stroke: float, more: str = "") -> str:
    """Draw a line through points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{INK}" stroke-width="{stroke}" {more}/>'


def event(element: Element, kind: str, box: Box) -> Iterator[str]:
    """Draw the circle of an event with what it waits for or sends."""
    x, y = box.middle
    radius = box.width / 2
    is_soft = element.get("cancelActivity") == "false" or element.get("isInterrupting") == "false"
    dash = 'stroke-dasharray="4 3"' if is_soft else ""
    yield circle(x, y, radius, THICK if kind == "endEvent" else THIN, dash)
    if kind not in ("startEvent", "endEvent"):
        yield circle(x, y, radius - 3.5, 1.0, dash)
    inner = radius * 0.5
    definitions = {local_name(child) for child in element}
    if "timerEventDefinition" in definitions:
        yield circle(x, y, inner, 1.0)
        yield line([(x, y - inner * 0.8), (x, y), (x + inner * 0.6, y)], 1.0)
    elif "messageEventDefinition" in definitions:
        yield from envelope(x, y, inner)
    elif "errorEventDefinition" in definitions:
        zig = [(x - inner, y + inner), (x - inner * 0.3, y - inner * 0.6)]
        yield line([*zig, (x + inner * 0.3, y + inner * 0.4), (x + inner, y - inner)], 1.2)
    elif "terminateEventDefinition" in definitions:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{inner:.1f}" fill="{INK}"/>'


def envelope(x: float, y: float, size: float) -> Iterator[str]:
    """Draw a message."""
    yield rect(Box(x - size, y - size * 0.7, size * 2, size * 1.4), 0, 1.0)
    yield line([(x - size, y - size * 0.7), (x, y + size * 0.1), (x + size, y - size * 0.7)], 1.0)


def gateway(kind: str, box: Box) -> Iterator[str]:
    """Draw the diamond of a gateway with its sign."""
    x, y = box.middle
    half, arm = box.width / 2, box.width * 0.2
    corners = [(x, y - half), (x + half, y), (x, y + half), (x - half, y), (x, y - half)]
    yield line(corners, THIN)
    if kind == "exclusiveGateway":
        yield line([(x - arm, y - arm), (x + arm, y + arm)], 2.4)
        yield line([(x + arm, y - arm), (x - arm, y + arm)], 2.4)
    elif kind == "parallelGateway":
        yield line([(x - arm * 1.3, y), (x + arm * 1.3, y)], 2.4)
        yield line([(x, y - arm * 1.3), (x, y + arm * 1.3)], 2.4)
    else:
        yield circle(x, y, arm * 1.2, 2.2 if kind == "inclusiveGateway" else 1.0)


def marker(element: Element, kind: str, box: Box) -> Iterator[str]:
    """Draw what tells one kind of activity from another, and that it is done for each of a list."""
    x, y = box.x + 12, box.y + 12
    if kind == "userTask":
        yield circle(x, y - 3, 3.2, 1.0)
        yield f'<path d="M{x - 6:.1f},{y + 6:.1f} a6,6 0 0 1 12,0 z" fill="#fff" stroke="{INK}"/>'
    elif kind == "serviceTask":
        yield circle(x, y, 5.5, 1.8, 'stroke-dasharray="2.2 1.3"')
        yield circle(x, y, 2.2, 1.0)
    elif kind == "businessRuleTask":
        yield rect(Box(x - 6, y - 5, 12, 10), 0, 1.0)
        yield line([(x - 6, y - 2), (x + 6, y - 2)], 1.6)
        yield line([(x - 2, y - 5), (x - 2, y + 5)], 1.0)
    elif kind in ("sendTask", "receiveTask"):
        yield from envelope(x, y, 6)
    middle, bottom = box.middle[0], box.y + box.height
    if kind in ("callActivity", "subProcess"):
        yield rect(Box(middle - 6, bottom - 14, 12, 12), 0, 1.0)
        yield line([(middle - 3.5, bottom - 8), (middle + 3.5, bottom - 8)], 1.0)
        yield line([(middle, bottom - 11.5), (middle, bottom - 4.5)], 1.0)
    loop = element.find("{*}multiInstanceLoopCharacteristics")
    if loop is not None:
        left = middle - 22 if kind in ("callActivity", "subProcess") else middle - 4
        for n in range(3):
            at = [(left + n * 4, bottom - 13), (left + n * 4, bottom - 4)]
            if loop.get("isSequential") == "true":
                at = [(left - 4, bottom - 12 + n * 4), (left + 8, bottom - 12 + n * 4)]
            yield line(at, 1.8)


def _unit(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    return dx / length, dy / length


def head(points: list[tuple[float, float]], *, is_filled: bool) -> str:
    """Draw the point of an arrow that ends where the line does."""
    (x, y), (dx, dy) = points[-1], _unit(points[-2], points[-1])
    back = (x - dx * 9, y - dy * 9)
    wings = [(back[0] - dy * 4, back[1] + dx * 4), (back[0] + dy * 4, back[1] - dx * 4)]
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in ((x, y), *wings))
    return f'<polygon points="{path}" fill="{INK if is_filled else "#fff"}" stroke="{INK}"/>'


def slash(points: list[tuple[float, float]]) -> str:
    """Draw the stroke that tells the default way."""
    (x, y), (dx, dy) = points[0], _unit(points[0], points[1])
    x, y = x + dx * 10, y + dy * 10
    ax, ay = (dx - dy) * 5, (dy + dx) * 5
    return line([(x - ax, y - ay), (x + ax, y + ay)], 1.4)
