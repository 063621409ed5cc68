-- 每个开发企业每月一行：网签金额（除去撤销）折算的应预缴额与当月已预缴额。
WITH lines AS (
  SELECT
    seller_subject AS subject,
    coalesce(contract_no, coalesce(house_address, '') || coalesce(CAST(signed_on AS VARCHAR), '')) AS contract,
    CASE
      WHEN signed_on IS NOT NULL THEN substring(CAST(signed_on AS VARCHAR), 1, 7)
      WHEN _period LIKE '____-__' THEN _period
    END AS month,
    amount_fen,
    CASE
      WHEN cancelled_on > $as_of THEN 0
      WHEN cancelled OR (cancelled IS NULL AND cancelled_on IS NOT NULL) THEN 1
      ELSE 0
    END AS cancelled
  FROM online_sale_contracts
  WHERE seller_subject IS NOT NULL AND (signed_on IS NULL OR signed_on <= $as_of)
),
contracts AS (
  SELECT
    subject,
    contract,
    min(month) AS month,
    max(amount_fen) AS amount_fen,
    max(cancelled) AS cancelled
  FROM lines
  GROUP BY subject, contract
),
months AS (
  SELECT
    subject,
    coalesce(month, '') AS month,
    CASE WHEN month IS NOT NULL THEN CAST(month || '-01' AS DATE) END AS month_start,
    count(*) AS number,
    count(amount_fen) AS priced,
    CAST(sum(amount_fen) AS BIGINT) AS amount_fen
  FROM contracts
  WHERE cancelled = 0
  GROUP BY subject, month
),
bounded AS (
  SELECT
    *,
    make_date(
      extract(year FROM month_start) + extract(month FROM month_start) // 12,
      extract(month FROM month_start) % 12 + 1,
      1
    ) - 1 AS month_end
  FROM months
),
filings AS (
  SELECT
    taxpayer_subject AS subject,
    period_start,
    period_end,
    due_fen,
    method,
    row_number() OVER (
      PARTITION BY voucher, coalesce(project_number, '') ORDER BY filed_on DESC, _batch, _part, _row
    ) AS place
  FROM vat_prepayments
  WHERE kind = '房地产预售' AND taxpayer_subject IS NOT NULL AND filed_on <= $as_of
),
methods AS (
  SELECT
    subject,
    max(CASE WHEN method = '简易计税' THEN 1 ELSE 0 END) AS simple,
    max(CASE WHEN method = '简易计税' THEN 0 ELSE 1 END) AS general
  FROM filings
  WHERE place = 1
  GROUP BY subject
),
paid AS (
  SELECT
    b.subject,
    b.month,
    CAST(sum(CASE WHEN f.period_start >= b.month_start THEN f.due_fen ELSE 0 END) AS BIGINT) AS due_fen,
    max(CASE WHEN f.period_start < b.month_start OR f.period_end > b.month_end THEN 1 ELSE 0 END) AS wider
  FROM bounded AS b
  JOIN filings AS f
    ON f.place = 1
    AND f.subject = b.subject
    AND f.period_start <= b.month_end
    AND f.period_end >= b.month_start
  GROUP BY b.subject, b.month
),
rated AS (
  SELECT
    b.*,
    vat.value AS vat_rate,
    pre.value AS prepay_rate,
    coalesce(p.due_fen, 0) AS paid_fen,
    coalesce(p.wider, 0) AS wider
  FROM bounded AS b
  LEFT JOIN paid AS p ON p.subject = b.subject AND p.month = b.month
  LEFT JOIN methods AS m ON m.subject = b.subject
  LEFT JOIN parameter_values AS vat
    ON vat.key = CASE WHEN m.simple = 1 AND m.general = 0 THEN 'vat_simple_rate_realty' ELSE 'vat_rate_realty' END
    AND b.month_start BETWEEN vat.since AND vat.until
  LEFT JOIN parameter_values AS pre
    ON pre.key = 'vat_prepay_presale' AND b.month_start BETWEEN pre.since AND pre.until
),
compared AS (
  SELECT
    *,
    CAST(
      round(
        CAST(CAST(amount_fen AS DOUBLE) * CAST(prepay_rate AS DOUBLE) AS DOUBLE) / CAST(1 + vat_rate AS DOUBLE), 0
      ) AS BIGINT
    ) AS expected_fen
  FROM rated
)
SELECT
  subject,
  '房地产预售' AS object,
  month AS period,
  CASE
    WHEN month_start IS NULL OR wider = 1 OR expected_fen IS NULL THEN 'insufficient'
    WHEN month_end + $filing_day + $grace_days >= $as_of THEN 'miss'
    WHEN expected_fen - paid_fen >= $floor_prepayment
      AND expected_fen - paid_fen >= expected_fen * $gap_ratio_prepayment THEN 'hit'
    WHEN priced < number THEN 'insufficient'
    ELSE 'miss'
  END AS result,
  expected_fen AS left_value,
  paid_fen AS right_value,
  greatest(expected_fen - paid_fen, 0) AS difference_fen,
  greatest(expected_fen - paid_fen, 0) AS tax_fen,
  month,
  month_start,
  month_end,
  number AS contracts,
  amount_fen,
  vat_rate,
  prepay_rate
FROM compared
