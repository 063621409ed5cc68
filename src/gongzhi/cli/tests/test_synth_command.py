"""`synth` and `demo` with what somebody types by mistake: said in Chinese, at once, with how to mend it."""

import pytest
from django.utils import timezone

from gongzhi.cli import demo
from gongzhi.cli.__main__ import parser
from gongzhi.web.home import Home


def told(capsys, *words):
    """What the command says on standard error before it has made anything; its exit code must be 2."""
    try:
        options = parser().parse_args(words)
        code = options.run(options)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    return capsys.readouterr().err.replace("\n", "")


@pytest.mark.parametrize("command", [("synth", "--out", "x"), ("demo", "--no-serve")])
@pytest.mark.parametrize("number", ["0", "-5", "abc", "1.5", "³"])
def test_a_number_of_taxpayers_that_is_none(capsys, command, number):
    assert "纳税人户数至少为 1" in told(capsys, *command, f"--taxpayers={number}")


@pytest.mark.parametrize("command", [("synth", "--out", "x"), ("demo", "--no-serve")])
@pytest.mark.parametrize("month", ["2026-13", "2026", "2026Q3", "去年", "2026-09-15"])
def test_a_month_that_is_none(capsys, command, month):
    assert "应写成 2026-09 这样" in told(capsys, *command, "--until", month)


def test_a_month_of_one_digit_is_meant(tmp_path):
    words = ("synth", "--out", str(tmp_path), "--until", "2026-9")
    assert parser().parse_args(words).until == "2026-09"


def test_a_folder_that_is_a_file_or_cannot_be_made(capsys, tmp_path):
    (tmp_path / "file").write_text("x")
    assert "不是文件夹" in told(capsys, "synth", "--out", str(tmp_path / "file"))
    for place in (tmp_path / "file" / "below", "/proc/none"):
        assert "写不进去" in told(capsys, "synth", "--out", str(place))


def test_a_demo_of_a_month_that_is_not_over(capsys, tmp_path, settings, db):

    settings.HOME = Home(tmp_path / "home")
    now = f"{timezone.localdate():%Y-%m}"
    assert f"{now} 还没有过完" in told(capsys, "demo", "--no-serve", "--until", now)
    assert not (settings.HOME.path / "demo").exists()
    assert demo.last_month() <= demo.past_month() < now
