// swagger-typescript-api: calls that create, list and report.
import { Api } from "./swagger_typescript_api";
import { told } from "./told";

type Calls = Api<unknown>["v1"];
type Answer<C extends (...given: never[]) => Promise<{ data: unknown }>> = Awaited<ReturnType<C>>["data"];

told<Parameters<Calls["postV1Loans"]>[0]>(true);
told<NonNullable<Parameters<Calls["getV1Loans"]>[0]>>(true);
told<NonNullable<Parameters<Calls["getV1ReportsQuarterlyQuarter"]>[1]>>(true);
told<Answer<Calls["postV1Loans"]>>(true);
told<Answer<Calls["getV1Loans"]>>(true);
told<Answer<Calls["getV1ReportsQuarterlyQuarter"]>>(true);
