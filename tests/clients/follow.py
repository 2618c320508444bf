#!/usr/bin/env python3
"""Keeps a copy of what the ledger lets its reader see: follows /v1/changes into a SQLite file.

    follow.py --url http://127.0.0.1:8420 --token-file FILE --copy copy.sqlite [--until-head]

A page of changes and the place that it ends at are stored in one transaction, so that whatever dies at whatever
moment - this program, the ledger, the machine - the copy goes on where it was: nothing is missed and nothing counted
twice. Only the standard library is used.
"""
import argparse
import http.client
import json
import sqlite3
import sys
import time
import urllib.error
import urllib.request

SCHEMA = """
create table if not exists place (one integer primary key check (one = 1), seq integer not null);
insert or ignore into place values (1, 0);
create table if not exists record (
    id text primary key, type text not null, version integer not null, key text not null, seq integer not null,
    recorded_at text not null, recorded_by text not null, body text not null);
"""


def ask(url, token, after, wait):
    request = urllib.request.Request("%s/v1/changes?after=%d&wait=%d&limit=1000" % (url, after, wait),
                                     headers={"Authorization": "Bearer " + token})
    with urllib.request.urlopen(request, timeout=wait + 30) as answer:
        return json.load(answer)


def take(copy, page):
    """One transaction: all of a page, or nothing of it."""
    with copy:
        copy.execute("begin immediate")
        for c in page["items"]:
            if c.get("gone"):
                copy.execute("delete from record where id = ?", (c["id"],))
                continue
            copy.execute("insert into record values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set"
                         " version = excluded.version, seq = excluded.seq, recorded_at = excluded.recorded_at,"
                         " recorded_by = excluded.recorded_by, body = excluded.body"
                         " where excluded.version > record.version",
                         (c["id"], c["type"], c["version"], c["key"], c["seq"], c["recorded_at"], c["recorded_by"],
                          json.dumps(c["record"], ensure_ascii=False)))
        copy.execute("update place set seq = ? where seq < ?", (page["next"], page["next"]))


def follow(args, token):
    copy = sqlite3.connect(args.copy, isolation_level=None)
    copy.execute("pragma journal_mode = wal")
    copy.execute("pragma synchronous = full")
    copy.executescript(SCHEMA)
    pause = 0.1
    while True:
        after = copy.execute("select seq from place").fetchone()[0]
        try:
            page = ask(args.url, token, after, 0 if args.until_head else args.wait)
        except urllib.error.HTTPError as e:
            if e.code in (401, 403, 404, 422):
                sys.exit("%s: %s" % (args.url, e.read().decode(errors="replace")[:500]))
            time.sleep(pause)
            pause = min(pause * 2, 30)  # busy, or starting
            continue
        except (OSError, ValueError, http.client.HTTPException):  # away, or cut in the middle of an answer
            time.sleep(pause)
            pause = min(pause * 2, 30)
            continue
        pause = 0.1
        take(copy, page)
        if args.until_head and page["next"] >= page["head"]:
            return


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    p.add_argument("--url", default="http://127.0.0.1:8420")
    p.add_argument("--token-file", required=True)
    p.add_argument("--copy", required=True)
    p.add_argument("--wait", type=int, default=30)
    p.add_argument("--until-head", action="store_true", help="end when all there is has been taken")
    args = p.parse_args()
    with open(args.token_file, encoding="ascii") as f:
        token = f.readline().strip()
    follow(args, token)


if __name__ == "__main__":
    main()
