"""OpenTelemetry traces of requests, jobs and statements; without a collector's address nothing.

The packages are the extra ``tracing``; they are imported only where traces are switched on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from services import logs

_state: dict[str, Any] = {}


def configure(url: str | None, process: str) -> None:
    """Send traces to a collector (OTLP over HTTP, http://host:4318/v1/traces), in this process.

    Call it after a fork. Raises ImportError when the packages are missing.
    """
    if url is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    send_to(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)), process)


def send_to(processor: Any, process: str) -> None:
    """Give ended spans to a processor."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - only when switched on
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": f"liancheng-{process}"}))
    provider.add_span_processor(processor)
    _state["tracer"] = provider.get_tracer("liancheng")


def switch_off() -> None:
    """Make no spans any more."""
    _state.clear()


@contextmanager
def span(name: str, **attributes: str | float | None) -> Iterator[None]:
    """Trace a piece of work. Attributes are ids and kinds, never answers or names."""
    tracer = _state.get("tracer")
    if tracer is None:
        yield
        return
    given = {key: value for key, value in attributes.items() if value is not None}
    if (request := logs.request_id()) is not None:
        given["request_id"] = request
    with tracer.start_as_current_span(name, attributes=given):
        yield


def watch(engine: Engine) -> None:
    """Trace each statement of an engine, by its words without its values."""
    event.listen(engine, "before_cursor_execute", _begin)
    event.listen(engine, "after_cursor_execute", _end)
    event.listen(engine, "handle_error", _fail)


def _begin(
    _conn: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: Any
) -> None:
    tracer = _state.get("tracer")
    if tracer is not None and context is not None:
        words = {"db.statement": statement[:1000]}
        context.liancheng_span = tracer.start_span(statement.split(None, 1)[0], attributes=words)


def _end(_conn: Any, _cursor: Any, _statement: Any, _values: Any, context: Any, _many: Any) -> None:
    found = getattr(context, "liancheng_span", None)
    if found is not None:
        found.end()


def _fail(failure: Any) -> None:
    found = getattr(failure.execution_context, "liancheng_span", None)
    if found is not None:
        found.record_exception(failure.original_exception)
        found.end()
