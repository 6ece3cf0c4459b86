"""HTML pages out of the templates, in the visitor's language."""
import html
import string

from . import store

ROOT = "/srv/shop"


def home(_rest, _query, _body, headers):
    return page("home.html", headers, items=product_list(store.products()))


def product(rest, _query, _body, headers):
    found = [row for row in store.products() if str(row["id"]) == rest]
    if not found:
        raise LookupError(f"no product {rest}")
    row = found[0]
    return page("product.html", headers, name=html.escape(row["name"]), price=f"{row['price_cents'] / 100:.2f}",
                stock=row["stock"], id=row["id"])


def search(_rest, query, _body, headers):
    words = query.get("q", [""])[0]
    return page("search.html", headers, words=html.escape(words), items=product_list(store.products(f"%{words}%")))


def page(template, headers, /, **values):
    texts = language(headers.get("Accept-Language", "en"))
    content = string.Template(read(f"templates/{template}")).substitute(texts, **values)
    whole = string.Template(read("templates/layout.html")).substitute(texts, content=content)
    return 200, "text/html; charset=utf-8", whole.encode()


def product_list(rows):
    return "\n".join(f'<li><a href="/product/{row["id"]}">{html.escape(row["name"])}</a></li>' for row in rows)


def language(accepted):
    """The texts of the first accepted language that the shop speaks."""
    import json
    for part in accepted.split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code.isalpha():
            try:
                return json.loads(read(f"locale/{code}.json"))
            except FileNotFoundError:
                continue
    return json.loads(read("locale/en.json"))


def read(name):
    with open(f"{ROOT}/{name}", encoding="utf-8") as file:
        return file.read()
