"""The names of the services; apart, so that the command can name them without loading every contract."""

SERVICES = ("ingestion", "classification", "cases", "routing", "followup", "delivery", "desk")
