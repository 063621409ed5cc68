"""The order of system calls of one commit, and what in it would lose an acknowledged batch."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from children import prepared_home  # lies beside this script


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mutant", action="store_true", help="everything but fsync")
    mutant = parser.parse_args().mutant
    with tempfile.TemporaryDirectory(prefix="order-") as name:
        folder = Path(name)
        prepared_home(folder / "home")
        trials, kernel = importlib.import_module("trials"), importlib.import_module("kernel")
        submission = trials.Bench(folder).clone()

        def work(acknowledge) -> None:
            if mutant:
                os.fsync = lambda descriptor: None
            trials.taken_in(submission, acknowledge)

        faults = kernel.order_faults(kernel.trace(work, folder / "trace"))
    print(json.dumps({"faults": faults}, ensure_ascii=False))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
