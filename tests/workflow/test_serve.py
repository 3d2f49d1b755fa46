"""The supervisor: restarts with a growing pause, clean ends, no orphans, a clear word about a busy port."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.core.management import CommandError

from goals.models import Goal
from tests.factories import GoalFactory
from workflow.management.commands.serve import Child, Command, die_with_parent, prepare, refuse_busy_port

LONGEST = 120  # a busy machine is slow; every wait ends as soon as the fact is there


def sleeper():
    return Child("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"])


def wait_for(condition, seconds=LONGEST):
    until = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return result


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_ended_child_is_started_again_after_its_pause():
    said = []
    child = sleeper()
    child.start()
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    child.process.wait()

    child.watch(said.append)
    child.watch(said.append)
    assert (child.process, said) == (None, ["The sleeper ended (code -9). It starts again in 2 s."])

    child.due = time.monotonic()
    child.watch(said.append)
    assert (child.process.pid != first, is_alive(child.process.pid)) == (True, True)
    child.signal(signal.SIGTERM)
    child.wait(time.monotonic() + 5)


def test_the_pause_doubles_up_to_a_limit_and_begins_anew_after_a_steady_run():
    child = Child("quitter", [sys.executable, "-c", ""])
    pauses = []
    for steady in (False,) * 6 + (True,):
        child.start()
        child.process.wait()
        child.started -= 3600 if steady else 0
        child.watch(lambda _sentence: None)
        pauses.append(child.pause)

    assert pauses == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 1.0]


def test_a_child_that_does_not_listen_is_ended_all_the_same(tmp_path):
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(tmp_path / 'deaf')!r}, 'w').close(); time.sleep(600)"
    )
    child = Child("deaf", [sys.executable, "-c", deaf])
    child.start()
    wait_for((tmp_path / "deaf").exists)

    child.signal(signal.SIGTERM)
    child.wait(time.monotonic() + 0.3)

    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_never_started_needs_no_end():
    child = sleeper()
    child.signal(signal.SIGTERM)
    child.wait(time.monotonic())

    assert child.process is None


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells children of the end of their parent.")
def test_children_end_when_the_supervisor_is_killed(tmp_path):
    script = (
        "import sys; from workflow.management.commands.serve import Child\n"
        "child = Child('sleeper', [sys.executable, '-c', 'import time; time.sleep(600)']); child.start()\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.process.pid)); import time; time.sleep(600)"
    )
    supervisor = Child("supervisor", [sys.executable, "-c", script])
    supervisor.start()
    grandchild = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    assert is_alive(grandchild)

    os.kill(supervisor.process.pid, signal.SIGKILL)
    supervisor.process.wait()

    wait_for(lambda: not is_alive(grandchild))


ASKS_TO_DIE = """
import ctypes
from workflow.management.commands.serve import die_with_parent
die_with_parent()
wanted = ctypes.c_int()
ctypes.CDLL(None).prctl(2, ctypes.byref(wanted))
print(wanted.value)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Asks Linux what it was told.")
def test_a_child_asks_to_be_told_of_the_end_of_its_parent():
    told = subprocess.run([sys.executable, "-c", ASKS_TO_DIE], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == str(int(signal.SIGTERM))


def test_elsewhere_than_on_linux_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("ctypes.CDLL", None)

    assert die_with_parent() is None


def test_nobody_is_greeted_by_a_site_that_stops_before_it_answers():
    said, stop = io.StringIO(), threading.Event()
    stop.set()

    Command(stdout=said).greet(free_port(), stop)

    assert said.getvalue() == ""


@pytest.mark.django_db(transaction=True)
def test_what_is_there_already_is_neither_made_nor_loaded_again(settings, tmp_path, capsys):
    GoalFactory(name="Ours")
    settings.VAR_DIR = tmp_path / "var"
    settings.DEMO = True
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "queue")}

    prepare()

    assert "was here already" in capsys.readouterr().out
    assert [(tmp_path / name).is_dir() for name in ("var", "queue")] == [True, True]
    assert [goal.name for goal in Goal.objects.all()] == ["Ours"]


def test_a_busy_port_is_named_with_the_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CommandError, match=f"Port {port} is in use.*make run PORT={port + 1}"):
            refuse_busy_port(port)
    refuse_busy_port(port)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children_of(pid):
    """Process ids of the children that run, by what they are, from /proc."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes().decode().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            found |= {word: int(entry.name) for word in ("gunicorn", "worker", "beat") if word in command}
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="Looks at processes as Linux shows them.")
def test_the_whole_site_starts_heals_and_stops_without_orphans(tmp_path, project_root):
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
        "CELERY_BROKER_URL": "filesystem://localhost//",
        "VAR_DIR": str(tmp_path),
        "DEMO": "0",
    }
    with (tmp_path / "log").open("wb") as log:
        site = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=project_root, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(lambda: f"is ready: http://127.0.0.1:{port}/" in (tmp_path / "log").read_text())
        with urlopen(f"http://127.0.0.1:{port}/livez", timeout=LONGEST) as page:
            assert page.read() == b"ok"
        before = wait_for(lambda: len(all_three := children_of(site.pid)) == 3 and all_three)

        os.kill(before["worker"], signal.SIGKILL)
        after = wait_for(lambda: len(all_three := children_of(site.pid)) == 3 and all_three != before and all_three)
        assert {name for name in after if after[name] != before[name]} == {"worker"}
    finally:
        site.send_signal(signal.SIGINT)
        assert site.wait(LONGEST) == 0
    assert [pid for pid in {*before.values(), *after.values()} if is_alive(pid)] == []
