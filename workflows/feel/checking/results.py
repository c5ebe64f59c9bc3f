"""What type each built-in function gives."""

from typing import Final

from workflows.feel.types import ANY, NULL, Type, common

_STRINGS: Final = Type("list", Type("string"))
_NUMBERS: Final = Type("list", Type("number"))
_ENTRIES: Final = Type("list", Type("context", entries=(("key", Type("string")), ("value", ANY))))
_NAMED: Final[dict[str, str]] = {
    "number": (
        "number,string length,count,product,mean,median,stddev,decimal,floor,ceiling,round up,"
        "round down,round half up,round half down,modulo,sqrt,log,exp,day of year,week of year,"
        "days between working"
    ),
    "string": (
        "string,substring,upper case,lower case,trim,substring before,substring after,replace,"
        "string join,day of week,month of year"
    ),
    "boolean": (
        "not,contains,starts with,ends with,matches,list contains,all,any,odd,even,is,before,after,"
        "meets,met by,overlaps,overlaps before,overlaps after,finishes,finished by,includes,during,"
        "starts,started by,coincides"
    ),
    "date": "date,today,last day of month,working days after",
    "date and time": "date and time,now",
    "time": "time",
    "years and months duration": "years and months duration",
    "range": "range",
    "context": "context,context put,context merge",
}
_FIXED: Final[dict[str, Type]] = {
    **{name: Type(kind) for kind, names in _NAMED.items() for name in names.split(",")},
    "split": _STRINGS,
    "index of": _NUMBERS,
    "mode": _NUMBERS,
    "get entries": _ENTRIES,
}
_SAME_LIST: Final = frozenset(
    {"sublist", "remove", "reverse", "distinct values", "duplicate values", "sort"}
)
_JOINED: Final = frozenset({"concatenate", "union"})
_WIDENED: Final = frozenset({"append", "insert before", "list replace"})
_OF_ITEMS: Final = frozenset({"min", "max", "sum"})


def result_of(name: str, given: list[Type]) -> Type:
    """Return the type that a built-in gives for arguments of these types."""
    if name in _FIXED:
        return _FIXED[name]
    first = given[0] if given else NULL
    if name == "abs":
        return first
    if name in _SAME_LIST:
        return Type("list", _item(first))
    if name in _JOINED:
        return Type("list", common([_item(kind) for kind in given]))
    if name in _WIDENED:
        return Type("list", common([_item(first), *given[-1:]]))
    if name in _OF_ITEMS:
        return _item(first) if len(given) == 1 else common(given)
    return Type("list") if name == "flatten" else ANY


def _item(kind: Type) -> Type:
    """Return the type of the items of a list; one value stands for a list of itself."""
    return (kind.item or ANY) if kind.name == "list" else kind
