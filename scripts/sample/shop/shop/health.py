"""Whether the shop answers; touches nothing else."""


def get(_rest, _query, _body, _headers):
    return 200, "text/plain", b"ok\n"
