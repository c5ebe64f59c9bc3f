"""Built-ins on contexts."""

from typing import Any

from workflows.feel.runtime import Run
from workflows.feel.signatures import Registry
from workflows.feel.values import normal

FUNCTIONS = Registry()


@FUNCTIONS.add("get value", "m: context, key: string")
def _get_value(run: Run, context: dict[str, Any], key: str) -> Any:
    if key in context:
        return normal(context[key])
    return run.null(0, f"there is no entry {key}", f"没有名为“{key}”的条目")


@FUNCTIONS.add("get value", "context: context, keys: list")
def _get_value_at(run: Run, context: dict[str, Any], keys: list[Any]) -> Any:
    here: Any = context
    for key in keys:
        if type(here) is not dict or type(key) is not str or key not in here:
            return run.null(0, "there is no entry at that path", "该路径下没有条目")
        here = normal(here[key])
    return here if keys else None


@FUNCTIONS.add("get entries", "m: context")
def _get_entries(run: Run, context: dict[str, Any]) -> list[dict[str, Any]]:
    run.spend(2 * len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@FUNCTIONS.add("context", "entries: list")
def _context(run: Run, entries: list[Any]) -> Any:
    made: dict[str, Any] = {}
    for entry in entries:
        part = normal(entry)
        if type(part) is not dict or not {"key", "value"} <= part.keys():
            return run.null(0, "an entry needs key and value", "每个条目须有 key 和 value")
        if type(part["key"]) is not str or part["key"] in made:
            return run.null(0, "a key is repeated or not a string", "键重复或不是文本")
        made[part["key"]] = part["value"]
    return made


@FUNCTIONS.add("context put", "context: context, key: string, value: any")
def _context_put(run: Run, context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    run.spend(len(context))
    return {**context, key: value}


@FUNCTIONS.add("context put", "context: context, keys: list, value: any")
def _context_put_at(run: Run, context: dict[str, Any], keys: list[Any], value: Any) -> Any:
    if not keys or not all(type(key) is str for key in keys):
        return run.null(0, "the keys must be strings", "键应为文本")
    made = value
    for level in range(len(keys) - 1, -1, -1):
        holder = _walk(context, keys[:level])
        if holder is None:
            return run.null(0, "the path leads through no context", "路径经过的不是对象")
        run.spend(len(holder) + level)
        made = {**holder, keys[level]: made}
    return made


def _walk(context: dict[str, Any], keys: list[Any]) -> dict[str, Any] | None:
    here: Any = context
    for key in keys:
        here = normal(here.get(key))
        if here is None:
            here = {}
        if type(here) is not dict:
            return None
    return here if type(here) is dict else None


@FUNCTIONS.add("context merge", "contexts: list")
def _context_merge(run: Run, contexts: list[Any]) -> Any:
    merged: dict[str, Any] = {}
    for item in contexts:
        part = normal(item)
        if type(part) is not dict:
            return run.null(0, "only contexts can be merged", "只能合并对象")
        run.spend(len(part))
        merged.update(part)
    return merged
