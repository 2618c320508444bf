/*
 * role.h - kinds of organisations and who acts.
 */
#ifndef PLEDGED_ROLE_H
#define PLEDGED_ROLE_H
#include "arena.h"

enum org_kind {
    ORG_BANK,
    ORG_INSURER,
    ORG_GUARANTOR,
    ORG_DISTRICT,
    ORG_FINANCE,
    ORG_IP_OFFICE,
    ORG_AUDITOR,
    ORG_KIND_COUNT
};
#define BANK      (1u << ORG_BANK)
#define INSURER   (1u << ORG_INSURER)
#define GUARANTOR (1u << ORG_GUARANTOR)
#define DISTRICT  (1u << ORG_DISTRICT)
#define FINANCE   (1u << ORG_FINANCE)
#define IP_OFFICE (1u << ORG_IP_OFFICE)
#define AUDITOR   (1u << ORG_AUDITOR)
#define EVERYBODY ((1u << ORG_KIND_COUNT) - 1)

const char *org_kind_name(enum org_kind k); /* "ip_office" */
bool org_kind_parse(struct str s, enum org_kind *k);

/* What a token may be used for beside reading. */
enum duty { DUTY_SUBMIT, DUTY_DECIDE, DUTY_PAY, DUTY_ADMINISTER, DUTY_COUNT };
const char *duty_name(enum duty d);
/* Bits of the duties named, with spaces between; what is no duty gives none. */
unsigned duties_parse(struct str words);
/* The same words of these bits, with `between` between them. */
enum { DUTIES_TEXT_MAX = 48 };
const char *duties_text(unsigned duties, const char *between, char text[DUTIES_TEXT_MAX]);

/* The organisation and person behind a request. Row-level security sees exactly these. */
struct actor {
    int64_t org; /* key in the database */
    enum org_kind kind;
    struct str code, name, district;
    struct str person;    /* the name of the post, as it stands in signatures */
    struct str person_id; /* one over all offices; p == NULL: the daemon itself */
    struct str token;     /* hex of what the token is known by; p == NULL: the daemon itself */
    unsigned duties;      /* a bit each */
};
/* The same, with all its texts in the arena. */
struct actor actor_keep(struct arena *a, const struct actor *from);
#endif
