-- 每户每次注销、吊销一行。欠税只看截止日期最新的一期；登记状态只看更新日期最新的一行。
WITH closed AS (
  SELECT
    enterprise_subject AS subject,
    coalesce(change_type, '') AS change_type,
    happened_on,
    max(CASE WHEN simple THEN 1 ELSE 0 END) AS simple
  FROM enterprise_changes
  WHERE enterprise_subject IS NOT NULL
    AND change_type IN ('注销', '吊销')
    AND (happened_on IS NULL OR happened_on <= $as_of)
  GROUP BY enterprise_subject, coalesce(change_type, ''), happened_on
),
versions AS (
  SELECT
    taxpayer_subject AS subject,
    status,
    CASE WHEN simple_deregistration THEN 1 ELSE 0 END AS exempt,
    row_number() OVER (
      PARTITION BY taxpayer_subject ORDER BY updated_on DESC, _batch, _part, _row
    ) AS place
  FROM taxpayer_register
  WHERE taxpayer_subject IS NOT NULL AND updated_on <= $as_of
),
certificates AS (
  SELECT taxpayer_subject AS subject, count(DISTINCT certificate_number) AS number
  FROM clearance_certificates
  WHERE issued_on <= $as_of
  GROUP BY taxpayer_subject
),
latest AS (
  SELECT max(balance_on) AS balance_on FROM tax_arrears WHERE balance_on <= $as_of
),
arrears AS (
  SELECT a.taxpayer_subject AS subject, a.balance_on, CAST(sum(a.balance_fen) AS BIGINT) AS balance_fen
  FROM tax_arrears AS a
  JOIN latest ON latest.balance_on = a.balance_on
  GROUP BY a.taxpayer_subject, a.balance_on
),
latest_stock AS (
  SELECT max(balance_on) AS balance_on FROM invoice_stocks WHERE balance_on <= $as_of
),
stocks AS (
  SELECT s.taxpayer_subject AS subject, CAST(sum(coalesce(s.unused, 0)) AS BIGINT) AS unused
  FROM invoice_stocks AS s
  JOIN latest_stock ON latest_stock.balance_on = s.balance_on
  GROUP BY s.taxpayer_subject
),
latest_case AS (
  SELECT max(balance_on) AS balance_on FROM open_cases WHERE balance_on <= $as_of
),
unsettled AS (
  SELECT c.taxpayer_subject AS subject, count(DISTINCT c.case_number) AS number
  FROM open_cases AS c
  JOIN latest_case ON latest_case.balance_on = c.balance_on
  GROUP BY c.taxpayer_subject
),
stated AS (
  SELECT
    c.*,
    v.status AS tax_status,
    coalesce(v.exempt, 0) AS exempt,
    coalesce(k.number, 0) AS cleared,
    coalesce(a.balance_fen, 0) AS balance_fen,
    a.balance_on,
    coalesce(i.unused, 0) AS invoices,
    coalesce(u.number, 0) AS open_cases_count
  FROM closed AS c
  LEFT JOIN versions AS v ON v.subject = c.subject AND v.place = 1
  LEFT JOIN certificates AS k ON k.subject = c.subject
  LEFT JOIN arrears AS a ON a.subject = c.subject
  LEFT JOIN stocks AS i ON i.subject = c.subject
  LEFT JOIN unsettled AS u ON u.subject = c.subject
)
SELECT
  subject,
  change_type AS object,
  coalesce(CAST(happened_on AS VARCHAR), '') AS period,
  CASE
    WHEN happened_on IS NULL OR tax_status IS NULL THEN 'insufficient'
    WHEN balance_fen > $arrears_floor AND happened_on + $grace_days < $as_of THEN 'hit'
    WHEN change_type = '注销'
      AND cleared = 0 AND simple = 0 AND exempt = 0
      AND happened_on + $grace_days < $as_of THEN 'hit'
    WHEN change_type = '吊销'
      AND tax_status = '正常'
      AND happened_on + $revocation_days + $grace_days < $as_of THEN 'hit'
    ELSE 'miss'
  END AS result,
  balance_fen AS left_value,
  cleared AS right_value,
  balance_fen AS difference_fen,
  balance_fen AS tax_fen,
  change_type,
  happened_on,
  tax_status,
  invoices,
  open_cases_count,
  balance_on
FROM stated
