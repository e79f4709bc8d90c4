"""A port that somebody uses already: said in a sentence, before anything of a running town is thrown away."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

import commands
from demo.__main__ import main


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_second_demo_does_not_throw_away_the_town_of_the_first(taken, tmp_path, capsys):
    (tmp_path / "city.sqlite3").write_bytes(b"the town that is shown")

    assert main(["--port", str(taken), "--data", str(tmp_path), "--fresh"]) == 1

    assert f"Port {taken} cannot be used (Address already in use)." in capsys.readouterr().err
    assert (tmp_path / "city.sqlite3").read_bytes() == b"the town that is shown"


@pytest.mark.parametrize("bind", ["127.0.0.1:{taken}", ":{taken}"])
def test_a_server_says_that_its_port_is_taken(taken, bind):
    with pytest.raises(SystemExit, match=f"Port {taken} cannot be used"):
        commands.main(["serve", "--bind", bind.format(taken=taken)])


@pytest.mark.parametrize("bind", ["8000x", "127.0.0.1:", "127.0.0.1:70000", "0.0.0.0:0"])
def test_an_address_that_is_none_is_refused(bind):
    with pytest.raises(SystemExit, match="--bind is HOST:PORT"):
        commands.main(["serve", "--bind", bind])
