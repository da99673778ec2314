"""Rules about words, as data: the small pattern language that people write them in, and reading them from their files."""
