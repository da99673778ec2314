"""The contracts between the services: events, topics and the organisation's files. Imports nothing of ours."""
