"""The only place that knows HTTP status codes. One shape: {code, status, message, errors?}."""

import errno
import logging
import sqlite3
from http import HTTPStatus
from typing import Any

import psycopg
from flask import Flask, Response, jsonify
from flask_smorest import Api as SmorestApi
from marshmallow import Schema, fields
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

import forms
from services import errors
from workflows.errors import TaskNotWaitingError

log = logging.getLogger(__name__)


class ErrorSchema(Schema):
    """What every refusal looks like."""

    code = fields.String(metadata={"description": "Stable word for programs"})
    status = fields.Integer()
    message = fields.String(metadata={"description": "Chinese sentence for people"})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "Path of a field -> sentences"},
    )
    details = fields.Dict(keys=fields.String())


STATUS: dict[type[errors.DomainError], HTTPStatus] = {
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.NotSignedInError: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowedError: HTTPStatus.FORBIDDEN,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.TaskTakenError: HTTPStatus.CONFLICT,
    errors.LegalBasisError: HTTPStatus.CONFLICT,
    errors.ProcessFaultError: HTTPStatus.CONFLICT,
    errors.InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.HandoffRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.KeyReusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooManyAttemptsError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}

_SENTENCES = {
    HTTPStatus.BAD_REQUEST: "请求有误",
    HTTPStatus.NOT_FOUND: "没有这个地址",
    HTTPStatus.METHOD_NOT_ALLOWED: "此地址不支持这种请求方法",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "内容过大",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "请用 JSON 提交",
    HTTPStatus.UNPROCESSABLE_ENTITY: "填写的内容有误，请按提示修改",
    HTTPStatus.INTERNAL_SERVER_ERROR: "系统出错，已记录，请稍后再试",
}

_FULL = "系统的存储空间不足，这一次没有保存。页面上填写的内容还在，请稍后再提交；仍不行的，请联系系统管理员"

_WORDS = {
    "Missing data for required field.": "必填",
    "Field may not be null.": "不能为空",
    "Unknown field.": "没有这个字段",
    "Not a valid UUID.": "编号格式不对",
    "Not a valid string.": "应为文本",
    "Not a valid integer.": "应为整数",
    "Not a valid boolean.": "应为 true 或 false",
    "Not a valid mapping type.": "应为对象",
    "Not a valid list.": "应为列表",
    "Not a valid date.": "日期格式应为 2026-01-31",
    "Not a valid aware datetime.": "时间须带时区，例如 2026-01-31T09:00:00+08:00",
    "Invalid input type.": "应为对象",
}


def body(
    status: HTTPStatus,
    code: str,
    message: str,
    fields_: dict[str, list[str]] | None = None,
    details: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the JSON of a refusal."""
    content: dict[str, Any] = {"code": code, "status": status.value, "message": message}
    if fields_:
        content["errors"] = fields_
    if details:
        content["details"] = details
    return content


def of_domain(error: errors.DomainError) -> tuple[dict[str, Any], HTTPStatus]:
    """Return body and status of a domain error."""
    status = STATUS[type(error)]
    found = error.fields if isinstance(error, errors.InvalidError) else None
    return body(status, error.code, error.message, found, error.details), status


class Api(SmorestApi):
    """flask-smorest with our one error shape."""

    ERROR_SCHEMA = ErrorSchema

    def handle_http_exception(self, error: HTTPException) -> Any:
        """Reply to what Flask, werkzeug and webargs raise."""
        status = HTTPStatus(error.code or 500)
        data = getattr(error, "data", None) or {}
        found = _flatten(data.get("messages") or data.get("errors") or {})
        message = _SENTENCES.get(status, status.phrase)
        if (
            status is HTTPStatus.BAD_REQUEST
            and error.description
            and not error.description.isascii()
        ):
            message = error.description
        reply = jsonify(body(status, status.name, message, found))
        headers = dict(data.get("headers") or {})
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return reply, status, headers


def _flatten(messages: Any, path: str = "") -> dict[str, list[str]]:
    """Turn marshmallow's nested messages into path -> Chinese sentences."""
    if not isinstance(messages, dict):
        return {path or "body": [_WORDS.get(str(m), str(m)) for m in messages]}
    found: dict[str, list[str]] = {}
    for key, value in messages.items():
        is_place = path == "" and key in {"json", "query", "headers", "form", "files", "path"}
        name = "" if is_place or key == "_schema" else str(key)
        found |= _flatten(value, ".".join(p for p in (path, name) if p))
    return found


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
_NO_ROOM_SQLITE = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
)
_NO_ROOM_POSTGRESQL = "53100"  # SQLSTATE disk_full


def _is_full(error: Exception) -> bool:
    """Tell whether a disk took no more: that of the files, or the database's."""
    cause = getattr(error, "orig", error)
    if isinstance(cause, OSError):
        return cause.errno in _NO_ROOM
    if getattr(cause, "sqlite_errorcode", None) in _NO_ROOM_SQLITE:
        return True
    return getattr(cause, "sqlstate", None) == _NO_ROOM_POSTGRESQL


def register(app: Flask) -> None:
    """Reply to domain errors, busy databases and, without detail, to bugs."""

    def domain(error: errors.DomainError) -> tuple[Response, int, dict[str, str]]:
        content, status = of_domain(error)
        after = error.details.get("retry_after_seconds")
        return jsonify(content), status, {"Retry-After": str(after)} if after else {}

    def form(error: forms.FormInvalidError) -> tuple[Response, int]:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return jsonify(body(status, "FORM_INVALID", str(error), dict(error.fields))), status

    def moved_on(error: Exception) -> tuple[Response, int]:
        log.info("conflict", extra={"error": type(error).__name__})
        status = HTTPStatus.CONFLICT
        return jsonify(body(status, "CONFLICT", "内容已被他人更改，请刷新后再试")), status

    def busy(error: Exception) -> tuple[Response, int, dict[str, str]]:
        log.warning(
            "storage.busy",
            extra={
                "error": type(error).__name__,
                "reason": str(getattr(error, "orig", error))[:200],
            },
        )
        status = HTTPStatus.SERVICE_UNAVAILABLE
        if _is_full(error):
            content = body(status, "STORAGE_FULL", _FULL)
            return jsonify(content), status, {"Retry-After": "60"}
        content = body(status, "BUSY", "系统繁忙，您的内容没有丢失，请稍后重试")
        return jsonify(content), status, {"Retry-After": "2"}

    def away(error: DBAPIError) -> tuple[Response, int, dict[str, str]]:
        """Whatever a driver says when its connection breaks, it is the database that is away."""
        if not error.connection_invalidated:
            raise error
        return busy(error)

    def full(error: OSError) -> tuple[Response, int, dict[str, str]]:
        if not _is_full(error):
            raise error
        return busy(error)

    app.register_error_handler(OSError, full)
    app.register_error_handler(errors.DomainError, domain)
    app.register_error_handler(forms.FormInvalidError, form)
    app.register_error_handler(TaskNotWaitingError, moved_on)
    app.register_error_handler(StaleDataError, moved_on)
    app.register_error_handler(IntegrityError, moved_on)  # two made the same thing at once
    app.register_error_handler(DBAPIError, away)
    app.register_error_handler(InterfaceError, busy)
    app.register_error_handler(OperationalError, busy)
    app.register_error_handler(
        psycopg.OperationalError, busy
    )  # while a connection is made or put back
    app.register_error_handler(PoolTimeoutError, busy)
