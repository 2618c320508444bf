"""Plays histories against a real daemon on a moving clock, and judges what fund and offices paid by what truly happened.

    python3 tests/model/play.py --histories 1000 --seed 7         # batches side by side, three years each
    python3 tests/model/play.py --story honest --seed 700012      # one history again, with its script
"""
import argparse
import collections
import itertools
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import aid_stories  # noqa: E402, F401 - they are kept in stories.STORIES
import stories  # noqa: E402
import truth  # noqa: E402
from account import Refused  # noqa: E402
from grants import Grants  # noqa: E402
from stories import words, yuan  # noqa: E402
from town import GUARANTOR, INSURER, Town, day_of, harness  # noqa: E402

FIRST, SECOND, CLEARER, OFFICE = ("FINANCE", "王敏"), ("FINANCE", "李华"), ("FINANCE", "清查"), ("IP-OFFICE", "王敏")
firms = itertools.count(1)
LIVE = {"submitted": ("accept", FIRST), "accepted": ("approve", SECOND), "approved": ("pay", FIRST)}


def fen(text):
    return int(Fraction(text) * 100)


class Run(Grants):
    """One history in one town."""

    def __init__(self, town, story, number):
        self.town, self.s, self.number = town, story, number
        self.log = []       # what was done and answered: the script
        self.codes = []     # of the schemes
        self.loans = {}     # entry: its address
        self.contracts = {}  # entry: contract number
        self.covers = {}    # (entry, scheme): the day on which cover was asked for
        self.claims = []    # {"entry", "where", "received", "state", "paid", ...}
        self.covers_asked = False  # since finance looked at them
        self.refused = []   # (day, entry, codes) of claims that were refused
        self.views = {}     # what a clerk looked at earlier
        self.firms = {}
        self.day = 0
        self.counter = 0
        self.budgets = collections.Counter()  # account: appropriated
        self.broken = []    # what can only be a fault of the model or of the daemon: 500, or an honest bank refused

    def note(self, who, what, status="", codes=""):
        self.log.append("%s  %-10s %s%s" % (day_of(self.day), who, what, "  → %s %s" % (status, codes) if status else ""))

    def call(self, who, method, path, body=None, what=None, headers=None):
        status, said, headers = self.town.call(who, method, path, body, headers)
        codes = " ".join(e["code"] for e in (said or {}).get("errors", ())) if isinstance(said, dict) and status >= 400 else ""
        if what:
            self.note(who[0] if who[0] != "FINANCE" else who[1], what, status, codes)
        if status >= 400 and method == "GET":
            self.broken.append("%s %s answered %s %s" % (method, path, status, codes))
        if status >= 500:
            self.broken.append("%s %s answered %s" % (method, path, status))
        return status, said, headers

    def agreed(self, who, second, path, body):
        """What one person proposes another approves."""
        status, said, headers = self.call(who, "POST", path, body)
        assert status == 202, said
        where = headers["location"]
        seen = self.call(second, "GET", where)[1]["seen"]
        status, said, _ = self.call(second, "POST", where + "/approve", {"seen": seen, "reason": "核对无误"})
        assert status == 201, said

    def reference(self, prefix):
        self.counter += 1
        return "%s-%d-%d" % (prefix, self.number, self.counter)

    def bank(self, entry):
        return self.s.entries[entry]["bank"], "王敏"

    def begin(self):
        self.begin_schemes()
        self.begin_policies()

    # ---- schemes ---------------------------------------------------------------------------------

    def begin_schemes(self):
        for k, scheme in enumerate(self.s.schemes):
            code = "S%d-%d" % (self.number, k)
            self.codes.append(code)
        for code, scheme in zip(self.codes, self.s.schemes):
            body = dict(scheme["body"], code=code, layers=[
                dict(y, account=self.codes[int(y["account"][1:])]) if "account" in y else y for y in scheme["body"]["layers"]])
            if "excludes" in body:
                body["excludes"] = [{"scheme": self.codes[x]} for x in body["excludes"]]
            status, said, headers = self.call(OFFICE, "POST", "/v1/schemes", body)
            where = headers["location"]
            assert status == 201, said
            seen = self.call(FIRST, "GET", where)[1]["seen"]
            status, said, _ = self.call(FIRST, "POST", where + "/approve", {"seen": seen, "reason": "经核准", "on": str(day_of(1))})
            assert status == 201, said
            self.note("FINANCE", "scheme %s %s" % (code, {k: v for k, v in body.items() if k not in ("title", "legal_ref")}))
            self.agreed(FIRST, SECOND, "/v1/transfers", {
                "reference": "AP-" + code, "debit": "fund:" + code, "credit": "appropriation:" + code,
                "amount": yuan(scheme["money"]), "on": str(day_of(1)), "cause": "appropriation"})

    # ---- acts ------------------------------------------------------------------------------------

    def do(self, a):
        getattr(self, "do_" + a["what"])(a)

    def firm(self, key):
        if key not in self.firms:
            self.firms[key] = harness.firm(self.number * 8 + len(self.firms))
        return self.firms[key]

    def record(self, entry, over=None):
        """A loan's record as its bank tells it: the truth, less what it says otherwise."""
        c = self.s.credits[self.s.entries[entry]["of"]]
        own = self.s.entries[entry].get("code_of")
        code, name = self.firm(own or c["firm"])[0], self.firm(c["firm"])[1]
        if entry not in self.contracts:
            self.contracts[entry] = "C-%d-%s" % (self.number, entry)
        r = {"contract_no": self.contracts[entry], "product": "single_pledge", "borrower_uscc": code, "borrower_name": name,
             "district": c.get("district", "310115"), "amount": yuan(c["amount"]), "rate": c["rate"], "signed_on": str(day_of(c["signed"])),
             "matures_on": str(day_of(c["matures"])), "disbursed_on": str(day_of(c["start"])), "day_count": c["day_count"],
             "ip": [{"number": harness.patent((self.number * 8 + i + ord(x[-1]) % 7) % 10000000)}
                    for i, x in enumerate(c["rights"])]}
        if c["registered"] is not None:
            r["registered_on"] = str(day_of(c["registered"]))
        if c["ip_amount"]:
            r["ip_amount"] = yuan(c["ip_amount"])
        if c["first_loan"]:
            r["first_loan"] = True
        if c["guaranteed"]:
            r["guarantor_uscc"] = GUARANTOR
        if c.get("revolving"):
            r["revolving"] = True
        if c.get("insured"):
            r["insurer_uscc"] = INSURER
        if c.get("profile"):  # a small firm that owns what it pledges
            r.update(industry="C3973", employees=50, revenue="15000000.00")
            for right in r["ip"]:
                right["owner_uscc"] = code
        if "staff" in c:
            r["employees"] = c["staff"]
        for key, value in (over or {}).items():
            r[key] = str(day_of(value)) if key.endswith("_on") and isinstance(value, int) else value
        return {k: v for k, v in r.items() if v is not None}

    def do_book(self, a):
        self.covers_asked = True
        entry, scheme = a["entry"], a["scheme"]
        body = self.record(entry, a["over"])
        if scheme is not None:
            body["scheme"] = self.codes[scheme]
            self.covers[entry, scheme] = self.day
        for _ in range(2 if a["twice"] else 1):
            status, said, headers = self.call(self.bank(entry), "POST", "/v1/loans", body, "books %s %s" % (entry, {
                k: v for k, v in body.items() if k not in ("product", "borrower_name", "district")}))
            if status not in (200, 201) and self.s.entries[entry].get("honest"):
                self.broken.append("an honest bank was not let book %s" % said)
            if status == 201:
                self.loans[entry] = headers["location"]
                if scheme is not None and said["coverage"]["state"] == "refused":
                    self.note("", "   cover refused: %s" % " ".join(
                        e["code"] + " " + e["title"][:60] for e in said["coverage"]["errors"]))

    def do_cover(self, a):
        self.covers_asked = True
        body = {"reference": self.reference("BA"), "loan": self.contracts.get(a["entry"], "-"), "scheme": self.codes[a["scheme"]]}
        if a.get("on") is not None:
            body.update(on=str(day_of(a["on"])), evidence=a.get("evidence", "备案表"))
        if a.get("amount") is not None:
            body["amount"] = yuan(a["amount"])
        status, said, _ = self.call(self.bank(a["entry"]), "POST", "/v1/coverages", body, "asks for cover %s" % body)
        if status == 201:
            self.covers.setdefault((a["entry"], a["scheme"]), a["on"] if a.get("paper") else self.day)

    def do_correct(self, a):
        self.covers_asked = True
        where = self.loans.get(a["entry"])
        if where:
            old = self.call(self.bank(a["entry"]), "GET", where)[1]
            over = {k: str(day_of(v)) if k.endswith("_on") and isinstance(v, int) else v for k, v in a["over"].items()}
            if "scheme" in over:
                over["scheme"] = self.codes[int(over["scheme"][1:])]
            body = {k: v for k, v in dict(old, reason="更正", **over).items() if v is not None}
            self.call(self.bank(a["entry"]), "PUT", where, body, "corrects %s %s" % (a["entry"], over),
                      {"If-Match": '"%d"' % old["version"]})

    def entries_of(self, a):
        return a["entries"] or [e for e, x in self.s.entries.items() if x["of"] == a["of"]]

    def event_body(self, kind, on, more, reference):
        return dict(words(more), reference=reference, kind=kind, on=str(day_of(on)))

    def do_tell(self, a):
        """An event as it happened, to each entry of its credit that the bank has made."""
        for entry in self.entries_of(a):
            if entry not in self.loans:
                continue
            body = self.event_body(a["kind"], a["on"], a["more"], "E-%d-%d-%s" % (self.number, a["n"], entry))
            status, _, _ = self.call(self.bank(entry), "POST", self.loans[entry] + "/events", body,
                                     "tells of %s %s" % (entry, body))
            if status not in (200, 201) and self.s.entries[entry].get("honest"):
                self.broken.append("an honest bank was not let tell %s" % body)
            if a.get("remit") and status == 201:
                self.remit(a, entry)

    def remit(self, a, entry):
        """An honest bank tells as a recovery what came back after it was paid."""
        for claim in self.claims:
            if claim["entry"] == entry and claim.get("paid") is not None and not self.later(claim):
                body = {"reference": self.reference("RC"), "reason": "收回", "amount": yuan(a["more"]["principal"])}
                costs = a.get("costs") or []
                if costs:
                    body["costs"] = [{"what": "诉讼费", "amount": yuan(c), "evidence": "票据 %d" % i}
                                     for i, (c, _) in enumerate(costs)]
                status, said, _ = self.call(self.bank(entry), "POST", claim["where"] + "/recover", body,
                                            "recovers %s %s" % (entry, {k: v for k, v in body.items() if k != "reference"}))
                if status == 201:
                    claim["steps"] += 1
                    self.receive(claim, SECOND)
                    claim["true_costs"] += sum(c for c, is_true in costs if is_true)
                elif self.s.entries[entry].get("honest"):
                    self.broken.append("an honest bank was not let remit %s: %s" % (body, said))

    def receive(self, claim, who, name="receive"):
        """Finance looks whether what was told to have come back is on its account."""
        seen = self.call(who, "GET", claim["where"])[1]["seen"]
        status, said, _ = self.call(who, "POST", "%s/%s" % (claim["where"], name), {"seen": seen, "reason": "银行回单"},
                                    "%ss what came back for %s" % (name, claim["entry"]))
        if status != 201:
            self.broken.append("finance was not let %s: %s" % (name, said))

    def do_lie(self, a):
        if a["entry"] in self.loans:
            body = self.event_body(a["kind"], a["on"], a["more"], "X-%d-%d" % (self.number, a["n"]))
            self.call(self.bank(a["entry"]), "POST", self.loans[a["entry"]] + "/events", body, "says wrongly of %s %s" % (
                a["entry"], body))

    def do_take_back(self, a):
        if a["entry"] in self.loans:
            body = {"reference": "XR-%d-%d" % (self.number, a["n"]), "kind": "reversed", "on": str(day_of(self.day)),
                    "reverses": "X-%d-%d" % (self.number, a["n"])}
            self.call(self.bank(a["entry"]), "POST", self.loans[a["entry"]] + "/events", body, "takes that back")

    def do_void(self, a):
        if a["entry"] in self.loans:
            self.call(self.bank(a["entry"]), "POST", self.loans[a["entry"]] + "/events", {
                "reference": "V-%d-%d" % (self.number, a["n"]), "kind": "voided", "on": str(day_of(self.day)), "reason": "合同未履行"},
                "voids " + a["entry"])

    def do_released(self, a):
        self.do_tell(dict(a, kind="pledge_released", on=a["day"], more={}, entries=None))

    def do_claim(self, a):
        entry = a["entry"]
        told = {k: yuan(v) if isinstance(v, int) and k.startswith("loss") else str(day_of(v)) if isinstance(v, int) else v
                for k, v in a["told"].items()}
        costs = told.pop("true_costs", None)
        if costs:
            told["costs"] = [{"what": "诉讼费", "amount": yuan(c), "evidence": "票据"} for c, _ in costs]
        who = a.get("who", "bank")
        loan = self.contracts.get(entry, "-") if who == "bank" else self.loans.get(entry, "-").split("/")[-1]
        body = dict({"reference": self.reference("CL"), "loan": loan, "kind": "compensation"}, **told)
        status, said, headers = self.call(self.claimant(entry, who), "POST", "/v1/claims", body, "claims for %s %s" % (
            entry, {k: v for k, v in body.items() if k != "reference"}))
        if status == 201:
            self.claims.append({"entry": entry, "who": who, "where": headers["location"], "id": said["id"], "received": self.day,
                                "paid": None,
                                "steps": 0, "kind": body["kind"], "true_costs": 0, "taken": 0, "scheme": said["scheme"],
                                "costs_before": sum(c for c, is_true in costs if is_true) if costs else 0})
        else:
            self.refused.append((self.day, entry, [e["code"] for e in (said or {}).get("errors", ())], who))

    def chain(self, claim):
        """The paid claims of one loss, the first first: the last has taken over those before it."""
        return sorted((c for c in self.claims if c["paid"] is not None
                       and all(c[k] == claim[k] for k in ("entry", "who", "scheme"))), key=lambda c: c["paid"])

    def earlier(self, claim):
        return [c for c in self.chain(claim) if c["paid"] < claim["paid"]]

    def later(self, claim):
        return [c for c in self.chain(claim) if c["paid"] > claim["paid"]]

    def days_before(self, claim):
        return [(day_of(c["received"]), day_of(c["paid"])) for c in self.earlier(claim)]

    def claimant(self, entry, who):
        return self.bank(entry) if who == "bank" else (GUARANTOR, "王敏")

    def do_endcover(self, a):
        """A bank ends the cover that it has."""
        where = "/v1/coverages?loan=" + self.contracts.get(a["entry"], "-")
        for cover in self.call(self.bank(a["entry"]), "GET", where)[1]["items"]:
            if "end" in cover["legal_steps"]:
                self.cover_step(self.bank(a["entry"]), cover["id"], "end")

    def do_step(self, a):
        """A step that a bank or finance takes on the last claim of an entry: withdraw, cure, close, recover …"""
        mine = [c for c in self.claims if c["entry"] == a["entry"]]
        if not mine:
            return
        claim = mine[-1]
        who = FIRST if a.get("by") == "finance" else self.claimant(a["entry"], claim["who"])
        body = {k: str(day_of(v)) if k.endswith("_on") else v for k, v in dict({"reason": "经办"}, **a.get("more", {})).items()}
        if a["name"] == "recover":
            body.update(reference=self.reference("RC"))
        else:
            body["seen"] = self.call(who, "GET", claim["where"])[1]["seen"]
        status, _, _ = self.call(who, "POST", "%s/%s" % (claim["where"], a["name"]), body,
                                 "takes step %s on the claim for %s %s" % (a["name"], a["entry"], a.get("more", "")))
        claim["steps"] += status == 201
        if status == 201 and a["name"] in ("recover", "cure") and not a.get("money", True):
            for person in (SECOND, FIRST) if a["name"] == "recover" else (SECOND,):  # a recovery takes two to refuse
                self.receive(claim, person, "refuse")
        elif status == 201 and a["name"] == "recover":
            self.receive(claim, SECOND)

    # ---- finance, which is honest: it looks at papers, and takes the bank's corrections as they come ---------------

    def do_desk(self, a):
        self.look_at_flags()
        if self.covers_asked:
            self.covers_asked = False
            self.look_at_covers()
        for _ in range(a.get("steps", 1)):
            for claim in self.claims:
                if claim["paid"] is None or claim["true_costs"] > claim["taken"]:
                    self.look_at_claim(claim, a)

    def look_at_covers(self):
        for code in self.codes:
            for cover in self.call(FIRST, "GET", "/v1/coverages?limit=100&scheme=" + code)[1]["items"]:
                if cover["state"] not in ("requested", "suspended"):
                    continue
                entry = next((e for e, x in self.contracts.items() if x == cover["loan"]), None)
                true_paper = self.s.entries.get(entry, {}).get("paper")
                if "on" in cover and not true_paper:
                    self.cover_step(FIRST, cover["id"], "refuse")  # no such paper in the files
                    continue
                if cover["state"] == "suspended" and self.s.entries.get(entry, {}).get("untrue"):
                    self.cover_step(FIRST, cover["id"], "refuse")  # the correction is not borne out by any paper
                    continue
                for who in (FIRST, SECOND) if "on" in cover and cover["state"] == "requested" else (FIRST,):
                    self.cover_step(who, cover["id"], "confirm")

    def cover_step(self, who, cover, name):
        where = "/v1/coverages/" + cover
        seen = self.call(who, "GET", where)[1]["seen"]
        self.call(who, "POST", "%s/%s" % (where, name), {"seen": seen, "reason": "材料"}, "%ss a cover" % name)

    def look_at_flags(self):
        """A second person clears what is no double; one that is stays."""
        for entry, where in self.loans.items():
            if self.s.entries[entry].get("cleared"):
                for flag in self.call(CLEARER, "GET", "/v1/flags?state=open&record=" + where.split("/")[-1])[1]["items"]:
                    if flag["code"] in self.s.entries[entry]["cleared"]:
                        self.call(CLEARER, "POST", "/v1/flags/%s/clear" % flag["id"], {"reason": "已核对,不重复"},
                                  "clears " + flag["code"])

    def look_at_claim(self, claim, a):
        view = self.call(FIRST, "GET", claim["where"])[1]
        step = LIVE.get(view["state"])
        if step:
            name, who = step
            seen = self.views.get(claim["id"], view["seen"]) if a.get("stale") else view["seen"]
            self.views[claim["id"]] = view["seen"]
            body = {"seen": seen, "reason": "材料齐全"}
            if name == "accept" and claim["costs_before"]:
                body["costs_accepted"] = yuan(claim["costs_before"])
            status, said, _ = self.call(who, "POST", "%s/%s" % (claim["where"], name), body, "%ss the claim for %s" % (
                name, claim["entry"]))
            if status == 409 and [e["code"] for e in said["errors"]][0] == "E_SEEN":  # looks again
                seen = self.call(who, "GET", claim["where"])[1]["seen"]
                status, said, _ = self.call(who, "POST", "%s/%s" % (claim["where"], name), dict(body, seen=seen),
                                            "%ss the claim for %s" % (name, claim["entry"]))
            if name == "pay" and status == 201:
                claim["paid"] = self.day
        elif view["state"] in ("recovering", "closed") and claim["paid"] is not None:
            told = sum(fen(s.get("costs", "0")) for s in view["steps"] if s["step"] == "recover")
            taken = sum(fen(s.get("costs_accepted", "0")) for s in view["steps"] if s["step"] == "accept_costs")
            more = min(claim["true_costs"], told) - taken
            if more > 0:
                status, _, _ = self.call(FIRST, "POST", claim["where"] + "/accept_costs", {
                    "seen": view["seen"], "reason": "票据属实", "costs_accepted": yuan(more)}, "accepts costs of " + yuan(more))
                claim["steps"] += status == 201
                claim["taken"] += more if status == 201 else 0

    def do_close(self, a):
        """Finance closes what it can; what the ledger says is kept back is asked for first, and a bank that is asked pays."""
        for claim in self.claims:
            if claim["paid"] is None:
                continue
            view = self.call(FIRST, "GET", claim["where"])[1]
            if view.get("recovery_untold") and a.get("demand"):
                status, _, _ = self.call(FIRST, "POST", claim["where"] + "/recover", {
                    "reference": self.reference("RC"), "reason": "催缴", "amount": view["recovery_untold"]},
                    "demands %s of the claim for %s" % (view["recovery_untold"], claim["entry"]))
                claim["steps"] += status == 201
                if status == 201:
                    self.receive(claim, SECOND)
                view = self.call(FIRST, "GET", claim["where"])[1]
            if "close" in view["legal_steps"]:
                self.call(FIRST, "POST", claim["where"] + "/close", {"seen": view["seen"], "reason": "已无可追"},
                          "closes the claim for " + claim["entry"])

    # ---- the plan of a history -------------------------------------------------------------------

    def plan(self):
        """Acts by the day on which something is said or done; told in the order of the story."""
        out = collections.defaultdict(list)
        for a in self.s.acts:
            if a["what"] == "event":
                for day in a["told"]:
                    out[day].append(dict(a, what="tell", on=a["day"]))
            elif a["what"] == "lie":
                out[a["day"]].append(a)
                if a["taken_back"] is not None:
                    out[a["taken_back"]].append(dict(a, what="take_back"))
            else:
                out[a["day"]].append(a)
        out[stories.LAST + 4].append({"group": None, "n": 10 ** 6, "what": "close", "demand": True})
        return out

    # ---- the verdict -----------------------------------------------------------------------------

    def credit(self, key):
        c = self.s.credits[key]
        contract = {"amount": yuan(c["amount"]), "rate": c["rate"], "signed_on": str(day_of(c["signed"])),
                    "matures_on": str(day_of(c["matures"])), "day_count": c["day_count"], "first_loan": c["first_loan"],
                    "guaranteed": c["guaranteed"], "insured": c.get("insured", False),
                    "pledged_before": c.get("pledged_before", False), "revolving": c.get("revolving", False)}
        if c["registered"] is not None:
            contract["registered_on"] = str(day_of(c["registered"]))
        if c["ip_amount"]:
            contract["ip_amount"] = yuan(c["ip_amount"])
        contract.update({k: c[k] for k in ("most_rate", "staff") if k in c})
        if "void" in c:
            contract["void_on"] = str(day_of(c["void"]))
        events = []
        for a in self.s.acts:
            if a["what"] == "event" and a["of"] == key:
                events.append(dict(words(a["more"]), reference="%04d" % a["n"], kind=a["kind"], on=str(day_of(a["day"]))))
        released = next((day_of(a["day"]) for a in self.s.acts if a["what"] == "released" and a["of"] == key), None)
        return truth.Credit(contract, events, released)

    def judge(self, moved, balances):
        """moved: claim id -> [(cause, fen out of a fund, its account)]. Returns what is wrong, a sentence each."""
        wrong = list(self.broken)
        end = day_of(stories.LAST + 10)
        sums = collections.Counter()
        for key in self.s.credits:
            credit = self.credit(key)
            claims = [c for c in self.claims if self.s.entries[c["entry"]]["of"] == key]
            wrong += self.too_much(key, credit, claims, moved, end)
            for entry, x in self.s.entries.items():
                if x["of"] == key and x.get("honest"):
                    wrong += self.too_little(entry, credit, [c for c in claims if c["entry"] == entry], moved, end)
            for c in claims:
                k = self.codes.index(c["scheme"])
                own = sum(m[1] for m in moved.get(c["id"], ()) if m[2] == "fund:" + c["scheme"])
                sums[k, "cap_per_loan", c["entry"]] += own
                sums[k, "cap_per_enterprise", self.s.credits[key]["firm"]] += own
                sums[k, "cap_fund_year", day_of(c["received"]).year] += own
                sums[k, "cap_bank_year", (self.s.entries[c["entry"]]["bank"], day_of(c["received"]).year)] += own
        for (k, cap, who), total in sums.items():
            if cap in self.s.body(k) and total > fen(self.s.body(k)[cap]):
                wrong.append("%s passed: %s got %s" % (cap, who, yuan(total)))
        for k, code in enumerate(self.codes):
            out = sum(m[1] for c in self.claims for m in moved.get(c["id"], ()) if m[2] == "fund:" + code)
            if balances["fund:" + code] != self.s.schemes[k]["money"] - out or balances["fund:" + code] < 0:
                wrong.append("fund %s holds %s, not %s" % (code, balances["fund:" + code], self.s.schemes[k]["money"] - out))
        return wrong + self.judge_aid(moved, balances)

    def covered(self, entry, k):
        day = self.s.entries[entry].get("covered", self.covers.get((entry, k)))
        return None if day is None else day_of(day)

    def account_of(self, k, account):
        """Of a layer of a scheme: its own fund, or another's."""
        return "fund:" + self.codes[k if account is None else int(account[1:])]

    def too_much(self, key, credit, claims, moved, end):
        """The funds are out of pocket by no more than their fair shares of one true credit, whatever entries tell of it."""
        paid = [c for c in claims if c["paid"] is not None]
        net = collections.Counter()
        for c in claims:
            for m in moved.get(c["id"], ()):
                net[m[2]] += m[1]
        if not paid:
            return ["%s: %s moved without payment" % (key, dict(net))] if any(x > 0 for x in net.values()) else []
        fair, why = collections.defaultdict(collections.Counter), []  # scheme: {(who claims, fund): its share}
        for c in paid:
            k = self.codes.index(c["scheme"])
            scheme = truth.Scheme(self.s.body(k), c["who"])
            received, day = day_of(c["received"]), day_of(c["paid"])
            reason = scheme.why_not(credit, self.covered(c["entry"], k), received, day)
            if reason is None and self.s.entries[c["entry"]].get("barred"):
                reason = self.s.entries[c["entry"]]["barred"]
            if reason is None:
                for account, share in scheme.fair(credit, received, day, end, c["costs_before"], c["true_costs"],
                                                  self.days_before(c)).items():
                    part = c["who"], self.account_of(k, account)
                    fair[k][part] = max(fair[k][part], share)
            why.append(reason or "owed")
        slack = sum(1 + c["steps"] for c in claims)
        most = {fund: max((sum(x for (_, f), x in parts.items() if f == fund) for parts in fair.values()), default=Fraction(0))
                for fund in net}
        most["all funds"] = max((sum(parts.values()) for parts in fair.values()), default=Fraction(0))  # lost once
        net["all funds"] = sum(net.values())
        return ["too much: %s out by %s for %s, the fair share is %s (%s)" % (
            fund, yuan(out), key, yuan(int(most[fund])), ", ".join(why))
            for fund, out in net.items() if out > most[fund] + slack]

    def room(self, entry, k, day, moved):
        """What the limits of a scheme still left for a claim of that day; None: it sets none. Earlier ones were paid by then."""
        body, own = self.s.body(k), self.s.entries[entry]
        earlier = [c for c in self.claims if c["scheme"] == self.codes[k] and (c["received"], c["entry"]) < (day, entry)]
        same = {"cap_per_loan": lambda c: c["entry"] == entry,
                "cap_per_enterprise": lambda c: self.firm_of(c["entry"]) == self.firm_of(entry),
                "cap_bank_year": lambda c: self.s.entries[c["entry"]]["bank"] == own["bank"]
                and day_of(c["received"]).year == day_of(day).year,
                "cap_fund_year": lambda c: day_of(c["received"]).year == day_of(day).year}
        rooms = [fen(body[cap]) - self.gross(filter(counts, earlier), moved) for cap, counts in same.items() if cap in body]
        if body.get("pool_balance_limits_liability"):
            rooms.append(self.s.schemes[k]["money"] - self.gross(earlier, moved))
        return min(rooms, default=None)

    def firm_of(self, entry):
        return self.s.credits[self.s.entries[entry]["of"]]["firm"]

    def gross(self, claims, moved):
        return sum(m[1] for c in claims for m in moved.get(c["id"], ())
                   if m[0] == "compensation" and m[2] == "fund:" + c["scheme"])

    def too_little(self, entry, credit, claims, moved, end):
        """An honest bank is paid in full, to the fen, and on time."""
        asked = {(a["day"], a.get("who", "bank")) for a in self.s.acts
                 if a["what"] == "claim" and a["entry"] == entry and a["sure"]}
        late = [r for r in self.refused if r[1] == entry and (r[0], r[3]) in asked
                and not (set(r[2]) == {"E_CAP"} and self.room(entry, 0, r[0], moved) <= 0)]
        if late:
            return ["honest %s was refused on %s: %s" % (entry, day_of(late[0][0]), " ".join(late[0][2]))]
        wrong = []
        for c in claims:
            if (c["received"], c["who"]) in asked:
                wrong += self.claim_in_full(entry, credit, c, moved, end)
        return wrong

    def claim_in_full(self, entry, credit, c, moved, end):
        if c["paid"] is None or c["paid"] > c["received"] + 20:
            return ["honest %s was not paid in time" % entry]
        k = self.codes.index(c["scheme"])
        scheme = truth.Scheme(self.s.body(k), c["who"])
        received, day = day_of(c["received"]), day_of(c["paid"])
        reason = scheme.why_not(credit, self.covered(entry, k), received, day)
        if reason:
            return ["the story %s is not honest: %s" % (self.s.name, reason)]
        before = self.days_before(c)
        want = scheme.fund_shares(credit, scheme.net_loss(credit, received, day, c["costs_before"], before))
        fair = scheme.fair(credit, received, day, end, c["costs_before"], c["true_costs"], before)
        room = self.room(entry, k, c["received"], moved)
        limited = room is not None and room < want[None]
        want[None] = room if limited else want[None]
        wrong = []
        for account in want:
            fund = self.account_of(k, account)
            mine = [m for m in moved.get(c["id"], ()) if m[2] == fund]
            had = sum(m[1] for x in self.earlier(c) for m in moved.get(x["id"], ()) if m[2] == fund)  # and did not give back
            got, net = sum(m[1] for m in mine if m[0] == "compensation"), had + sum(m[1] for m in mine)
            if got != want[account] - had and self.told_by(c["paid"], self.s.entries[entry]["of"]):
                wrong.append("honest %s got %s of %s, its share is %s" % (entry, yuan(had + got), fund, yuan(want[account])))
            if not limited and not self.later(c) and abs(net - fair[account]) > 2 + c["steps"]:
                wrong.append("honest %s keeps %s of %s, fair is %s" % (entry, yuan(net), fund, yuan(int(fair[account]))))
        return wrong

    def told_by(self, day, of):
        """Was all told by then? Of a payment on that very day nothing says whether it came before."""
        events = [a for a in self.s.acts if a["what"] == "event" and a["of"] == of and a["day"] <= day]
        return all(max(a["told"], default=0) <= day and a["day"] != day for a in events)

    def script(self):
        return "\n".join(self.log)


