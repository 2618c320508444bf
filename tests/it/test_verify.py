"""`pledged verify` names what does not follow from what: facts of several tables that contradict each other.

That every single row and column is as it was written is for test_plantings.py.
"""
import hashlib

import test_subsidies
from fund_case import FundCase
from harness import Case

FUND = [
    ("a transfer's amount", "update transfer set amount_fen = amount_fen + 1 where id = '{pay}'",
     ["running balance that differs from its transfers", "claim step whose money is not where it should be"]),
    ("a balance", "update account_balance set debits_fen = debits_fen + 1 where account = '{fund}'",
     ["account_balance {fund} debits_fen: ", "books that do not balance"]),
    ("a daily sum", "update account_day set credits_fen = credits_fen + 1 where account = '{fund}'",
     ["account_day {fund} "]),
    ("a transfer that nobody caused", "insert into transfer select gen_random_uuid(), 'x', debit, credit,"
     " amount_fen, on_day, cause, null, null, null, debit_version + 1, debit_after_fen, credit_version + 1,"
     " credit_after_fen, recorded_at, recorded_by from transfer where id = '{pay}'",
     ["transfer that nobody caused"]),
    ("a posted transfer turned round", "update transfer set debit = credit, credit = debit where id ="
     " '{given}'", ["transfer that differs from its record"]),
    ("held money", "update account_balance set held_fen = held_fen + 1 where account = '{fund}'",
     ["account_balance {fund} held_fen: "]),
    ("a fund below zero", "update account_balance set debits_fen = 0 where account = '{fund}'",
     ["account below zero"]),
    ("the rules of a scheme", "update scheme set body = replace(body::text, '54.00', '64.00')::json where"
     " code = '{code}'", ["scheme that differs from its record"]),
    ("an approval from nowhere", "insert into scheme select gen_random_uuid(), 'Z', '2022-01-01', null, body,"
     " 'x', now(), 'x@Y' from scheme where code = '{code}'",
     ["scheme in force without an approval on record", "scheme that differs from its record"]),
    ("who approved a scheme", "update scheme set approved_by = 'x@Y' where code = '{code}'",
     ["scheme in force without an approval on record"]),
    ("a claim's day", "update claim set on_day = on_day + 1 where id = '{claim}'",
     ["claim that differs from its record"]),
    ("a claim's split", "update claim set net_loss_fen = net_loss_fen + 1 where id = '{claim}'",
     ["claim whose split does not add up"]),
    ("a fund that bears what is the bank's", "update claim set fund_fen = fund_fen + 100, split = json_build_array(json_build_array("
     "split -> 0 ->> 0, (split -> 0 ->> 1)::bigint, (split -> 0 ->> 2)::bigint + 100), json_build_array(split -> 1 ->> 0,"
     " (split -> 1 ->> 1)::bigint, (split -> 1 ->> 2)::bigint - 100), split -> 2, split -> 3) where id = '{claim}'",
     ["claim whose amounts its rules do not give: {claim} as it was filed"]),
    ("who approved", "update claim_step set recorded_by = 'x@FINANCE' where claim = '{claim}' and step ="
     " 'approve'", ["claim step that differs from its record", "claim step that was not legal"]),
    ("a payment by who approved", "update claim_step set recorded_by = '李 华@FINANCE' where id = '{pay}'",
     ["claim step by whoever took the one that it checks: {pay}"]),
    ("a payment upon what a stolen token approved", "update log_leaf set token = (select sha256 from token where revoked_at is not null"
     " limit 1) where record_id = '{approve}'", ["claim that was paid upon an approval by a token that was revoked: {pay}"]),
    ("one accepted by who filed it", "update claim_step set recorded_by = '王 敏@BANK-A' where id = '{accept}'",
     ["claim step by whoever took the one that it checks: {accept}"]),
    ("a scheme by one person", "update scheme set approved_by = '王 敏@IP-OFFICE' where code = '{code}'",
     ["scheme in force that who wrote it approved"]),
    ("a step that was never allowed", "update claim_step set step = 'close' where claim = '{claim}' and n = 1",
     ["claim step that was not legal"]),
    ("what was paid", "update claim_step set fund_fen = fund_fen - 1 where id = '{pay}'",
     ["claim step whose money is not where it should be"]),
    ("a deleted step", "delete from claim_step where id = '{pay}'",
     ["claim step that differs from its record"]),
    ("what came back", "update claim_step set amount_fen = amount_fen + 1 where claim = '{claim}' and step = 'recover'",
     ["claim step that differs from its record"]),
    ("what was received of what nobody told", "update claim_step set told = id where claim = '{claim}' and step = 'receive'",
     ["claim step that was not legal"]),
    ("what came back, received by who told it", "update claim_step set recorded_by = overlay(maker placing ' ' from 2 for 0) where claim = '{claim}' and step ="
     " 'receive'", ["claim step by whoever took the one that it checks"]),
    ("a payment to another's account", "update transfer set debit = 'subsidy:X' where id = '{pay}'",
     ["transfer of a claim to an account that is not of its fund and bank: {pay}"]),
    ("a figure", "update claim_now set fund_fen = fund_fen + 1 where claim = '{claim}'",
     ["claim step whose money is not where it should be", "claim_sum ",
      "claim whose amounts its rules do not give: {claim} as it stands"]),
    ("a loss beyond what is owed", "update claim_now set principal_fen = principal_fen + 700 where claim = '{claim}'",
     ["claim whose net loss its parts do not give: {claim}", "claim of more than was owed on its loan: {claim}"]),
    ("a loss of the first edition, whose recoveries counted as owed", "update claim_now set principal_fen = principal_fen + 700,"
     " account = (select json_build_object('lines', json_agg((l::jsonb - 'text')::json)) from json_array_elements(account -> 'lines') l)"
     " where claim = '{old}'", ["claim_now {old} principal_fen: "]),
    ("interest that had not run", "update claim_now set principal_fen = principal_fen - 700, interest_fen = interest_fen + 700"
     " where claim = '{rest}'", ["claim of more interest than had run on its loan: {rest}"]),
    ("costs that nobody accepted", "update claim_now set costs_fen = costs_fen + 700 where claim = '{rest}'",
     ["claim of more costs than were accepted: {rest}"]),
    ("a claim that counts no more", "update claim_now set counts = false where claim = '{claim}'",
     ["claim that is not where its steps left it", "claim_sum "]),
    ("a figure's split", "update claim_now set net_loss_fen = net_loss_fen + 1 where claim = '{claim}'",
     ["claim whose split does not add up"]),
    ("a sum of claims", "update claim_sum set fen = fen - 1 where scheme_code = '{code}' and what = 'fund'",
     ["claim_sum {code} "]),
    ("a sum of covers", "update coverage_sum set owed_fen = owed_fen - 1 where scheme_code = '{code}'",
     ["coverage_sum {code} "]),
    ("room that was reserved", "update coverage_reserved set fen = fen - 1 where scheme_code = '{code}'",
     ["coverage_reserved {code} fen: "]),
    ("the day of a cover", "update coverage set on_day = on_day - 1 where scheme_code = '{code}'",
     ["cover that differs from its record"]),
    ("a cover that ended by itself", "update coverage set state = 'ended' where scheme_code = '{code}'",
     ["cover that is not where its steps left it"]),
    ("a cover that came by itself", "insert into coverage_step select coverage, 9, 'confirm', state, reason, null,"
     " recorded_at, 'x@Y' from coverage_step where step = 'confirm' limit 1", ["cover step that differs from its record"]),
    ("one confirmation of two", "delete from coverage_step where step = 'confirm' and n = 2",
     ["cover step that differs from its record", "cover on paper that two persons did not confirm"]),
    ("a cover of more", "update coverage set amount_fen = amount_fen + 100 where id = '{cover}'",
     ["cover of an amount that nobody asked for: {cover}", "cover whose terms are not those of its loan: {cover}"]),
    ("a rate that was frozen from nowhere", "update coverage set terms = jsonb_set(terms::jsonb, '{{rate}}', '\"1.00\"')::json where id = '{covers}'",
     ["cover whose terms are not those of its loan: {covers}"]),
    ("an uplift that nobody judged", "update coverage set raised_ppm = 30000 where id = '{covers}'",
     ["cover of an uplift that no judgement gave: {covers}"]),
    ("what finance was shown", "update coverage_step set shown = jsonb_set(shown::jsonb, '{{terms,matures_on}}', '\"2030-01-01\"')::json"
     " where coverage = '{covers}' and step = 'judge'", ["cover step that shows terms of no version of its loan: {covers} 1"]),
    ("an office that decides and is none", "update org set kind = 'bank' where code = 'FINANCE'",
     ["record of an organisation that does not write its like: {given} v1", "proposal decided by whom its rule does not name: ",
      "claim step by an office that does not take it: {claim} 1", "cover step by an office that does not take it: "]),
    ("what is owed on a covered loan", "update coverage set owed_fen = owed_fen - 1 where scheme_code = '{code}'",
     ["cover whose figures are not those of its loan"]),
]


