"""A run to review, its queue in SQLite and in PostgreSQL, and its server.

The PostgreSQL is one of the machine's own, started for the tests in a folder of theirs; without one those tests are skipped.
"""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from desks import PDF, RECOGNIZER, ROOT, TEXT, Server

from recognizer.reviewing import Queue


@pytest.fixture(scope="session")
def digitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run over a text and a PDF, whose sources are copies beside it."""
    folder = tmp_path_factory.mktemp("archive")
    for path in (ROOT / "eval" / "documents" / TEXT, ROOT / "eval" / "pdfs" / PDF):
        shutil.copy(path, folder)
    command = [*RECOGNIZER, "digitize", str(folder), "--quiet", "--out", str(folder / "run"), "--jobs", "1"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def run(digitized: Path, tmp_path: Path) -> Path:
    """A copy of the run of its own, without a queue."""
    shutil.copytree(digitized / "run", tmp_path / "run", ignore=shutil.ignore_patterns("queue.sqlite*"))
    return tmp_path / "run"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """Where the queue is kept: None for the folder of the run."""
    return request.getfixturevalue("postgresql") if request.param == "postgresql" else None


@pytest.fixture
def queue(run: Path, database: str | None) -> Iterator[Queue]:
    opened = Queue(run, database)
    opened.fill()
    yield opened
    opened.close()


@pytest.fixture
def server(run: Path) -> Iterator[Server]:
    started = Server(run)
    yield started
    started.stop()


@pytest.fixture
def postgresql(cluster: str) -> str:
    """The URL of a new database in the tests' PostgreSQL."""
    from sqlalchemy import create_engine, text

    name = f"queue_{uuid.uuid4().hex}"
    engine = create_engine(f"{cluster}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{cluster}/{name}"


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The URL of a PostgreSQL of the tests' own, without a database's name."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'recognizer[postgresql]'")
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()  # its server refuses to be run by root
    try:
        pwd.getpwnam(user)
    except KeyError:
        pytest.skip("PostgreSQL refuses to be run by root, and there is no user named postgres")
    owner = {"user": user, "group": user, "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="recognizer-postgresql-") as folder:
        if owner:
            shutil.chown(folder, user, user)
        data, port = Path(folder, "data"), _free_port()
        subprocess.run([programs / "initdb", "--pgdata", data, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8",
                        "--no-sync", "--username", "recognizer"], check=True, capture_output=True, cwd=folder, **owner)
        command = [programs / "postgres", "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1",
                   "-c", "unix_socket_directories=", "-c", "fsync=off"]
        with Path(folder, "log").open("wb") as log, subprocess.Popen(command, stderr=log, cwd=folder, **owner) as server:
            try:
                ready = [programs / "pg_isready", "--host", "127.0.0.1", "--port", str(port), "--timeout", "1"]
                while subprocess.run(ready, stdout=subprocess.DEVNULL).returncode:
                    assert server.poll() is None, Path(folder, "log").read_text("utf-8", "replace")
                yield f"postgresql+psycopg://recognizer@127.0.0.1:{port}"
            finally:
                server.send_signal(signal.SIGQUIT)  # at once: nobody needs its data any more


def _programs() -> Path | None:
    """The folder of PostgreSQL's programs: Debian keeps them off the path."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if os.access(folder / "initdb", os.X_OK)), None)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
