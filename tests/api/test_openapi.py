"""The API's description: valid, complete, and the one that is committed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.openapi import document

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.fixture
def described(visitor):
    return visitor.get("/openapi.json").json


def test_the_document_is_valid_openapi_3_1(described):
    assert described["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []


def test_the_committed_document_is_that_of_the_code(app):
    assert COMMITTED.read_text("utf-8") == document(app), "run: make openapi"


def test_the_served_document_is_the_committed_one(described):
    assert described == json.loads(COMMITTED.read_text("utf-8"))


def test_the_command_prints_it(tmp_path):
    printed = subprocess.run(
        [sys.executable, "-m", "api.cli", "openapi"],
        env={**os.environ, "LIANCHENG_DATA_DIR": str(tmp_path)},
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout

    assert printed == COMMITTED.read_text("utf-8")


def test_every_route_of_the_api_is_described(app, described):
    routes = {
        (
            rule.rule.replace("<uuid:", "{")
            .replace("<path:", "{")
            .replace("<int:", "{")
            .replace("<", "{")
            .replace(">", "}"),
            method.lower(),
        )
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") and rule.endpoint != "api-docs.openapi_json"
    }

    found = {
        (path, method)
        for path, item in described["paths"].items()
        for method in set(item) - {"parameters"}
    }

    assert found == routes


def test_what_needs_no_login_says_so(described):
    for path, item in described["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            is_open = path.startswith(("/api/v1/public/", "/api/v1/health/"))
            is_open |= path == "/api/v1/auth/sign-in"
            assert (operation.get("security") == []) is is_open, (method, path)


def test_every_operation_has_a_sentence(described):
    for item in described["paths"].values():
        for method, operation in item.items():
            if method != "parameters":
                assert operation["summary"].endswith(".")
