"""Our own files are kept by browsers as long as they stay what they are."""

from __future__ import annotations

import re

import pytest

from city import static_files
from city.static_files import static_url


def test_every_file_of_a_page_is_kept_for_good(app, town):
    """
    A page on the street asks once for its style sheets, scripts and symbols, then never again.
    """
    named = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', app.test_client().get("/datenschutz").text))

    answers = {address: app.test_client().get(address) for address in named}

    assert len(named) > 5
    assert {answer.status_code for answer in answers.values()} == {200}
    assert [url for url, answer in answers.items() if "immutable" not in answer.headers["Cache-Control"]] == []


@pytest.mark.parametrize("mark", ["", "?v=", "?v=0000000000", "?w=1"])
def test_a_file_without_its_own_mark_is_asked_for_again(app, town, mark):
    """
    A page of yesterday that names the file of yesterday must not pin the file of today under that address.
    """
    answer = app.test_client().get(f"/static/menu.js{mark}")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["../../../../../../../../dev/null", "vendor/kern/fonts/none.woff2"])
def test_what_is_no_file_of_ours_is_neither_read_nor_kept(app, town, monkeypatch, path):
    """
    An address that leads out of the folder is not even looked at, and that a file is missing is no lasting answer.
    """
    looked_at = []
    monkeypatch.setattr(static_files, "_mark", lambda file, _changed: looked_at.append(file))

    answer = app.test_client().get(f"/static/{path}?v=0000000000")

    assert answer.status_code == 404
    assert [file for file in looked_at if file.endswith(path)] == []
    assert "max-age" not in answer.headers.get("Cache-Control", "")


def test_a_changed_file_has_another_address(app, tmp_path, monkeypatch):
    """
    The mark follows the content, whenever it changes; a file that does not exist has none.
    """
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    with app.test_request_context():
        (tmp_path / "a.css").write_text("a { color: red }")
        before = static_url("a.css")
        (tmp_path / "a.css").write_text("a { color: blue }")

        assert re.fullmatch(r"/static/a\.css\?v=[0-9a-f]{10}", before)
        assert static_url("a.css") != before
        assert static_url("none.css") == "/static/none.css"
