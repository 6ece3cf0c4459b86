"""Products and orders in SQLite, seeded from the CSV file in the image at the first start."""
import os
import sqlite3
from contextlib import closing

DATA = os.environ.get("SHOP_DATA", "/var/lib/shop")
SEED = "/srv/shop/data/products.csv"
SCHEMA = """
create table if not exists product (id integer primary key, name text, price_cents integer, stock integer);
create table if not exists orders (id text primary key, product integer, amount integer, placed text);
"""


def connect():
    database = sqlite3.connect(os.path.join(DATA, "shop.sqlite"), timeout=10)
    database.row_factory = sqlite3.Row
    return closing(database)


def open_or_seed():
    with connect() as database:
        database.executescript(SCHEMA)
        if database.execute("select count(*) from product").fetchone()[0] == 0:
            with open(SEED, encoding="utf-8") as seed:
                next(seed)
                rows = [line.rstrip("\n").split(",") for line in seed]
            database.executemany("insert into product values (?, ?, ?, ?)", rows)
        database.commit()


def products(like="%"):
    with connect() as database:
        return database.execute("select * from product where name like ? order by id", (like,)).fetchall()
