"""Finds form definitions on disk: ``<root>/<jurisdiction>/<id>.json`` before ``<root>/shared``."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from forms.compiler import CompiledForm, compile_form
from forms.components import FORM_ID
from forms.errors import DefinitionProblem, FormDefinitionError, FormNotFoundError

ROOT: Final = Path(__file__).parent
SHARED: Final = "shared"
MAX_DEFINITION_BYTES: Final = 512 * 1024


def files(jurisdiction: str, root: Path = ROOT) -> dict[str, Path]:
    """The files a jurisdiction's procedures can use, by form id; its own win over shared."""
    folders = (root / SHARED, root / jurisdiction)
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.json"))}


def find(jurisdiction: str, form_id: str, root: Path = ROOT) -> CompiledForm:
    """Compile one form. Raises FormNotFoundError, FormDefinitionError."""
    if not FORM_ID.fullmatch(form_id):
        raise FormNotFoundError(form_id)
    path = files(jurisdiction, root).get(form_id)
    if path is None:
        raise FormNotFoundError(form_id)
    return load(path)


def load(path: Path) -> CompiledForm:
    """Compile the form in ``path``, whose id is the file's name. Raises FormDefinitionError."""
    source = path.read_bytes()
    if parse(source).get("id") != path.stem:
        raise _refused("id", "表单编号应与文件名一致。")
    return compiled(source)


@lru_cache(maxsize=512)
def compiled(source: bytes) -> CompiledForm:
    """Return a form's file compiled, once for what it says. Raises FormDefinitionError."""
    return compile_form(parse(source))


def parse(source: bytes) -> Mapping[str, Any]:
    """Read a definition as strict JSON: no repeated keys, no NaN. Raises FormDefinitionError."""
    if len(source) > MAX_DEFINITION_BYTES:
        raise _refused("", f"表单定义不能超过 {MAX_DEFINITION_BYTES // 1024} KB。")
    try:
        found = json.loads(
            source.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as exc:
        raise _refused("", "表单定义不是有效的 JSON，或含有重复的键。") from exc
    if not isinstance(found, dict):
        raise _refused("", "表单定义应为一个 JSON 对象。")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("repeated key")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _refused(path: str, message: str) -> FormDefinitionError:
    return FormDefinitionError([DefinitionProblem(path, message)])
