"""The whole site in one file and back: the database and the attachments, checked before anything is replaced."""

import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from django.db import connection

from workflow.attachments import PrivateStorage

MANIFEST = "manifest.json"
DATABASE = "database"
ATTACHMENTS = "attachments"
MEMBER = re.compile(r"manifest\.json|database|attachments(/[0-9A-Za-z_-]+)+")


class NotPossible(Exception):
    """Why a backup was not written or not put back, and what to do."""


def write_backup(target: Path) -> dict[str, Any]:
    """Write database and attachments into one new .tar.gz that only its owner may read; returns its manifest.

    The database goes first: what it names is already in the store, and a file that comes later does no harm.
    """
    if target.exists():
        raise NotPossible(f"{target} exists. Name a new file.")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        database = Path(folder) / DATABASE
        _dump(database)
        store = Path(PrivateStorage().location)
        files = sorted(path for path in store.rglob("*") if path.is_file()) if store.is_dir() else []
        manifest = {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "engine": connection.vendor,
            "database": _sha256(database),
            "attachments": {str(path.relative_to(store)): _sha256(path) for path in files},
        }
        partial = Path(folder) / "partial"
        partial.touch(mode=0o600)
        with partial.open("wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
                _add_text(archive, MANIFEST, json.dumps(manifest, indent=1))
                archive.add(database, DATABASE)
                for path in files:
                    archive.add(path, f"{ATTACHMENTS}/{path.relative_to(store)}")
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
    return manifest


def restore_backup(source: Path) -> dict[str, Any]:
    """Put a backup in the place of the present database and attachments; returns its manifest.

    Everything is unpacked and compared with the manifest first. The database is replaced in one transaction.
    """
    store = Path(PrivateStorage().location)
    store.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store.parent, prefix=".restore-") as name:
        folder = Path(name)
        manifest = _unpack(source, folder)
        if manifest["engine"] != connection.vendor:
            raise NotPossible(f"This backup is of {manifest['engine']}, the site runs on {connection.vendor}.")
        _load(folder / DATABASE)
        if store.exists():
            store.rename(folder / "replaced")
        (folder / ATTACHMENTS).mkdir(exist_ok=True)
        (folder / ATTACHMENTS).rename(store)
    for path in (store, *store.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return manifest


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack into an empty folder and compare every file with the manifest."""
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                _take_out(archive, member, folder)
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        promised = {DATABASE: manifest["database"]} | {
            f"{ATTACHMENTS}/{name}": digest for name, digest in manifest["attachments"].items()
        }
        damaged = [name for name, digest in promised.items() if _sha256(folder / name) != digest]
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError) as error:
        raise NotPossible(f"{source} cannot be read as a backup: {error}. Nothing was changed.") from error
    if damaged:
        raise NotPossible(f"{source} is damaged ({damaged[0]}). Nothing was changed.")
    return manifest


def _take_out(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Unpack one file, if it is one of those that a backup holds: no links, no way out of the folder."""
    content = archive.extractfile(member) if member.isfile() and MEMBER.fullmatch(member.name) else None
    if content is None:
        raise ValueError(f"{member.name!r} does not belong there")
    path = folder / member.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with content, path.open("xb") as file:
        shutil.copyfileobj(content, file)


def _dump(target: Path) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(target)])
    else:
        _postgres("pg_dump", "--no-owner", "--no-privileges", "--file", str(target))


def _load(database: Path) -> None:
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(database)) as kept:
            if not _is_whole(kept):
                raise NotPossible("The database in this backup is damaged. Nothing was changed.")
            connection.ensure_connection()
            kept.backup(connection.connection)
        connection.close()
    else:
        connection.close()
        replace = ["--command", "DROP SCHEMA public CASCADE; CREATE SCHEMA public;", "--file", str(database)]
        _postgres("psql", "-X", "--quiet", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, *replace)


def _is_whole(database: sqlite3.Connection) -> bool:
    try:
        return bool(database.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def _postgres(program: str, *options: str) -> None:
    """Run a program of PostgreSQL on our database; the password goes by environment, never on the command line."""
    arguments, environment = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    if shutil.which(program) is None:
        raise NotPossible(f"{program} is missing. Install the PostgreSQL client (Debian: postgresql-client).")
    done = subprocess.run(
        [program, *options, *arguments[1:]],
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotPossible(f"{program} did not succeed: {done.stderr.strip()}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(text.encode())
    archive.addfile(info, io.BytesIO(text.encode()))
