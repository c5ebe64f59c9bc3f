"""What may become a file of a draft: named as bundles name files, UTF-8, and readable as its kind."""

import json
import re

from services.errors import InvalidError
from workflows import strict_yaml
from workflows.xml import UnsafeXmlError, parse_xml

MAX_BYTES = 900_000
MAX_PATH = 200
_NAME = r"[\w][\w.\-]*"
_PATHS = re.compile(
    r"procedure\.json|clauses\.yaml|invariants\.yaml"
    rf"|(bpmn|dmn)/{_NAME}/{_NAME}\.\1|forms/{_NAME}\.json|handling/{_NAME}\.yaml"
    rf"|examples/{_NAME}/{_NAME}\.json"
    rf"|documents/{_NAME}/{_NAME}\.yaml|scenarios/({_NAME}/)?{_NAME}\.yaml"
)


def require_path(path: str) -> None:
    """Refuse a name that no file of a bundle has. Raises InvalidError."""
    if len(path) > MAX_PATH or ".." in path or not _PATHS.fullmatch(path):
        sentence = (
            "流程包里没有这样的文件；例如 bpmn/辖区/名称.bpmn、forms/编号.json、procedure.json"
        )
        raise InvalidError(f"文件名“{path[:MAX_PATH]}”有误", {"path": [sentence]})


def require_content(path: str, data: bytes) -> None:
    """Refuse content that cannot be read as what its name says. Raises InvalidError."""
    problem = _problem(path, data)
    if problem:
        raise InvalidError(f"{path}：{problem}", {path: [problem]})


def _problem(path: str, data: bytes) -> str | None:
    if len(data) > MAX_BYTES:
        return f"超过 {MAX_BYTES // 1000} KB，请拆分"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return "不是 UTF-8 编码的文本，请另存为 UTF-8"
    try:
        _read(path, data, text)
    except UnsafeXmlError as error:
        return str(error)
    except (ValueError, RecursionError) as error:
        return f"内容读不出来：{str(error)[:200] or '嵌套过深'}"
    return None


def _read(path: str, data: bytes, text: str) -> None:
    if path.endswith(".json"):
        if not isinstance(json.loads(text), dict):
            raise ValueError("应为 JSON 对象")
    elif path.endswith(".yaml"):
        strict_yaml.read(text)
    else:
        parse_xml(data)
