// openapi-typescript: calls that create, list and report.
import type { paths } from "./openapi_typescript";
import { told } from "./told";

type Post = paths["/v1/loans"]["post"];
type List = paths["/v1/loans"]["get"];
type Report = paths["/v1/reports/quarterly/{quarter}"]["get"];

told<NonNullable<Post["requestBody"]>["content"]["application/json"]>(true);
told<Post["responses"][201]["content"]["application/json"]>(true);
told<Post["responses"][200]["content"]["application/json"]>(true);
told<Post["responses"][200]["content"]["application/x-ndjson"]>(true);
told<Post["responses"][422]["content"]["application/problem+json"]>(true);
told<NonNullable<List["parameters"]["query"]>>(true);
told<List["responses"][200]["content"]["application/json"]["items"][number]>(true);
told<NonNullable<Report["parameters"]["query"]>>(true);
told<Report["responses"][200]["content"]["application/json"]["sections"][number]>(true);
