"""Forms of goals, by room."""
