"""Gongzhi (共治): a district's tax co-governance system.

The notice is the table of contents: every room below is one part of it (docs/tour.md).
"""
