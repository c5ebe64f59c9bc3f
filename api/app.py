"""The Flask application: blueprints, strict JSON, one error shape, safe headers."""

import logging
from contextlib import ExitStack
from uuid import uuid4

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from api import auth, errors, metrics, strict_json
from api.resources import BLUEPRINTS, web
from api.resources.metrics import blueprint as metrics_blueprint
from services import evidence, logs, tracing
from services.errors import NotFoundError
from services.runtime import Runtime
from services.studio import outside

log = logging.getLogger(__name__)

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}


def create_app(runtime: Runtime) -> Flask:
    """Build the application around a runtime."""
    app = Flask("liancheng", static_folder=None)
    app.config |= {
        "API_TITLE": "Liancheng 联程",
        "API_VERSION": "1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/api/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {
            "info": {"description": "Government procedures run straight from their diagrams."},
            "components": {
                "securitySchemes": {
                    "session": {"type": "apiKey", "in": "cookie", "name": auth.COOKIE},
                    "bearer": {"type": "http", "scheme": "bearer"},
                }
            },
            "security": [{"session": []}, {"bearer": []}],
        },
        "MAX_CONTENT_LENGTH": runtime.settings.max_upload_bytes + 1_000_000,
        "MAX_FORM_MEMORY_SIZE": 1_000_000,
    }
    app.extensions["liancheng"] = runtime
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    api = errors.Api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(metrics_blueprint)
    app.register_blueprint(web.blueprint)
    errors.register(app)
    if hops := runtime.settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.before_request(_before)
    app.after_request(_after)
    app.teardown_request(_end)
    return app


def _begin() -> None:
    """Give the request its id and its trace; ``_end`` closes what is opened here."""
    given = request.headers.get("X-Request-Id", "")[:64]
    g.request_id = given if given.isascii() and given.isprintable() and given else uuid4().hex
    g.opened = ExitStack()
    case_id = (request.view_args or {}).get("case_id")
    g.opened.enter_context(logs.about(request_id=g.request_id, case_id=case_id))
    g.opened.enter_context(tracing.span(f"{request.method} {request.url_rule}", case_id=case_id))
    metrics.begin()


def _end(_error: BaseException | None) -> None:
    if "opened" in g:
        g.opened.close()


def _before() -> None:
    _begin()
    if request.endpoint in _UPLOADS_WITHOUT_LOGIN:
        request.max_content_length = evidence.MAX_BYTES + 1_000_000
    elif request.endpoint == _DRAFTS:
        request.max_content_length = outside.MAX_BYTES + 1_000_000
    elif request.blueprint != "files":
        request.max_content_length = strict_json.MAX_BYTES
    _check_path()
    blueprint = request.blueprint
    if blueprint is not None and blueprint not in _OPEN and request.endpoint not in _OPEN:
        auth.require_token()


def _check_path() -> None:
    """What no name can contain names nothing."""
    try:
        for value in (request.view_args or {}).values():
            strict_json.check_text(str(value))
    except strict_json.NotAcceptableJsonError as error:
        raise NotFoundError("没有这个地址") from error


_DRAFTS = "studio_outside.BundleCheck"
_UPLOADS_WITHOUT_LOGIN = frozenset({"public.Evidence"})
_OPEN = frozenset({"public", "health", "metrics", "api-docs", "auth.SignIn", "web"})


def _after(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.vary.add("Cookie")
    metrics.count(response, auth.runtime())
    log.info(
        "request",
        extra={
            "method": request.method,
            "route": str(request.url_rule),
            "status": response.status_code,
        },
    )
    return response
