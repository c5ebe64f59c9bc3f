"""A BPMN diagram as SVG, drawn from where its shapes stand: for papers, where no browser is."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from lxml import etree

from workflows.diagrams.symbols import (
    INK,
    THICK,
    THIN,
    Box,
    event,
    gateway,
    head,
    line,
    local_name,
    marker,
    rect,
    slash,
)
from workflows.xml import parse_xml

Element = etree._Element  # noqa: SLF001 - the name of the type in lxml
MARGIN = 16.0
_FONT, _LINE, _LABEL = 11.0, 14.0, 10.0
_NARROW = 0.55  # of an ASCII letter beside a Chinese one
_BPMN_FLOWS = frozenset({"sequenceFlow", "messageFlow", "association", "dataInputAssociation"})


@dataclass(frozen=True)
class Picture:
    """A drawing: its size and what is on it. ``slices`` cut it to be read on paper."""

    frame: Box
    body: str

    def slices(self, longest: float) -> list[str]:
        """Return SVG texts, each at most ``longest`` wide, left to right; they overlap a little."""
        count = max(1, -(-int(self.frame.width) // int(longest)))
        overlap = 80.0 if count > 1 else 0.0
        width = (self.frame.width + overlap * (count - 1)) / count
        return [self._svg(self.frame.x + n * (width - overlap), width) for n in range(count)]

    def _svg(self, left: float, width: float) -> str:
        box = f"{left:.1f} {self.frame.y:.1f} {width:.1f} {self.frame.height:.1f}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" '
            f'width="{width:.0f}" height="{self.frame.height:.0f}">{self.body}</svg>'
        )


def draw(source: bytes, font: str) -> Picture:
    """Draw a BPMN file with a font family. Raises UnsafeXmlError; without layout it is empty."""
    return _Drawing(parse_xml(source), font).whole()


class _Drawing:
    """One diagram being drawn."""

    def __init__(self, root: Element, font: str) -> None:
        self.font = font
        self.elements = {str(e.get("id")): e for e in root.iter() if e.get("id")}
        self.shapes = list(root.iter("{*}BPMNShape"))
        self.edges = list(root.iter("{*}BPMNEdge"))
        self.defaults = {str(e.get("default")) for e in root.iter() if e.get("default")}
        self.seen: list[tuple[float, float]] = []

    def whole(self) -> Picture:
        parts = [part for shape in self.shapes for part in self._shape(shape)]
        parts += [part for edge in self.edges for part in self._edge(edge)]
        body = "".join(parts)
        xs, ys = ([p[n] for p in self.seen] or [0.0, 1.0] for n in (0, 1))
        frame = Box(
            min(xs) - MARGIN,
            min(ys) - MARGIN,
            max(xs) - min(xs) + 2 * MARGIN,
            max(ys) - min(ys) + 2 * MARGIN,
        )
        return Picture(frame, body)

    def _shape(self, shape: Element) -> Iterator[str]:
        element = self.elements.get(str(shape.get("bpmnElement")))
        box = _bounds(shape.find("{*}Bounds"))
        if element is None or box is None:
            return
        self.seen += [(box.x, box.y), (box.x + box.width, box.y + box.height)]
        kind, name = local_name(element), str(element.get("name") or "")
        if kind in ("participant", "lane"):
            yield from self._pool(box, name)
        elif kind.endswith("Event"):
            yield from event(element, kind, box)
            yield from self._label(shape, name, box)
        elif kind.endswith("Gateway"):
            yield from gateway(kind, box)
            yield from self._label(shape, name, box)
        elif kind == "textAnnotation":
            words = "".join(map(str, element.itertext())).strip()
            yield from self._words(words, box, centred=False)
        else:
            yield from self._activity(shape, element, kind, name, box)

    def _pool(self, box: Box, name: str) -> Iterator[str]:
        yield rect(box, 0, THIN)
        yield line([(box.x + 30, box.y), (box.x + 30, box.y + box.height)], 0.8)
        x, y = box.x + 15, box.y + box.height / 2
        lines = _wrapped(name, max(box.height - 10, _FONT), _FONT)[:2]
        for n, row in enumerate(lines):
            dx = x + (n - (len(lines) - 1) / 2) * 13
            yield self._text(row, dx, y, _FONT, f'transform="rotate(-90 {dx:.1f} {y:.1f})"')

    def _activity(
        self, shape: Element, element: Element, kind: str, name: str, box: Box
    ) -> Iterator[str]:
        is_open = kind == "subProcess" and shape.get("isExpanded") != "false"
        dash = 'stroke-dasharray="5 4"' if element.get("triggeredByEvent") == "true" else ""
        yield rect(box, 9, THICK if kind == "callActivity" else THIN, dash)
        if is_open:
            top = Box(box.x, box.y + 4, box.width, _LINE)
            yield from self._words(name, top)
        else:
            yield from self._words(name, box)
            yield from marker(element, kind, box)

    def _words(self, words: str, box: Box, *, centred: bool = True) -> Iterator[str]:
        lines = _wrapped(words, box.width - 10, _FONT)
        x, middle = box.middle
        y = middle - (len(lines) - 1) * _LINE / 2
        for n, row in enumerate(lines):
            yield self._text(row, x if centred else box.x + box.width / 2, y + n * _LINE, _FONT)

    def _label(self, shape: Element, name: str, box: Box) -> Iterator[str]:
        """Write a name beside what it belongs to."""
        if not name:
            return
        where = _bounds(shape.find("{*}BPMNLabel/{*}Bounds"))
        x, y = box.middle[0], box.y + box.height + 6
        if where is not None:
            x, y = where.middle[0], where.y
        lines = _wrapped(name, max(where.width if where else 0, 90.0), _LABEL)
        for n, row in enumerate(lines):
            at = y + 6 + n * (_LABEL + 3)
            self.seen.append((x, at))
            yield self._text(row, x, at, _LABEL)

    def _edge(self, edge: Element) -> Iterator[str]:
        element = self.elements.get(str(edge.get("bpmnElement")))
        points = [
            (float(p.get("x") or 0), float(p.get("y") or 0)) for p in edge.iter("{*}waypoint")
        ]
        if element is None or len(points) < 2 or local_name(element) not in _BPMN_FLOWS:  # noqa: PLR2004
            return
        self.seen += points
        kind = local_name(element)
        dash = {"messageFlow": "8 5", "association": "2 4"}.get(kind, "")
        yield line(points, 1.2, f'stroke-dasharray="{dash}"' if dash else "")
        if kind != "association":
            yield head(points, is_filled=kind == "sequenceFlow")
        if element.get("id") in self.defaults:
            yield slash(points)
        name = str(element.get("name") or "")
        if name:
            (ax, ay), (bx, by) = points[0], points[1]
            yield from self._label(edge, name, Box((ax + bx) / 2, (ay + by) / 2 - 20, 0, 0))

    def _text(self, words: str, x: float, y: float, size: float, more: str = "") -> str:
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" dy="0.35em" font-size="{size}" {more} '
            f'text-anchor="middle" font-family="{escape(self.font)}" fill="{INK}">'
            f"{escape(words)}</text>"
        )


def _bounds(bounds: Element | None) -> Box | None:
    if bounds is None:
        return None
    return Box(*(float(bounds.get(key) or 0) for key in ("x", "y", "width", "height")))


def _wrapped(words: str, width: float, size: float) -> list[str]:
    """Break a text into lines of a width; Chinese anywhere, the rest too where nothing else goes."""
    lines, line, used = [], "", 0.0
    for letter in " ".join(words.split()):
        wide = size * (_NARROW if letter.isascii() else 1.0)
        if used + wide > width and line:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + letter, used + wide
    return [*lines, line] if line else lines