def play(drawn, binary, break_it=None, threads=6, first=0, cut=False):
    """Plays histories side by side, each with its own firms and schemes, on one calendar. Returns their runs, and what is
    wrong with each. break_it: SQL that takes a rule out of the database first."""
    town = Town(binary)
    try:
        runs = [Run(town, s, first + n + 1) for n, s in enumerate(drawn)]
        if break_it:
            town.daemon.sql(break_it)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(Run.begin, runs))
            days = collections.defaultdict(list)
            for run in runs:
                for day, acts in run.plan().items():
                    days[day].append((run, acts))
            for day in sorted(days):
                town.clock.to(day_of(day))
                list(pool.map(lambda x, d=day: a_day(x[0], d, x[1]), days[day]))
        moved = collections.defaultdict(list)
        for line in town.daemon.sql(
                "select cause_id, cause, case when credit ~ '^(fund|subsidy):' then amount_fen else -amount_fen end,"
                " case when credit ~ '^(fund|subsidy):' then credit else debit end from transfer"
                " where cause_id is not null order by recorded_at").splitlines():
            claim, cause, out, account = line.split("|")
            moved[claim].append((cause, int(out), account))
        balances = dict(line.split("|") for line in town.daemon.sql(
            "select code, account_balance_fen(code, null, null) from account where code ~ '^(fund|subsidy):'").splitlines())
        balances = {k: int(v) for k, v in balances.items()}
        return [(run, verdict(run, moved, balances, cut)) for run in runs]
    finally:
        town.close()


