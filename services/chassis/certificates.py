"""Which servers our HTTP clients believe."""

import ssl
from functools import cache

import httpx2


@cache
def certificates() -> ssl.SSLContext:
    """The public certificates that this machine trusts (or `SSL_CERT_FILE`, `SSL_CERT_DIR`), read once for a process.

    To read them takes 50 ms of processor time, and a client that is not given them reads them for itself.
    """
    return httpx2.create_ssl_context()
