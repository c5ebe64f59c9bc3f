"""Reading XML that people upload: no entities, no network, no surprises."""

from lxml import etree

MAX_BYTES = 1_000_000
MAX_ELEMENTS = 40_000
MAX_ATTRIBUTES = 64  # of one element
MAX_TEXT = 20_000  # characters of one attribute or text


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


class UnsafeXmlError(ValueError):
    """The document is not well-formed, too large, or carries a DOCTYPE. Message in Chinese."""


def parse_xml(source: bytes) -> etree._Element:
    """Return the root of an XML document, or raise UnsafeXmlError.

    The DOCTYPE is looked for after parsing, so that UTF-16 or UTF-7 cannot hide it.
    """
    if len(source) > MAX_BYTES:
        raise UnsafeXmlError(f"文件超过 {MAX_BYTES // 1000} KB,请拆分后再上传")
    try:
        root = etree.fromstring(source, _parser())
    except etree.XMLSyntaxError as error:
        raise UnsafeXmlError(f"不是合法的 XML(第 {error.lineno} 行)") from error
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None:
        raise UnsafeXmlError("文件含有 DOCTYPE 声明,不予接受")
    _look_over(root)
    return root


def _look_over(root: etree._Element) -> None:
    """Refuse numbers and lengths that nothing a person draws has."""
    for number, element in enumerate(root.iter()):
        if number >= MAX_ELEMENTS:
            raise UnsafeXmlError(f"元素超过 {MAX_ELEMENTS} 个，请拆分后再上传")
        if len(element.attrib) > MAX_ATTRIBUTES:
            raise UnsafeXmlError(f"第 {element.sourceline} 行的元素有过多的属性，请删减")
        longest = max(map(len, (element.text or "", *map(str, element.attrib.values()))))
        if longest > MAX_TEXT:
            where = f"（第 {element.sourceline} 行）"
            raise UnsafeXmlError(f"有一处文字超过 {MAX_TEXT} 字{where}，请缩短")
