/*
 * The write lane on a link of its own, which the functions of link.h below stand in for: they write
 * down what the lane sends, and the tests say what comes back.
 */
#include "head_file.h"
#include "lane.h"
#include "link.h"
#include "log_end.h"
#include "merkle.h"
#include "unit.h"
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

static struct arena *a;

/* ---- the link ------------------------------------------------------------------------------- */

enum { SENT_MAX = 64 };
struct sent {
    enum sql_id sql;
    struct str elements;
    link_result_fn *result;
    void *arg;
};
struct link {
    struct link_setup setup;
    struct sent sent[SENT_MAX]; /* since the last Sync */
    int n;
    link_end_fn *end; /* of the Sync on its way; NULL: none */
    void *end_arg;
    int syncs;
};
static struct link the_link;

struct link *link_open(const struct database *d, const struct link_setup *setup)
{
    (void)d;
    the_link = (struct link){.setup = *setup};
    return &the_link;
}
bool link_is_up(const struct link *l)
{
    return l != NULL;
}
int link_pending(const struct link *l)
{
    return l->end != NULL;
}
int64_t link_waits_us(const struct link *l)
{
    (void)l;
    return 0;
}
void link_prepare(struct link *l, enum sql_id sql)
{
    (void)l;
    (void)sql;
}
void link_identity(struct link *l, const struct actor *actor)
{
    (void)l;
    (void)actor;
}
void link_identity_live(struct link *l, const struct actor *actor)
{
    (void)l;
    (void)actor;
}
void link_nudge(struct link *l)
{
    (void)l;
}
void link_reset(struct link *l, const char *why)
{
    (void)l;
    fail_msg("the lane gave its link up: %s", why);
}
void link_close(struct link *l)
{
    (void)l;
}
/* The head that was stored last, as log_tail tells it again: what was sent, once it has landed. */
static struct str stored[LOG_TAIL_COLUMNS], storing[LOG_TAIL_COLUMNS];

static void note_head(enum sql_id sql, const struct str *params)
{
    static const int param[LOG_TAIL_COLUMNS] = {6, 8, 7, 9, 10, -1};
    for (int i = 0; sql == SQL_LOG_WRITE && i < LOG_TAIL_COLUMNS; i++)
        storing[i] = param[i] < 0 ? STR("0") : arena_keep(a, params[param[i]]);
}

void link_send(struct link *l, enum sql_id sql, const struct str *params, int n,
    link_result_fn *result, void *arg)
{
    assert_true(l->n < SENT_MAX);
    struct sent *s = &l->sent[l->n++];
    s->sql = sql;
    note_head(sql, params);
    s->elements = n == 2 ? arena_keep(a, params[1]) : STR("");
    s->result = result;
    s->arg = arg;
}
void link_sync(struct link *l, link_end_fn *end, void *arg)
{
    assert_null(l->end);
    l->end = end;
    l->end_arg = arg;
    l->syncs++;
}

/* ---- what comes back ------------------------------------------------------------------------ */

static PGresult *table(int columns)
{
    PGresAttDesc names[16] = {{0}};
    char name[] = "c";
    PGresult *r = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    for (int i = 0; i < columns; i++)
        names[i].name = name;
    assert_true(PQsetResultAttrs(r, columns, names));
    return r;
}

static void put(PGresult *r, int row, int column, const char *text)
{
    char value[4096];
    snprintf(value, sizeof value, "%s", text);
    assert_true(PQsetvalue(r, row, column, value, (int)strlen(value)));
}

/* The Sync comes back. */
static void land(const char *sqlstate)
{
    struct fail fail = {.text = "told by the test"};
    link_end_fn *end = the_link.end;
    assert_non_null(end);
    the_link.end = NULL;
    the_link.n = 0;
    snprintf(fail.sqlstate, sizeof fail.sqlstate, "%s", sqlstate ? sqlstate : "");
    if (!sqlstate)
        memcpy(stored, storing, sizeof stored);
    memcpy(storing, stored, sizeof stored);
    end(the_link.end_arg, sqlstate ? &fail : NULL);
}

