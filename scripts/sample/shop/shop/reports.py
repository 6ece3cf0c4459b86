"""Reports for the book-keepers: /report?kind=orders|stock&zone=Europe/Berlin&zip=1."""
import csv
import io
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import store


def get(_rest, query, _body, _headers):
    kind = query.get("kind", ["stock"])[0]
    text = io.StringIO()
    writer = csv.writer(text)
    if kind == "stock":
        write_stock(writer)
    elif kind == "orders":
        write_orders(writer, zone(query.get("zone", ["UTC"])[0]))
    else:
        raise ValueError(f"no report {kind}")
    content = text.getvalue().encode()
    if "zip" in query:
        import gzip
        return 200, "application/gzip", gzip.compress(content, mtime=0)
    return 200, "text/csv", content


def write_stock(writer):
    writer.writerow(["name", "stock", "worth"])
    for row in store.products():
        writer.writerow([row["name"], row["stock"], Decimal(row["price_cents"] * row["stock"]) / 100])


def write_orders(writer, where):
    writer.writerow(["order", "product", "amount", "placed"])
    with store.connect() as database:
        for row in database.execute("select * from orders order by placed"):
            placed = datetime.fromisoformat(row["placed"]).astimezone(where)
            writer.writerow([row["id"], row["product"], row["amount"], placed.isoformat(timespec="seconds")])


def zone(name):
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        raise ValueError(f"no time zone {name}") from None
