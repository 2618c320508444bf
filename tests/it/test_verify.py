"""`pledged verify` names what was tampered with, even by the owner of the database with triggers off."""
from harness import Case, loan

TAMPER = [
    ("an amount changed in the stored text",
     "update record set body = replace(body::text, '5000000.00', '4000000.00')::json where id = '{id}'",
     ["record body does not match its hash", "log leaf does not match its record",
      "typed loan that differs from its record"]),
    ("the text and its hash changed together",
     "update record set body = b, sha256 = sha256(convert_to(b::text, 'UTF8')) from (select replace("
     "body::text, '\"3.65\"', '\"2.65\"')::json as b from record where id = '{id}') x where id = '{id}'",
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
    ("the organisation", "update record set org_id = (select max(id) from org) where id = '{id}'",
     ["record of another organisation than its author's",
      "typed loan that differs from its record"]),
    ("the district of the envelope", "update record set district = '310101' where id = '{id}'",
     ["record envelope that differs from its body"]),
    ("the parties", "update record set parties = '{{91310101QX0101011R}}' where id = '{id}'",
     ["record envelope that differs from its body"]),
    ("a record deleted", "delete from record where id = '{id}'",
     ["leaf without a record", "typed loan without a record"]),
    ("the newest leaf and head deleted with the record kept",
     "delete from log_leaf where record_id = '{id}'", ["record without a leaf in the log"]),
    ("who recorded it", "update record set recorded_by = 'x@Y' where id = '{id}'",
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
        tables = "record loan loan_event loan_ip log_leaf log_head".split()
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
                back = "".join("truncate %s; insert into %s table copy_%s; drop table copy_%s;"
                               % (t, t, t, t) for t in tables)
                self.d.sql(off + back + on)
                self.assertEqual(status, 1)
                for name in names:
                    self.assertIn(name, said)
        self.assertEqual(self.verify(), (0, "no defects\n"))
