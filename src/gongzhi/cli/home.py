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
        take_folder()
        code: int = options.run(options)
    except DefinitionError as error:
        complain("定义文件有误，系统不能启动：\n" + str(error))
        return 2
    except (DoorsError, SystemCheckError) as error:
        complain(str(error))
        return 2
    if not getattr(options, "long_running", False):
        from gongzhi.audit.actions import seal  # noqa: PLC0415  # models exist only after setup

        seal()
    return code


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
