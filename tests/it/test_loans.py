"""One loan: recorded once for ever, corrected openly, checked to the last field, seen by the right
people only."""
import json
import unittest
from concurrent.futures import ThreadPoolExecutor

from harness import Case, loan, numbers, patent


class Loans(Case):
    def setUp(self):
        self.bank = self.d.token("bank")
        self.other = self.d.token("bank", "BANK-B")

    def post(self, record, token=None, **headers):
        return self.d.call("POST", "/v1/loans", record, token or self.bank, headers)

    def test_a_recorded_loan_is_answered_in_canonical_form(self):
        r = self.post(loan(amount="5000000", rate="3.6500", industry="3973", employees=86,
                           revenue="52000000", ip=[{"number": "ZL202119999001.9"}]))
        self.assertEqual(r.status, 201)
        body = r.json()
        self.assertEqual(body["amount"], "5000000.00")
        self.assertEqual(body["ip_amount"], "5000000.00")
        self.assertEqual(body["rate"], "3.65")
        self.assertEqual(body["industry"], "C3973")
        self.assertEqual(body["size"], "small")
        self.assertEqual(body["ip"], [{"number": "2021199990019", "kind": "invention"}])
        self.assertEqual(body["version"], 1)
        self.assertEqual(body["recorded_by"], "王敏@BANK-A")
        self.assertRegex(body["recorded_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+08:00$")
        self.assertRegex(body["id"], r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]")
        self.assertEqual(r.headers["location"], "/v1/loans/" + body["id"])
        self.assertEqual(r.headers["etag"], '"1"')

    def test_the_same_again_is_a_replay_with_the_same_bytes(self):
        record = loan()
        first = self.post(record)
        again = self.post(record)
        self.assertEqual((first.status, again.status), (201, 200))
        self.assertEqual(again.body, first.body)
        self.assertEqual(again.headers["idempotent-replay"], "true")
        self.assertNotIn("idempotent-replay", first.headers)

    def test_what_get_gives_can_be_posted_again(self):
        made = self.post(loan())
        got = self.d.call("GET", made.headers["location"], token=self.bank)
        self.assertEqual(got.body, made.body)
        again = self.post(got.json())
        self.assertEqual((again.status, again.body), (200, made.body))

    def test_another_content_under_a_known_key_is_a_conflict_that_names_the_fields(self):
        record = loan()
        self.post(record)
        r = self.post(dict(record, amount="6000000.00", rate="4.00"))
        self.assertEqual(r.status, 409)
        self.assertEqual(r.codes(), [("/amount", "E_KEY_REUSED"), ("/ip_amount", "E_KEY_REUSED"),
                                     ("/rate", "E_KEY_REUSED")])

    def test_two_banks_may_use_the_same_contract_number(self):
        record = loan()
        self.assertEqual(self.post(record).status, 201)
        self.assertEqual(self.post(record, self.other).status, 201)

    def test_64_senders_of_one_loan_store_it_once(self):
        record = loan()
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: self.post(record), range(64)))
        self.assertEqual(sorted(r.status for r in answers), [200] * 63 + [201])
        self.assertEqual(len({r.body for r in answers}), 1)
        self.assertEqual(self.d.sql("select count(*) from submission where key = '%s'"
                                    % record["contract_no"]), "1")

    def test_a_correction_makes_a_further_version_and_keeps_the_first(self):
        record = loan()
        made = self.post(record)
        where = made.headers["location"]
        fixed = dict(record, amount="4000000.00", ip_amount="4000000.00", reason="录入错误")
        r = self.d.call("PUT", where, fixed, self.bank, {"If-Match": '"1"'})
        self.assertEqual((r.status, r.json()["version"], r.json()["amount"]), (200, 2, "4000000.00"))
        again = self.d.call("PUT", where, fixed, self.bank, {"If-Match": '"1"'})
        self.assertEqual((again.status, again.body), (200, r.body))
        history = self.d.call("GET", where + "/history", token=self.bank).json()["items"]
        self.assertEqual([(h["version"], h["amount"], h.get("reason")) for h in history],
                         [(1, "5000000.00", None), (2, "4000000.00", "录入错误")])
        self.assertEqual(self.d.call("GET", where, token=self.bank).headers["etag"], '"2"')
        late = self.post(record)  # a retry of the first submission that arrives late
        self.assertEqual((late.status, late.body), (200, made.body))

    def test_corrections_of_one_loan_at_once_let_exactly_the_right_one_through(self):
        for _ in range(8):
            record = loan()
            where = self.post(record).headers["location"]

            def put(sent):
                amount, match = sent
                return self.d.call("PUT", where, dict(record, amount=amount, ip_amount=amount,
                                                      reason="更正"), self.bank, {"If-Match": match})
            sent = [("4000000.00", '"7"'), ("4100000.00", '"1"'), ("4100000.00", '"1"'),
                    ("4000000.00", '"9"')] * 4
            with ThreadPoolExecutor(16) as pool:
                answers = list(pool.map(put, sent))
            self.assertEqual([r.status for r in answers], [409, 200, 200, 409] * 4)
            self.assertEqual(len({r.body for r in answers if r.status == 200}), 1)
        resent = [x for x in self.d.call("GET", "/metrics").body.decode().splitlines()
                  if x.startswith("pledged_flights_resent_total")]
        self.assertEqual(resent, ["pledged_flights_resent_total 0"])

    def test_a_reason_is_counted_in_characters_and_clean(self):
        record = loan()
        where = self.post(record).headers["location"]
        put = lambda reason: self.d.call(
            "PUT", where, dict(record, amount="5100000.00", reason=reason), self.bank,
            {"If-Match": '"1"'})
        for reason, code in (("", "E_LENGTH"), ("错" * 501, "E_LENGTH"), ("a\nb", "E_CHARS"),
                             (" a", "E_CHARS"), (5, "E_TYPE")):
            r = put(reason)
            self.assertEqual((r.status, r.codes()), (422, [("/reason", code)]))
        self.assertEqual(put("错" * 500).status, 200)

    def test_long_records_make_short_pages_and_nothing_is_left_out(self):
        token = self.d.token("bank", "BANK-LONG")
        wide = lambda: loan(borrower_uscc="91310115QX0115114N", ip=[
            {"number": patent(i), "appraiser": "评" * 100, "kind": "invention"} for i in range(200)])
        made = [self.post(wide(), token).json()["id"] for _ in range(120)]  # 80 KB each
        got, after, pages = [], "", 0
        while after is not None:
            page = self.d.call("GET", "/v1/loans?limit=1000" + after, token=token).json()
            got += [x["id"] for x in page["items"]]
            after = page["next"] and "&after=" + page["next"]
            pages += 1
        self.assertEqual((got, pages), (made, 2))

    def test_a_long_history_comes_in_pages(self):
        record = loan()
        where = self.post(record).headers["location"]
        for n in range(1, 4):
            r = self.d.call("PUT", where, dict(record, purpose="x%d" % n, reason="更正"), self.bank,
                            {"If-Match": '"%d"' % n})
            self.assertEqual(r.status, 200)
        r = self.d.call("GET", where + "/history?after=2", token=self.bank).json()
        self.assertEqual(([x["version"] for x in r["items"]], r["next"]), ([3, 4], None))
        r = self.d.call("GET", where + "/history?after=x", token=self.bank)
        self.assertEqual(r.codes(), [("?after", "E_RANGE")])

    def test_a_correction_of_an_old_version_is_stale(self):
        record = loan()
        where = self.post(record).headers["location"]
        put = lambda amount: self.d.call(
            "PUT", where, dict(record, amount=amount, reason="更正"), self.bank, {"If-Match": '"1"'})
        self.assertEqual(put("5100000.00").status, 200)
        r = put("5200000.00")
        self.assertEqual((r.status, r.codes()), (409, [("/version", "E_STALE")]))

    def test_a_correction_needs_its_version_and_reason_and_keeps_the_key(self):
        record = loan()
        where = self.post(record).headers["location"]
        r = self.d.call("PUT", where, record, self.bank)
        self.assertEqual((r.status, r.codes()),
                         (428, [("", "E_IF_MATCH"), ("/reason", "E_NEED")]))
        for tag in ('"x"', "*", '"1", "2"', '""', "W/", '"1', '"0"', '"1"x', "W/1.0"):
            r = self.d.call("PUT", where, dict(record, reason="x"), self.bank, {"If-Match": tag})
            self.assertEqual((r.status, r.codes()), (422, [("", "E_ETAG")]), tag)
        r = self.d.call("PUT", where, loan(reason="x"), self.bank, {"If-Match": '"1"'})
        self.assertEqual((r.status, r.codes()), (422, [("/contract_no", "E_KEY_CHANGED")]))

    def test_a_weakened_tag_and_a_list_of_tags_are_known_again(self):
        record = loan()
        where = self.post(record).headers["location"]
        tag = self.d.call("GET", where, token=self.bank).headers["etag"]
        ask = lambda seen: self.d.call("GET", where, token=self.bank, headers={"If-None-Match": seen}).status
        for seen in (tag, "W/" + tag, '"0", W/%s' % tag, '%s,"0"' % tag, "*"):
            self.assertEqual(ask(seen), 304, seen)
        for seen in ('"0"', tag.strip('"'), tag[:-1] + 'x"', '"x%s' % tag[1:], "W/", ""):
            self.assertEqual(ask(seen), 200, seen)
        r = self.d.call("PUT", where, dict(record, amount="5100000.00", reason="更正"), self.bank,
                        {"If-Match": "W/" + tag})
        self.assertEqual((r.status, r.json()["version"]), (200, 2))

    def test_a_correction_can_be_tried(self):
        record = loan()
        where = self.post(record).headers["location"]
        put = lambda body, match='"1"', dry="?dry_run=true": self.d.call("PUT", where + dry, body, self.bank,
                                                                        {"If-Match": match})
        fixed = dict(record, amount="5100000.00", reason="更正")
        tried = put(fixed)
        self.assertEqual((tried.status, tried.json()["dry_run"], tried.json()["outcome"]), (200, True, "created"))
        self.assertEqual(tried.json()["record"]["amount"], "5100000.00")
        self.assertEqual(put(dict(record, reason="更正")).json()["outcome"], "replay")
        self.assertEqual(put(fixed, '"2"').codes(), [("/version", "E_STALE")])
        self.assertEqual(put(loan(reason="更正")).codes(), [("/contract_no", "E_KEY_CHANGED")])
        self.assertEqual(put(dict(fixed, amount="-1")).status, 422)
        other = self.d.call("PUT", where + "?dry_run=true", fixed, self.other, {"If-Match": '"1"'})
        self.assertEqual(other.status, 404)
        self.assertEqual(self.d.call("GET", where, token=self.bank).json()["version"], 1)  # nothing of it is stored
        self.assertEqual(put(fixed, dry="").json()["version"], 2)

    def test_another_bank_finds_nothing(self):
        where = self.post(loan()).headers["location"]
        for method, path, body in (("GET", where, None), ("GET", where + "/history", None),
                                   ("PUT", where, loan(reason="x"))):
            r = self.d.call(method, path, body, self.other, {"If-Match": '"1"'})
            self.assertEqual(r.status, 404, method)

    def test_etag_spares_an_unchanged_read(self):
        where = self.post(loan()).headers["location"]
        r = self.d.call("GET", where, token=self.bank, headers={"If-None-Match": '"1"'})
        self.assertEqual((r.status, r.body), (304, b""))

    def test_dry_run_tells_and_stores_nothing(self):
        record = loan()
        r = self.d.call("POST", "/v1/loans?dry_run=true", record, self.bank)
        self.assertEqual((r.status, r.json()["outcome"], r.json()["warnings"]), (200, "created", []))
        odd = dict(record, rate="35.00", matures_on="2045-07-01", ip=[dict(record["ip"][0], owner_uscc="91310115QX0115114N")])
        foreseen = self.d.call("POST", "/v1/loans?dry_run=true", odd, self.bank).json()["warnings"]
        self.assertEqual([w["code"] for w in foreseen], ["RF03", "RF04", "RF22"])
        stored = self.post(dict(odd, contract_no=odd["contract_no"] + "-Z"))
        self.assertEqual(stored.json()["warnings"], foreseen)
        record = loan()
        self.assertEqual(self.post(record).status, 201)
        r = self.d.call("POST", "/v1/loans?dry_run=true", record, self.bank)
        self.assertEqual(r.json()["outcome"], "replay")
        r = self.d.call("POST", "/v1/loans?dry_run=true", dict(record, rate="5"), self.bank)
        self.assertEqual((r.status, r.codes()), (409, [("/rate", "E_KEY_REUSED")]))

    def test_state_follows_from_the_dates(self):
        where = self.post(loan(disbursed_on="2022-07-08")).headers["location"]
        for day, state in (("2022-07-07", "signed"), ("2022-07-08", "active"),
                           ("2023-07-01", "active"), ("2023-07-02", "matured")):
            r = self.d.call("GET", where + "?as_of=" + day, token=self.bank)
            self.assertEqual(r.json()["state"], state, day)

    def test_a_right_pledged_at_another_bank_warns_and_names_nobody(self):
        number = patent(7654321)
        self.assertEqual(self.post(loan(ip=[{"number": number}])).json()["warnings"], [])
        second = self.post(loan(ip=[{"number": patent(1234567)}, {"number": number}]), self.other)
        self.assertEqual(second.status, 201)
        warnings = second.json()["warnings"]
        self.assertEqual([(w["code"], w["pointer"]) for w in warnings], [("RF01", "/ip/1/number")])
        self.assertNotIn("BANK-A", json.dumps(warnings))
        self.assertEqual(set(warnings[0]), {"code", "severity", "pointer", "title", "title_en"})
        apart = self.post(loan(ip=[{"number": number}], signed_on="2024-01-01",
                               matures_on="2024-06-30"), self.other)
        self.assertEqual(apart.json()["warnings"], [])

    def test_a_loan_that_outlives_its_patent_warns(self):
        r = self.post(loan(ip=[{"number": patent(1, 2003), "filed_on": "2003-06-30"}]))
        self.assertEqual([w["code"] for w in r.json()["warnings"]], ["RF03"])

    def test_the_year_in_a_number_says_when_a_right_must_have_ended(self):
        # a utility model filed on the last day of 2012 ends on 2022-12-30
        for matures, codes in (("2022-12-30", []), ("2022-12-31", ["RF03"])):
            r = self.post(loan(ip=[{"number": patent(next(numbers) % 10000000, 2012, 2)}],
                               matures_on=matures))
            self.assertEqual([w["code"] for w in r.json()["warnings"]], codes)

    def test_lists_page_by_cursor_and_do_not_shift(self):
        made = [self.post(loan(borrower_uscc="91310112QX0112087G", district="310112")).json()["id"]
                for _ in range(5)]
        path = "/v1/loans?borrower=91310112QX0112087G&limit=2"
        seen, cursor = [], None
        while True:
            page = self.d.call("GET", path + ("&after=" + cursor if cursor else ""),
                               token=self.bank).json()
            seen += [x["id"] for x in page["items"]]
            if len(seen) == 2:
                made.append(self.post(loan(borrower_uscc="91310112QX0112087G",
                                           district="310112")).json()["id"])
            cursor = page["next"]
            if cursor is None:
                break
        self.assertEqual(seen, made)

    def test_lists_filter_by_district_quarter_and_state(self):
        self.post(loan(district="310151", signed_on="2021-03-31", matures_on="2021-12-31"))
        self.post(loan(district="310151", signed_on="2021-04-01", matures_on="2021-12-31"))
        count = lambda query: len(self.d.call("GET", "/v1/loans?" + query,
                                              token=self.bank).json()["items"])
        self.assertEqual(count("district=310151&quarter=2021Q1"), 1)
        self.assertEqual(count("district=310151&quarter=2021Q2&state=signed"), 1)
        self.assertEqual(count("district=310151&quarter=2021Q2&state=active"), 0)

    def test_a_receipt_proves_the_record_against_the_signed_head(self):
        import hashlib
        made = self.post(loan()).json()
        r = self.d.call("GET", "/v1/receipts/" + made["id"], token=self.bank).json()
        h = hashlib.sha256(b"\0" + r["leaf_text"].encode()).digest()
        self.assertEqual(h.hex(), made["receipt"]["leaf_hash"])
        index, last = r["leaf"], r["size"] - 1
        for step in r["path"]:  # RFC 9162, 2.1.3.2
            step = bytes.fromhex(step)
            if index % 2 or index == last:
                h = hashlib.sha256(b"\1" + step + h).digest()
                while index % 2 == 0 and index:
                    index, last = index >> 1, last >> 1
            else:
                h = hashlib.sha256(b"\1" + h + step).digest()
            index, last = index >> 1, last >> 1
        self.assertEqual((last, h.hex()), (0, r["root"]))
        self.assertEqual(self.d.call("GET", "/v1/receipts/" + made["id"],
                                     token=self.other).status, 404)


