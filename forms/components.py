"""Which form-js components and attributes a definition may use, as tables.

Beyond form-js itself a component carries only ``properties`` (strings, as form-js keeps
them) and the whole form one object ``liancheng``.
"""

import re
from types import MappingProxyType
from typing import Final

MIN_SCHEMA_VERSION: Final = 16
MAX_SCHEMA_VERSION: Final = 19
MAX_COMPONENTS: Final = 400
MAX_NESTING: Final = 5
MAX_DECIMAL_DIGITS: Final = 6
MAX_EXPRESSION: Final = 2_000

KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
FORM_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")

# round, key and item are written by the engine beside the answers; the rest name something
# else in the scope of an expression, are words of FEEL, or mean something to JavaScript
RESERVED_KEYS: Final = frozenset(
    {"round", "key", "item", "profile", "case", "legal_basis", "task", "this", "parent", "i"}
    | {"message", "rules", "hits", "typename", "constructor", "prototype"}
    | {"true", "false", "null", "if", "then", "else", "for", "in", "return", "some", "every"}
    | {"satisfies", "and", "or", "not", "between", "instance", "of", "function"}
)

# a filepicker offers these; what the file really is, the file service looks into
FILE_TYPES: Final = (".pdf", ".docx", ".xlsx", ".jpg", ".jpeg", ".png")
DEFAULT_FILE_TYPES: Final = (".pdf", ".docx", ".jpg", ".jpeg", ".png")

INPUTS: Final = frozenset(
    {"textfield", "textarea", "number", "datetime", "checkbox", "filepicker"}
    | {"select", "radio", "checklist"}
)
CONTAINERS: Final = frozenset({"group", "dynamiclist"})
DISPLAYS: Final = frozenset({"text", "separator", "spacer"})
CHOICES: Final = frozenset({"select", "radio", "checklist"})

FORM_ATTRIBUTES: Final = frozenset(
    {"id", "type", "schemaVersion", "components", "liancheng", "exporter", "versionTag"}
    | {"executionPlatform", "executionPlatformVersion"}
)
LIANCHENG_ATTRIBUTES: Final = frozenset({"title", "basis", "checks", "audience", "oneClick"})
# who may read the answers besides one's own party and the officials of the case: every unit it
# has come to, the one that started it, the experts
AUDIENCES: Final = frozenset({"applicant", "starter", "expert"})
# answers that a page offers as buttons beside the form: each submits with one click
ONE_CLICK_ATTRIBUTES: Final = frozenset({"title", "hint", "choices"})
CHECK_ATTRIBUTES: Final = frozenset({"assert", "field", "message"})

_ANY: Final = frozenset({"id", "type", "layout", "conditional", "properties"})
_INPUT: Final = _ANY | {"key", "label", "description", "readonly", "validate", "defaultValue"}
_CONTAINER: Final = _ANY | {"label", "path", "components", "showOutline", "verticalAlignment"}

ATTRIBUTES: Final = MappingProxyType(
    {
        "textfield": _INPUT | {"appearance"},
        "textarea": _INPUT,
        "number": _INPUT | {"appearance", "decimalDigits", "increment"},
        "datetime": _INPUT
        | {"subtype", "dateLabel", "timeLabel", "use24h", "timeInterval"}
        | {"timeSerializingFormat", "disallowPassedDates"},
        "select": _INPUT | {"values", "valuesExpression", "searchable"},
        "radio": _INPUT | {"values", "valuesExpression"},
        "checklist": _INPUT | {"values", "valuesExpression"},
        "checkbox": _INPUT,
        "filepicker": _INPUT | {"accept", "multiple"},
        "group": _CONTAINER,
        "dynamiclist": _CONTAINER
        | {"isRepeating", "allowAddRemove", "defaultRepetitions"}
        | {"disableCollapse", "nonCollapsedItems"},
        "text": _ANY | {"text"},
        "separator": _ANY,
        "spacer": _ANY | {"height"},
    }
)

VALIDATIONS: Final = MappingProxyType(
    {
        "textfield": frozenset({"required", "minLength", "maxLength", "pattern"}),
        "textarea": frozenset({"required", "minLength", "maxLength"}),
        "number": frozenset({"required", "min", "max"}),
    }
)
DEFAULT_VALIDATIONS: Final = frozenset({"required"})

# ``reconstructed``: the official form has lost this part; the label says so to whoever reads it
_CITATIONS: Final = frozenset({"article", "assumption", "reconstructed"})
RECONSTRUCTED_MARK: Final = "系统重建"
PREFILL: Final = "prefill"  # FEEL that gives the answer to begin with
PROPERTIES: Final = MappingProxyType(
    {
        "textfield": _CITATIONS | {"pattern", PREFILL},
        "select": _CITATIONS | {PREFILL},
        "datetime": _CITATIONS | {PREFILL},
        "filepicker": _CITATIONS | {"maxFiles"},
        "dynamiclist": _CITATIONS | {"minRows", "maxRows", "uniqueBy", PREFILL},
    }
)
DEFAULT_PROPERTIES: Final = _CITATIONS

# attributes shown on screen: form-js would run a leading "=" and braces as expressions
TEXTS: Final = ("label", "description", "text", "dateLabel", "timeLabel")
EXPRESSION_MARK: Final = "="


def is_literal(text: str) -> bool:
    """Whether form-js shows ``text`` as it stands: no expression, no template, no markup."""
    return not text.startswith(EXPRESSION_MARK) and "{{" not in text and not _MARKUP.search(text)


_MARKUP: Final = re.compile(r"<[A-Za-z!/?]|\]\(|&#")
