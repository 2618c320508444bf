"""Rights with dated status: what the registers tell, what a right was on a day, what speaks against a pledge."""
import datetime
import itertools
import json
import random
import urllib.parse

from harness import TODAY, Case, loan, numbers, patent

OWNER = "91310115QX0115114N"
OTHER = "91310101QX0101011R"
THIRD = "91310104QX0104028H"


def right(kind=1, year=2019):
    return patent(next(numbers) % 10000000, year, kind)


def mark():
    return "%08d" % (10000000 + next(numbers) % 90000000)


class IpRights(Case):
    def setUp(self):
        self.office = self.d.token("ip_office")
        self.bank = self.d.token("bank")

    def event(self, right_no, kind, on, want=201, **over):
        body = {"reference": "DJB-%d" % next(numbers), "kind": kind, "on": on}
        body.update(over)
        r = self.d.call("POST", "/v1/ip/%s/events" % right_no, body, self.office)
        self.assertEqual(r.status, want, r.body)
        return r

    def granted(self, number, on="2021-03-01", filed_on="2019-05-06", **over):
        return self.event(number, "granted", on, **dict(dict(owner_uscc=OWNER, filed_on=filed_on), **over))

    def refused(self, number, kind, on, *problems, **over):
        before = self.d.sql("select count(*) from submission")
        body = {"reference": "DJB-%d" % next(numbers), "kind": kind, "on": on}
        body.update(over)
        r = self.d.call("POST", "/v1/ip/%s/events" % number, body, self.office)
        self.assertIn(r.status, (409, 422), r.body)
        self.assertEqual(r.codes(), list(problems))
        self.assertEqual(self.d.sql("select count(*) from submission"), before)
        return r.json()["errors"][0]["cure"]

    def right(self, number, token=None, **query):
        r = self.d.call("GET", "/v1/ip/%s?%s" % (number, urllib.parse.urlencode(query)), None,
                        token or self.office)
        self.assertEqual(r.status, 200, r.body)
        return r.json()

    def state(self, number, day, **query):
        return self.right(number, as_of=day, **query)["state"]

    def states(self, number, *days):
        return [self.state(number, day) for day in days]

    # ---- events --------------------------------------------------------------------------------

    def test_an_event_is_stored_found_and_sent_again(self):
        n = right()
        body = {"reference": "DJB-%d" % next(numbers), "number": "ZL" + n[:12] + "." + n[12], "kind": "granted",
                "on": "2021-03-01", "owner_uscc": OWNER, "co_owners": [{"uscc": OTHER}], "filed_on": "2019-05-06"}
        made = self.d.call("POST", "/v1/ip-events", body, self.office)
        self.assertEqual(made.status, 201, made.body)
        # An invention filed 2019-05-06 by law ends twenty years later.
        self.assertEqual((made.json()["number"], made.json()["expires_on"]), (n, "2039-05-05"))
        again = self.d.call("POST", "/v1/ip-events", body, self.office)
        self.assertEqual((again.status, again.headers["idempotent-replay"]), (200, "true"))
        got = self.d.call("GET", made.headers["location"], None, self.bank)
        self.assertEqual(got.json()["reference"], body["reference"])
        back = self.d.call("POST", "/v1/ip/%s/events" % n, got.json(), self.office)
        self.assertEqual(back.status, 200, back.body)
        other = self.d.call("POST", "/v1/ip-events", dict(body, on="2021-03-02"), self.office)
        self.assertEqual(other.codes(), [("/on", "E_KEY_REUSED")])
        for path in ("/v1/ip-events?number=ZL" + n, "/v1/ip/%s/events" % n, "/v1/ip/CN%s/events" % n):
            items = self.d.call("GET", path, None, self.bank).json()["items"]
            self.assertEqual([x["reference"] for x in items], [body["reference"]], path)
        doc = self.right(n, as_of="2022-01-01")
        self.assertEqual((doc["state"], doc["since"], doc["owners"], doc["filed_on"], doc["granted_on"],
                          doc["expires_on"], doc["expiry"]["basis"], doc["kind"]),
                         ("valid", "2021-03-01", [OWNER, OTHER], "2019-05-06", "2021-03-01", "2039-05-05", "law",
                          "invention"))

    def test_the_address_fixes_the_number(self):
        n = right()
        r = self.event(n, "lapsed", "2022-01-01", want=422, number=right())
        self.assertEqual(r.codes(), [("/number", "E_PATH")])
        r = self.d.call("POST", "/v1/ip/ZL202119999001.8/events", {}, self.office)
        self.assertEqual(r.codes(), [("", "E_PATENT")])
        text = "登记簿事项编号,事项种类,生效日\r\nDJB-%d,终止,2022-01-01\r\n" % next(numbers)
        r = self.d.call("POST", "/v1/ip/%s/events" % n, text.encode("gb18030"), self.office,
                        {"Content-Type": "text/csv; charset=gb18030"})
        self.assertEqual([x.get("outcome") for x in r.lines()[:1]], ["created"], r.body)
        self.assertEqual(self.states(n, "2021-12-31", "2022-01-01"), ["unknown", "lapsed"])

    def test_fields_that_a_kind_needs_or_does_not_take(self):
        n = right()
        self.refused(n, "granted", "2021-03-01", ("/owner_uscc", "E_NEED"), ("/filed_on", "E_NEED"))
        self.refused(n, "lapsed", "2021-03-01", ("/owner_uscc", "E_UNWANTED"), ("/twin", "E_UNWANTED"),
                     owner_uscc=OWNER, twin=right(2))
        self.refused(n, "transferred", "2021-03-01", ("/co_owners/0/uscc", "E_REPEATED"), owner_uscc=OWNER,
                     co_owners=[{"uscc": OWNER}])
        self.refused(n, "granted", "2021-03-01", ("/filed_on", "E_LATER"), owner_uscc=OWNER, filed_on="2020-01-01")
        self.refused(n, "twin", "2021-03-01", ("/twin", "E_IP_KIND"), twin=right(3))
        self.refused(n, "granted", "2021-03-01", ("/expires_on", "E_ORDER"), owner_uscc=OWNER,
                     filed_on="2019-05-06", expires_on="2021-02-28")
        # A person has no credit code.
        self.event(n, "granted", "2021-03-01", owner_name="张三", filed_on="2019-05-06")
        self.assertEqual(self.right(n)["owners"], ["张三"])

    def test_a_lapse_counts_from_its_effective_day_but_not_before_it_was_known(self):
        n = right()
        self.granted(n)
        self.event(n, "grace", "2022-05-06")
        before = self.d.sql("select now()")
        self.event(n, "lapsed", "2022-05-06")
        self.assertEqual(self.states(n, "2022-05-05", "2022-05-06", "2022-08-01"), ["valid", "lapsed", "lapsed"])
        known = self.d.sql("select instant_text('%s')" % before)
        self.assertEqual(self.state(n, "2022-08-01", known_at=known), "grace")
        doc = self.right(n, as_of="2022-08-01")
        self.assertEqual(doc["legal_events"], ["restored", "transferred", "invalidation_filed", "invalidated"])

    def test_what_is_invalidated_never_existed(self):
        n = right()
        self.granted(n)
        self.event(n, "invalidation_filed", "2022-02-01")
        self.assertTrue(self.right(n, as_of="2022-03-01")["invalidation_pending"])
        before = self.d.sql("select instant_text(now())")
        self.event(n, "invalidated", "2022-11-01")
        doc = self.right(n, as_of="2021-06-01")
        self.assertEqual((doc["state"], doc["since"], doc["invalidated_on"]), ("invalidated", "2021-03-01", "2022-11-01"))
        self.assertEqual(self.state(n, "2022-12-01", known_at=before), "valid")
        self.assertIn("无", self.refused(n, "transferred", "2022-12-01", ("/kind", "E_STATE"), owner_uscc=OTHER))
        # A court sets the decision aside: the event is reversed, and the right was there all the time.
        reference = self.right(n)["events"][-1]["reference"]
        self.event(n, "reversed", "2023-06-01", reverses=reference)
        self.assertEqual(self.states(n, "2021-06-01", "2023-06-01"), ["valid", "valid"])
        stands = {x["reference"]: x["stands"] for x in self.right(n)["events"]}
        self.assertEqual((stands[reference], len(stands)), (False, 4))

    def test_impossible_events_are_refused_with_the_legal_ones(self):
        n = right()
        cure = self.refused(n, "restored", "2021-04-01", ("/kind", "E_STATE"))
        self.assertIn("申请、授权(注册)、同日申请、年费滞纳期、中止、终止、转让、启动无效宣告、", cure)
        self.granted(n)
        cure = self.refused(n, "restored", "2021-04-01", ("/kind", "E_STATE"))
        self.assertIn("同日申请、年费滞纳期、中止、终止、转让、启动无效宣告、", cure)
        self.assertNotIn("续展", cure)
        self.refused(n, "granted", "2021-04-01", ("/kind", "E_STATE"), owner_uscc=OWNER, filed_on="2019-05-06")
        self.refused(n, "renewed", "2021-04-01", ("/kind", "E_STATE"))
        self.refused(n, "annuity_paid", "2021-04-01", ("/kind", "E_STATE"))
        self.refused(n, "resumed", "2021-04-01", ("/kind", "E_STATE"))
        self.refused(n, "invalidation_closed", "2021-04-01", ("/kind", "E_STATE"))
        self.refused(n, "lapsed", "2199-01-01", ("/on", "E_FUTURE"))
        self.refused(n, "lapsed", "2018-12-31", ("/on", "E_ORDER"))  # the number is of 2019
        self.refused(n, "reversed", "2021-04-01", ("/reverses", "E_NO_EVENT"), reverses="none")
        self.refused(n, "transferred", "2021-04-01", ("/owner_uscc", "E_NEED"))
        self.event(n, "lapsed", "2022-05-06")
        self.refused(n, "grace", "2022-08-01", ("/kind", "E_STATE"))
        lapse = self.right(n)["events"][-1]["reference"]
        self.event(n, "restored", "2022-09-01")
        self.refused(n, "reversed", "2022-10-01", ("/reverses", "E_STATE_LATER"), reverses=lapse)
        # Before the lapse it fits; behind an invalidation nothing does.
        self.refused(n, "invalidated", "2022-05-01", ("/on", "E_STATE_LATER"))

    def test_an_event_before_filing_is_refused(self):
        n = right()
        self.event(n, "applied", "2019-05-06", owner_uscc=OWNER)
        self.assertEqual(self.states(n, "2019-05-05", "2019-05-06"), ["unknown", "applied"])
        self.refused(n, "transferred", "2019-05-05", ("/on", "E_ORDER"), owner_uscc=OTHER)
        self.refused(n, "granted", "2021-03-01", ("/filed_on", "E_CONTRADICTS"), owner_uscc=OWNER, filed_on="2019-05-07")
        self.granted(n)
        m = right()
        self.event(m, "transferred", "2019-03-01", owner_uscc=OTHER)
        self.refused(m, "applied", "2019-05-06", ("/on", "E_STATE_LATER"), owner_uscc=OWNER)

    def test_suspended_and_resumed_gives_back_what_was(self):
        n = right()
        self.granted(n)
        self.event(n, "grace", "2022-05-06")
        self.event(n, "suspended", "2022-06-01")
        self.refused(n, "transferred", "2022-06-15", ("/kind", "E_STATE"), owner_uscc=OTHER)
        self.event(n, "resumed", "2022-07-01")
        self.event(n, "annuity_paid", "2022-07-05")
        self.assertEqual(self.states(n, "2022-05-31", "2022-06-01", "2022-07-01", "2022-07-05"),
                         ["grace", "suspended", "grace", "valid"])
        # Arrears paid while suspended: it resumes as valid.
        m = right()
        self.granted(m)
        for kind, on in (("grace", "2022-05-06"), ("suspended", "2022-06-01"), ("annuity_paid", "2022-06-05"),
                         ("resumed", "2022-07-01")):
            self.event(m, kind, on)
        self.assertEqual(self.states(m, "2022-06-10", "2022-07-01"), ["suspended", "valid"])

    def test_owners_over_time(self):
        n = right()
        self.granted(n)
        self.event(n, "transferred", "2022-03-01", owner_uscc=OTHER, co_owners=[{"uscc": THIRD}])
        self.event(n, "grace", "2022-05-06")
        self.assertEqual(self.right(n)["ownership"], [
            {"owners": [OWNER], "from": "2021-03-01", "until": "2022-02-28"},
            {"owners": [OTHER, THIRD], "from": "2022-03-01", "until": None}])

    def test_the_same_state_whatever_order_the_events_arrive_in(self):
        story = (("applied", "2019-05-06", {"owner_uscc": OWNER}),
                 ("granted", "2021-03-01", {"owner_uscc": OWNER, "filed_on": "2019-05-06"}),
                 ("lapsed", "2022-05-06", {}), ("restored", "2022-12-01", {}),
                 ("transferred", "2023-01-15", {"owner_uscc": OTHER}))
        days = ("2019-05-05", "2019-06-01", "2021-03-01", "2022-05-05", "2022-05-06", "2022-11-30", "2022-12-01",
                "2023-01-15")
        want = "unknown applied valid valid lapsed lapsed valid valid"
        rights, lines = [], []
        for order in itertools.permutations(story):
            rights.append(right())
            lines += [dict(more, reference="DJB-%d" % next(numbers), number=rights[-1], kind=kind, on=on)
                      for kind, on, more in order]
        text = "".join(json.dumps(x) + "\n" for x in lines)
        for _ in story:  # what presupposes another event is refused until that one is there
            r = self.d.call("POST", "/v1/ip-events", text, self.office, {"Content-Type": "application/x-ndjson"})
            refused = r.lines()[-1]["summary"]["refused"]
        self.assertEqual(refused, 0)
        got = self.d.sql(
            "select n, string_agg(s.state, ' ' order by d), max(s.owners::text) filter (where d = '2023-01-15')"
            " from unnest('{%s}'::text[]) n, unnest('{%s}'::date[]) d, ip_state(n, d, null) s group by n"
            % (",".join(rights), ",".join(days)))
        self.assertEqual(sorted(got.splitlines()), sorted("%s|%s|{%s}" % (n, want, OTHER) for n in rights))

    def test_what_was_taken_in_any_order_tells_the_same_in_the_order_of_days(self):
        """Random stories, mostly nonsense, in random order; reversed events among them leave no trace."""
        dice = random.Random(20221125)
        kinds = ("applied", "granted", "transferred", "grace", "annuity_paid", "suspended", "resumed", "lapsed", "restored",
                 "renewed", "invalidation_filed", "invalidation_closed", "invalidated", "twin")
        months = ["20%02d-%02d-01" % (year, month) for year in (20, 21, 22, 23) for month in (1, 4, 7, 10)]
        send = lambda lines: [x.get("outcome") for x in self.d.call(
            "POST", "/v1/ip-events", "".join(json.dumps(x) + "\n" for x in lines), self.office,
            {"Content-Type": "application/x-ndjson"}).lines()[:-1]]
        told, first, second = [], [], []
        for i in range(60):
            n = mark() if i % 3 == 0 else right(1 + i % 2)
            for _ in range(14):
                kind = dice.choice(kinds)
                told.append({"reference": "DJB-%d" % next(numbers), "number": n, "kind": kind, "on": dice.choice(months)})
                if kind in ("applied", "granted", "transferred"):
                    told[-1]["owner_uscc"] = dice.choice((OWNER, OTHER, THIRD))
                if kind == "granted" and len(n) > 8:
                    told[-1]["filed_on"] = "2019-05-06"
                if kind == "applied":
                    told[-1]["on"] = "2019-05-06"
                if kind == "twin":
                    told[-1]["twin"] = right(2 - i % 2)
                if kind == "renewed":
                    told[-1]["expires_on"] = "2031-01-01"
            told.append({"reference": "DJB-%d" % next(numbers), "number": n, "kind": "reversed", "on": "2023-12-01",
                         "reverses": dice.choice(told[-14:])["reference"]})
        taken = [x for x, outcome in zip(told, send(told)) if outcome == "created"]
        self.assertGreater(len(taken), 200)
        gone = {x.get("reverses") for x in taken}
        twins = {}
        for x in sorted(dice.sample(taken, len(taken)), key=lambda x: x["on"]):
            if x["reference"] in gone or x["kind"] == "reversed":
                continue
            if x["number"] not in twins:
                twins[x["number"]] = mark() if len(x["number"]) < 9 else right(int(x["number"][4]))
            # The same order of references: it decides between two transfers of one day.
            second.append(dict(x, reference=x["reference"] + "B", number=twins[x["number"]]))
        # One day holds several: what waits for another of its day is taken in the next round.
        for _ in range(6):
            outcomes = send(second)
        self.assertEqual(set(outcomes), {"replay"})
        pairs = ",".join("('%s','%s')" % pair for pair in twins.items())
        spans = ("(select json_agg(row(x.from_day, x.until_day, x.state, x.since, x.owners, x.filed_on, x.granted_on, x.expires_on,"
                 " x.procedure, x.twin) order by x.from_day)::text from ip_fold(%s, null, null) x)")
        self.assertEqual(self.d.sql("select count(*), count(*) filter (where %s = %s) from (values %s) p(a, b)"
                                    % (spans % "p.a", spans % "p.b", pairs)), "%d|%d" % (len(twins), len(twins)))

    def test_a_dry_run_stores_nothing_and_an_atomic_batch_all_or_nothing(self):
        n = right()
        body = {"reference": "DJB-%d" % next(numbers), "number": n, "kind": "lapsed", "on": "2022-05-06"}
        r = self.d.call("POST", "/v1/ip-events?dry_run=true", body, self.office)
        self.assertEqual(r.status, 200, r.body)
        lines = [body, dict(body, reference="DJB-%d" % next(numbers), kind="restored", on="2022-05-05")]
        r = self.d.call("POST", "/v1/ip-events?atomic=true", "".join(json.dumps(x) + "\n" for x in lines), self.office,
                        {"Content-Type": "application/x-ndjson"})
        self.assertEqual(r.status, 422, r.body)
        self.assertEqual(self.d.sql("select count(*) from ip_event where number = '%s'" % n), "0")

    def test_spans_cover_all_days_without_a_gap(self):
        n = mark()
        self.event(n, "granted", "2010-03-14", owner_uscc=OWNER)
        for kind, on in (("suspended", "2011-01-01"), ("resumed", "2011-01-01"), ("invalidation_filed", "2019-01-01"),
                         ("invalidation_closed", "2019-06-01"), ("renewed", "2020-05-01")):
            self.event(n, kind, on)
        self.assertEqual(self.d.sql(
            "select bool_and(coalesce(until_day + 1 = next, next is null and until_day = 'infinity')) and"
            " min(from_day) = '-infinity' from (select from_day, until_day, lead(from_day) over (order by from_day)"
            " as next from ip_fold('%s', null, null)) x" % n), "t")

    # ---- terms ---------------------------------------------------------------------------------

    def test_terms_by_kind_and_filing_day(self):
        # kind digit, filed, granted, the last day by law
        for digit, filed, granted, last in ((1, "2003-11-05", "2005-01-05", "2023-11-04"),
                                            (2, "2011-06-15", "2012-01-04", "2021-06-14"),
                                            (3, "2021-05-31", "2021-12-01", "2031-05-30"),
                                            (3, "2021-06-01", "2021-12-01", "2036-05-31"),
                                            (8, "2012-02-29", "2014-01-01", "2032-02-28"),
                                            (9, "2012-02-29", "2014-01-01", "2022-02-28")):
            n = right(digit, int(filed[:4]))
            self.granted(n, granted, filed)
            doc = self.right(n, as_of="2021-12-31")
            self.assertEqual((doc["expires_on"], doc["expiry"]["basis"]), (last, "law"), (digit, filed))
            if last < "2025":
                day_after = self.d.sql("select date '%s' + 1" % last)
                self.assertEqual(self.states(n, last, day_after), ["valid", "expired"])
                self.assertEqual(self.right(n, as_of=day_after)["since"], day_after)
        # C has written the terms into the records, SQL computes them: they agree for every right of this ledger.
        self.assertEqual(self.d.sql(
            "select count(*) from ip_event where kind = 'granted'"
            " and expires_on <> ip_expiry(ip_kind(number), filed_on, on_day) and expires_on <> '2026-07-01'"), "0")

    def test_the_term_in_sql_is_the_term_in_c_for_every_filing_day(self):
        # A batch of grants whose terms the daemon derives: leap days, and the days around the change of the law.
        days = self.d.sql("select string_agg(d::date::text, ',') from (select generate_series('2020-02-25'::date,"
                          " '2020-03-03', '1 day') union select generate_series('2021-05-28'::date, '2021-06-04',"
                          " '1 day') union select generate_series('2011-12-30'::date, '2020-12-31', '97 days')) x(d)")
        lines = []
        for day in days.split(","):
            for digit in (1, 2, 3):
                lines.append({"reference": "DJB-%d" % next(numbers), "number": right(digit, int(day[:4])), "on": "2022-01-01"
                              if day[:4] > "2020" else "2021-01-04", "kind": "granted", "owner_uscc": OWNER,
                              "filed_on": day})
            lines.append({"reference": "DJB-%d" % next(numbers), "number": mark(), "kind": "granted", "on": day,
                          "owner_uscc": OWNER})
        text = "".join(json.dumps(x) + "\n" for x in lines)
        r = self.d.call("POST", "/v1/ip-events?dry_run=false", text, self.office, {"Content-Type": "application/x-ndjson"})
        self.assertEqual(r.lines()[-1]["summary"]["created"], len(lines), r.body[:2000])
        references = ",".join("'%s'" % x["reference"] for x in lines)
        self.assertEqual(self.d.sql(
            "select count(*), count(*) filter (where expires_on = ip_expiry(ip_kind(number), filed_on, on_day)),"
            " count(distinct ip_kind(number)) from ip_event where reference in (%s)" % references),
            "%d|%d|4" % (len(lines), len(lines)))

    def test_kinds_in_sql_are_the_kinds_of_the_program(self):
        given = [right(k) for k in (1, 2, 3, 8, 9)] + [mark(), "G1234567", "1234567A", "95115608X", "971017654",
                                                       "12345678Q", "12345678"]
        for n in given:
            made = self.d.call("POST", "/v1/loans", loan(ip=[{"number": n}]), self.bank)
            kind = made.json()["ip"][0]["kind"]
            self.assertEqual(self.d.sql("select ip_kind('%s')" % made.json()["ip"][0]["number"]), kind, n)

    def test_the_register_may_state_a_longer_term(self):
        n = right(1, 2004)
        self.granted(n, "2010-01-01", "2004-01-01", expires_on="2026-07-01")
        doc = self.right(n, as_of="2025-01-01")
        self.assertEqual((doc["state"], doc["expires_on"], doc["expiry"]["basis"]), ("valid", "2026-07-01", "register"))

    def test_a_trademark_runs_ten_years_and_is_renewed_from_the_day_after(self):
        n = mark()
        self.event(n, "granted", "2010-03-14", owner_uscc=OWNER)
        # 2010-03-14 … 2020-03-13; renewable from 2019-03-14 to 2020-09-13.
        self.assertEqual(self.states(n, "2020-03-13", "2020-03-14"), ["valid", "expired"])
        self.refused(n, "renewed", "2019-03-13", ("/on", "E_ORDER"))
        self.refused(n, "renewed", "2020-09-14", ("/kind", "E_STATE"))
        self.refused(n, "renewed", "2020-09-13", ("/expires_on", "E_CONTRADICTS"), expires_on="2030-03-14")
        self.refused(n, "grace", "2019-03-14", ("/kind", "E_STATE"))  # marks pay no annuities
        self.event(n, "renewed", "2020-09-13")
        self.assertEqual(self.states(n, "2020-03-14", "2020-09-13", "2025-01-01"), ["valid", "valid", "valid"])
        self.assertEqual(self.right(n, as_of="2020-09-13")["expires_on"], "2030-03-13")
        # A register that tells of a renewal first must say until when.
        self.refused(mark(), "renewed", "2020-03-01", ("/expires_on", "E_NEED"))

    def test_a_trademark_is_in_its_renewal_grace_while_nobody_can_know_better(self):
        n = mark()
        today = self.d.sql("select today()")
        registered = self.d.sql("select (today() - 30 - interval '10 years')::date")
        self.event(n, "granted", registered, owner_uscc=OWNER)
        self.assertEqual(self.state(n, today), "grace")
        # Known after the six months, the same day lay behind the end of the right.
        self.assertEqual(self.d.sql("select state from ip_fold('%s', now() + interval '1 year', null)"
                                    " where today() between from_day and until_day" % n), "expired")

    # ---- grounds against a pledge --------------------------------------------------------------

    def grounds(self, number, token=None, **query):
        found = self.right(number, token, **query)["pledge_check"]
        self.assertEqual([g["ground"] for g in found], list(range(1, 13)))
        return [g["result"] for g in found]

    def test_the_twelve_grounds_of_a_sound_right(self):
        n = right()
        self.granted(n)
        ask = dict(registered_on="2022-07-01", matures_on="2023-07-01", pledgor=OWNER)
        self.assertEqual(self.grounds(n, **ask), ["pass"] * 6 + ["manual", "pass", "pass", "not_applicable", "pass",
                                                                   "manual"])

    def test_each_ground_that_a_machine_can_decide(self):
        ask = dict(registered_on="2022-07-01", matures_on="2023-07-01", pledgor=OWNER)
        at = lambda n, ground, **more: self.grounds(n, **dict(ask, **more))[ground - 1]
        n = right()
        self.granted(n)
        self.assertEqual(at(n, 1, pledgor=OTHER), "fail")
        self.assertEqual(at(n, 6, matures_on="2039-05-05"), "pass")
        self.assertEqual(at(n, 6, matures_on="2039-05-06"), "fail")
        self.assertEqual(at(n, 3, registered_on="2021-02-28"), "fail")
        self.event(n, "transferred", "2022-09-01", owner_uscc=OTHER, co_owners=[{"uscc": THIRD}])
        self.assertEqual((at(n, 1), at(n, 1, registered_on="2022-09-01")), ("pass", "fail"))
        self.assertEqual((at(n, 8), at(n, 8, registered_on="2022-09-01")), ("pass", "manual"))
        self.event(n, "invalidation_filed", "2022-10-01")
        self.assertEqual((at(n, 11), at(n, 11, registered_on="2022-10-01")), ("pass", "warning"))
        for kind, ground in (("lapsed", 2), ("grace", 4), ("suspended", 5), ("invalidated", 2)):
            m = right()
            self.granted(m)
            self.event(m, kind, "2022-06-01")
            self.assertEqual(at(m, ground), "fail", kind)
        applied = right()
        self.event(applied, "applied", "2019-05-06", owner_uscc=OWNER)
        self.assertEqual(at(applied, 3), "fail")
        model = right(2)
        self.granted(model)
        self.assertEqual(at(model, 10), "pass")
        self.event(model, "twin", "2021-03-01", twin=right(1))
        self.assertEqual(at(model, 10), "warning")

    def test_a_right_that_no_register_told_of(self):
        n = right(2, 2015)
        self.assertEqual(self.d.call("GET", "/v1/ip/" + n, None, self.bank).status, 404)
        ask = dict(registered_on="2022-07-01", pledgor=OWNER)
        self.assertEqual(self.grounds(n, self.bank, matures_on="2023-07-01", **ask),
                         ["unknown"] * 6 + ["manual", "unknown", "pass", "unknown", "unknown", "manual"])
        # A utility model of 2015 ends with 2025 at the latest.
        self.assertEqual(self.grounds(n, self.bank, matures_on="2026-01-01", **ask)[5], "fail")
        for query, code in (("registered_on=2022-02-30", "E_DAY"), ("pledgor=1", "E_USCC"), ("known_at=x", "E_INSTANT"),
                            ("registered_on=2022-07-02&matures_on=2022-07-01", "E_ORDER")):
            r = self.d.call("GET", "/v1/ip/%s?%s" % (n, query), None, self.bank)
            self.assertEqual([c for _, c in r.codes()], [code])

    def test_of_a_pledge_elsewhere_a_bank_learns_that_there_is_one_today_and_no_more(self):
        n = right()
        self.granted(n)
        day = lambda days: str(TODAY + datetime.timedelta(days=days))
        before = self.d.sql("select instant_text(now())")
        body = loan(ip=[{"number": n}], signed_on=day(-40), registered_on=day(-40), disbursed_on=day(-40),
                    matures_on=day(325))
        made = self.d.call("POST", "/v1/loans", body, self.bank).json()
        other = self.d.token("bank", "BANK-B")
        r = self.d.call("GET", "/v1/ip/%s?registered_on=%s" % (n, day(0)), None, other)
        ground = r.json()["pledge_check"][8]
        self.assertEqual((ground["result"], ground["facts"]),
                         ("fail", {"live_pledge": True, "elsewhere": True, "elsewhere_on": day(0)}))
        own = self.right(n, self.bank, registered_on=day(0))["pledge_check"][8]
        self.assertEqual((own["result"], own["facts"]),
                         ("fail", {"live_pledge": True, "elsewhere": False, "elsewhere_on": day(0)}))
        self.assertEqual((r.json()["pledges"], r.json()["pledges_total"]), ([], 0))
        for secret in (made["id"], body["contract_no"], "BANK-A", body["borrower_name"], "5000000"):
            self.assertNotIn(secret, r.body.decode())
        asked = lambda token, **query: self.grounds(n, token, **query)[8]
        around = lambda token: [asked(token, registered_on=day(d)) for d in (-41, -40, 325, 326)]
        # Whose pledge it is, and an office, are told by the days asked; a debt that runs into it meets it as well.
        for token in (self.bank, self.office):
            self.assertEqual(around(token), ["pass", "fail", "fail", "pass"])
            self.assertEqual(asked(token, registered_on=day(-90), matures_on=day(-40)), "fail")
            self.assertEqual(asked(token, registered_on=day(0), known_at=before), "pass")
        # Others cannot find its days by asking, nor since when the ledger knows of it.
        self.assertEqual(around(other), ["fail"] * 4)
        self.assertEqual(asked(other, registered_on=day(-90), matures_on=day(-41)), "fail")
        self.assertEqual(asked(other, registered_on=day(0), known_at=before), "fail")
        self.happened(made["id"], disbursed=day(-40), overdue=day(-9))
        self.assertEqual(around(other), ["fail"] * 4)
        self.assertEqual(around(self.office), ["pass", "fail", "fail", "fail"])  # in default it has no end
        self.happened(made["id"], pledge_released=day(-1))
        self.assertEqual(around(other), ["pass"] * 4)
        self.assertEqual([asked(self.bank, registered_on=day(d)) for d in (-2, -1)], ["fail", "pass"])

    def happened(self, loan_id, **events):
        for kind, on in events.items():
            made = self.d.call("POST", "/v1/loans/%s/events" % loan_id,
                               {"reference": "E-%d" % next(numbers), "kind": kind, "on": on}, self.bank)
            self.assertEqual(made.status, 201, made.body)

    def found(self, loan_id, known_at=None):
        rows = self.d.sql("select ground, coalesce(flag, '-'), pointer, on_day, state from pledge_grounds(array['%s']::uuid[],"
                          " %s)" % (loan_id, "'%s'" % known_at if known_at else "null"))
        return [tuple(x.split("|")) for x in rows.splitlines()]

    def lent(self, *ip, **over):
        body = loan(ip=list(ip), **dict(dict(borrower_uscc=OWNER, registered_on="2022-07-05", disbursed_on="2022-07-08"), **over))
        r = self.d.call("POST", "/v1/loans", body, self.bank)
        self.assertEqual(r.status, 201, r.body)
        return r.json()["id"]

    def test_findings_against_stored_loans(self):
        sound, lapsed, ungranted, short, sold = right(), right(), right(), right(2, 2012), right()
        for n in (sound, lapsed, sold):
            self.granted(n)
        self.event(ungranted, "granted", "2022-08-01", owner_uscc=OWNER, filed_on="2019-05-06")
        self.granted(short, "2013-01-02", "2012-11-01")
        self.event(sold, "transferred", "2022-01-01", owner_uscc=OTHER)
        loan_id = self.lent(*[{"number": n} for n in (sound, lapsed, ungranted, short, sold, right())])
        before = self.d.sql("select now()")
        self.event(lapsed, "lapsed", "2022-09-30")  # the last day of the third quarter
        want = [("3", "RF05", "/ip/2/number", "2022-07-05", "unknown"),
                ("2", "RF02", "/ip/3/number", "2022-12-31", "expired"),  # its term ended 2022-11-01
                ("6", "RF03", "/ip/3/number", "2022-07-05", "valid"),
                ("1", "RF04", "/ip/4/number", "2022-07-05", "valid")]
        self.assertEqual(self.found(loan_id), [("2", "RF02", "/ip/1/number", "2022-09-30", "lapsed")] + want)
        self.assertEqual(self.found(loan_id, before), want)
        # The write path asks with the same facts before the rows are stored.
        self.assertEqual(self.d.sql(
            "select ground, flag, pointer from pledge_findings('[{\"record_id\":\"%s\",\"version\":1,\"pointer\":\"/ip/0/number\","
            "\"number\":\"%s\",\"borrower\":\"%s\",\"pledged_on\":\"2022-07-05\",\"matures_on\":\"2023-07-01\"}]', null)"
            % (loan_id, lapsed, OWNER)), "2|RF02|/ip/0/number")

    def test_a_lapse_after_the_pledge_has_ended_is_no_finding(self):
        n = right()
        self.granted(n)
        loan_id = self.lent({"number": n, "owner_uscc": OWNER})
        r = self.d.call("POST", "/v1/loans/%s/events" % loan_id, {
            "reference": "E-%d" % next(numbers), "kind": "settled", "on": "2022-12-15"}, self.bank)
        self.assertEqual(r.status, 201, r.body)
        self.event(n, "lapsed", "2022-12-20")
        self.assertEqual(self.found(loan_id), [])

    def test_a_pledge_lasts_while_the_loan_is_in_default(self):
        n = right()
        self.granted(n)
        loan_id = self.lent({"number": n})  # matures 2023-07-01

        def told(kind, on, **more):
            r = self.d.call("POST", "/v1/loans/%s/events" % loan_id, dict(
                more, reference="E-%d" % next(numbers), kind=kind, on=on), self.bank)
            self.assertEqual(r.status, 201, r.body)

        self.event(n, "lapsed", "2023-08-01")
        told("overdue", "2023-06-01", principal="1000000.00")
        self.assertEqual(self.found(loan_id), [("2", "RF02", "/ip/0/number", "2023-09-30", "lapsed")])
        told("repaid", "2023-06-20", principal="1000000.00")
        self.assertEqual(self.found(loan_id), [])
        told("extended", "2023-06-25", matures_on="2023-12-31")
        self.assertEqual(self.found(loan_id), [("2", "RF02", "/ip/0/number", "2023-09-30", "lapsed")])

    def test_each_day_on_which_a_right_must_live(self):
        n = right()
        self.granted(n)
        self.event(n, "lapsed", "2022-08-10")
        self.event(n, "restored", "2022-08-20")  # dead for ten days only
        facts = {"record_id": "00000000-0000-7000-8000-000000000001", "version": 1, "pointer": "/ip/0/number", "number": n,
                 "borrower": OWNER, "pledged_on": "2022-07-05", "drawn_on": "2022-07-08", "matures_on": "2023-07-01"}
        asked = lambda **over: self.d.sql("select flag, on_day from pledge_findings('%s', null)"
                                          % json.dumps([dict(facts, **over)]))
        self.assertEqual(asked(), "")
        self.assertEqual(asked(drawn_on="2022-08-19"), "RF02|2022-08-19")
        self.assertEqual(asked(drawn_on="2022-08-20"), "")
        self.assertEqual(asked(pledged_on="2022-08-10"), "RF02|2022-08-10")
        self.assertEqual(asked(claimed_on=["2022-08-09", "2022-08-20"]), "")
        self.assertEqual(asked(claimed_on=["2022-08-09", "2022-08-11"]), "RF02|2022-08-11")
        # A claim in the ledger is such a day too.
        loan_id = self.lent({"number": n})
        self.assertEqual(self.found(loan_id), [])
        self.d.sql("set session_replication_role = replica; insert into scheme values ('00000000-0000-7000-8000-00000000000a',"
                   " 'IPR', '2022-01-01', null, '{}', 'x', now(), 'x@IP-OFFICE') on conflict do nothing; insert into claim values (gen_random_uuid(), 'r', 1, '{}',"
                   " '310115', '%s', '%s', '00000000-0000-7000-8000-00000000000a', 'IPR', 'compensation', '2022-08-11', 1, 1, 0,"
                   " 1, 1, '[]', '[]', now())" % (loan_id, OWNER))
        self.assertEqual(self.found(loan_id), [("2", "RF02", "/ip/0/number", "2022-08-11", "lapsed")])
        self.d.sql("set session_replication_role = replica; delete from claim where loan_id = '%s'; delete from scheme"
                   " where code = 'IPR'" % loan_id)  # the ledger of the other tests stays sound

    def test_a_release_that_was_not_known_yet_did_not_end_a_pledge(self):
        n = right()
        self.granted(n)
        loan_id = self.lent({"number": n})
        before = self.d.sql("select now()")
        r = self.d.call("POST", "/v1/loans/%s/events" % loan_id, {
            "reference": "E-%d" % next(numbers), "kind": "pledge_released", "on": "2022-12-01"}, self.bank)
        self.assertEqual(r.status, 201, r.body)
        self.assertEqual(self.d.sql("select pledge_live('%s', '2023-01-01', '2023-01-01', 0, true, null),"
                                    " pledge_live('%s', '2023-01-01', '2023-01-01', 0, true, '%s')" % (n, n, before)), "f|t")

    def test_the_owner_as_stated_is_held_against_the_register(self):
        n = right()
        self.granted(n, owner_uscc=OTHER)
        third = self.lent({"number": n, "owner_uscc": OTHER})  # a third party's pledge: the register agrees
        self.assertEqual(self.found(third), [])
        wrong = self.lent({"number": n, "owner_uscc": OWNER})
        self.assertEqual(self.found(wrong), [("1", "RF04", "/ip/0/owner_uscc", "2022-07-05", "valid")])

    def test_many_numbers_at_once(self):
        n, m = right(), right()
        self.granted(n)
        self.assertEqual(self.d.sql("select number, state, owners from ip_states(array['%s','%s','%s'], '2022-01-01', null)"
                                    " order by state" % (m, n, n)), "%s|unknown|\n%s|valid|{%s}" % (m, n, OWNER))

    def test_tampering_with_an_event_is_found(self):
        n = right()
        self.granted(n)
        self.event(n, "lapsed", "2022-05-06")
        self.event(n, "restored", "2022-12-01")
        where = "where number = '%s' and kind = 'lapsed'" % n
        for change, undo, defects in (
                ("on_day = '2023-01-01'", "on_day = '2022-05-06'",
                 ("IP event that differs from its record", "right whose events contradict each other")),
                ("reference = reference || 'x'", "reference = rtrim(reference, 'x')",
                 ("IP event that differs from its record",))):
            self.d.sql("set session_replication_role = replica; update ip_event set %s %s" % (change, where))
            out = self.d.verify().stdout
            for defect in defects:
                self.assertIn(defect, out)
            self.d.sql("set session_replication_role = replica; update ip_event set %s %s" % (undo, where))
        self.assertEqual(self.d.verify().returncode, 0)
