"""Which request goes where. Pages, API and reports are imported when first asked for."""
import sys
from http.server import BaseHTTPRequestHandler
from importlib import import_module
from urllib.parse import parse_qs, urlsplit

ROUTES = {"GET": {"/healthz": ("health", "get"), "/": ("pages", "home"), "/product": ("pages", "product"),
                  "/search": ("pages", "search"), "/static": ("static", "get"), "/api/products": ("api", "products"),
                  "/api/orders": ("api", "orders"), "/report": ("reports", "get")},
          "POST": {"/api/orders": ("api", "place_order"), "/api/import": ("api", "import_products")}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "shop"

    def do_GET(self):
        self.answer("GET")

    def do_POST(self):
        self.answer("POST")

    def answer(self, method):
        url = urlsplit(self.path)
        route, rest = find(ROUTES[method], url.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if route is None:
                raise LookupError(f"nothing at {url.path}")
            module, function = route
            respond = getattr(import_module(f".{module}", __package__), function)
            status, kind, content = respond(rest, parse_qs(url.query), body, self.headers)
        except LookupError as error:
            status, kind, content = 404, "text/plain", f"{error}\n".encode()
        except ValueError as error:
            status, kind, content = 400, "text/plain", f"{error}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, form, *arguments):
        sys.stderr.write(f"shop: {form % arguments}\n")


def find(routes, path):
    """The route with the longest prefix of whole path segments, and what is left of the path."""
    prefix = path.rstrip("/") or "/"
    while prefix not in routes and prefix:
        prefix = prefix.rpartition("/")[0]
    if prefix == "/" and path != "/":
        return None, path
    return routes.get(prefix), path[len(prefix):].strip("/")
