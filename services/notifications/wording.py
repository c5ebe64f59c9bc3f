"""The words of a notification: whose text is used, and how its places are filled."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.notifications.events import Texts
from workflows.calendar import TIME_ZONE

LANGUAGES = ("zh", "en")
PLACE = re.compile(r"\{(\w+)\}")
REHEARSAL = "【演练】"


def render(
    sources: Iterable[Mapping[str, Texts]], template: str, data: Mapping[str, Any], language: str
) -> tuple[str, str]:
    """Return subject and body by the first source that has the event in the language, or in zh.

    An unknown place in a text stays empty, never fails.
    """
    found = [source[template] for source in sources if source.get(template)]
    wanted = (texts[each] for each in (language, "zh") for texts in found if texts.get(each))
    text = next(wanted, {"subject": template, "body": ""})
    return filled(text["subject"], data), filled(text["body"], data)


def filled(text: str, data: Mapping[str, Any]) -> str:
    """Put values in the places of a text; plain names only, nothing is evaluated."""
    return PLACE.sub(lambda place: shown(data.get(place[1])), text)


def places_in(*texts: str) -> set[str]:
    """Return the names of the places in texts."""
    return {name for text in texts for name in PLACE.findall(text)}


def shown(value: Any) -> str:
    """Return a value as people read it: lists by 、, instants in Beijing time, midnight as 24:00."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(shown(each) for each in value)
    if isinstance(value, dict):
        return shown(value.get("name") or value.get("text") or list(value.values()))
    return _instant(value) if isinstance(value, str) else str(value)


def _instant(text: str) -> str:
    if "T" not in text:
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        return text
    local = moment.astimezone(TIME_ZONE)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"
