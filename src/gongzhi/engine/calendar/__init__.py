"""Periods and due days (月后15日内, 至少一次, 按次, working days)."""
