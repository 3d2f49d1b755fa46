"""Everything that the site needs in one terminal: tables, the demonstration city, web server, worker, scheduler."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

HOST = "127.0.0.1"
LONGEST_PAUSE = 30.0
STEADY = 60.0
GRACE = 10.0
PR_SET_PDEATHSIG = 1
DEMO_NOTE = """
Sign in as requester@alder-springs.example (shares ideas), triager@..., director@..., chair@..., pm@... (projects),
owner@... (measures), leader@... or admin@..., each with the password alder-springs-demo.
Mail that would have been sent: {url}demo/mail/"""


class Child:
    """One program that is started again when it ends, after a pause that doubles while it keeps ending."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.pause, self.started, self.due = 1.0, 0.0, 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches only the supervisor, which then stops its children in order.
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=die_with_parent)
        self.started = time.monotonic()

    def watch(self, say: Callable[[str], None]) -> None:
        """Notice an end, and start again when the pause is over."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
        elif self.process.poll() is not None:
            self.pause = 1.0 if now - self.started > STEADY else min(self.pause * 2, LONGEST_PAUSE)
            self.due = now + self.pause
            say(f"The {self.name} ended (code {self.process.returncode}). It starts again in {self.pause:.0f} s.")
            self.process = None

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def wait(self, until: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait()


def die_with_parent() -> None:
    """On Linux, a child is told to end when the supervisor is killed without a chance to say so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Command(BaseCommand):
    help = "Starts the site with its worker and its scheduler. Ctrl-C stops all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        refuse_busy_port(port)
        prepare()
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: stop.set())
        children = programs(port)
        for child in children:
            child.start()
        threading.Thread(target=self.greet, args=(port, stop), daemon=True).start()
        while not stop.wait(0.2):
            for child in children:
                child.watch(self.stderr.write)
        self.stdout.write("\nStopping.")
        for child in children:
            child.signal(signal.SIGTERM)
        until = time.monotonic() + GRACE
        for child in children:
            child.wait(until)

    def greet(self, port: int, stop: threading.Event) -> None:
        """Say where to go once the port answers."""
        while not stop.wait(0.1):
            with socket.socket() as probe:
                if probe.connect_ex((HOST, port)) == 0:
                    break
        else:
            return
        url = f"http://{HOST}:{port}/"
        self.stdout.write(
            f"{settings.SITE_NAME} is ready: {url}" + (DEMO_NOTE.format(url=url) if settings.DEMO else "")
        )
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()


def refuse_busy_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is in use. Stop what runs there, or choose another one: make run PORT={port + 1}"
            ) from error


def prepare() -> None:
    """Folders, tables, and in a demonstration the city; each step does nothing when it is already done."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    for folder in ("data_folder_in", "data_folder_out", "control_folder"):
        if folder in settings.CELERY_BROKER_TRANSPORT_OPTIONS:
            Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS[folder]).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    if settings.DEMO:
        call_command("load_demo")
    connections.close_all()


def programs(port: int) -> list[Child]:
    """Web server, worker and scheduler; on SQLite one process writes for all pages, so threads are enough."""
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "config.celery"]
    web = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}", "--no-control-socket"]
    quiet = ["--loglevel", "warning"]
    return [
        Child("web server", [*web, "--threads", "8", "--log-level", "warning"]),
        Child("worker", [*celery, "worker", "--pool", "solo", "--without-gossip", "--without-mingle", *quiet]),
        Child(
            "scheduler",
            [*celery, "beat", "--schedule", settings.CELERY_BEAT_SCHEDULE_FILENAME, "--pidfile", "", *quiet],
        ),
    ]
