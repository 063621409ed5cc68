"""A command without the worker beside it: its own events are chained before, while and after it acts."""

import argparse
import datetime as dt
import time

import pytest
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.audit.models import Event
from gongzhi.cli.home import ready


def note():
    with transaction.atomic():
        record("audit.exported", by=None)


def made_late():
    """As if a process had ended before its event was chained."""
    note()
    Event.objects.filter(sequence=None).update(at=timezone.now() - dt.timedelta(hours=1))


@pytest.mark.django_db
@pytest.mark.parametrize("stays", [False, True])
def test_what_an_ended_command_left_does_not_stop_the_next(stays):
    made_late()

    def act(options):
        note()
        return 0

    assert ready(argparse.Namespace(run=act, long_running=stays)) == 0
    waiting = Event.objects.filter(sequence=None)
    assert waiting.exists() is stays  # what it did itself the worker chains, which it starts
    assert not waiting.filter(at__lt=timezone.now() - dt.timedelta(minutes=30)).exists()


@pytest.mark.django_db(transaction=True)
def test_a_long_command_is_chained_while_it_acts():
    def act(options):
        note()
        for _ in range(600):
            if not Event.objects.filter(sequence=None).exists():
                return 0
            time.sleep(0.1)
        return 1

    assert ready(argparse.Namespace(run=act)) == 0


@pytest.mark.django_db
def test_a_trail_that_lags_is_said_in_words(capsys):
    def act(options):
        made_late()
        note()
        return 0

    assert ready(argparse.Namespace(run=act)) == 1
    assert "审计记录没有跟上" in capsys.readouterr().err
