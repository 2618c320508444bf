// @hey-api/openapi-ts: calls that create, list and report.
import { getV1Loans, getV1ReportsQuarterlyQuarter, postV1Loans } from "./hey_api";
import type { GetV1LoansResponses, GetV1ReportsQuarterlyQuarterResponses, PostV1LoansResponses } from "./hey_api";
import { told } from "./told";

told<NonNullable<Parameters<typeof postV1Loans>[0]["body"]>>(true);
told<NonNullable<NonNullable<Parameters<typeof getV1Loans>[0]>["query"]>>(true);
told<NonNullable<Parameters<typeof getV1ReportsQuarterlyQuarter>[0]["query"]>>(true);
told<PostV1LoansResponses[200]>(true);
told<PostV1LoansResponses[201]>(true);
told<GetV1LoansResponses[200]>(true);
told<Extract<GetV1ReportsQuarterlyQuarterResponses[200], { sections: unknown }>>(true);