/* Everything that has been sent since the last Sync, and its statement number i. */
static const struct sent *sent(int i)
{
    assert_true(i < the_link.n);
    return &the_link.sent[i];
}

/* The last statement of every flight: nothing was written beside its records; or, as in all behind
 * a failure, no answer. */
static void answer_beside(bool answered)
{
    PGresult *none = table(LOG_ROWS_COLUMNS);
    const struct sent *s = sent(1);
    assert_int_equal(s->sql, SQL_LOG_ROWS);
    s->result(s->arg, answered ? none : NULL);
    PQclear(none);
}

/* The statement failed, and so did what was sent behind it. */
static void answer_failed(void)
{
    sent(0)->result(sent(0)->arg, NULL);
    answer_beside(false);
}

/* A record of each of n elements was stored. */
static void answer_created(const struct sent *s, int n)
{
    PGresult *r = table(RECORD_WRITE_COLUMNS);
    for (int i = 0; i < n; i++) {
        put(r, i, RECORD_WRITE_ORD, arena_printf(a, "%d", i + 1).p);
        put(r, i, RECORD_WRITE_OUTCOME, "created");
        put(r, i, RECORD_WRITE_ID, arena_printf(a, "00000000-0000-7000-8000-%012d", i).p);
        put(r, i, RECORD_WRITE_VERSION, "1");
        put(r, i, RECORD_WRITE_BODY, "{}");
        put(r, i, RECORD_WRITE_SHA256,
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
        put(r, i, RECORD_WRITE_RECORDED_AT, "2022-07-01T09:30:00+08:00");
        put(r, i, RECORD_WRITE_RECORDED_BY, "p@b");
        put(r, i, RECORD_WRITE_FLAGS, "[]");
    }
    s->result(s->arg, r);
    PQclear(r);
    answer_beside(true);
}

/* ---- a lane and works ----------------------------------------------------------------------- */

static struct process process;
static struct lane *lane;
static const struct actor bank = {.org = 1, .code = {"b", 1}, .person = {"p", 1}};

struct told { /* what a work heard */
    struct work w;
    int times;
    bool stored;
    char sqlstate[6];
    int64_t leaf, head;
};

static void on_told(void *arg, const struct verdict *v, int n, const struct fail *fail)
{
    struct told *t = arg;
    (void)n;
    t->times++;
    t->stored = !fail;
    snprintf(t->sqlstate, sizeof t->sqlstate, "%s", fail ? fail->sqlstate : "");
    t->leaf = fail ? -1 : v->leaf;
    t->head = fail ? -1 : v->head;
}

static bool submit(struct told *t, const char *element, int n)
{
    *t = (struct told){.w = {.a = a,
                           .actor = &bank,
                           .write = SQL_RECORD_WRITE,
                           .type = "loan",
                           .elements = str_of(element),
                           .n = n,
                           .done = on_told,
                           .arg = t}};
    return lane_submit(lane, &t->w);
}

/* A part of a batch, or a single request, of one element of this weight. */
static bool hand_in(struct told *t, const char *element, int weight, bool patient)
{
    *t = (struct told){.w = {.a = a,
                           .actor = &bank,
                           .write = SQL_RECORD_WRITE,
                           .type = "loan",
                           .elements = str_of(element),
                           .n = 1,
                           .weight = weight,
                           .patient = patient,
                           .done = on_told,
                           .arg = t}};
    return lane_submit(lane, &t->w);
}

/* One turn of the loop: an idle lane sends. */
static void turn(void)
{
    assert_true(event_base_loop(process.base, EVLOOP_NONBLOCK) >= 0);
}

static void connect_up(void)
{
    the_link.setup.up(the_link.setup.arg);
    assert_int_equal(sent(0)->sql, SQL_LOG_TAIL);
    PGresult *tail = table(LOG_TAIL_COLUMNS);
    for (int i = 0; stored[0].p && i < LOG_TAIL_COLUMNS; i++)
        put(tail, 0, i, stored[i].p);
    sent(0)->result(sent(0)->arg, tail);
    PQclear(tail);
    assert_int_equal(sent(1)->sql, SQL_LOG_ROWS);
    PGresult *none = table(LOG_ROWS_COLUMNS);
    sent(1)->result(sent(1)->arg, none);
    PQclear(none);
    land(NULL);
    assert_true(lane_ready(lane));
}

static void lose(void)
{
    if (the_link.end)
        land("08006");
    the_link.n = 0;
    the_link.setup.down(the_link.setup.arg);
    assert_false(lane_ready(lane));
}

static int begin(void **state)
{
    (void)state;
    char *folder = (char[]){"/tmp/pledged-lane-XXXXXX"};
    assert_non_null(mkdtemp(folder));
    memset(stored, 0, sizeof stored);
    memset(storing, 0, sizeof storing);
    process = (struct process){.base = event_base_new()};
    process.conf.data = arena_text(a, folder).p;
    process.conf.queue_max = 4;
    lane = lane_open(&(struct database){.process = &process});
    connect_up();
    return 0;
}

static int end(void **state)
{
    (void)state;
    lane_close(lane);
    event_base_free(process.base);
    static const char *const files[] = {"log.key", "log-sm2.key", "log.head", "log.checkpoints"};
    for (size_t i = 0; i < COUNT_OF(files); i++)
        assert_int_equal(remove(arena_printf(a, "%s/%s", process.conf.data, files[i]).p), 0);
    assert_int_equal(remove(process.conf.data), 0);
    return 0;
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void test_what_waits_flies_together(void **state)
{
    struct told one, two, three;
    (void)state;
    assert_true(submit(&one, "{\"a\":1}", 1) && submit(&two, "{\"b\":1},{\"b\":2}", 2));
    assert_int_equal(the_link.n, 0); /* not before the loop has turned */
    turn();
    assert_int_equal(the_link.n, 2);
    assert_int_equal(sent(0)->sql, SQL_RECORD_WRITE);
    assert_string_equal(sent(0)->elements.p, "[{\"a\":1},{\"b\":1},{\"b\":2}]");
    assert_true(submit(&three, "{\"c\":1}", 1));
    turn();
    assert_int_equal(the_link.n, 2); /* it forms the next flight */
    answer_created(sent(0), 3);
    assert_int_equal(sent(2)->sql, SQL_LOG_WRITE);
    assert_int_equal(one.times + two.times, 0); /* nobody hears before the Sync */
    land(NULL);
    assert_true(one.times == 1 && one.stored && two.times == 1 && two.stored);
    assert_true(one.leaf == 0 && two.leaf == 1 && one.head == 3 && two.head == 3);
    assert_int_equal(process.count.flights, 1);
    assert_int_equal(process.count.records, 3);
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"c\":1}]");
    answer_created(sent(0), 1);
    land(NULL);
    assert_true(three.stored && three.leaf == 3 && three.head == 4 && lane_idle(lane));
}

static void test_what_is_light_is_not_held_up_by_what_is_heavy(void **state)
{
    struct told heavy[3], light, last;
    (void)state;
    process.conf.queue_max = 100;
    for (int i = 0; i < 3; i++) {
        static const char *const elements[] = {"{\"h\":1}", "{\"h\":2}", "{\"h\":3}"};
        assert_true(submit(&heavy[i], elements[i], 1));
        heavy[i].w.weight = 96; /* two of them, and 64 light ones, are a flight */
    }
    assert_true(submit(&light, "{\"l\":1}", 1));
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"h\":1},{\"h\":2},{\"l\":1}]");
    assert_true(submit(&last, "{\"l\":2}", 1));
    answer_created(sent(0), 3);
    land(NULL);
    assert_true(heavy[0].stored && heavy[1].stored && light.stored && heavy[2].times == 0);
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"h\":3},{\"l\":2}]"); /* who waited comes first */
    answer_created(sent(0), 2);
    land(NULL);
    assert_true(heavy[2].stored && last.stored && lane_idle(lane));
}

