"""xlsx, xls, csv, json into one flat Table, read in a caged child process."""
