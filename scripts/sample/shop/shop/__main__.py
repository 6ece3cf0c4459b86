"""Serves the shop on 127.0.0.1:$PORT until SIGTERM."""
import os
import signal
import sys
import threading
from http.server import ThreadingHTTPServer

from . import store
from .routes import Handler


def main():
    port = int(os.environ.get("PORT", "8080"))
    store.open_or_seed()
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for the loop that this very thread runs.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"shop: ready on http://127.0.0.1:{port}/", flush=True)
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    sys.exit(main())
