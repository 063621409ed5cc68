"""Splink 5 on the linkage cases; run by the Python of the peers' environment, never imported.

    python -c "$(cat linkage_splink.py)" MODEL FOLDER…

The model is trained on the first folder when the file MODEL is not there, and kept in it. A FOLDER holds
``register.parquet`` and ``rows.parquet``: unique_id, code, bare, core, trade, industry, division, branch,
place, phone. Splink gets the names in our normal form and taken apart, because it has no Chinese normaliser;
the time for that is not counted here. Writes ``splink.parquet`` (row, entity, weight: the best pair of every
row) into each and prints one JSON object: the seconds of training and, as ``seconds``, those of prediction.
"""

import json
import sys
import time
from pathlib import Path

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.splink_dataframe import SplinkDataFrame

SEED = 1
# A pair less likely than this is never the best of a row that deserves one.
THRESHOLD = 0.01
MAX_PAIRS = 2e7
# The share of true pairs that the exact code finds: what the recipe says.
CODED = 0.55


def name_comparison() -> cl.CustomComparison:
    """Whole name, then core with or without its division, then slips of the pen."""
    return cl.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            cll.NullLevel("bare"),
            cll.ExactMatchLevel("bare", term_frequency_adjustments=True),
            cll.ExactMatchLevel("core", term_frequency_adjustments=True),
            cll.LevenshteinLevel("core", 1),
            cll.LevenshteinLevel("core", 2),
            cll.ExactMatchLevel("trade", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("bare", 0.9),
            cll.ElseLevel(),
        ],
    )


def division_comparison() -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name="division",
        comparison_levels=[
            cll.NullLevel("division"),
            cll.ExactMatchLevel("division"),
            cll.CustomLevel(
                "starts_with(division_l, division_r) or starts_with(division_r, division_l)",
                "one inside the other",
            ),
            cll.ElseLevel(),
        ],
    )


def settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.ExactMatch("code"),
            name_comparison(),
            division_comparison(),
            cl.ExactMatch("branch"),
            cl.ExactMatch("place"),
            cl.ExactMatch("phone"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("code"),
            block_on("bare"),
            block_on("core"),
            block_on("trade", "division"),
            block_on("substr(core, 1, 3)", "division"),
            block_on("substr(core, -3)", "substr(core, 1, 2)"),
            block_on("place"),
            block_on("phone"),
        ],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


def tables(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[SplinkDataFrame]:
    api = DuckDBAPI(connection)
    sides = []
    for name in ("register", "rows"):
        connection.execute(f"create table in_{name} as from read_parquet('{folder / name}.parquet')")
        sides.append(api.register(f"in_{name}", dataset_display_name=name))
    return sides


def train(model: Path, folder: Path) -> float:
    linker = Linker(tables(duckdb.connect(), folder), settings(), log_level=40)
    begun = time.perf_counter()
    linker.training.estimate_probability_two_random_records_match([block_on("code")], recall=CODED)
    linker.training.estimate_u_using_random_sampling(max_pairs=MAX_PAIRS, seed=SEED)
    for rule in (block_on("code"), block_on("core"), block_on("bare")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    seconds = time.perf_counter() - begun
    linker.misc.save_model_to_json(str(model), overwrite=True)
    return seconds


def predict(model: Path, folder: Path) -> float:
    connection = duckdb.connect()
    linker = Linker(tables(connection, folder), str(model), log_level=40)
    begun = time.perf_counter()
    found = linker.inference.predict(threshold_match_probability=THRESHOLD)
    seconds = time.perf_counter() - begun
    connection.execute(
        f"""copy (
          select unique_id_r as row, unique_id_l as entity, match_weight as weight from {found.physical_name}
          qualify row_number() over (partition by unique_id_r order by match_weight desc, unique_id_l) = 1
        ) to '{folder / "splink.parquet"}' (format parquet)"""
    )
    return seconds


if __name__ == "__main__":
    model, folders = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    trained = 0.0 if model.exists() else train(model, folders[0])
    predicted = sum(predict(model, folder) for folder in folders)
    print(json.dumps({"seconds": predicted, "train_seconds": trained}))
