"""What the owner of the database has a trigger write for a moment beside, or into, what an operator's command or the daemon writes."""
from fund_case import FundCase
from harness import loan

OFF = "set local session_replication_role = replica;"


class Beside(FundCase):
    conf = {"readers": "11"}

    def verify(self):
        """The lines that name defects, sorted; what commands wrote has entered the log, where it is judged."""
        self.post("/v1/loans", loan(), self.bank, 201)
        return sorted(self.d.verify().stdout.splitlines()[:-1])

    def moment(self, tab, when, do, always=()):
        """A trigger of the owner's for as long as the test lasts; `always`: tables of which rows are kept whatever is switched off."""
        kept = "alter table %s enable %strigger log_kept; alter table %s enable %strigger log_kept_change;"
        self.d.sql("".join(kept % (t, "always ", t, "always ") for t in always) +
                   "create function moment() returns trigger language plpgsql security definer as $$ begin %s end $$;"
                   "create trigger moment %s on %s for each row execute function moment()" % (do, when, tab))

        def gone():
            self.d.sql("drop function if exists moment() cascade;" + "".join(kept % (t, "", t, "") for t in always))
        self.addCleanup(gone)
        return gone

    def test_a_command_does_not_permit_itself_what_is_written_beside_it(self):
        """The honest one near it: the same command without a trigger."""
        self.person("BANK-A", "来人")
        self.d.cli("person", "disable", "--org", "BANK-A", "--name", "来人")
        named = "rows that no command of the operator writes so: "
        self.assertFalse([x for x in self.verify() if x.startswith(named)])
        gone = self.moment("directory_command", "after insert", "insert into operator_command values ('beside', '^directory_command:I1 lpr:I1"
                           " operator_command:I1 person:I1 post:I1 token:I1$'); insert into lpr values ('2001-01-03', 1, 1); return null;")
        self.person("BANK-A", "去人")
        gone()
        self.assertEqual([x.split(" ", 10)[-1] for x in self.verify() if x.startswith(named)],
                         ["directory_command:I1 lpr:I1 operator_command:I1 person:I1 post:I1 token:I1"])

    def test_a_command_that_takes_power_away_gives_none_back(self):
        """One that revokes all tokens of a person is as it should be; one beside which another's begins again is not."""
        stolen, end = self.another("BANK-A", "失人")
        end()
        self.person("BANK-A", "离人")
        self.another("BANK-A", "离人")
        before = self.verify()
        self.d.cli("token", "revoke", "--org", "BANK-A", "--person", "离人")
        self.assertEqual(self.verify(), before)
        again, end = self.another("BANK-A", "再人")
        gone = self.moment("token", "after update", "if new.person <> '失人' then update token set revoked_at = null, duties = '{pay}'"
                           " where person = '失人'; end if; return null;")
        end()
        gone()
        self.assertEqual(self.d.call("GET", "/v1/me", token=stolen).status, 200)
        self.assertEqual([x for x in self.verify() if x not in before], ["row that its command does not write so: token revoke: token 再人",
                                                                         "row that its command does not write so: token revoke: token 失人"])
        self.d.sql("begin;" + OFF + "alter table token disable trigger all; update token set revoked_at = created_at,"
                   " duties = '{submit,decide,pay,administer}' where person = '失人'; commit; alter table token enable trigger all")

    def test_what_was_changed_before_it_was_written_is_not_signed(self):
        for tab, do, command in (
                ("org", "new.kind := 'auditor';", ("org", "rename", "--code", "BANK-A", "--name", "甲行")),
                ("token", "new.duties := '{pay}';", ("token", "add", "--org", "BANK-A", "--person", "甲", "--read-only"))):
            gone = self.moment(tab, "before insert or update", do + " return new;")
            out = self.d.cli(*command, check=False)
            self.assertEqual(out.returncode, 2)
            self.assertIn("a trigger or a rule that is not the program's stands on %s " % tab, out.stderr)
            gone()
            self.assertEqual(self.d.cli(*command, check=False).returncode, 0, command)
        rows = self.d.sql("select count(*) from verification")
        gone = self.moment("verification", "before insert", "new.defects := 0; return new;")
        self.assertIn("stands on verification ", self.d.verify().stderr)
        gone()
        self.assertEqual(self.d.sql("select count(*) from verification"), rows)

    def test_a_flag_is_neither_lowered_nor_taken_away(self):
        def beyond():
            return self.post("/v1/loans", loan(amount="100000000.00", revenue="1.00", employees=5), self.bank, 201)
        beyond()
        before = self.verify()
        gone = self.moment("flag", "before insert", "new.severity := 'low'; return new;")
        beyond()
        gone()
        lowered = [x for x in self.verify() if x not in before]
        self.assertTrue(lowered and all(x.startswith("flag whose severity is not that of its rule: ") for x in lowered), lowered)
        gone = self.moment("submission", "after insert", OFF + "delete from flag where severity = 'high'; update flag set figures = '{}';"
                           " set local session_replication_role = origin; return null;", ["flag"])
        beyond()
        gone()
        more = [x for x in self.verify() if x not in before and x not in lowered]
        for op in "DU":
            self.assertTrue(any(x.startswith("row that no record of its flight writes: flag %s " % op) for x in more), more[:9])

    def test_keys_of_other_tables_that_are_held_no_more_are_named(self):
        before = self.verify()
        self.d.sql("alter table claim disable trigger all; alter table claim enable trigger user")
        told = [x for x in self.verify() if x not in before]
        self.d.sql("alter table claim enable trigger all")
        self.assertTrue(told and all("tgenabled" in x for x in told), told)
        self.assertEqual(self.verify(), before)

    # ---- what outlives a token ---------------------------------------------------------------------

    def test_what_a_stolen_token_wrote_is_not_put_in_force_until_it_is_corrected(self):
        stolen, end = self.another("IP-OFFICE", "拟人")
        keep, self.office = self.office, stolen
        made = self.draft()
        self.office = keep
        end()
        where, body = made.headers["location"], {"reason": "经核准", "on": "2022-01-01"}
        r = self.post(where + "/approve", dict(body, seen=self.get(where)["seen"]), self.finance, 409)
        self.assertEqual(r.codes(), [("", "E_PROPOSER_LEFT")])
        scheme = {k: v for k, v in self.get(where).items() if k not in (
            "id", "version", "recorded_at", "recorded_by", "warnings", "receipt", "seen", "state", "in_force")}
        r = self.d.call("PUT", where, dict(scheme, title=scheme["title"] + "(核)", reason="重新核对"), self.office, {"If-Match": '"1"'})
        self.assertEqual(r.status, 200, r.body)
        self.post(where + "/approve", dict(body, seen=self.get(where)["seen"]), self.finance, 201)

    def test_a_token_that_ends_is_followed_by_one_that_ends_then(self):
        ends = "select extract(epoch from expires_at)::bigint from token where person = '限人' order by created_at desc, expires_at limit 1"
        args = "--org", "BANK-A", "--person", "限人"
        self.d.cli("token", "add", *args, "--expires-days", "3")
        told = self.d.sql(ends)
        self.d.cli("token", "rotate", *args)
        self.assertEqual(self.d.sql("select max(extract(epoch from expires_at)::bigint) from token where person = '限人'"), told)
        self.assertEqual(self.d.sql("select count(*) from token where person = '限人' and expires_at is null"), "0")
        self.d.cli("token", "rotate", *args, "--expires-days", "30")  # said by whoever sits at the machine
        self.assertEqual(self.d.sql("select count(*) from token where person = '限人' and expires_at > now() + interval '29 days'"), "1")
