"""`make schema`: the whole schema as PostgreSQL has it once every migration was applied."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import psycopg

from exeat.desk.part import PARTS
from exeat.record.schema import migrate
from exeat.record.server import PrivateServer, client_tool


def dumped(server: PrivateServer, database: str) -> str:
    """Tables, functions, policies, grants, owners."""
    command = [client_tool("pg_dump"), "--schema-only", server.conninfo(database=database)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return "\n".join(line for line in text.splitlines() if not line.startswith("\\"))


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory(prefix="exeat-") as folder,
        PrivateServer(Path(folder)) as server,
    ):
        with psycopg.connect(server.conninfo(), autocommit=True) as conn:
            migrate(conn, PARTS)
            name = conn.info.dbname
        print(dumped(server, name))