/* A batch of which much waits, beside single requests: they board first, and what they left behind
 * begins the next flight. */
static void test_single_requests_board_before_batches(void **state)
{
    struct told part[2], one, two, three;
    (void)state;
    process.conf.queue_max = 1000;
    assert_int_equal(lane_slice(lane, 0), 1000); /* nobody is about */
    assert_true(hand_in(&part[0], "{\"p\":1}", 128, true));
    assert_true(hand_in(&part[1], "{\"p\":2}", 128, true));
    assert_true(hand_in(&one, "{\"s\":1}", 1, false));
    assert_int_equal(lane_slice(lane, 0), 128);
    assert_int_equal(lane_slice(lane, 3), 42);
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"s\":1},{\"p\":1}]");
    answer_created(sent(0), 2);
    assert_true(hand_in(&two, "{\"s\":2}", 100, false)); /* no room for a part beside it */
    land(NULL);
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"s\":2}]");
    assert_true(hand_in(&three, "{\"s\":3}", 100, false));
    answer_created(sent(0), 1);
    land(NULL);
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"p\":2}]"); /* it was left behind once */
    answer_created(sent(0), 1);
    land(NULL);
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"s\":3}]");
    answer_created(sent(0), 1);
    land(NULL);
    assert_true(part[1].stored && three.stored && lane_idle(lane));
    assert_int_equal(lane_slice(lane, 0), 128); /* it came less than a second ago */
}

