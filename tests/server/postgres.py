"""A PostgreSQL of the tests' own: a new cluster in a directory of its own, on a free loopback port."""

import asyncio
import contextlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from tests.server.programs import free_port, program
from tms_tui.server.store.database import Database, resolved

PACKAGE: Final = "postgresql"
MIGRATED: Final = "migrated"
_CONF: Final = "max_connections=200\n"
_QUICK: Final = "fsync=off\nfull_page_writes=off\n"


class Postgres:
    """One cluster. It refuses root, so it runs as the system's `postgres` when the tests are root's."""

    def __init__(self, home: Path, *, durable: bool = False) -> None:
        self._home = home
        self._conf = _CONF if durable else _CONF + _QUICK
        self._data = home / "data"
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.port = free_port()
        self.password_file = home / "password"

    def create(self) -> None:
        self.password_file.write_text(f"{secrets.token_hex(16)}\n")
        if self._as:
            owner = pwd.getpwnam("postgres")
            for path in (self._home, self.password_file):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self._run("initdb", "-D", self._data, "-U", "tms", "-A", "scram-sha-256", f"--pwfile={self.password_file}")
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write(f"{self._conf}listen_addresses='127.0.0.1'\nport={self.port}\nunix_socket_directories=''\n")

    def start(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self._home / "log", "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    @property
    def pid(self) -> int:
        return int((self._data / "postmaster.pid").read_text().partition("\n")[0])

    def url(self, name: str) -> str:
        return f"postgresql://tms@127.0.0.1:{self.port}/{name}"

    @contextlib.asynccontextmanager
    async def database(self, *, template: str = MIGRATED) -> AsyncIterator[str]:
        """The URL of a new database, dropped afterwards."""
        name = f"t{secrets.token_hex(6)}"
        await self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            await self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def prepare_template(self) -> None:
        await self.execute(f"CREATE DATABASE {MIGRATED}")
        database = Database(self._with_password(MIGRATED))
        await database.migrate()
        await database.close()

    async def execute(self, statement: str) -> None:
        engine = create_async_engine(self._with_password("postgres"), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.exec_driver_sql(statement)
        await engine.dispose()

    def _with_password(self, name: str) -> sa.URL:
        return resolved(self.url(name)).set(password=self.password_file.read_text().strip())

    def _run(self, name: str, *arguments: str | Path) -> None:
        path = program(name, PACKAGE)
        subprocess.run([*self._as, path, *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60)


@contextlib.contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """`durable`: as in earnest, every commit on the disk; without it a test is quicker."""
    # Not in pytest's own directory: only its owner may enter that one.
    home = Path(tempfile.mkdtemp(prefix="tms-chat-postgres-"))
    cluster = Postgres(home, durable=durable)
    try:
        cluster.create()
        cluster.start()
        try:
            asyncio.run(cluster.prepare_template())
            yield cluster
        finally:
            cluster.stop("immediate")
    finally:
        shutil.rmtree(home)
