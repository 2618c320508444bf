"""What a run does about subsidies, and how it is judged: policies, papers, applications, offices; and the truth of aid.py.

An office has three persons: who applies for a firm, who looks at it again, who pays. All of them are honest: they take the
papers that are there, and claw back what a red flag says was paid without ground. Firms, banks and insurers need not be.
"""
import collections
import json

import aid
from account import fen, yuan
from town import START, day_of

CITY = "310000"
TELLS = ("borrower.bad_record", "borrower.high_tech", "borrower.tech_sme", "borrower.kind", "borrower.operating_district",
         "borrower.tax_district", "insurance.high_value_patents", "insurance.belt_and_road", "insurance.domestic_only")
PAPERS = "ab" * 32
IN_TIME = 20  # days from an honest application to its money


def office(body):
    """Who applies, who approves, who pays."""
    if "district" not in body:
        return [("FINANCE", x) for x in ("王敏", "李华", "复核")]
    return [("DIST-" + body["district"], x) for x in ("王敏", "李复核", "赵支付")]


def year_of(day):
    return day_of(day).year


class Grants:
    """The part of a Run that is about subsidies."""

    def begin_policies(self):
        self.policy_codes, self.apps, self.insured, self.policy_at = [], [], {}, []
        for k, policy in enumerate(self.s.policies):
            same = policy["version_of"]
            self.policy_codes.append("P%d-%d" % (self.number, k) if same is None else self.policy_codes[same])
        for code, policy in zip(self.policy_codes, self.s.policies):
            body = policy["body"] = dict(policy["body"], code=code)
            clerk, checker, _ = office(body)
            status, said, headers = self.call(clerk, "POST", "/v1/policies", body)
            assert status == 201, said
            seen = self.call(clerk, "GET", headers["location"])[1]["seen"]
            status, said, _ = self.call(checker, "POST", headers["location"] + "/approve",
                                        {"seen": seen, "reason": "经批准", "on": str(START)})
            assert status == 201, said
            self.policy_at.append(headers["location"])
            self.note(clerk[0], "policy %s %s" % (code, {k: v for k, v in body.items() if k not in (
                "title", "legal_ref", "source", "code")}))
        for k, policy in enumerate(self.s.policies):
            if policy["version_of"] is None:
                for year in sorted({year_of(a["day"]) for a in self.s.acts if a["what"] == "apply"}):
                    self.appropriate(k, year, policy["money"])

    def appropriate(self, k, year, money):
        maker, checker, _ = office(self.s.policies[k]["body"])
        self.agreed(maker, checker, "/v1/budgets", {
            "reference": self.reference("YS"), "policy": self.policy_codes[k], "year": year, "kind": "appropriation",
            "amount": yuan(money), "on": str(day_of(max(self.day, 1)))})
        self.budgets[self.account(k, year)] += money

    def account(self, k, year):
        return "subsidy:%s:%s:%d" % (self.s.policies[k]["body"].get("district", CITY), self.policy_codes[k], year)

    def do_appropriate(self, a):
        self.appropriate(a["policy"], year_of(a["day"]), a["money"])

    # ---- insurers ----------------------------------------------------------------------------------

    def insurance_body(self, key, over):
        x = self.s.insurances[key]
        body = {"policy_no": "BX-%d-%s" % (self.number, key), "kind": x["kind"], "insured_name": self.firm(x["firm"])[1],
                "insured_uscc": self.firm(x.get("code_of") or x["firm"])[0],
                "district": x["district"], "sum_insured": yuan(x["sum"]), "premium": yuan(x["premium"]),
                "starts_on": str(day_of(x["starts"])), "ends_on": str(day_of(x["ends"]))}
        if x["kind"] == "loan_guarantee":
            body.update(loan_contract_no=self.contracts.get(x["entry"], "-"), cover_share="80.00")
        return dict(body, **over)

    def do_insure(self, a):
        body = self.insurance_body(a["key"], a.get("over", {}))
        status, _, headers = self.call(("91310115QX0115114N", "王敏"), "POST", "/v1/insurance-policies", body,
                                       "insures %s %s" % (a["key"], body))
        if status == 201:
            self.insured[a["key"]] = headers["location"]

    def do_reinsure(self, a):
        """The insurer corrects what it told."""
        if a["key"] in self.insured:
            body = dict(self.insurance_body(a["key"], a["over"]), reason="更正")
            self.call(("91310115QX0115114N", "王敏"), "PUT", self.insured[a["key"]], body, "corrects %s %s" % (
                a["key"], a["over"]), {"If-Match": '"%d"' % a["version"]})

    # ---- applications ------------------------------------------------------------------------------

    def application(self, a):
        policy = self.s.policies[a["policy"]]
        body = {"reference": self.reference("SQ"), "policy": self.policy_codes[a["policy"]]}
        if a.get("insurance"):
            body["insurance_policy"] = "BX-%d-%s" % (self.number, a["insurance"])
            firm, own = self.s.insurances[a["insurance"]]["firm"], self.s.insurances[a["insurance"]]
        else:
            body["loan"] = self.contracts.get(a["entry"], "-")
            firm, own = self.s.credits[self.s.entries[a["entry"]]["of"]]["firm"], {}
        asked = {leaf["fact"] for leaf in self.leaves(policy["body"])}
        facts = {f: self.s.firms[firm].get(f.split(".")[1]) if f.startswith("borrower") else own.get(f.split(".")[1], False)
                 for f in TELLS if f in asked}
        facts.update(a.get("facts", {}))
        if facts:
            body["facts"] = facts
        papers = [f for f in facts if f not in policy["body"].get("declared", ())]
        if papers and a.get("papers", True):
            body["evidence"] = [{"fact": f, "document": "证明.pdf", "sha256": PAPERS} for f in papers if f in TELLS]
        if a.get("invoices"):
            body["invoices"] = [dict(self.invoice(key), **over) for key, over in a["invoices"]]
        return body

    def leaves(self, body):
        conditions = [body["eligible"]] + [c["when"] for c in body.get("caps", ()) if "when" in c]
        for item in body["items"]:
            conditions += [item["when"]] if "when" in item else []
            conditions += [u["when"] for u in item.get("uplifts", ())]
        return [leaf for c in conditions for leaf in aid.leaves(c)]

    def invoice(self, key):
        x = self.s.invoices[key]
        return {"item": x["item"], "invoice_no": "%s-%d-%s" % (x["series"], self.number, key), "seller": x["seller"],
                "amount": yuan(x["amount"]), "paid_on": str(day_of(x["paid"]))}

    def do_apply(self, a):
        body, who = self.application(a), a.get("by") or office(self.s.policies[a["policy"]]["body"])[0]
        for _ in range(2 if a.get("twice") else 1):
            status, said, headers = self.call(who, "POST", "/v1/applications", body, "applies %s" % {
                k: v for k, v in body.items() if k != "reference"})
            self.applied(a, status, said, headers["location"])

    def do_apply_many(self, a):
        """Several at once, as a file: one verdict a line."""
        many = [dict(a, **one) for one in a["many"]]
        bodies = [self.application(one) for one in many]
        who = office(self.s.policies[a["policy"]]["body"])[0]
        lines = "".join(json.dumps(b, ensure_ascii=False) + "\n" for b in bodies)
        _, said, _ = self.call(who, "POST", "/v1/applications", lines, "applies for %d at once" % len(many),
                               {"Content-Type": "application/x-ndjson"})
        for one, verdict in zip(many, said):
            self.applied(one, 201 if verdict["outcome"] == "created" else 422, verdict,
                         "/v1/applications/" + verdict.get("id", ""))

    def applied(self, a, status, said, where):
        if status == 201:
            self.apps.append({"act": a, "policy": a["policy"], "entry": a.get("entry"), "insurance": a.get("insurance"),
                              "invoices": [key for key, _ in a.get("invoices", ())], "day": self.day, "id": where.split("/")[-1],
                              "where": where, "paid": None, "again": False, "sure": a.get("sure", False)})
            self.note("", "   %s %s %s" % (said.get("state", ""), said.get("amount", ""), " ".join(
                x["clause"] for x in said.get("trace", ()) if not x["passed"])))
        elif status != 200 and a.get("sure"):
            codes = [e["code"] for e in said.get("errors", ())]
            self.broken.append("an honest firm was not let apply on %s: %s" % (day_of(self.day), " ".join(codes)))

    # ---- the office --------------------------------------------------------------------------------

    def do_office(self, a):
        """Each application that is held goes one step, or to its end."""
        self.look_at_flags()
        self.audit()
        for _ in range(a.get("steps", 2)):
            for k in sorted({x["policy"] for x in self.apps}):
                self.look_at_applications(k)

    def look_at_applications(self, k):
        _, checker, payer = office(self.s.policies[k]["body"])
        live = {x["id"]: x for x in self.apps if x["policy"] == k and x["paid"] is None and not x["again"]}
        if not live:
            return
        shown = self.call(checker, "GET", "/v1/applications?code=" + self.policy_codes[k])[1]["items"]
        for view in shown:
            step, who = {"reserved": ("approve", checker), "approved": ("pay", payer)}.get(view["state"], (None, None))
            if view["id"] not in live or step is None:
                continue
            app = live[view["id"]]
            who = app["act"].get("persons", {}).get(step, who)
            status, said, _ = self.step_of(app, who, step, view["seen"])
            if step == "pay" and status == 201:
                app["paid"] = self.day
            codes = [e["code"] for e in said.get("errors", ())] if status >= 400 else []
            if "E_FACTS_CHANGED" in codes:  # what was decided is not so any more: refused, and asked for anew
                self.step_of(app, checker, "refuse", view["seen"])
                app["again"] = True
                if self.s.anew:
                    self.do_apply(dict(app["act"], sure=app["act"].get("sure_anew", False), twice=False))

    def do_step_many(self, a):
        """One step on all that wait for it, as a list."""
        who = office(self.s.policies[a["policy"]]["body"])[1 if a["step"] == "approve" else 2]
        shown = self.call(who, "GET", "/v1/applications?waiting=true&code=" + self.policy_codes[a["policy"]])[1]["items"]
        body = [{"id": x["id"], "seen": x["seen"], "reason": "按规定"} for x in shown]
        status, said, _ = self.call(who, "POST", "/v1/applications/" + a["step"], body, "%s %d at once" % (a["step"], len(body)))
        done = {x["id"] for x, verdict in zip(shown, said) if status == 200 and verdict["outcome"] == "created"}
        for app in self.apps:
            if a["step"] == "pay" and app["id"] in done:
                app["paid"] = self.day

    def step_of(self, app, who, step, seen, **more):
        return self.call(who, "POST", "%s/%s" % (app["where"], step), dict({"seen": seen, "reason": "按规定"}, **more),
                         "%s %s for %s" % (step, self.policy_codes[app["policy"]], app["insurance"] or app["entry"]))

    def audit(self):
        """What a red flag says of money that was paid is looked at, and clawed back: RF08 beyond the cost, RF36 corrected since."""
        for app in self.apps:
            if app["paid"] is None or app.get("clawed"):
                continue
            clerk, checker, _ = office(self.s.policies[app["policy"]]["body"])
            flags = self.call(clerk, "GET", "/v1/flags?state=open&record=" + app["id"])[1]["items"]
            if any(f["code"] in ("RF08", "RF36") for f in flags):
                seen = self.call(clerk, "GET", app["where"])[1]["seen"]
                self.step_of(app, clerk, "clawback", seen)
                seen = self.call(clerk, "GET", app["where"])[1]["seen"]
                app["clawed"] = self.step_of(app, checker, "confirm", seen, evidence="回单")[0] == 201

    def do_approve_own(self, a):
        """Who applied, or who approved, tries the next step himself."""
        for app in self.apps:
            clerk, checker, _ = office(self.s.policies[app["policy"]]["body"])
            for step, who in (("approve", clerk), ("approve", checker), ("pay", checker), ("pay", clerk)):
                seen = self.call(clerk, "GET", app["where"])[1]["seen"]
                status, _, _ = self.step_of(app, who, step, seen)
                if status == 201 and (step, who) != ("approve", checker) and (step, who) != ("pay", clerk):
                    self.broken.append("one person took two steps: %s" % step)
                if step == "pay" and status == 201:
                    app["paid"] = self.day
            for step, more in (("clawback", {}), ("confirm", {"evidence": "回单"})):  # on paper, to be paid once more
                seen = self.call(clerk, "GET", app["where"])[1]["seen"]
                if self.step_of(app, clerk, step, seen, **more)[0] == 201 and step == "confirm":
                    self.broken.append("one person asked money back and saw it come")

    def do_flag_scan(self, a):
        """As the night does; once for all who live in the town."""
        if self.town.scanned != self.day:
            self.town.scanned = self.day
            self.call(("FINANCE", "王敏"), "POST", "/v1/flag-scans", {"reference": "SM-%d" % self.day}, "scans for flags")

    # ---- the verdict -------------------------------------------------------------------------------

    def case(self, app, day, credit_key=None):
        """The truth behind an application on a day; of a credit, whatever its entries say."""
        key = credit_key or (app["entry"] and self.s.entries[app["entry"]]["of"])
        own = self.s.insurances.get(app["insurance"])
        firm = self.s.credits[key]["firm"] if key else own["firm"]
        bills = [self.s.invoices[i] for i in dict.fromkeys(app["invoices"]) if self.s.invoices[i]["of"] == key]
        return aid.Case(day_of(day), self.s.firms[firm], self.credit(key) if key else None, own, bills)

    def law(self, app):
        """The version that governs: by the day that the policy names."""
        versions = [p for p, code in zip(self.s.policies, self.policy_codes) if code == self.policy_codes[app["policy"]]]
        if len(versions) == 1:
            return aid.Policy(versions[0]["body"])
        case = self.case(app, app["day"])
        by = versions[-1]["body"].get("version_by", "application")
        day = {"application": case.day, "settlement": case.fact("loan.settled_on"),
               "draw_down": case.fact("loan.disbursed_on")}[by] or case.day
        fit = [p for p in versions if p["body"]["effective_from"] <= str(day) <= p["body"].get("effective_to", "9999")]
        return aid.Policy((fit or versions[-1:])[0]["body"])

    def judge_aid(self, moved, balances):
        out = {app["id"]: moved.get(app["id"], ()) for app in self.apps}
        net = {i: sum(m[1] for m in x) for i, x in out.items()}
        wrong = self.each_too_much(net) + self.together_too_much(net) + self.limits_passed(net)
        for account, money in self.budgets.items():
            spent = sum(net[a["id"]] for a in self.apps if self.account(a["policy"], year_of(a["day"])) == account)
            if balances.get(account, 0) != money - spent or money < spent:
                wrong.append("budget %s holds %s, not %s" % (account, balances.get(account), money - spent))
        return wrong + self.too_little_aid(out)

    def each_too_much(self, net):
        wrong = []
        for app in self.apps:
            if net[app["id"]] <= 0:
                continue
            most = sum(self.law(app).give(self.case(app, app["paid"])))
            if net[app["id"]] > most:
                wrong.append("too much aid: %s for %s under %s, its share of the truth is %s" % (
                    yuan(net[app["id"]]), app["insurance"] or app["entry"], self.policy_codes[app["policy"]], yuan(most)))
        return wrong

    def together_too_much(self, net):
        """Of one credit with its papers, or of one insurance: each day, award, invoice and premium once."""
        groups = collections.defaultdict(list)
        for app in self.apps:
            if net[app["id"]] > 0:
                own = self.s.insurances.get(app["insurance"], {})
                of = self.s.entries[app["entry"]]["of"] if app["entry"] else own.get("of")
                groups[of or app["insurance"]].append(app)
        wrong = []
        for key, apps in groups.items():
            got, most = sum(net[a["id"]] for a in apps), self.most(key, apps)
            if got > most + len(apps):  # each was rounded
                wrong.append("paid twice: %s for %s in %d applications, at most %s is due once" % (
                    yuan(got), key, len(apps), yuan(int(most))))
        return wrong

    def most(self, key, apps):
        day, policies = max(a["paid"] for a in apps), [self.law(a) for a in apps]
        credit_key = key if key in self.s.credits else None
        case = self.case(dict(apps[0], insurance=None if credit_key else key, entry=None), day, credit_key)
        most = aid.interest_bound(policies, case) + aid.award_bound(policies, case) if credit_key else 0
        for bill in self.s.invoices.values():
            if credit_key and bill["of"] == key and bill.get("insurance") is None:
                most += aid.paper_bound(policies, bill["item"], bill["amount"], case)
        for name, own in self.s.insurances.items():
            if own.get("of") == key or name == key:
                with_it = self.case(dict(apps[0], insurance=name, entry=None), day, credit_key)
                most += max(aid.paper_bound(policies, item, own["premium"], with_it) for item in ("premium", "insurance_fee"))
        return most

    def owner(self, app):
        return self.s.credits[self.s.entries[app["entry"]]["of"]]["firm"] if app["entry"] else self.s.insurances[
            app["insurance"]]["firm"]

    def limits_passed(self, net):
        """Caps of a firm, whatever its codes, of a credit, of a bank; and of each policy that excludes the city's."""
        sums = collections.Counter()
        city = {self.s.entries[a["entry"]]["of"] for a in self.apps if a["entry"] and net[a["id"]] > 0
                and "district" not in self.s.policies[a["policy"]]["body"]}
        wrong = []
        for app in self.apps:
            body = self.law(app).body
            of = self.s.entries[app["entry"]]["of"] if app["entry"] else None
            bank = self.s.entries[app["entry"]]["bank"] if app["entry"] else None
            for cap in body.get("caps", ()):
                if "item" not in cap and "when" not in cap:  # of one item: a policy of the stories has no other
                    who = {"enterprise": self.owner(app), "loan": of, "bank": bank}[cap["per"]]
                    period = year_of(app["day"]) if cap.get("period") == "year" else ""
                    sums[self.policy_codes[app["policy"]], cap["per"], who, period, fen(cap["amount"])] += net[app["id"]]
            for word, most in self.limits_of_item(body["items"], of):
                sums[self.policy_codes[app["policy"]], "loan", of, word, most] += net[app["id"]]
            if "city_policy" in body.get("excludes", ()) and of in city and net[app["id"]] > 0:
                wrong.append("excluded: %s was paid by the district and by the city" % of)
        return wrong + ["cap passed under %s: %s %s got %s of %s" % (code, per, who, yuan(got), yuan(most))
                        for (code, per, who, _, most), got in sums.items() if got > most]

    def limits_of_item(self, items, of):
        """What the only item of a policy may give a credit in all."""
        item = items[0] if len(items) == 1 and of else {}
        if "cap" in item:
            yield "cap", fen(item["cap"])
        for word in {"of_loan", "max_of_loan"} & set(item):
            yield word, aid.half_up(self.s.credits[of]["amount"] * aid.share_of(item[word]))

    # ---- honest applications -------------------------------------------------------------------------

    def too_little_aid(self, out):
        """An honest application is paid in full, to the fen, and in time."""
        wrong = []
        had = collections.defaultdict(lambda: {"days": [], "units": set()})  # of a credit or an insurance
        used = collections.defaultdict(collections.Counter)  # (policy, loan or firm or bank): item: fen
        for app in self.apps:
            law, case = self.law(app), self.case(app, app["day"])
            of = self.s.entries[app["entry"]]["of"] if app["entry"] else app["insurance"]
            bank = self.s.entries[app["entry"]]["bank"] if app["entry"] else None
            code, year = self.policy_codes[app["policy"]], year_of(app["day"])
            keys = [(code, of), (code, self.owner(app), year), (code, bank, year)]
            got = sum(m[1] for m in out[app["id"]] if m[0] == "subsidy")
            bills = [i for i in dict.fromkeys(app["invoices"]) if i not in had["invoices"]["units"]]
            case.invoices = [self.s.invoices[i] for i in bills if self.s.invoices[i]["of"] == of]
            given = law.give(case, {"days": had[of]["days"], "units": had[of]["units"], "loan": used[keys[0]],
                                    "firm": used[keys[1]], "bank": sum(used[keys[2]].values())})
            if app["sure"] and not app["again"]:
                wrong += self.not_in_full(app, got, sum(given))
                if got > sum(m[1] for m in out[app["id"]]):
                    wrong.append("honest %s was asked back what it was paid" % (app["insurance"] or app["entry"]))
            if got:
                self.take(law, case, given, had[of], had["invoices"]["units"], bills)
                for key in keys:
                    for item, fen_given in zip(law.body["items"], given):
                        used[key][item["item"]] += fen_given
        return wrong

    def take(self, law, case, given, had, invoices, bills):
        for item, money in zip(law.body["items"], given):
            if money and item["item"] == "interest":
                had["days"].append(law.days_left(item, case, had["days"]))
            elif money and item["item"] in aid.AWARDS + ("premium",):
                had["units"].add(item["item"])
        invoices.update(bills)

    def not_in_full(self, app, got, want):
        what = app["insurance"] or app["entry"]
        if not want:
            return ["the story %s is not honest: %s is owed nothing under %s" % (
                self.s.name, what, self.policy_codes[app["policy"]])]
        late = app["paid"] is None or app["paid"] > app["day"] + app["act"].get("within", IN_TIME)
        if late:
            return ["honest %s was not paid in time: %s is due" % (what, yuan(want))]
        return [] if got == want else ["honest %s got %s of %s" % (what, yuan(got), yuan(want))]
