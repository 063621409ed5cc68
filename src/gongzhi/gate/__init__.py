"""Sight: the one place that decides who may do and see what (notice, 三(三)).

A policy on every URL, scope on every query, default deny. It has no tables of its own: it learns
grants and writes refusals through two small protocols that `web` binds at start.
"""
