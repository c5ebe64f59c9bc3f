"""What a job is about, in words: names of steps, operations and events, never personal data."""

from collections.abc import Mapping
from typing import Any

from services.db.models import Delivery, Job, JobKind
from services.notifications.events import event
from services.runtime import Runtime
from services.service_tasks.catalogue import CATALOGUE

CHANNELS = {"mail": "邮件", "sms": "短信", "webhook": "办公系统推送", "in_app": "站内"}


def summary(runtime: Runtime, job: Job, delivery: Delivery | None, names: Mapping[str, str]) -> str:
    """Return one sentence on a job; ``names`` are those of the nodes of its case's diagram."""
    payload = job.payload
    if job.kind is JobKind.TIMER:
        node = job.dedupe_key.rpartition(":")[2]
        return f"定时“{names.get(node) or node}”到期"
    if job.kind is JobKind.SERVICE:
        return _service(payload)
    if job.kind is JobKind.MESSAGE:
        return f"送达办件之间的消息“{payload.get('name', '')}”"
    if job.kind is JobKind.RETRIES:
        return "批量重试"
    return _told(runtime, payload, delivery)


def _service(payload: Mapping[str, Any]) -> str:
    operation = CATALOGUE.get(str(payload.get("operation")))
    label = operation.label if operation else payload.get("operation", "")
    inputs = "、".join(sorted(payload.get("inputs") or {})) or "无"
    return f"系统操作“{label}”，输入项：{inputs}"


def _told(runtime: Runtime, payload: Mapping[str, Any], delivery: Delivery | None) -> str:
    template = delivery.template if delivery else str(payload.get("template", ""))
    channel = delivery.channel.value if delivery else "mail"
    label = event(runtime.library.notifications, template).label
    return f"通知“{label}”，经{CHANNELS[channel]}"