# What would take away from another planting what it is seen by.
LAST = ("a deleted step", "a step that was never allowed", "a cover that came by itself", "a state", "a transfer deleted", "a fund below zero",
        "a scheme by one person", "a policy by one person", "a subsidy paid by who approved it", "a cover that ended by itself", "a payment that was not made", "a claim that counts no more")


class VerifyFund(Case):
    """Of the fund."""

    conf = {"readers": "7"}

    def verify(self):
        out = self.d.cli("verify", check=False)
        return out.returncode, out.stdout

    def test_each_kind_of_tampering_with_money_is_named(self):
        case = FundCase("setUp")
        case.d = self.d
        case.setUp()
        case.another("FINANCE", "李华")[1]()  # a token that was revoked
        code = case.scheme()
        where = case.paid(case.lent(code))
        case.recover(where, "1000000.03")
        steps = {s["step"]: s["id"] for s in case.get(where)["steps"]}
        given = case.get("/v1/transfers?account=fund:" + code)["items"][0]["id"]
        third = case.scheme()
        case.lent(third)
        old = case.paid(case.lent(case.scheme())).split("/")[-1]
        other = case.scheme()  # told and refused, a cure refused and one received, and a claim for the rest
        contract = case.lent(other)
        first = case.paid(contract, loss_principal="1000000.00")
        case.told_back(first, "1.00")
        case.step(first, "refuse", case.finance)
        case.step(first, "refuse", case.second)
        case.step(first, "cure", case.finance)
        case.step(first, "refuse", case.second)
        last = case.paid(contract)
        case.step(last, "cure", case.finance)
        case.step(last, "close", case.second)
        rest = case.paid(contract).split("/")[-1]
        names = {"code": code, "fund": "fund:" + code, "claim": where.split("/")[-1], "pay": steps["pay"],
                 "accept": steps["accept"], "approve": steps["approve"], "given": given, "old": old, "rest": rest}
        names.update((n, self.d.sql("select id from coverage where scheme_code = '%s' limit 1" % s)) for n, s in (("cover", other), ("covers", third)))
        text = self.plant(FUND, names)
        # by the account of today that one was judged too high, as every claim of before whose bank had got something back
        self.assertNotIn("claim of more than was owed on its loan: " + old, text)

    def plant_each(self, planted, names, tables):
        """A look for each, on tables that are as they were."""
        self.assertEqual(self.verify(), (0, "no defects\n"))
        self.d.sql("create schema kept;" + "".join("create table kept.%s as table %s;" % (t, t) for t in tables))
        for what, sql, said in planted:
            with self.subTest(what):
                self.d.sql("set session_replication_role = replica;" + sql.format(**names))
                status, text = self.verify()
                self.d.sql("set session_replication_role = replica;"
                           + "".join("delete from %s;" % t + self.d.refill(t, "kept." + t) for t in tables))
                self.assertEqual(status, 1)
                for name in said:
                    self.assertIn(name.format(**names), text)
        self.d.sql("drop schema kept cascade")
        self.assertEqual(self.verify(), (0, "no defects\n"))

    def plant(self, planted, names):
        """Two looks: what is planted first, and on top of it what would hide it."""
        self.assertEqual(self.verify(), (0, "no defects\n"))
        for late in (False, True):
            these = [p for p in planted if (p[0] in LAST) == late]
            self.d.sql("set session_replication_role = replica;" + ";".join(sql.format(**names) for _, sql, _ in these))
            status, text = self.verify()
            self.assertEqual(status, 1)
            for what, _, said in these:
                for name in said:
                    with self.subTest(what):
                        self.assertIn(name.format(**names), text)
        return text


