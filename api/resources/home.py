"""The first page: that it runs, and where to go from here."""

from pathlib import Path

from flask import Blueprint, Response, send_from_directory

blueprint = Blueprint("home", __name__)

_FOLDER = Path(__file__).resolve().parent.parent / "static"


@blueprint.get("/")
def home() -> Response:
    """Show the first page."""
    return send_from_directory(_FOLDER, "home.html")


@blueprint.get("/home.css")
def style() -> Response:
    """Return its style sheet."""
    return send_from_directory(_FOLDER, "home.css")
