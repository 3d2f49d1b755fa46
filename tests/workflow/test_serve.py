"""The supervisor: restarts with a growing pause, clean ends, no orphans, a clear word about a busy port."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.core.management import CommandError

from workflow.management.commands.serve import Child, refuse_busy_port


def sleeper(*, deaf=False):
    ignoring = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" if deaf else ""
    return Child("sleeper", [sys.executable, "-c", f"{ignoring} import time; print(1, flush=True); time.sleep(60)"])


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


def test_a_child_that_does_not_listen_is_ended_all_the_same():
    child = sleeper(deaf=True)
    child.start()
    time.sleep(0.5)

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
        "child = Child('sleeper', [sys.executable, '-c', 'import time; time.sleep(60)']); child.start()\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.process.pid)); import time; time.sleep(60)"
    )
    supervisor = Child("supervisor", [sys.executable, "-c", script])
    supervisor.start()
    until = time.monotonic() + 20
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < until
        time.sleep(0.05)
    grandchild = int((tmp_path / "pid").read_text())
    assert is_alive(grandchild)

    os.kill(supervisor.process.pid, signal.SIGKILL)
    supervisor.process.wait()

    while is_alive(grandchild):
        assert time.monotonic() < until
        time.sleep(0.05)


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


def wait_for(condition, seconds=30):
    until = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return result


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
        with urlopen(f"http://127.0.0.1:{port}/livez", timeout=10) as page:
            assert page.read() == b"ok"
        before = wait_for(lambda: len(all_three := children_of(site.pid)) == 3 and all_three)

        os.kill(before["worker"], signal.SIGKILL)
        after = wait_for(lambda: len(all_three := children_of(site.pid)) == 3 and all_three != before and all_three)
        assert {name for name in after if after[name] != before[name]} == {"worker"}
    finally:
        site.send_signal(signal.SIGINT)
        assert site.wait(20) == 0
    assert [pid for pid in {*before.values(), *after.values()} if is_alive(pid)] == []
