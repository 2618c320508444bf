// The peer of G3: one loan a request, checked by a schema, stored durably by the lean peer's own statement.
//   node server.js PORT POOL CONNINFO < statement.sql
'use strict'
const fs = require('fs')
const [port, pool, host] = process.argv.slice(2)
const statement = { name: 'submit', text: fs.readFileSync(0, 'utf8') }
const db = new (require('pg').Pool)({ host, user: 'pledged_owner', database: 'pledged', max: Number(pool) })
const app = require('fastify')({ logger: false })
const text = { type: 'string' }
const schema = {
  body: {
    type: 'object',
    required: ['contract_no', 'product', 'borrower_uscc', 'borrower_name', 'district', 'amount', 'rate', 'signed_on', 'matures_on', 'ip'],
    additionalProperties: false,
    properties: {
      contract_no: text, product: text, borrower_uscc: { type: 'string', pattern: '^[0-9A-Z]{18}$' }, borrower_name: text,
      district: { type: 'string', pattern: '^[0-9]{6}$' }, industry: text, employees: { type: 'integer' },
      revenue: { type: 'string', pattern: '^[0-9]+\\.[0-9]{2}$' }, amount: { type: 'string', pattern: '^[0-9]+\\.[0-9]{2}$' },
      rate: text, signed_on: { type: 'string', format: 'date' }, disbursed_on: { type: 'string', format: 'date' },
      matures_on: { type: 'string', format: 'date' },
      ip: { type: 'array', minItems: 1, items: { type: 'object', required: ['number'], properties: { number: text } } }
    }
  }
}
app.post('/v1/loans', { schema }, async (request, reply) => {
  const b = request.body
  const { rows } = await db.query({ ...statement, values: [b.contract_no, b.borrower_uscc, JSON.stringify(b), b.ip[0].number] })
  reply.code(201).header('location', '/v1/loans/' + rows[0].id)
  return { ...b, id: rows[0].id }
})
app.listen({ port: Number(port), host: '127.0.0.1' })
