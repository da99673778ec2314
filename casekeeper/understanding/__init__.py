"""Understanding as commands: messages from files of JSON lines, classified."""
