"""The signing key: the same for every server of one database, changed by naming the old one, never by accident."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.server.place import Place
from tests.server.running import running_server
from tms_tui.server.commands import server_group
from tms_tui.server.keys import StrangeKeyError


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    found = tmp_path / "one.key", tmp_path / "two.key"
    for file in found:
        file.write_bytes(os.urandom(32))
    return found


async def test_a_server_with_another_key_does_not_start(place: Place, keys: tuple[Path, Path]) -> None:
    one, two = keys
    async with running_server(place, signing_key=one) as server:
        dana = await server.sign_in()
        with pytest.raises(StrangeKeyError, match="--signing-key"):
            async with running_server(place, signing_key=two):
                pass
        assert (await dana.http.get("/v1/auth/me")).status_code == 200
    with pytest.raises(StrangeKeyError):
        async with running_server(place, signing_key=two):
            pass


async def test_servers_of_one_database_change_keys_one_after_the_other(place: Place, keys: tuple[Path, Path]) -> None:
    one, two = keys
    async with running_server(place, signing_key=one, previous_signing_key=two) as still_old:
        dana = await still_old.sign_in()
        async with running_server(place, signing_key=two, previous_signing_key=one) as new:
            bo = await new.sign_in("Bo")
            for server in (still_old, new):
                for agent in (dana, bo):
                    answer = await server.client().get("/v1/auth/me", headers=agent.headers)
                    assert answer.status_code == 200
    async with running_server(place, signing_key=two) as server:
        assert (await server.client().get("/v1/auth/me", headers=bo.headers)).status_code == 200
    with pytest.raises(StrangeKeyError):
        async with running_server(place, signing_key=one):
            pass


async def test_a_lost_key_is_forgotten_by_command(tmp_path: Path, keys: tuple[Path, Path]) -> None:
    one, two = keys
    async with running_server(tmp_path, signing_key=one) as server:
        dana = await server.sign_in()
    start = ["serve", "--signing-key", str(two), "--data", str(tmp_path), "--port", "0"]
    refused = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tms_tui", *start, stderr=asyncio.subprocess.PIPE
    )
    _, said = await refused.communicate()
    assert (refused.returncode, b"forget-signing-key" in said) == (1, True)
    forget = ["forget-signing-key", "--data", str(tmp_path)]
    assert (await asyncio.to_thread(CliRunner().invoke, server_group, forget)).exit_code == 0
    async with running_server(tmp_path, signing_key=two) as server:
        assert (await server.client().get("/v1/auth/me", headers=dana.headers)).status_code == 401
