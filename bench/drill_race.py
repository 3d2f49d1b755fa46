"""200 approvals of one idea at once over 40 connections, 20 rounds, on PostgreSQL; and the control without the lock.

Needs DATABASE_URL=postgres://...; says so and does nothing on another database.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        print("This drill needs PostgreSQL: set DATABASE_URL=postgres://...")
        return 0
    races = ["tests/workflow/test_perform.py", "-k", "two_hundred or without_the_lock", "-v"]
    return subprocess.call([sys.executable, "-m", "pytest", *races], cwd=ROOT, env=os.environ | {"RACE_ROUNDS": "20"})


if __name__ == "__main__":
    sys.exit(main())
