"""A unit's own database: read in a read-only transaction, within its time, a thousand rows at a time."""

from __future__ import annotations

import datetime as dt
import os
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    column,
    create_engine,
    select,
    table,
    text,
)
from sqlalchemy.engine import URL, CursorResult, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from gongzhi.engine.calendar import Period
from gongzhi.engine.doors import NoSecret, Source

from .failed import PullFailed, of_database

_AT_ONCE = 1_000
_CONNECT_SECONDS = 10
GRACE_SECONDS = 15
"""What a database may take, beyond its own time limit, to say that the time is over."""
_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}


@contextmanager
def rows_of(source: Source, period: Period) -> Iterator[tuple[list[str], Iterator[tuple[Any, ...]]]]:
    """The headings and the rows of a period; raises PullFailed, then or while rows are taken."""
    deadline = time.monotonic() + source.seconds
    asked, places = _statement(source, period)
    try:
        with (
            _connected(source) as connection,
            _cut_off(connection, source.seconds + GRACE_SECONDS),
            connection.execute(asked, places) as result,
        ):
            yield _headings(source, result), _streamed(result, deadline)
    except DBAPIError as error:
        late = time.monotonic() > deadline
        raise (PullFailed("too_slow") if late else of_database(error)) from None
    except SQLAlchemyError as error:
        raise PullFailed("query_failed", type(error).__name__) from None


def _streamed(result: CursorResult[Any], deadline: float) -> Iterator[tuple[Any, ...]]:
    for rows in result.partitions(_AT_ONCE):
        if time.monotonic() > deadline:
            raise PullFailed("too_slow")
        yield from (tuple(row) for row in rows)


def _headings(source: Source, result: CursorResult[Any]) -> list[str]:
    if source.table is not None:
        return list(source.columns)  # by their place: a long heading is no name that a database keeps
    names = list(result.keys())
    if len(set(names)) < len(names):
        raise PullFailed("repeated_column")
    renamed = {name: heading for heading, name in source.columns.items()}
    if missing := renamed.keys() - set(names):
        raise PullFailed("no_column", min(missing)[:40])
    return [renamed.get(name, name) for name in names]


def _statement(source: Source, period: Period) -> tuple[Executable, Mapping[str, dt.date]]:
    if source.query is not None:
        asked = text(source.query)
        places = {"period_start": period.start, "period_end": period.end}
        wanted = asked.compile().params.keys()
        if wanted - places.keys():
            raise PullFailed("unknown_parameter")
        return asked, {name: places[name] for name in wanted}
    schema, _, name = str(source.table).rpartition(".")
    chosen: list[ColumnElement[Any]] = [column(one) for one in source.columns.values()]
    of_period = []
    if source.day:
        day: ColumnElement[Any] = column(source.day)
        of_period = [day >= period.start, day < period.end + dt.timedelta(days=1)]
    return select(*chosen).select_from(table(name, schema=schema or None)).where(*of_period), {}


@contextmanager
def _connected(source: Source) -> Iterator[Connection]:
    """A connection in a read-only transaction with its time limit; nothing is kept of it afterwards."""
    engine = _engine(source)
    try:
        connection = engine.connect()
    except SQLAlchemyError:
        raise PullFailed("no_connection") from None
    with connection:
        _limit(connection, source.seconds)
        yield connection.execution_options(stream_results=True, yield_per=_AT_ONCE)


@contextmanager
def _cut_off(connection: Connection, seconds: float) -> Iterator[None]:
    """End the conversation after so long: a machine that stands still keeps no time limit of its own.

    PyMySQL has a time limit for each answer (`_for_mysql`).
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    line = os.dup(connection.connection.dbapi_connection.fileno())  # type: ignore[union-attr]  # psycopg's
    timer = Timer(seconds, _shut, (line,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        os.close(line)


def _shut(line: int) -> None:
    with suppress(OSError):
        end = socket.socket(fileno=line)
        end.shutdown(socket.SHUT_RDWR)
        end.detach()


def _limit(connection: Connection, seconds: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.execution_options(postgresql_readonly=True)
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {seconds * 1_000}")
        return
    connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
    if getattr(connection.dialect, "is_mariadb", False):
        connection.exec_driver_sql(f"SET SESSION max_statement_time = {seconds}")
    else:
        connection.exec_driver_sql(f"SET SESSION max_execution_time = {seconds * 1_000}")
    connection.commit()  # what follows begins a transaction under these


def _engine(source: Source) -> Engine:
    database = source.database
    try:
        password = database.password.value() if database.password else None
    except NoSecret:
        raise PullFailed("no_secret") from None
    local = database.host.startswith("/")
    url = URL.create(
        _DRIVERS[database.kind], database.user, password, None if local else database.host, database.port,
        database.name,
    )  # fmt: skip
    arguments = {"postgresql": _for_postgresql, "mysql": _for_mysql}[database.kind](source)
    if local:
        arguments["host" if database.kind == "postgresql" else "unix_socket"] = database.host
    return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)


def _for_postgresql(source: Source) -> dict[str, Any]:
    database = source.database
    arguments: dict[str, Any] = {"connect_timeout": _CONNECT_SECONDS, "sslmode": "prefer"}
    if database.encrypted:
        arguments |= {"sslmode": "verify-full", "sslrootcert": database.authority or "system"}
    return arguments


def _for_mysql(source: Source) -> dict[str, Any]:
    database, longest = source.database, source.seconds + GRACE_SECONDS
    arguments: dict[str, Any] = {"connect_timeout": _CONNECT_SECONDS, "charset": "utf8mb4"}
    arguments |= {"read_timeout": longest, "write_timeout": longest}
    if database.encrypted:
        arguments["ssl"] = ssl.create_default_context(cafile=database.authority)
    return arguments
