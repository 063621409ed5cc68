"""The test files that take longest, the longest first: they begin first, so that no core ends with one alone.

Files go to the cores whole. Only the order matters, nothing is timed; `--durations=40` tells what takes long.
"""

LONGEST = (
    "tests/journeys/test_district.py",  # a district from nothing to hits, in processes of its own
    "src/gongzhi/intake/tests/test_faults.py",  # hundreds of children that are killed
    "tests/journeys/test_real_input.py",  # tens of thousands of real rows
    "tests/journeys/test_serving.py",  # the whole house started five times
    "tests/house/test_access.py",  # every role at every address
    "src/gongzhi/engine/rules/tests/test_extremes.py",
    "src/gongzhi/risk/tests/test_scan_requests.py",
    "src/gongzhi/web/tests/test_api_contract.py",  # calls made up by the hundred
    "tests/house/test_foreign_objects.py",
    "tests/journeys/test_second_district.py",  # one process for each command
    "src/gongzhi/web/tests/test_api_kills.py",
    "src/gongzhi/synth/tests/test_generic.py",  # every table of the catalogue
    "src/gongzhi/synth/tests/test_files.py",
    "src/gongzhi/engine/tables/tests/test_hostile_files.py",
    "src/gongzhi/engine/checks/tests/test_properties.py",
    "src/gongzhi/engine/rules/tests/test_rules.py",
    "src/gongzhi/risk/tests/test_scan.py",
    "tests/journeys/test_adding_by_data.py",
)


def rank(path: str) -> int:
    """The place of a file among those that take longest; all others share the last."""
    return LONGEST.index(path) if path in LONGEST else len(LONGEST)
