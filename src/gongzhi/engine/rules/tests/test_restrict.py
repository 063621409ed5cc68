"""No text reaches the engine that is not one SELECT over declared tables (security.md 3.6)."""

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from gongzhi.engine.rules import NotAllowed, restrict, restrict_condition

TABLES = {"permits", "returns", "parameter_values"}
PARAMETERS = {"as_of", "floor_default"}
GOOD = "SELECT subject, sum(amount_fen) AS total FROM permits WHERE day < $as_of GROUP BY subject"

ESCAPES = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT content AS c FROM read_text('/etc/passwd')",
    "SELECT file AS f FROM glob('/etc/*')",
    "SELECT a AS a FROM sniff_csv('/etc/passwd')",
    "SELECT a AS a FROM read_parquet('https://example.invalid/x.parquet')",
    "SELECT a AS a FROM '/etc/passwd'",
    "SELECT a AS a FROM 'permits.parquet'",
    'SELECT a AS a FROM "/etc/passwd"',
    "SELECT a AS a FROM permits, read_blob('/etc/passwd')",
    "SELECT a AS a FROM permits JOIN LATERAL (SELECT 1) ON true",
    "SELECT unnest(generate_series(1, 400000000)) AS a",
    "SELECT a AS a FROM range(1000000000)",
    "SELECT a AS a FROM duckdb_settings()",
    "SELECT a AS a FROM information_schema.tables",
    "SELECT a AS a FROM pg_catalog.pg_class",
    "SELECT a AS a FROM main.permits",
    "SELECT a AS a FROM taxpayers",
    "SELECT getenv('HOME') AS a FROM permits",
    "SELECT current_setting('memory_limit') AS a FROM permits",
    "SELECT query('SELECT 1') AS a FROM permits",
    "SELECT a AS a FROM query_table('taxpayers')",
    "COPY permits TO '/tmp/x.csv'",
    "COPY (SELECT 1) TO '/tmp/x.csv'",
    "ATTACH '/tmp/x.db' AS x",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET lock_configuration = false",
    "PRAGMA database_list",
    "CREATE TABLE x AS SELECT 1",
    "INSERT INTO permits VALUES (1)",
    "UPDATE permits SET a = 1",
    "DELETE FROM permits",
    "DROP TABLE permits",
    "EXPORT DATABASE '/tmp/x'",
    "CALL pragma_version()",
    "EXPLAIN SELECT a AS a FROM permits",
    "SELECT a AS a FROM permits; SELECT a AS a FROM taxpayers",
    "SELECT a AS a INTO x FROM permits",
    "WITH x AS (INSERT INTO permits VALUES (1) RETURNING a) SELECT a AS a FROM x",
    "WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x) SELECT n AS n FROM x",
    "SELECT a AS a FROM (WITH taxpayers AS (SELECT 1 AS a) SELECT a FROM taxpayers) AS s, taxpayers",
    "WITH a1 AS (SELECT a FROM b1), b1 AS (SELECT a FROM permits) SELECT a AS a FROM a1",
    "WITH permits AS (SELECT a FROM returns) SELECT a AS a FROM permits",
    "WITH linked__permits AS (SELECT a FROM returns) SELECT a AS a FROM linked__permits",
    "FROM permits",
    "VALUES (1)",
    "TABLE permits",
    "SELECT * FROM permits",
    "SELECT permits AS a FROM permits",
    "SELECT a AS a FROM permits ORDER BY a",
    "SELECT a AS a FROM permits LIMIT 10",
    "SELECT a AS a FROM permits QUALIFY row_number() OVER (ORDER BY a) = 1",
    "SELECT a AS a FROM permits USING SAMPLE 10%",
    "SELECT a AS a FROM permits TABLESAMPLE 10%",
    "SELECT DISTINCT ON (a) a AS a FROM permits",
    "SELECT a AS a FROM permits GROUP BY ALL",
    "SELECT a AS a FROM permits GROUP BY ROLLUP (a)",
    "SELECT list_transform([1], x -> x + 1) AS a FROM permits",
    "SELECT [1, 2] AS a FROM permits",
    "SELECT {'k': a} AS a FROM permits",
    "SELECT struct_pack(k := a) AS a FROM permits",
    "SELECT a[1] AS a FROM permits",
    "SELECT array_agg(a) AS a FROM permits",
    "SELECT string_agg(a, ',') AS a FROM permits",
    "SELECT regexp_matches(a, '.*') AS a FROM permits",
    "SELECT a AS a FROM permits WHERE a ~ 'x'",
    "SELECT a AS a FROM permits WHERE a SIMILAR TO 'x'",
    "SELECT jaro_winkler_similarity(a, b) AS a FROM permits",
    "SELECT random() AS a FROM permits",
    "SELECT now() AS a FROM permits",
    "SELECT current_date AS a FROM permits",
    "SELECT today() AS a FROM permits",
    "SELECT rank() OVER (ORDER BY a) AS a FROM permits",
    "SELECT row_number() OVER (ORDER BY a) AS a FROM permits",
    "SELECT row_number() OVER () AS a FROM permits",
    "SELECT row_number() OVER (ORDER BY _row, a) AS a FROM permits",
    "SELECT sum(a) OVER (ORDER BY _batch, _part, _row ROWS 3 PRECEDING) AS a FROM permits",
    "SELECT (SELECT max(a) FROM returns) AS a FROM permits",
    "SELECT a AS a FROM permits WHERE a = ANY (SELECT a FROM returns)",
    "SELECT a AS a FROM permits RIGHT JOIN returns ON true",
    "SELECT a AS a FROM permits FULL JOIN returns ON true",
    "SELECT a AS a FROM permits ASOF JOIN returns ON permits.a >= returns.a",
    "SELECT a AS a FROM permits POSITIONAL JOIN returns",
    "SELECT a AS a FROM permits NATURAL JOIN returns",
    "SELECT a AS a FROM permits SEMI JOIN returns ON true",
    "SELECT a AS a FROM permits, returns PIVOT (sum(a) FOR b IN ('x'))",
    "SELECT a AS a FROM permits INTERSECT SELECT a FROM returns",
    "SELECT COLUMNS('.*') AS a FROM permits",
    "SELECT a / b AS a FROM permits",
    "SELECT a * 0.03 AS a FROM permits",
    "SELECT a AS a FROM permits WHERE days > 30",
    "SELECT CAST('0.03' AS DECIMAL(4, 2)) AS a FROM permits",
    "SELECT CAST(a AS INTEGER[]) AS a FROM permits",
    "SELECT CAST(a AS JSON) AS a FROM permits",
    "SELECT TRY_CAST(a AS DATE) AS a FROM permits",
    "SELECT day + INTERVAL 1 DAY AS a FROM permits",
    "SELECT date_diff('month', a, b) AS a FROM permits",
    "SELECT extract(epoch FROM a) AS a FROM permits",
    "SELECT $other AS a FROM permits",
    "SELECT ? AS a FROM permits",
    "SELECT a FROM permits, permits AS p2 WHERE $1 = 1",
    'SELECT "A""; DROP" AS a FROM permits',
    "SELECT a + 1 FROM permits",
    "SELECT a AS x, b AS x FROM permits",
    "",
    ";",
    "-- nothing",
    "SELECT",
    "(" * 5_000,
    "SELECT " + "(" * 3_000 + "1" + ")" * 3_000 + " AS a",
    "SELECT a AS a FROM permits" + " " * 30_000,
]


