-- 每户每个仍享受减免的年度一行。认定过几次的，一个年度只看它以前最近一次认定是否取消、从哪一年起取消。
WITH cancelled AS (
  SELECT
    enterprise_subject AS subject,
    max(cancelled_on) AS cancelled_on,
    min(coalesce(cancel_from_year, extract(year FROM cancelled_on))) AS from_year,
    coalesce(recognised_year, 0) AS recognised_year,
    count(cancelled_on) AS dated
  FROM high_tech_enterprises
  WHERE enterprise_subject IS NOT NULL
    AND (cancelled_on IS NOT NULL OR cancel_reason IS NOT NULL OR cancel_from_year IS NOT NULL)
    AND (cancelled_on IS NULL OR cancelled_on <= $as_of)
    AND coalesce(cancel_reason, '') <> '更名后重新认定'
  GROUP BY enterprise_subject, coalesce(recognised_year, 0)
),
valid AS (
  SELECT DISTINCT enterprise_subject AS subject, recognised_year
  FROM high_tech_enterprises
  WHERE enterprise_subject IS NOT NULL
    AND recognised_year IS NOT NULL
    AND cancelled_on IS NULL AND cancel_reason IS NULL AND cancel_from_year IS NULL
),
relief_versions AS (
  SELECT
    taxpayer_subject AS subject,
    year,
    taxable_income_fen,
    relief_fen,
    row_number() OVER (
      PARTITION BY taxpayer_subject, year ORDER BY filed_on DESC, _batch, _part, _row
    ) AS place
  FROM high_tech_reliefs
  WHERE taxpayer_subject IS NOT NULL AND filed_on <= $as_of
),
counting AS (
  SELECT
    r.subject,
    r.year,
    coalesce(
      max(CASE WHEN c.recognised_year <= r.year THEN c.recognised_year END), min(c.recognised_year)
    ) AS recognised_year
  FROM relief_versions AS r
  JOIN cancelled AS c ON c.subject = r.subject
  WHERE r.place = 1
  GROUP BY r.subject, r.year
),
compared AS (
  SELECT
    r.subject,
    r.year,
    r.relief_fen,
    r.taxable_income_fen AS income_fen,
    c.cancelled_on,
    c.from_year,
    c.dated,
    CASE
      WHEN EXISTS (
        SELECT 1
        FROM valid AS v
        WHERE v.subject = r.subject AND c.recognised_year > 0
          AND v.recognised_year > c.recognised_year AND v.recognised_year <= r.year
      ) THEN 1
      ELSE 0
    END AS again,
    CASE
      WHEN r.taxable_income_fen IS NULL THEN r.relief_fen
      ELSE CAST(
        round(greatest(r.taxable_income_fen, 0) * ($income_tax_rate - $income_tax_rate_high_tech), 0) AS BIGINT
      )
    END AS expected_fen
  FROM relief_versions AS r
  JOIN counting AS k ON k.subject = r.subject AND k.year = r.year
  JOIN cancelled AS c ON c.subject = k.subject AND c.recognised_year = k.recognised_year
  WHERE r.place = 1
)
SELECT
  subject,
  '高新技术企业减免' AS object,
  CAST(year AS VARCHAR) AS period,
  CASE
    WHEN again = 1 OR relief_fen <= 0 THEN 'miss'
    WHEN from_year IS NULL OR dated = 0 OR relief_fen IS NULL THEN 'insufficient'
    WHEN year < from_year THEN 'miss'
    WHEN cancelled_on + $grace_days >= $as_of THEN 'miss'
    WHEN expected_fen >= $floor_default THEN 'hit'
    ELSE 'miss'
  END AS result,
  relief_fen AS left_value,
  CAST(again AS BIGINT) AS right_value,
  relief_fen AS difference_fen,
  expected_fen AS tax_fen,
  income_fen,
  cancelled_on,
  year AS year_number,
  CAST(year AS VARCHAR) AS year_text,
  CAST(from_year AS VARCHAR) AS from_text
FROM compared
