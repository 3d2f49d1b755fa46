"""Backup and restore on whichever database the tests run: nothing lost, nothing half, nothing readable by others."""

import hashlib
import io
import json
import stat
import tarfile

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from workflow import backups
from workflow.attachments import PrivateStorage

pytestmark = pytest.mark.django_db(transaction=True)


def names():
    return list(Group.objects.order_by("name").values_list("name", flat=True))


def run(*command, **options):
    out = io.StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def backup(tmp_path):
    Group.objects.create(name="kept")
    stored = PrivateStorage().save("plan", ContentFile(b"the plan"))
    run("backup", str(tmp_path / "site.tar.gz"))
    return tmp_path / "site.tar.gz", stored


def test_restore_brings_back_rows_and_files_and_nothing_else(backup, settings):
    file, stored = backup
    Group.objects.all().delete()
    Group.objects.create(name="later")
    later = PrivateStorage().save("later", ContentFile(b"later"))
    PrivateStorage().delete(stored)

    said = run("restore", str(file), yes=True)

    store = settings.MEDIA_ROOT / "attachments"
    assert (names(), "database and 1 attachments" in said) == (["kept"], True)
    assert ((store / stored).read_bytes(), (store / later).exists()) == (b"the plan", False)
    assert [stat.S_IMODE(place.stat().st_mode) for place in (store, store / stored)] == [0o700, 0o600]
    assert sorted(path.name for path in settings.MEDIA_ROOT.iterdir()) == ["attachments"]


def test_restore_works_on_an_empty_machine(backup, settings, tmp_path):
    file, stored = backup
    settings.MEDIA_ROOT = tmp_path / "elsewhere" / "media"

    run("restore", str(file), yes=True)

    assert (settings.MEDIA_ROOT / "attachments" / stored).read_bytes() == b"the plan"


def test_rows_can_be_written_after_a_restore(backup):
    run("restore", str(backup[0]), yes=True)

    Group.objects.create(name="new")

    assert names() == ["kept", "new"]


def test_only_the_owner_may_read_a_backup(backup, tmp_path):
    assert stat.S_IMODE(backup[0].stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_backup_never_overwrites_another(backup):
    with pytest.raises(CommandError, match="Name a new file"):
        run("backup", str(backup[0]))


@pytest.mark.parametrize("cut", [slice(None, -400), slice(20), slice(0)])
def test_a_damaged_backup_changes_nothing(backup, cut):
    file, stored = backup
    file.write_bytes(file.read_bytes()[cut])
    Group.objects.create(name="present")

    with pytest.raises(CommandError, match="Nothing was changed"):
        run("restore", str(file), yes=True)

    assert (names(), PrivateStorage().exists(stored)) == (["kept", "present"], True)


def repack(file, change):
    """Write the backup again, each member's content passed through `change(name, content)`; None leaves it out."""
    with tarfile.open(file) as archive:
        members = [(m.name, archive.extractfile(m).read()) for m in archive if m.isfile()]
    with tarfile.open(file, "w:gz") as archive:
        for name, content in members:
            changed = change(name, content)
            if changed is not None:
                info = tarfile.TarInfo(name)
                info.size = len(changed)
                archive.addfile(info, io.BytesIO(changed))


@pytest.mark.parametrize(
    "change",
    [
        lambda name, content: content + b" " if name.startswith("attachments/") else content,
        lambda name, content: content[:-1] if name == "database" else content,
        lambda name, content: None if name.startswith("attachments/") else content,
        lambda name, content: None if name == "manifest.json" else content,
    ],
)
def test_a_backup_that_differs_from_its_manifest_changes_nothing(backup, change):
    repack(backup[0], change)
    Group.objects.create(name="present")

    with pytest.raises(CommandError, match="Nothing was changed"):
        run("restore", str(backup[0]), yes=True)

    assert names() == ["kept", "present"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL looks at a damaged file while it reads it.")
@pytest.mark.parametrize("at", [0, 4096 * 3])
def test_a_damaged_database_that_agrees_with_its_manifest_changes_nothing(backup, at):
    with tarfile.open(backup[0]) as archive:
        content = archive.extractfile("database").read()
        manifest = json.loads(archive.extractfile("manifest.json").read())
    broken = content[:at] + b"\xff" * 4096 + content[at + 4096 :]
    manifest["database"] = hashlib.sha256(broken).hexdigest()
    repack(
        backup[0],
        lambda name, kept: {"database": broken, "manifest.json": json.dumps(manifest).encode()}.get(name, kept),
    )
    Group.objects.create(name="present")

    with pytest.raises(CommandError, match=r"is damaged\. Nothing was changed"):
        run("restore", str(backup[0]), yes=True)

    assert names() == ["kept", "present"]


@pytest.mark.peer("T24")
def test_a_backup_with_a_way_out_of_its_folder_never_writes_there(backup, tmp_path):
    repack(backup[0], lambda name, content: content)
    with tarfile.open(backup[0], "w:gz") as archive:
        info = tarfile.TarInfo("../../escaped")
        archive.addfile(info, io.BytesIO())

    with pytest.raises(CommandError, match="Nothing was changed"):
        run("restore", str(backup[0]), yes=True)

    assert list(tmp_path.rglob("escaped")) == []


def test_a_backup_of_the_other_database_is_named(backup):
    repack(backup[0], lambda name, content: content.replace(b'"engine": "', b'"engine": "other-'))

    with pytest.raises(CommandError, match="This backup is of other-"):
        run("restore", str(backup[0]), yes=True)


def test_restore_asks_first(backup, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _question: "no")

    with pytest.raises(CommandError, match="Nothing was changed"):
        run("restore", str(backup[0]))


@pytest.mark.postgres
def test_a_missing_program_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(backups.NotPossible, match="Install the PostgreSQL client"):
        backups.write_backup(tmp_path / "x.tar.gz")


@pytest.mark.postgres
def test_what_a_program_says_is_passed_on(tmp_path):
    with pytest.raises(backups.NotPossible, match="pg_dump did not succeed"):
        backups._postgres("pg_dump", "--no-such-option")


def test_a_restore_where_nobody_can_be_asked_changes_nothing_and_says_how(backup, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match="say --yes"):
        run("restore", str(backup[0]))
