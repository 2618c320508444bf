/*
 * register.c - what the plan sets up and holds: rows alone, record.c does the work.
 */
#include "api.h"
#include "records.h"

#define TELLERS (DISTRICT | IP_OFFICE)
#define REGISTER(base, rec, name_zh, name_en)                                                      \
    RECORD_ROUTES(base, rec, TELLERS, EVERYBODY, NULL, name_zh, name_en)

const struct route register_routes[] = {
    REGISTER("/v1/matching-events", &matching_event_record, "对接活动", "matching event"),
    REGISTER(
        "/v1/operation-centres", &operation_centre_record, "知识产权运营中心", "operation centre"),
    REGISTER("/v1/portfolios", &portfolio_record, "高价值专利组合", "portfolio of patents"),
    REGISTER("/v1/alliances", &alliance_record, "产业知识产权联盟", "industrial alliance"),
    REGISTER("/v1/clusters", &cluster_record, "专利运营服务集聚区", "cluster of services"),
    REGISTER("/v1/service-agencies", &service_agency_record, "知识产权服务机构", "service agency"),
    REGISTER("/v1/agency-services", &agency_service_record, "服务机构与特派员的服务",
        "service of an agency"),
    REGISTER("/v1/trainings", &training_record, "专利运营培训", "training"),
    {.path = NULL},
};
