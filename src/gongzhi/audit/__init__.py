"""The trail: append-only, chained events of who changed or looked at what, for which duty (notice, 三(三)).

An event is written in the transaction of its act; a sealer chains and signs within a second, and acts
stop when it lags.
"""
