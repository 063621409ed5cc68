"""Read-only pictures: workbench, matrix, cockpit (notice, 二(二)). It owns no fact."""
