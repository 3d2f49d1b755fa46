"""Many people at the same moment: threads that start together, over a bounded number of connections."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def together(count: int, act: Callable[[], Any], connections: int = 40) -> list[Any]:
    """Call `act` `count` times, `connections` at once, each wave released together; what was returned or raised."""
    barrier = threading.Barrier(min(count, connections))
    waves = -(-count // connections)

    def worker() -> list[Any]:
        outcomes = []
        try:
            for _wave in range(waves):
                barrier.wait(timeout=60)
                try:
                    outcomes.append(act())
                except Exception as trouble:
                    outcomes.append(trouble)
        finally:
            connection.close()
        return outcomes

    workers = min(count, connections)
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(worker) for _ in range(workers)]
        return [outcome for future in futures for outcome in future.result()][:count]