@pytest.mark.parametrize("text", ESCAPES, ids=range(len(ESCAPES)))
def test_what_is_outside_the_profile_is_refused_with_a_reason(text):
    with pytest.raises(NotAllowed) as refused:
        restrict(text, TABLES, PARAMETERS)
    assert all(reason for reason in refused.value.reasons)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "WITH x AS (SELECT * FROM permits) SELECT a AS a, count(*) AS n FROM x GROUP BY a",
        "SELECT row_number() OVER (PARTITION BY a ORDER BY b DESC, _batch, _part, _row) AS n FROM permits",
        "SELECT sum(a) OVER (PARTITION BY b) AS n FROM permits",
        "SELECT a AS a FROM permits WHERE EXISTS (SELECT 1 FROM returns WHERE returns.a = permits.a)",
        "SELECT a AS a FROM permits WHERE a IN (SELECT a FROM returns)",
        "SELECT round(CAST(a AS DOUBLE) / CAST(b AS DOUBLE), 0) AS a FROM permits",
        "SELECT substring(code, 3, 6) AS a FROM permits",
        "SELECT date_diff('day', a, $as_of) AS a FROM permits LEFT JOIN returns USING (a)",
    ],
)
def test_the_profile_itself_passes(text):
    restrict(text, TABLES, PARAMETERS)