def verdict(run, moved, balances, cut):
    """cut: of a history from which acts were dropped; what cannot have happened proves nothing."""
    try:
        wrong = run.judge(moved, balances)
    except Refused as e:
        if not cut:
            return ["the story tells what cannot have been: %s" % e]
        return []
    return [] if cut and any("is not honest" in w or "was not let" in w for w in wrong) else wrong


def a_day(run, day, acts):
    run.day = day
    for a in acts:
        run.do(a)


# ---- the shortest history that still fails ------------------------------------------------------------

def without(story, groups):
    s = stories.Story.__new__(stories.Story)
    s.__dict__.update(story.__dict__)
    s.acts = [a for a in story.acts if a["group"] not in groups]
    return s


def shorten(story, binary, break_it=None, rounds=6):
    """Drops groups of acts while the history still fails: all single cuts side by side in one town, then those together that
    failed alone, halved until they fail together."""
    for _ in range(rounds):
        groups = sorted({a["group"] for a in story.acts if a["what"] != "close"})
        tries = [without(story, {g}) for g in groups]
        failing = [g for g, (_, wrong) in zip(groups, play(tries, binary, break_it, cut=True)) if wrong]
        if not failing:
            break
        cuts = []
        size = len(failing)
        while size >= 1:
            cuts += [set(failing[i:i + size]) for i in range(0, len(failing), size)]
            size //= 2
        kept = [c for c, (_, wrong) in zip(cuts, play([without(story, c) for c in cuts], binary, break_it, cut=True))
                if wrong]
        story = without(story, max(kept, key=len))
    return story


