"""The desk's documents and the questions asked of them: found by id, equality or range on top-level fields only."""