SUBSIDY = [
    ("the rule of a policy", "update policy set body = replace(body::text, '\"50.00\"', '\"60.00\"')::json where"
     " code = '{code}'", ["policy that differs from its record", "decision that its rule and facts do not give"]),
    ("who approved a policy", "update policy set approved_by = 'x@Y' where code = '{code}'",
     ["policy in force without an approval on record"]),
    ("a fact of a decision", "update application set facts = replace(facts::text, '\"3.45\"', '\"3.40\"')::json"
     " where id = '{app}'", ["decision that its rule and facts do not give", "fact of a decision that its loan did not have then: {app} loan.rate:"
                              " 3.45 by the ledger of then, 3.40 in the decision"]),
    ("a decided amount", "update application set amount_fen = amount_fen + 1 where id = '{app}'",
     ["decision that its rule and facts do not give", "application step whose money is not where it should be",
      "application whose state is not that of its steps"]),
    ("the day of an application", "update application set on_day = on_day + 1 where id = '{app}'",
     ["application that differs from its record"]),
    ("who paid", "update application_step set recorded_by = 'x@Y' where application = '{app}' and step = 'pay'",
     ["application step that differs from its record"]),
    ("a policy by one person", "update policy set approved_by = '王 敏@DIST-310116' where code = '{code}'",
     ["policy in force that who wrote it approved"]),
    ("one approved by who applied", "update application_step set recorded_by = '王 敏@DIST-310116' where application = '{app}' and"
     " step = 'approve'", ["application step by whoever took the one before it: {approve}"]),
    ("a subsidy upon what a stolen token approved", "update log_leaf set token = (select sha256 from token where revoked_at is not null"
     " limit 1) where record_id = '{approve}'", ["application that was paid upon an approval by a token that was revoked: {paid}"]),
    ("a subsidy paid by who approved it", "update application_step set recorded_by = '王 敏 @DIST-310116' where application = '{app}'"
     " and step = 'pay'", ["application step by whoever took the one before it: {paid}"]),
    ("a payment that was not made", "delete from transfer where cause = 'subsidy'",
     ["application step whose money is not where it should be"]),
    ("a budget of another year", "update transfer set debit = debit || '1' where cause = 'appropriation' and debit like 'subsidy:%'",
     ["transfer between other accounts than a budget's"]),
    ("a subsidy that came back elsewhere", "update transfer set credit = 'granted:X' where cause = 'clawback'",
     ["application step whose money is not where it should be"]),
    ("a state", "update application_now set state = 'clawed_back' where application = '{app}'",
     ["application whose state is not that of its steps"]),
    ("what came back", "update application_step set amount_fen = amount_fen + 1 where application = '{app}' and step = 'confirm'",
     ["application step whose money is not where it should be", "application whose state is not that of its steps",
      "what came back of a subsidy was not asked for, or not seen by another"]),
    ("a hold that ended by itself", "insert into hold_end values ('{held}', 'voided', now(), 'x')",
     ["application that holds more or less than it was promised", "account_balance "]),
    ("how a hold ended", "update hold_end set how = 'voided' where hold = '{app}'",
     ["hold of an application that is not what its decision and steps made of it: {app}"]),
    ("more that is held", "update hold set amount_fen = amount_fen + 1 where id = '{kept}'",
     ["hold of an application that is not what its decision and steps made of it: {kept}"]),
    ("a day of interest that may be had again", "update subsidy_unit set days = daterange(lower(days), upper(days) - 1)"
     " where application = '{held}'", ["what a subsidy takes is not what its decision gives: {held}"]),
    ("days of a credit that nobody asks for", "update subsidy_unit set unit = item || ' ' || gen_random_uuid() where application = '{kept}'",
     ["what a subsidy takes of a credit that is not its loan's: {kept} interest"]),
    ("what was approved by another office", "update submission set org_id = (select id from org where code = 'FINANCE') where id = '{approve}'",
     ["application step by an office that does not take it: {approve}"]),
    ("an approval that is none", "update application_step set state = 'reserved' where id = '{approve}'",
     ["application step that was not legal: {approve}", "application step that was not legal: {paid}"]),
    ("a budget of which something stayed", "update transfer set credit_after_fen = credit_after_fen + 7 where id = '{closed}'",
     ["closing of a budget that did not move what was left of it: {closed}"]),
    ("a budget that was closed the other way", "update transfer set cause = w.cause, debit = w.debit from (select p.district || ':' || p.code as who"
     " from policy p where p.code = '{code}' limit 1) p, lateral (values ('budget_return', 'appropriation:' || who), ('carry_over',"
     " 'subsidy:' || who || ':{next}')) as w(cause, debit) where id = '{closed}' and w.cause <> transfer.cause",
     ["closing of a budget otherwise than its policy had it then: {closed}"]),
    ("days that nobody takes any more", "delete from subsidy_unit where application = '{app}'",
     ["what a subsidy takes does not fit its application"]),
]