static void test_the_heavy_keep_their_order(void **state)
{
    struct told first, part, rest, light;
    (void)state;
    process.conf.queue_max = 100;
    assert_true(submit(&first, "{\"h\":1}", 1) && submit(&part, "{\"h\":2},{\"h\":3}", 2) &&
                submit(&rest, "{\"h\":4}", 1) && submit(&light, "{\"l\":1}", 1));
    first.w.weight = part.w.weight = rest.w.weight = 96;
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"h\":1},{\"l\":1}]"); /* not the fourth */
    answer_created(sent(0), 2);
    land(NULL);
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"h\":2},{\"h\":3}]");
    answer_created(sent(0), 2);
    land(NULL);
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"h\":4}]");
    answer_created(sent(0), 1);
    land(NULL);
    assert_true(rest.stored && lane_idle(lane));
}

/* What is heavy at the front of the batches was left behind, though something light boarded past
 * it. */
static void test_what_is_heavy_is_left_behind_once(void **state)
{
    struct told heavy, light, one, two;
    (void)state;
    process.conf.queue_max = 1000;
    assert_true(hand_in(&heavy, "{\"h\":1}", 128, true));
    assert_true(hand_in(&light, "{\"l\":1}", 1, true));
    assert_true(hand_in(&one, "{\"s\":1}", 100, false));
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"s\":1},{\"l\":1}]");
    assert_true(hand_in(&two, "{\"s\":2}", 100, false));
    answer_created(sent(0), 2);
    land(NULL);
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"h\":1}]");
    answer_created(sent(0), 1);
    land(NULL);
    turn();
    answer_created(sent(0), 1);
    land(NULL);
    assert_true(heavy.stored && two.stored && lane_idle(lane));
}

static void test_members_of_a_failed_flight_travel_again_one_by_one(void **state)
{
    struct told good, bad, last;
    (void)state;
    assert_true(submit(&good, "{\"g\":1}", 1) && submit(&bad, "{\"p\":1}", 1) &&
                submit(&last, "{\"l\":1}", 1));
    turn();
    answer_failed();
    assert_int_equal(sent(2)->sql, SQL_ABORT_FLIGHT);
    land("23514");
    assert_int_equal(good.times + bad.times + last.times, 0);
    assert_int_equal(process.count.resent, 1);
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"g\":1}]");
    answer_created(sent(0), 1);
    land(NULL);
    assert_true(good.stored && good.times == 1);
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"p\":1}]");
    answer_failed();
    land("23514");
    assert_true(!bad.stored && bad.times == 1);
    assert_string_equal(bad.sqlstate, "23514");
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"l\":1}]");
    answer_created(sent(0), 1);
    land(NULL);
    assert_true(last.stored && last.times == 1 && last.leaf == 1 && lane_idle(lane));
}

