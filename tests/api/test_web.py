"""The web application is served for every address that is not the API's, and safely."""

from dataclasses import replace

import pytest

from api.app import create_app


@pytest.fixture
def browser(sqlite_runtime, tmp_path):
    """A client in front of a built application of two files."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>page</title>")
    (tmp_path / "assets" / "main-1a2b.js").write_text("export {}")
    (tmp_path / "assets" / "main-1a2b.js.gz").write_bytes(b"packed")
    settings = replace(sqlite_runtime.settings, web_root=tmp_path)
    return create_app(replace(sqlite_runtime, settings=settings)).test_client()


@pytest.mark.parametrize("address", ["/", "/tasks", "/public/notices/NO-1", "/cases/某个办件"])
def test_every_address_of_the_application_gets_its_page(browser, address):
    reply = browser.get(address)

    assert reply.status_code == 200
    assert "page" in reply.text
    policy = reply.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("address", ["/api/v1/nowhere", "/nowhere.js", "/assets/../../etc/passwd"])
def test_what_can_only_be_a_file_or_a_call_is_missing_not_the_page(browser, address):
    assert browser.get(address).status_code == 404


def test_built_files_are_kept_by_the_browser_and_packed_when_it_takes_them_so(browser):
    plain = browser.get("/assets/main-1a2b.js")
    packed = browser.get("/assets/main-1a2b.js", headers={"Accept-Encoding": "gzip"})

    assert "immutable" in plain.headers["Cache-Control"]
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.mimetype == plain.mimetype == "text/javascript"
    assert packed.data == b"packed"


def test_without_a_build_the_first_page_says_how_to_make_it(sqlite_runtime, tmp_path):
    settings = replace(sqlite_runtime.settings, web_root=tmp_path / "nothing")
    reply = create_app(replace(sqlite_runtime, settings=settings)).test_client().get("/")

    assert reply.status_code == 200
    assert "make web" in reply.text
