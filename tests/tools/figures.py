#!/usr/bin/env python3
"""The money of `tieout parse --output json`, as a list of [account, currency, opening, closing, [entries]].

  figures.py < OUTPUT             the figures of one parsed file; fails where a balance is missing
  figures.py --manifest IN OUT    rewrites the figures of a manifest of mutants to the same form

Pages and statements that continue each other (one account, closing = next opening) become one, since a reader may give a
statement of several pages either way. Only booked entries count.
"""
import json
import sys
from decimal import Decimal


def text(value):
    return format(Decimal(value).normalize() + 0, "f")


def joined(statements):
    out = []
    for account, currency, opening, closing, entries in statements:
        account = "".join(account.split())
        last = out[-1] if out else None
        if last and last[:2] == [account, currency] and Decimal(last[3]) == Decimal(opening):
            last[3] = closing
            last[4] = last[4] + entries
        else:
            out.append([account, currency, opening, closing, list(entries)])
    return out


def figures(parsed):
    out = []
    for s in parsed["statements"]:
        entries = [Decimal(e["amount"]) for e in s["entries"] if e["status"] == "BOOK"]
        closing, opening = s["closing_balance"], s["opening_balance"]
        if opening is None and closing is not None and parsed["format"] == "csv":
            # A single running balance proves nothing, and the reader says so; the manifest counts back from it.
            opening = Decimal(closing) - sum(entries)
        if opening is None or closing is None:
            raise SystemExit("a statement without balances: " + s["tie_out"])
        out.append([s["account"], s["currency"], text(opening), text(closing), [text(e) for e in entries]])
    return joined(out)


def as_objects(statements):
    keys = ("account", "currency", "opening", "closing", "entries")
    return [dict(zip(keys, s)) for s in statements]


def main():
    if sys.argv[1:2] == ["--manifest"]:
        with open(sys.argv[2]) as given, open(sys.argv[3], "w") as out:
            for line in given:
                mutant = json.loads(line)
                for key in ("figures", "orig"):
                    if mutant.get(key):
                        mutant[key] = joined(mutant[key])
                out.write(json.dumps(mutant) + "\n")
    else:
        print(json.dumps(as_objects(figures(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