class VerifySubsidies(VerifyFund):
    """The same for subsidies; a stored decision is judged again."""

    conf = {"readers": "6"}

    def test_each_kind_of_tampering_with_money_is_named(self):
        test_subsidies.Subsidies.conf = self.conf
        test_subsidies.Subsidies.setUpClass()
        case = test_subsidies.Subsidies("setUp")
        self.d.cli("token", "revoke", "--id", hashlib.sha256(case.person("DIST-310116", "李复核").encode()).hexdigest()[:8])
        code = case.policy()
        case.budget(code, "103000.00")  # of which 25,000.00 are paid in the end: for three more, and 375.00
        where = case.apply(code, case.lent()).headers["location"]
        approve, paid = (case.step(where, s, who).json()["id"] for s, who in (("approve", case.checker), ("pay", case.payer)))
        case.step(where, "clawback", case.district, amount="875.00")
        case.back(where, case.checker)
        held, kept, left, next_one = (case.apply(code, case.lent()).headers["location"] for _ in range(4))
        case.step(left, "withdraw", case.district)  # what follows is honest: the last one waited, and was released
        case.step(case.apply(code, case.lent()).headers["location"], "refuse", case.checker)
        self.assertEqual(case.state(next_one), "reserved")
        case.step(next_one, "refuse", case.checker)
        made = case.post("/v1/budget-closings", {"reference": "JZ", "policy": code, "year": test_subsidies.YEAR}, case.district, 202)
        case.d.agreed(made)
        names = {"code": code, "approve": approve, "paid": paid, "closed": made.json()["id"], "next": test_subsidies.YEAR + 1}
        self.plant(SUBSIDY, dict(names, **{n: w.split("/")[-1] for n, w in (("app", where), ("held", held), ("kept", kept))}))
