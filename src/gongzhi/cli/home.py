"""Start Django, bring the home up to date, run the command, chain its events."""

from __future__ import annotations

import argparse
import contextlib
import io

import django
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from gongzhi.engine.definitions import DefinitionError
from gongzhi.engine.doors import DoorsError

from .screen import complain


def ready(options: argparse.Namespace) -> int:
    """Run `options.run` in a prepared home; a broken definitions folder is told, not traced."""
    try:
        django.setup()
        migrate()
        code = _chaining(options)
    except DefinitionError as error:
        complain("定义文件有误，系统不能启动：\n" + str(error))
        return 2
    except (DoorsError, SystemCheckError) as error:
        complain(str(error))
        return 2
    return code


def _chaining(options: argparse.Namespace) -> int:
    """Run the command while its events are chained; one that stays sees to that itself."""
    from gongzhi.audit.actions import Behind, seal, sealing  # noqa: PLC0415  # models exist only after setup

    try:
        if getattr(options, "long_running", False):
            seal()
            take_folder()
            return int(options.run(options))
        with sealing():
            take_folder()
            return int(options.run(options))
    except Behind:
        complain("审计记录没有跟上，这一步没有办。请稍后再试；一直这样的，请系统管理员检查磁盘和后台程序")
        return 1


def take_folder() -> None:
    """A new or changed definitions folder is taken in; quick when it was."""
    from gongzhi.editions import actions  # noqa: PLC0415  # models exist only after setup

    actions.take_folder()


def migrate() -> None:
    """Bring the database up to date; quick when it is."""
    executor = MigrationExecutor(connections["default"])
    targets = executor.loader.graph.leaf_nodes()
    if executor.migration_plan(targets):
        with contextlib.redirect_stdout(io.StringIO()):
            call_command("migrate", interactive=False, verbosity=0)
