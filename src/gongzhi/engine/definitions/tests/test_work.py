"""Kinds of work, ladders of reminders and letters: what is refused, and where it stands."""

import pytest

from gongzhi.engine.definitions import DefinitionError, load

KIND = """\
key: survey
title: 问卷
purpose: 请单位填一份问卷。
document: 示例〔2024〕1号
clause: 一
since: 2024-01-01
assignee: submit_file
reviewer: read_audit
may:
  take: [assignee]
  finish: [assignee]
due_parameter: {parameter}
counted: days
reminders: gentle
form:
  - {{key: answer, title: 答复, type: choice, choices: [是, 否]}}
"""
LADDER = """\
key: gentle
title: 提醒
document: 示例〔2024〕1号
clause: 一
since: 2024-01-01
steps:
  - {days: -1, to: assignee}
  - {days: 2, to: read_audit, letter: reminder}
"""
LETTER = """\
key: reminder
title: 提醒函
document: 示例〔2024〕1号
clause: 一
since: 2024-01-01
salutation: "{unit}："
paragraphs: ["{matters}"]
signature: "{day}"
"""


@pytest.fixture
def with_work(district):
    first = next(iter(load(district.root).parameters))
    district.put("work/survey.yml", KIND.format(parameter=first))
    district.put("reminders/gentle.yml", LADDER)
    district.put("letters/reminder.yml", LETTER)
    return district


def test_a_kind_with_its_ladder_and_letter_is_read(with_work):
    definitions = load(with_work.root)
    kind = definitions.work["survey"]
    assert kind.may["take"] == ("assignee",)
    assert definitions.ladders[kind.reminders].steps[1].to == "read_audit"
    assert definitions.letters["reminder"].paragraphs == ("{matters}",)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("work/survey.yml", "assignee: submit_file", "assignee: sing", "没有这个职责：sing"),
        ("work/survey.yml", "reminders: gentle", "reminders: loud", "没有这个提醒阶梯：loud"),
        ("work/survey.yml", "key: survey", "key: poll", "文件名应为 poll.yml"),
        ("work/survey.yml", "  take:", "  dance:", "may.dance"),
        ("work/survey.yml", "  finish: [assignee]\n", "", "submit 与 finish 恰写一个"),
        ("work/survey.yml", "  finish:", "  submit:", "submit 要与 accept、send_back 一起写"),
        ("work/survey.yml", ", choices: [是, 否]", "", "choices 只用于 choice"),
        ("work/survey.yml", "counted: days", "counted: days\npage: https://elsewhere.example/", "page"),
        ("work/survey.yml", "counted: days", "counted: days\npage: /hits/{who}", "花括号里只能写 subject"),
        ("work/survey.yml", "counted: days", "counted: days\nsubjects: [person]", "subjects"),
        ("reminders/gentle.yml", "to: read_audit", "to: nobody", "没有这个职责：nobody"),
        ("reminders/gentle.yml", "letter: reminder", "letter: poem", "没有这个函件模板：poem"),
        ("reminders/gentle.yml", "days: 2", "days: -3", "由早到晚"),
        ("letters/reminder.yml", "{day}", "{mood}", "没有这个可填的位置：{mood}"),
        ("letters/reminder.yml", "{day}", "{day", "花括号要成对"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(with_work, name, old, new, said):
    with_work.edit(name, old, new)
    with pytest.raises(DefinitionError) as refused:
        load(with_work.root)
    assert any(problem.file == name and said in problem.message for problem in refused.value.problems)
