"""Static files, with their type by name."""
import mimetypes
import os

ROOT = "/srv/shop/static"


def get(rest, _query, _body, _headers):
    path = os.path.realpath(os.path.join(ROOT, rest))
    if not path.startswith(ROOT + "/") or not os.path.isfile(path):
        raise LookupError(f"no file {rest}")
    with open(path, "rb") as file:
        return 200, mimetypes.guess_type(path)[0] or "application/octet-stream", file.read()