def test_every_reason_is_told_at_once():
    with pytest.raises(NotAllowed) as refused:
        restrict("SELECT random() AS a, a * 0.5 AS b FROM taxpayers LIMIT 3", TABLES, PARAMETERS)
    text = str(refused.value)
    assert "没有声明这张表：taxpayers" in text
    assert "数值要作为参数" in text
    assert "RANDOM()" in text


ENGINE = duckdb.connect(":memory:")
MARKS = (
    "SELECT FROM permits taxpayers WITH AS ( ) , ; * ' \" -- /* */ $as_of $$x$$ E'\\'' :: UNION JOIN ON 名"
)
WORDS = st.sampled_from([*" ".join(ESCAPES[:40]).split(), *MARKS.split(), "\n", "\x00"])


@settings(max_examples=600, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=25).map(" ".join)))
def test_whatever_is_written_passes_only_as_one_select_over_declared_tables(text):
    try:
        tree = restrict(text, TABLES, PARAMETERS)
    except NotAllowed:
        return
    assert isinstance(tree, exp.Select)
    named = {part.alias for part in tree.find_all(exp.CTE)}
    assert {table.name for table in tree.find_all(exp.Table)} <= TABLES | named
    again = sqlglot.parse(tree.sql(dialect="duckdb", comments=False), read="duckdb")
    assert len(again) == 1
    kinds = ENGINE.extract_statements(tree.sql(dialect="duckdb", comments=False))
    assert [kind.type for kind in kinds] == [duckdb.StatementType.SELECT]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_a_text_value_stays_a_value(value):
    """Whatever stands in quotes comes back as the same text, in quotes."""
    literal = exp.Literal.string(value).sql(dialect="duckdb")
    try:
        tree = restrict(f"SELECT {literal} AS a FROM permits", TABLES, PARAMETERS)
    except NotAllowed:
        assert not value.isprintable() or "\\" in value
        return
    written = tree.sql(dialect="duckdb", comments=False)
    assert written == f"SELECT {literal} AS a FROM permits"


@pytest.mark.parametrize(
    "text",
    [
        "t.a = hit.subject) UNION SELECT (1",
        "t.a IN (SELECT a FROM taxpayers)",
        "EXISTS (SELECT 1 FROM taxpayers)",
        "a = hit.subject",
        "other.a = hit.subject",
        "t.a = $floor",
        "read_text('/etc/passwd') = t.a",
        "t.a = 1; DROP TABLE t",
        "SELECT 1",
        "t.a = sum(t.b) OVER ()",
        "",
    ],
)
def test_a_condition_cannot_reach_beyond_its_two_rows(text):
    with pytest.raises(NotAllowed):
        restrict_condition(text, ("t", "hit"))


def test_a_plain_condition_passes():
    restrict_condition(
        "t.owner_subject = hit.subject AND t.day BETWEEN hit.since AND hit.until", ("t", "hit")
    )


def test_a_text_that_cannot_be_read_says_where():
    with pytest.raises(NotAllowed) as refused:
        restrict("SELECT a FROM (SELECT 1\nWHERE", (), ())
    assert refused.value.reasons == ("不是能读懂的 SQL：第 2 行“WHERE”附近",)
