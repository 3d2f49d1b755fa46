"""Values that somebody brings in one go: a table is read, and every line says what it would become."""
