"""The desk's pages: rendered on the server, made live by a little script of our own."""
