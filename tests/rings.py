"""What `./run test` runs: style, types, house, all tests, the rooms once more on PostgreSQL, the browser.

    ./run test                    every ring
    ./run test --long             with the long tests
    ./run test src/gongzhi/gate   anything else goes to pytest, and only pytest runs

Every ring runs, also after one has failed; the end tells them all, and the exit code is not 0 when one
has failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
WITH_OWN_DATABASE = (  # pure, or in processes of their own: a second database tells nothing new about them
    "src/gongzhi/engine",
    "src/gongzhi/cli",
    "src/gongzhi/synth",
    "src/gongzhi/intake/tests/test_faults.py",
    "tests/journeys/test_district.py",
)
PYTEST = (sys.executable, "-m", "pytest")


@dataclass(frozen=True)
class Ring:
    title: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def rings(*, long: bool) -> list[Ring]:
    """All rings in order, the quick ones first."""
    chosen = "not browser" if long else "not browser and not long"
    # xdist would hand out the files with most tests first; conftest.py puts those first that take longest
    spread = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder", "-m", chosen)
    rooms = (
        "src/gongzhi",
        "tests/journeys",
        "tests/house/test_access.py",
        "tests/house/test_foreign_objects.py",
    )
    without = tuple(f"--ignore={name}" for name in WITH_OWN_DATABASE)
    return [
        Ring("代码规范 ruff check", (str(BIN / "ruff"), "check", "--output-format", "concise", ".")),
        Ring("代码格式 ruff format", (str(BIN / "ruff"), "format", "--check", ".")),
        Ring("类型 mypy", (str(BIN / "mypy"),)),
        Ring("引用方向 import-linter", (str(BIN / "lint-imports"),)),
        Ring("全部测试（SQLite）", (*PYTEST, *spread)),
        Ring(
            "业务测试（PostgreSQL）",
            (*PYTEST, *spread, *rooms, *without),
            {"GONGZHI_TEST_DATABASE": "postgresql"},
        ),
        Ring("浏览器测试", (*PYTEST, "-m", "browser", "-rs", "tests/browser")),
    ]


def run(ring: Ring) -> tuple[bool, float]:
    """Run one ring with its output on the terminal; whether it held, and the seconds that it took."""
    print(f"\n── {ring.title} ──", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gongzhi-rings-") as home:
        environment = {**os.environ, "GONGZHI_HOME": home, **ring.environment}
        if ring.environment.get("GONGZHI_TEST_DATABASE"):
            environment |= _server()
        done = subprocess.run(ring.command, cwd=ROOT, env=environment, check=False)
    return done.returncode == 0, time.monotonic() - began


def _server() -> dict[str, str]:
    """A PostgreSQL server that lives as long as this process."""
    sys.path.insert(0, str(ROOT))
    from tests.postgres import ENVIRONMENT, server_address  # noqa: PLC0415  # only this ring needs it

    return {ENVIRONMENT: server_address()}


def main(arguments: list[str]) -> int:
    rest = [argument for argument in arguments if argument != "--long"]
    if rest:
        return subprocess.run([*PYTEST, *rest], cwd=ROOT, check=False).returncode
    outcomes = [(ring.title, *run(ring)) for ring in rings(long="--long" in arguments)]
    print("\n══ 小结 ══")
    for title, held, seconds in outcomes:
        print(f"{'通过' if held else '失败'}  {seconds:6.1f} 秒  {title}")
    failed = sum(not held for _, held, _ in outcomes)
    print(f"全部通过，{len(outcomes)} 项" if not failed else f"{failed} 项失败，共 {len(outcomes)} 项")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
