-- 每份出让合同一行：应申报契税（签订日税率）与按合同号、宗地号找到的已申报契税。
WITH grants AS (
  SELECT
    transferee_subject AS subject,
    coalesce(contract_number, parcel_number, location, '') AS object,
    min(contract_number) AS contract_number,
    min(parcel_number) AS parcel_number,
    max(signed_on) AS signed_on,
    max(price_fen) AS price_fen,
    max(coalesce(infrastructure_fee_fen, 0)) AS fee_fen,
    min(coalesce(grant_method, '出让')) AS grant_method
  FROM land_grants
  WHERE transferee_subject IS NOT NULL
  GROUP BY transferee_subject, coalesce(contract_number, parcel_number, location, '')
),
filings AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY voucher, coalesce(source_number, '') ORDER BY filed_on DESC, _batch, _part, _row
    ) AS place
  FROM deed_tax_filings
  WHERE filed_on <= $as_of
),
same_day AS (
  SELECT subject, signed_on, count(*) AS contracts
  FROM grants
  GROUP BY subject, signed_on
),
unnumbered AS (
  SELECT *
  FROM filings
  WHERE place = 1
    AND transfer_kind = '国有土地使用权出让'
    AND contract_number IS NULL AND parcel_number IS NULL
),
matched AS (
  SELECT g.subject, g.object, f._batch, f._part, f._row, f.due_fen
  FROM grants AS g
  JOIN filings AS f ON f.place = 1 AND f.contract_number = g.contract_number
  UNION
  SELECT g.subject, g.object, f._batch, f._part, f._row, f.due_fen
  FROM grants AS g
  JOIN filings AS f
    ON f.place = 1 AND f.taxpayer_subject = g.subject AND f.parcel_number = g.parcel_number
  UNION
  SELECT g.subject, g.object, f._batch, f._part, f._row, f.due_fen
  FROM grants AS g
  JOIN same_day AS d ON d.subject = g.subject AND d.signed_on = g.signed_on AND d.contracts = 1
  JOIN unnumbered AS f ON f.taxpayer_subject = g.subject AND f.contract_on = g.signed_on
),
declared AS (
  SELECT subject, object, CAST(sum(due_fen) AS BIGINT) AS due_fen
  FROM matched
  GROUP BY subject, object
),
compared AS (
  SELECT
    g.*,
    r.value AS rate,
    CAST(round((g.price_fen + g.fee_fen) * r.value, 0) AS BIGINT) AS expected_fen,
    coalesce(d.due_fen, 0) AS declared_fen,
    CASE
      WHEN s.contracts > 1 AND EXISTS (
        SELECT 1 FROM unnumbered AS u WHERE u.taxpayer_subject = g.subject AND u.contract_on = g.signed_on
      ) THEN 1
      ELSE 0
    END AS unsure
  FROM grants AS g
  LEFT JOIN same_day AS s ON s.subject = g.subject AND s.signed_on = g.signed_on
  LEFT JOIN declared AS d ON d.subject = g.subject AND d.object = g.object
  LEFT JOIN parameter_values AS r
    ON r.key = 'deed_tax_rate' AND g.signed_on BETWEEN r.since AND r.until
)
SELECT
  subject,
  object,
  coalesce(CAST(signed_on AS VARCHAR), '') AS period,
  CASE
    WHEN grant_method <> '出让' THEN 'miss'
    WHEN signed_on IS NULL OR price_fen IS NULL OR expected_fen IS NULL THEN 'insufficient'
    WHEN signed_on + $deed_days_after_contract + $grace_days >= $as_of THEN 'miss'
    WHEN expected_fen - declared_fen >= $floor_land_house
      AND expected_fen - declared_fen >= expected_fen * $gap_ratio_deed
      THEN CASE WHEN unsure = 1 THEN 'insufficient' ELSE 'hit' END
    ELSE 'miss'
  END AS result,
  expected_fen AS left_value,
  declared_fen AS right_value,
  greatest(expected_fen - declared_fen, 0) AS difference_fen,
  greatest(expected_fen - declared_fen, 0) AS tax_fen,
  price_fen,
  fee_fen,
  rate,
  contract_number,
  parcel_number,
  signed_on
FROM compared