class BadInput(Case):
    """Nothing of what is refused leaves a trace, and every problem is named at once."""

    def setUp(self):
        self.bank = self.d.token("bank")
        self.before = self.d.sql("select count(*) from submission")

    def tearDown(self):
        self.assertEqual(self.d.sql("select count(*) from submission"), self.before)

    def refused(self, record, *problems):
        r = self.d.call("POST", "/v1/loans", record, self.bank)
        self.assertEqual((r.status, sorted(r.codes())), (422, sorted(problems)))
        self.assertEqual(r.headers["content-type"], "application/problem+json")

    def test_all_problems_come_at_once(self):
        self.refused(
            {"contract_no": "", "amount": 5, "ammount": "3", "rate": "4.12345", "first_loan": "yes",
             "signed_on": "2022-02-30", "borrower_uscc": "91310115QX0115114M", "purpose": None,
             "product": "mortgage", "district": "310103", "employees": -1, "borrower_name": " x",
             "matures_on": "2023-01-01", "ip": [{"number": "ZL202119999001.8"}, 7]},
            ("/contract_no", "E_LENGTH"), ("/amount", "E_TEXT_NUMBER"), ("/ammount", "E_UNKNOWN"),
            ("/rate", "E_RATE"), ("/first_loan", "E_TYPE"), ("/signed_on", "E_DAY"),
            ("/borrower_uscc", "E_USCC_DIGIT"), ("/purpose", "E_NULL"), ("/product", "E_CHOICE"),
            ("/district", "E_DISTRICT"), ("/employees", "E_RANGE"), ("/borrower_name", "E_CHARS"),
            ("/ip/0/number", "E_PATENT"), ("/ip/1", "E_TYPE"))

    def test_fields_must_fit_together(self):
        self.refused(loan(ip_amount="5000000.01"), ("/ip_amount", "E_EXCEEDS"))
        self.refused(loan(matures_on="2022-06-30"), ("/matures_on", "E_ORDER"))
        self.refused(loan(disbursed_on="2022-06-30"), ("/disbursed_on", "E_ORDER"))
        self.refused(loan(ip=[{"number": "2021199990019", "kind": "design"}]),
                     ("/ip/0/kind", "E_IP_KIND"))
        self.refused(loan(ip=[{"number": "2021199990019"}, {"number": "ZL202119999001.9"}]),
                     ("/ip/1/number", "E_REPEATED"))
        self.refused(loan(ip=[]), ("/ip", "E_LENGTH"))
        self.refused(loan(amount="1000000000000.01"), ("/amount", "E_RANGE"))
        self.refused(loan(amount="0"), ("/amount", "E_RANGE"))
        self.refused(loan(amount="-1"), ("/amount", "E_RANGE"))

    def test_text_that_is_not_strict_json_is_refused(self):
        good = json.dumps(loan())
        for bad in ("", "{", good + "x", good[:-1] + ',"rate":"3.65"}', "[" * 17 + "]" * 17,
                    good.replace("3.65", "3\\u0000.65"), "\ufeff" + good, good + "\0"):
            r = self.d.call("POST", "/v1/loans", bad.encode(), self.bank,
                            {"Content-Type": "application/json"})
            self.assertEqual(r.status, 400, bad[:40])
        r = self.d.call("POST", "/v1/loans", good.encode().replace(b"T-", b"\xff-"), self.bank,
                        {"Content-Type": "application/json"})
        self.assertEqual((r.status, r.codes()[0][1]), (400, "E_UTF8"))

    def test_a_body_over_the_limit_is_413(self):
        r = self.d.call("POST", "/v1/loans", b'{"a":"' + b"x" * (1 << 20) + b'"}', self.bank,
                        {"Content-Type": "application/json"})
        self.assertEqual(r.status, 413)

    def test_another_media_type_is_415(self):
        r = self.d.call("POST", "/v1/loans", b"<a/>", self.bank, {"Content-Type": "text/xml"})
        self.assertEqual(r.status, 415)

    def test_english_on_request(self):
        r = self.d.call("POST", "/v1/loans", {}, self.bank, {"Accept-Language": "en"})
        self.assertIn("Required field is missing", {e["title"] for e in r.json()["errors"]})
        r = self.d.call("POST", "/v1/loans", {}, self.bank)
        self.assertIn("缺少必填项", {e["title"] for e in r.json()["errors"]})

    def test_bad_queries_are_named(self):
        for query, code in (("limit=0", "E_RANGE"), ("limit=1001", "E_RANGE"), ("after=x", "E_CURSOR"),
                            ("quarter=2022Q5", "E_QUARTER"), ("state=gone", "E_CHOICE"),
                            ("colour=red", "E_PARAM"), ("borrower=1", "E_USCC"),
                            ("known_at=yesterday", "E_INSTANT"), ("as_of=2022-02-30", "E_DAY")):
            r = self.d.call("GET", "/v1/loans?" + query, token=self.bank)
            self.assertEqual((r.status, r.codes()[0][1]), (422, code), query)

    def test_an_id_that_is_none_is_not_found(self):
        for path in ("/v1/loans/1", "/v1/loans/00000000-0000-7000-8000-000000000000", "/v1/nothing",
                     "/v1/loans/x/y/z"):
            self.assertEqual(self.d.call("GET", path, token=self.bank).status, 404, path)

    def test_a_wrong_method_lists_the_right_ones(self):
        r = self.d.call("DELETE", "/v1/loans", token=self.bank)
        self.assertEqual((r.status, r.headers["allow"]), (405, "POST, GET, HEAD"))


if __name__ == "__main__":
    unittest.main()