def tell(run, wrong):
    return "%s %s (python3 tests/model/play.py --story %s --seed %s)\n%s\n%s" % (
        "FAILS" if wrong else "holds", run.s.name, run.s.name, run.s.seed, "\n".join("  " + w for w in wrong), run.script())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--histories", type=int, default=200)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--batch", type=int, default=400, help="histories side by side")
    p.add_argument("--story", help="one history by its name; --seed is its own")
    p.add_argument("--shorten", action="store_true", help="cut down what fails")
    p.add_argument("--only", help="stories, by commas")
    args = p.parse_args()
    if args.story:
        ((run, wrong),) = play([stories.draw(args.story, args.seed)], harness.RELEASE_BIN)
        print(tell(run, wrong))
        return 1 if wrong else 0
    failed, kinds = 0, collections.Counter()
    drawn = stories.draws(args.histories, args.seed, args.only.split(",") if args.only else ())
    for at in range(0, len(drawn), args.batch):
        began = time.monotonic()
        batch = drawn[at:at + args.batch]
        results = play(batch, harness.RELEASE_BIN)
        bad = [(run, wrong) for run, wrong in results if wrong]
        kinds.update(run.s.name for run, _ in bad)
        for run, wrong in bad[:8]:
            print(tell(run, wrong))
            if args.shorten:
                for again, still in play([shorten(run.s, harness.RELEASE_BIN)], harness.RELEASE_BIN):
                    print("SHORTEST", tell(again, still))
        failed += len(bad)
        claims, apps = ([x for r, _ in results for x in getattr(r, kind)] for kind in ("claims", "apps"))
        print("%d histories, seed %d: %d fail, %d of %d claims and %d of %d applications paid (%.1f s)" % (
            len(batch), args.seed, len(bad), sum(c["paid"] is not None for c in claims), len(claims),
            sum(a["paid"] is not None for a in apps), len(apps), time.monotonic() - began), dict(kinds), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
