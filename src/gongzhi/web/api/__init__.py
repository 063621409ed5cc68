"""The machine door `/api/v1`: what systems of units call, signed, in JSON (security.md 3.15).

It goes through the same queries and actions as the pages and the command line. `door` is the way of a call,
`surface` the routes, `problems` every refusal in words.
"""
