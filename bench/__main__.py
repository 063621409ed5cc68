"""`python bench/__main__.py [NAME …] [--seed N]`: run benchmarks, each printing one JSON object on a line.

A benchmark is a module of this folder with `run(seed: int) -> dict`. Without a name all are run.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent


def benchmarks() -> list[str]:
    """Names of the modules here that say `def run(seed`."""
    return sorted(path.stem for path in HERE.glob("*.py") if "\ndef run(seed" in path.read_text("utf-8"))


def load(name: str) -> ModuleType:
    return importlib.import_module(name)


def main(arguments: list[str]) -> int:
    known = benchmarks()
    parser = argparse.ArgumentParser(prog="bench", description="Benchmarks, as JSON on standard output.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    for name in options.names or known:
        result = {"bench": name, "seed": options.seed, **load(name).run(options.seed)}
        print(json.dumps(result, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.exit(main(sys.argv[1:]))
