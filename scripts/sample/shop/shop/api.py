"""JSON in and out."""
import datetime
import json
import uuid

from . import store


def products(_rest, _query, _body, _headers):
    return reply([dict(row) for row in store.products()])


def orders(rest, _query, _body, _headers):
    with store.connect() as database:
        rows = database.execute("select * from orders where ? in ('', id) order by placed", (rest,)).fetchall()
    return reply([dict(row) for row in rows])


def place_order(_rest, _query, body, _headers):
    wanted = json.loads(body)
    product, amount = int(wanted["product"]), int(wanted.get("amount", 1))
    order = (str(uuid.uuid4()), product, amount, datetime.datetime.now(datetime.timezone.utc).isoformat())
    with store.connect() as database:
        changed = database.execute("update product set stock = stock - ? where id = ? and stock >= ?",
                                   (amount, product, amount)).rowcount
        if changed == 0:
            raise ValueError(f"product {product} is sold out")
        database.execute("insert into orders values (?, ?, ?, ?)", order)
        database.commit()
    return reply({"order": order[0]}, 201)


def import_products(_rest, _query, body, _headers):
    """Products of an XML feed: <products><product name="…" price="1.50" stock="3"/>…</products>."""
    from decimal import Decimal
    from xml.etree import ElementTree
    rows = [(item.get("name"), int(Decimal(item.get("price")) * 100), int(item.get("stock")))
            for item in ElementTree.fromstring(body)]
    with store.connect() as database:
        database.executemany("insert into product (name, price_cents, stock) values (?, ?, ?)", rows)
        database.commit()
    return reply({"imported": len(rows)}, 201)


def reply(value, status=200):
    return status, "application/json", json.dumps(value).encode()