static void test_a_work_that_kills_the_link_three_times_is_given_up(void **state)
{
    struct told poison, other;
    (void)state;
    assert_true(submit(&poison, "{\"p\":1}", 1));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(poison.times, 0);
        turn();
        assert_string_equal(sent(0)->elements.p, "[{\"p\":1}]");
        lose();
        connect_up();
    }
    assert_true(submit(&other, "{\"o\":1}", 1));
    turn();
    assert_true(poison.times == 1 && !poison.stored);
    assert_string_equal(poison.sqlstate, "08006");
    assert_string_equal(sent(0)->elements.p, "[{\"o\":1}]");
    answer_created(sent(0), 1);
    land(NULL);
    assert_true(other.stored && lane_idle(lane));
}

static void test_a_flight_lost_after_its_end_is_sent_again(void **state)
{
    struct told t;
    (void)state;
    assert_true(submit(&t, "{\"t\":1}", 1));
    turn();
    answer_created(sent(0), 1);
    lose();
    assert_int_equal(t.times, 0);
    connect_up();
    turn();
    assert_string_equal(sent(0)->elements.p, "[{\"t\":1}]");
    answer_created(sent(0), 1);
    land(NULL);
    assert_true(t.stored && t.times == 1 && t.leaf == 0);
}

static void test_a_full_queue_turns_single_requests_away(void **state)
{
    struct told flying, waits[4], late, more;
    (void)state;
    assert_true(submit(&flying, "{}", 1));
    turn();
    for (int i = 0; i < 4; i++)
        assert_true(submit(&waits[i], "{}", 1));
    assert_false(submit(&late, "{}", 1));
    answer_created(sent(0), 1);
    land(NULL);
    turn(); /* the four fly */
    assert_true(submit(&more, "{}", 1));
    answer_created(sent(0), 4);
    land(NULL);
    assert_int_equal(late.times, 0); /* it was refused at once, and only then */
    assert_true(waits[0].stored && waits[3].stored);
    turn();
    answer_created(sent(0), 1);
    land(NULL);
    assert_true(more.stored && lane_idle(lane));
}

/* The database comes back with a log that was signed here, and with one that is shorter: the second
 * is not continued. */
static void test_a_log_that_was_cut_is_not_continued(void **state)
{
    struct told one;
    struct str cut[LOG_TAIL_COLUMNS];
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_true(submit(&one, "{}", 1));
        turn();
        answer_created(sent(0), 1);
        if (i == 0)
            memcpy(cut, storing, sizeof cut);
        land(NULL);
    }
    lose();
    connect_up();
    lose();
    memcpy(stored, cut, sizeof stored);
    the_link.setup.up(the_link.setup.arg);
    PGresult *tail = table(LOG_TAIL_COLUMNS);
    for (int i = 0; i < LOG_TAIL_COLUMNS; i++)
        put(tail, 0, i, stored[i].p);
    sent(0)->result(sent(0)->arg, tail);
    PQclear(tail);
    land(NULL);
    assert_false(lane_ready(lane));
    assert_non_null(strstr(log_end_trouble(lane_log(lane), a, true).p, "shorter"));
    struct head_file *kept = head_file_open(process.conf.data);
    uint64_t size;
    hash root;
    assert_true(head_file_known(kept, &size, &root) && size == 2);
    head_file_close(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_waits_flies_together, begin, end),
        cmocka_unit_test_setup_teardown(
            test_what_is_light_is_not_held_up_by_what_is_heavy, begin, end),
        cmocka_unit_test_setup_teardown(test_single_requests_board_before_batches, begin, end),
        cmocka_unit_test_setup_teardown(test_the_heavy_keep_their_order, begin, end),
        cmocka_unit_test_setup_teardown(test_what_is_heavy_is_left_behind_once, begin, end),
        cmocka_unit_test_setup_teardown(
            test_members_of_a_failed_flight_travel_again_one_by_one, begin, end),
        cmocka_unit_test_setup_teardown(
            test_a_work_that_kills_the_link_three_times_is_given_up, begin, end),
        cmocka_unit_test_setup_teardown(test_a_flight_lost_after_its_end_is_sent_again, begin, end),
        cmocka_unit_test_setup_teardown(test_a_full_queue_turns_single_requests_away, begin, end),
        cmocka_unit_test_setup_teardown(test_a_log_that_was_cut_is_not_continued, begin, end),
    };
    return unit_run(&a, tests);
}
