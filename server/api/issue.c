/*
 * issue.c - securitisations and the payments on them: rows alone, record.c does the work.
 */
#include "api.h"
#include "records.h"

#define ISSUERS (BANK | INSURER | GUARANTOR | IP_OFFICE)

static const struct query q_reference = {"reference", Q_TEXT, .zh = "发行编号"},
                          q_securitisation = {"securitisation", Q_TEXT, .zh = "发行编号"};

const struct route issue_routes[] = {
    RECORD_ROUTES("/v1/securitisations", &securitisation_record, ISSUERS, EVERYBODY, &q_reference,
        "知识产权证券化产品", "issue"),
    RECORD_ROUTES("/v1/securitisation-events", &securitisation_event_record, ISSUERS, EVERYBODY,
        &q_securitisation, "证券化兑付", "payment on an issue"),
    {.path = NULL},
};
