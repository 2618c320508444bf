"""`pledged verify` names what was tampered with, even by the owner of the database with triggers off."""
import test_subsidies
from fund_case import FundCase
from harness import Case, loan

TAMPER = [
    ("an amount changed in the stored text",
     "update submission set body = replace(body::text, '5000000.00', '4000000.00')::json where id = '{id}'",
     ["record body does not match its hash", "log leaf does not match its record",
      "typed loan that differs from its record"]),
    ("the text and its hash changed together",
     "update submission set body = b, sha256 = sha256(convert_to(b::text, 'UTF8')) from (select replace("
     "body::text, '\"3.65\"', '\"2.65\"')::json as b from submission where id = '{id}') x where id = '{id}'",
     ["log leaf does not match its record"]),
    ("a typed amount", "update loan set amount_fen = amount_fen + 1 where id = '{id}'",
     ["typed loan that differs from its record"]),
    ("a typed row deleted", "delete from loan where id = '{id}'",
     ["loan record without its typed row"]),
    ("a loan event deleted", "delete from loan_event where loan_id = '{id}'",
     ["loan event record without its typed row"]),
    ("the day of a loan event", "update loan_event set on_day = on_day + 1 where loan_id = '{id}'",
     ["typed loan event that differs from its record"]),
    ("a loan event moved to another loan", "update loan_event set loan_id = (select id from loan where"
     " id <> '{id}' limit 1) where loan_id = '{id}'",
     ["typed loan event that differs from its record"]),
    ("an event that its loan does not allow", "insert into loan_event select gen_random_uuid(), loan_id,"
     " org_id, parties, district, 'x', 'recovered', on_day, 100, null, null, null, null, recorded_at"
     " from loan_event where loan_id = '{id}'", ["loan whose events contradict each other"]),
    ("a right deleted", "delete from loan_ip where record_id = '{id}'",
     ["pledged rights that differ from the record"]),
    ("the owner of a right", "update loan_ip set owner = 'X' where record_id = '{id}'",
     ["pledged rights that differ from the record"]),
    ("a typed day", "update loan set registered_on = '2022-07-02' where id = '{id}'",
     ["typed loan that differs from its record"]),
    ("a typed rate", "update loan set rate_ppm = rate_ppm + 1 where id = '{id}'",
     ["typed loan that differs from its record"]),
    ("the organisation", "update submission set org_id = (select max(id) from org) where id = '{id}'",
     ["record of another organisation than its author's",
      "typed loan that differs from its record"]),
    ("the district of the envelope", "update submission set district = '310101' where id = '{id}'",
     ["record envelope that differs from its body"]),
    ("the parties", "update submission set parties = '{{91310101QX0101011R}}' where id = '{id}'",
     ["record envelope that differs from its body"]),
    ("a record deleted", "delete from submission where id = '{id}'",
     ["leaf without a record", "typed loan without a record"]),
    ("the newest leaf and head deleted with the record kept",
     "delete from log_leaf where record_id = '{id}'", ["record without a leaf in the log"]),
    ("who recorded it", "update submission set recorded_by = 'x@Y' where id = '{id}'",
     ["log leaf does not match its record"]),
    ("a leaf", "update log_leaf set hash = sha256(hash) where record_id = '{id}'",
     ["log leaf does not match its record"]),
    ("a signature", "update log_head set signature = sha256(signature) || sha256(signature) where"
     " size = (select head from log_leaf where record_id = '{id}')",
     ["log head is not signed by this installation"]),
]


class Verify(Case):
    conf = {"readers": "3"}  # a ledger of its own

    def verify(self):
        out = self.d.cli("verify", check=False)
        return out.returncode, out.stdout

    def test_each_kind_of_tampering_is_named(self):
        token = self.d.token("bank")
        self.d.token("auditor")  # a further organisation
        for n in range(3):
            self.d.call("POST", "/v1/loans", loan(), token)
        self.assertEqual(self.verify(), (0, "no defects\n"))
        tables = "submission loan loan_event loan_ip log_leaf log_head".split()
        for what, sql, names in TAMPER:
            with self.subTest(what):
                made = self.d.call("POST", "/v1/loans", loan(disbursed_on="2022-07-05"),
                                   token).json()["id"]
                self.d.call("POST", "/v1/loans/%s/events" % made, {
                    "reference": made, "kind": "overdue", "on": "2022-08-01"}, token)
                copies = "".join("create table copy_%s as table %s;" % (t, t) for t in tables)
                off = "".join("alter table %s disable trigger user;" % t for t in tables)
                on = "".join("alter table %s enable trigger user;" % t for t in tables)
                self.d.sql(copies + off + sql.format(id=made) + ";" + on)
                status, said = self.verify()
                back = "".join("truncate %s;%sdrop table copy_%s;" % (t, self.d.refill(t, "copy_" + t), t) for t in tables)
                self.d.sql(off + back + on)
                self.assertEqual(status, 1)
                for name in names:
                    self.assertIn(name, said)
        self.assertEqual(self.verify(), (0, "no defects\n"))


