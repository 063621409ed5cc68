-- 每户每年一行：当年生效的环保罚款与年度申报的罚金罚款纳税调增相比。
-- 税率依次取小型微利企业的实际税负、申报的适用税率、法定税率。
-- 同一文书、日期、案由在几期名单中都有的，以最近一期的金额和状态为准。
WITH listed AS (
  SELECT
    *,
    coalesce(_period, '') || _batch AS list,
    max(coalesce(_period, '') || _batch) OVER (
      PARTITION BY subject_subject, coalesce(document_number, ''), penalised_on, coalesce(cause, '')
    ) AS latest
  FROM environmental_penalties
),
penalties AS (
  SELECT DISTINCT
    subject_subject AS subject,
    coalesce(document_number, '') AS document_number,
    penalised_on,
    fine_fen,
    coalesce(cause, '') AS cause
  FROM listed
  WHERE list = latest
    AND subject_subject IS NOT NULL
    AND coalesce(decision_state, '有效') NOT IN ('撤销', '复议或诉讼中')
    AND (penalised_on IS NULL OR penalised_on <= $as_of)
),
fined AS (
  SELECT
    subject,
    extract(year FROM penalised_on) AS year_number,
    CAST(sum(coalesce(fine_fen, 0)) AS BIGINT) AS fine_fen,
    count(*) AS decisions,
    count(fine_fen) AS priced
  FROM penalties
  GROUP BY subject, extract(year FROM penalised_on)
),
return_versions AS (
  SELECT
    taxpayer_subject AS subject,
    year,
    coalesce(method, '查账征收') AS method,
    taxable_income_fen,
    rate,
    CASE WHEN small_profit THEN 1 ELSE 0 END AS small_profit,
    row_number() OVER (
      PARTITION BY taxpayer_subject, year ORDER BY filed_on DESC, _batch, _part, _row
    ) AS place
  FROM income_tax_returns
  WHERE taxpayer_subject IS NOT NULL AND filed_on <= $as_of
),
line_versions AS (
  SELECT
    taxpayer_subject AS subject,
    year,
    increase_fen,
    row_number() OVER (
      PARTITION BY taxpayer_subject, year, form, line ORDER BY filed_on DESC, _batch, _part, _row
    ) AS place
  FROM income_tax_lines
  WHERE taxpayer_subject IS NOT NULL AND topic = '罚金罚款和被没收财物的损失' AND filed_on <= $as_of
),
adjusted AS (
  SELECT subject, year, CAST(sum(coalesce(increase_fen, 0)) AS BIGINT) AS increase_fen
  FROM line_versions
  WHERE place = 1
  GROUP BY subject, year
),
stated AS (
  SELECT
    f.*,
    r.method,
    coalesce(a.increase_fen, 0) AS increase_fen,
    greatest(f.fine_fen - coalesce(a.increase_fen, 0), 0) AS gap_fen,
    CASE
      WHEN r.taxable_income_fen IS NULL THEN greatest(f.fine_fen - coalesce(a.increase_fen, 0), 0)
      ELSE greatest(
        least(
          f.fine_fen - coalesce(a.increase_fen, 0),
          r.taxable_income_fen + f.fine_fen - coalesce(a.increase_fen, 0)
        ),
        0
      )
    END AS base_fen,
    CASE
      WHEN r.small_profit = 1 THEN $income_tax_effective_small
      WHEN r.rate > 0 THEN CAST(CAST(r.rate AS DOUBLE) / CAST(100 AS DOUBLE) AS DECIMAL(9, 4))
      ELSE $income_tax_rate
    END AS rate,
    make_date(f.year_number + 1, $income_tax_settlement_months + 1, 1) AS settled_on
  FROM fined AS f
  LEFT JOIN return_versions AS r ON r.subject = f.subject AND r.year = f.year_number AND r.place = 1
  LEFT JOIN adjusted AS a ON a.subject = f.subject AND a.year = f.year_number
),
rated AS (
  SELECT *, CAST(round(base_fen * rate, 0) AS BIGINT) AS expected_fen FROM stated
)
SELECT
  subject,
  '罚金罚款' AS object,
  coalesce(CAST(year_number AS VARCHAR), '') AS period,
  CASE
    WHEN method = '核定征收' OR fine_fen = 0 AND priced = decisions THEN 'miss'
    WHEN year_number IS NULL THEN 'insufficient'
    WHEN settled_on + $grace_days > $as_of THEN 'miss'
    WHEN method IS NULL OR priced < decisions OR expected_fen IS NULL THEN 'insufficient'
    WHEN gap_fen >= fine_fen * $gap_ratio AND expected_fen >= $floor_default THEN 'hit'
    ELSE 'miss'
  END AS result,
  fine_fen AS left_value,
  increase_fen AS right_value,
  gap_fen AS difference_fen,
  expected_fen AS tax_fen,
  base_fen,
  rate,
  year_number,
  CAST(year_number AS VARCHAR) AS year_text
FROM rated
