/**
 * titles.js - titles of fields of records, in Chinese and English, as the description of the interface has them.
 */
export const LOAN_FIELDS = {
  contract_no: ['合同编号', 'Contract no.'], product: ['贷款产品', 'Product'], borrower_uscc: ['统一社会信用代码', 'Credit code'], borrower_name: ['企业名称', 'Name'], district: ['区', 'District'],
  industry: ['行业', 'Industry'], employees: ['从业人员', 'Employees'], revenue: ['营业收入', 'Revenue'], assets: ['资产总额', 'Assets'], first_loan: ['首贷户', 'First loan'], amount: ['贷款金额', 'Amount'],
  ip_amount: ['知识产权担保金额', 'Secured by IP'], rate: ['年利率', 'Rate'], signed_on: ['签订日', 'Signed'], disbursed_on: ['放款日', 'Disbursed'], matures_on: ['到期日', 'Matures'], purpose: ['用途', 'Purpose'],
  pledge_no: ['质权登记号', 'Pledge no.'], registered_on: ['质权登记日', 'Registered'], scheme: ['风险分担方案', 'Scheme'], guarantor_uscc: ['担保机构', 'Guarantor'], insurer_uscc: ['保险机构', 'Insurer'],
  facility_no: ['授信编号', 'Facility no.'], facility_amount: ['授信额度', 'Facility'], equity_amount: ['股权投资金额', 'Equity'], equity_investor: ['投资机构', 'Investor'], trust_plan: ['信托计划', 'Trust plan'], trustee: ['受托人', 'Trustee'],
  borrower_address: ['地址', 'Address'], borrower_contact: ['联系人', 'Contact'], controller: ['实际控制人', 'Controller'], account_manager: ['客户经理', 'Account manager'], branch: ['经办机构', 'Branch'],
  registered_amount: ['登记金额', 'Registered amount'], revolving: ['循环额度', 'Revolving'], day_count: ['计息天数', 'Day count'], pledgee: ['质权人', 'Pledgee'], pledgors: ['出质人', 'Pledgors'], instalments: ['还款计划', 'Instalments'],
  confirmed: ['已确认的疑点', 'Confirmed'], ip: ['质押的知识产权', 'Rights'], size: ['企业规模', 'Size'], reason: ['更正原因', 'Reason'],
};