FUND = [
    ("a transfer's amount", "update transfer set amount_fen = amount_fen + 1 where id = '{pay}'",
     ["balance that differs from its transfers", "running balance that differs from its transfers",
      "daily sum that differs from its transfers", "claim step whose money is not where it should be"]),
    ("a balance", "update account_balance set debits_fen = debits_fen + 1 where account = '{fund}'",
     ["balance that differs from its transfers", "books that do not balance"]),
    ("a daily sum", "update account_day set credits_fen = credits_fen + 1 where account = '{fund}'",
     ["daily sum that differs from its transfers"]),
    ("a transfer deleted", "delete from transfer where id = '{pay}'",
     ["account whose versions have a gap", "claim step whose money is not where it should be"]),
    ("a transfer that nobody caused", "insert into transfer select gen_random_uuid(), 'x', debit, credit,"
     " amount_fen, on_day, cause, null, null, null, debit_version + 1, debit_after_fen, credit_version + 1,"
     " credit_after_fen, recorded_at, recorded_by from transfer where id = '{pay}'",
     ["transfer that nobody caused"]),
    ("a posted transfer turned round", "update transfer set debit = credit, credit = debit where id ="
     " '{given}'", ["transfer that differs from its record"]),
    ("held money", "update account_balance set held_fen = held_fen + 1 where account = '{fund}'",
     ["held money that differs from the open holds"]),
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
    ("who approved", "update claim_step set recorded_by = 'x@FINANCE' where claim = '{claim}' and step ="
     " 'approve'", ["claim step that differs from its record", "claim step that was not legal"]),
    ("a step that was never allowed", "update claim_step set step = 'close' where claim = '{claim}' and n = 1",
     ["claim step that was not legal"]),
    ("what was paid", "update claim_step set fund_fen = fund_fen - 1 where id = '{pay}'",
     ["claim step whose money is not where it should be"]),
    ("a deleted step", "delete from claim_step where id = '{pay}'",
     ["claim step that differs from its record"]),
    ("what came back", "update claim_step set amount_fen = amount_fen + 1 where claim = '{claim}' and step = 'recover'",
     ["claim step that differs from its record"]),
    ("a figure", "update claim_now set fund_fen = fund_fen + 1 where claim = '{claim}'",
     ["claim step whose money is not where it should be", "sum of claims that is not that of its claims"]),
    ("a claim that counts no more", "update claim_now set counts = false where claim = '{claim}'",
     ["claim that is not where its steps left it", "sum of claims that is not that of its claims"]),
    ("a figure's split", "update claim_now set net_loss_fen = net_loss_fen + 1 where claim = '{claim}'",
     ["claim whose split does not add up"]),
    ("a sum of claims", "update claim_sum set fen = fen - 1 where scheme_code = '{code}' and what = 'fund'",
     ["sum of claims that is not that of its claims"]),
    ("a sum of covers", "update coverage_sum set owed_fen = owed_fen - 1 where scheme_code = '{code}'",
     ["sum of covers that is not that of its covers"]),
    ("room that was reserved", "update coverage_reserved set fen = fen - 1 where scheme_code = '{code}'",
     ["room reserved that is not that of its covers"]),
    ("the day of a cover", "update coverage set on_day = on_day - 1 where scheme_code = '{code}'",
     ["cover that differs from its record"]),
    ("a cover that ended by itself", "update coverage set state = 'ended' where scheme_code = '{code}'",
     ["cover that is not where its steps left it"]),
    ("a cover that came by itself", "insert into coverage_step select coverage, 9, 'confirm', state, reason, null,"
     " recorded_at, 'x@Y' from coverage_step where step = 'confirm' limit 1", ["cover step that differs from its record"]),
    ("one confirmation of two", "delete from coverage_step where step = 'confirm' and n = 2",
     ["cover step that differs from its record", "cover on paper that two persons did not confirm"]),
    ("what is owed on a covered loan", "update coverage set owed_fen = owed_fen - 1 where scheme_code = '{code}'",
     ["cover whose figures are not those of its loan"]),
]


