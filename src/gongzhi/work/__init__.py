"""One work item for every duty in the house (二(一)): given, taken, carried out, judged, with its trail.

What kinds there are, who may do what with them and what they ask stands in definitions/work. Other rooms
open items with `actions.open_item`; an item holds its subject's kind, id and title, never an upward key.
"""
