// A client of openapi-typescript's types at work: a loan is recorded, listed, reported and refused.
import createClient from "openapi-fetch";
import type { paths } from "./openapi_typescript";

const [base, token, contract, right] = process.argv.slice(2) as [string, string, string, string];
const ledger = createClient<paths, "application/json" | "application/problem+json">({
  baseUrl: base,
  headers: { Authorization: "Bearer " + token },
});

async function main(): Promise<void> {
  const loan = {
    contract_no: contract,
    product: "single_pledge",
    borrower_uscc: "91310115QX0115114N",
    borrower_name: "上海示例有限公司",
    district: "310115",
    amount: "5000000.00",
    rate: "3.65",
    signed_on: "2022-07-01",
    registered_on: "2022-07-05",
    matures_on: "2023-07-01",
    ip: [{ number: right }],
  } as const;
  const made = await ledger.POST("/v1/loans", { body: { ...loan, ip: [...loan.ip] } });
  const rehearsed = await ledger.POST("/v1/loans", {
    params: { query: { dry_run: true } },
    body: { ...loan, contract_no: contract + "-2", ip: [...loan.ip] },
  });
  const list = await ledger.GET("/v1/loans", { params: { query: { contract_no: contract, limit: 10 } } });
  const report = await ledger.GET("/v1/reports/quarterly/{quarter}", {
    params: { path: { quarter: "2022Q3" }, query: { section: ["by_bank"] } },
  });
  const refused = await ledger.POST("/v1/loans", {
    // @ts-expect-error: a product that there is not
    body: { ...loan, product: "favour", ip: [...loan.ip] },
  });
  if (!made.data || !("id" in made.data) || !rehearsed.data || !("outcome" in rehearsed.data))
    throw new Error("not recorded: " + JSON.stringify([made, rehearsed]));
  if (!list.data || !report.data || !refused.error) throw new Error(JSON.stringify([list, report, refused]));
  const first = list.data.items[0];
  const section = report.data.sections[0];
  console.log(
    JSON.stringify({
      status: made.response.status,
      version: made.data.version,
      rehearsed: rehearsed.data.outcome,
      listed: list.data.items.length,
      same: first !== undefined && first.id === made.data.id,
      amount: first?.amount,
      section: section?.name,
      cell: section?.rows[0]?.cells["amount"]?.value,
      refused: refused.error.errors.map((e) => [e.pointer, e.code]),
    }),
  );
}

main().catch((e: unknown) => {
  console.error(e);
  process.exit(1);
});
