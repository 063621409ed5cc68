"""Immutable Parquet batches; the only door to the analytic engine."""
