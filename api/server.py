"""A production WSGI server around the application, with the sweeper beside it."""

from dataclasses import replace
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from api.app import create_app
from services import logs
from services.background.sweeper import Sweeper
from services.runtime import Runtime


class _Server(BaseApplication):
    """gunicorn with threads, one process: SQLite and the sweeper live in it."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def run(runtime: Runtime, *, host: str, port: int, threads: int) -> None:
    """Serve until stopped."""
    logs.configure()
    sweeper = Sweeper(runtime)
    app = create_app(replace(runtime, ring=sweeper.ring))
    options = {
        "bind": f"{host}:{port}",
        "workers": 1,
        "threads": threads,
        "worker_class": "gthread",
        "timeout": 120,
        "graceful_timeout": 10,
        "post_worker_init": lambda _worker: sweeper.start(),
        "worker_exit": lambda _server, _worker: sweeper.stop(),
        "limit_request_line": 8190,
        "loglevel": "warning",
    }
    _Server(app, options).run()