class VerifyFund(Case):
    """The same for the fund: each planted defect is named."""

    conf = {"readers": "7"}
    TABLES = ("submission log_leaf log_head account account_balance account_day transfer hold hold_end scheme"
              " claim claim_step claim_now claim_sum coverage coverage_step coverage_sum coverage_reserved").split()

    def verify(self):
        out = self.d.cli("verify", check=False)
        return out.returncode, out.stdout

    def test_each_kind_of_tampering_with_money_is_named(self):
        case = FundCase("setUp")
        case.d = self.d
        case.setUp()
        code = case.scheme()
        where = case.paid(case.lent(code))
        case.recover(where, "1000000.03")
        steps = {s["step"]: s["id"] for s in case.get(where)["steps"]}
        given = case.get("/v1/transfers?account=fund:" + code)["items"][0]["id"]
        names = {"code": code, "fund": "fund:" + code, "claim": where.split("/")[-1], "pay": steps["pay"],
                 "given": given}
        self.plant(FUND, names)

    def plant(self, planted, names):
        self.assertEqual(self.verify(), (0, "no defects\n"))
        self.d.sql("".join("create table kept_%s as table %s;" % (t, t) for t in self.TABLES))
        off = "set session_replication_role = replica;"
        for what, sql, said in planted:
            with self.subTest(what):
                self.d.sql(off + sql.format(**names))
                status, text = self.verify()
                self.d.sql(off + "".join("delete from %s;" % t + self.d.refill(t, "kept_" + t) for t in self.TABLES))
                self.assertEqual(status, 1)
                for name in said:
                    self.assertIn(name, text)
        self.assertEqual(self.verify(), (0, "no defects\n"))


SUBSIDY = [
    ("the rule of a policy", "update policy set body = replace(body::text, '\"50.00\"', '\"60.00\"')::json where"
     " code = '{code}'", ["policy that differs from its record", "decision that its rule and facts do not give"]),
    ("who approved a policy", "update policy set approved_by = 'x@Y' where code = '{code}'",
     ["policy in force without an approval on record"]),
    ("a fact of a decision", "update application set facts = replace(facts::text, '\"3.45\"', '\"3.40\"')::json"
     " where id = '{app}'", ["decision that its rule and facts do not give"]),
    ("a decided amount", "update application set amount_fen = amount_fen + 1 where id = '{app}'",
     ["decision that its rule and facts do not give", "application step whose money is not where it should be",
      "application whose state is not that of its steps"]),
    ("the day of an application", "update application set on_day = on_day + 1 where id = '{app}'",
     ["application that differs from its record"]),
    ("who paid", "update application_step set recorded_by = 'x@Y' where application = '{app}' and step = 'pay'",
     ["application step that differs from its record"]),
    ("a payment that was not made", "delete from transfer where cause = 'subsidy'",
     ["application step whose money is not where it should be"]),
    ("a state", "update application_now set state = 'clawed_back' where application = '{app}'",
     ["application whose state is not that of its steps", "what a subsidy takes does not fit its application"]),
    ("a hold that ended by itself", "insert into hold_end values ('{held}', 'voided', now(), 'x')",
     ["application that holds more or less than it was promised", "held money that differs from the open holds"]),
    ("days that nobody takes any more", "delete from subsidy_unit where application = '{app}'",
     ["what a subsidy takes does not fit its application"]),
]


class VerifySubsidies(VerifyFund):
    """The same for subsidies; a stored decision is judged again."""

    conf = {"readers": "6"}
    TABLES = ("submission log_leaf log_head account account_balance account_day transfer hold hold_end policy"
              " application application_step application_now subsidy_unit").split()

    def test_each_kind_of_tampering_with_money_is_named(self):
        test_subsidies.Subsidies.conf = self.conf
        test_subsidies.Subsidies.setUpClass()
        case = test_subsidies.Subsidies("setUp")
        code = case.policy()
        case.budget(code, "100000.00")
        where = case.apply(code, case.lent()).headers["location"]
        case.step(where, "approve", case.checker)
        case.step(where, "pay", case.payer)
        held = case.apply(code, case.lent()).headers["location"]
        self.plant(SUBSIDY, {"code": code, "app": where.split("/")[-1], "held": held.split("/")[-1]})
