"""The one-machine stack: a broker, a store and all services on this computer, nothing to install by hand."""
