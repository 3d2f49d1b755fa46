"""Pages of goals, by room."""
