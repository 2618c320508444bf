/**
 * unit.mjs - what needs no browser: figures by BigInt, words in both languages, what the files may hold.
 */
import test from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {FILES} from './browser.mjs';

globalThis.document = {documentElement: {}};
const fmt = await import(path.join(FILES, 'fmt.js'));

test('a figure is moved in its text and rounded half up, away from nought', () => {
  for (const [text, places, digits, want] of [
    ['3587701303.00', 8, 2, '35.88'],
    ['3587500000.00', 8, 2, '35.88'],
    ['3587499999.99', 8, 2, '35.87'],
    ['-3587500000.00', 8, 2, '-35.88'],
    ['0.00', 8, 2, '0.00'],
    ['-0.01', 4, 2, '0.00'],
    ['1', 0, 2, '1.00'],
    ['99999999999999.99', 0, 2, '99999999999999.99'],
    ['99999999999999.99', 4, 2, '10000000000.00'],
    ['66.145', 0, 2, '66.15'],
    ['1000000000000.00', 8, 2, '10000.00'],
  ])
    assert.equal(fmt.shift(text, places, digits), want, text);
  for (const bad of ['', '1e12', '1,000', 'NaN', '--1', '1.', '.5']) assert.equal(fmt.shift(bad, 0, 2), null, bad);
});

test('nought is 0.00 and what is missing a dash', () => {
  assert.equal(fmt.money('0.00'), '0.00');
  assert.equal(fmt.money(null), '—');
  assert.equal(fmt.money('1474208739.54'), '1,474,208,739.54');
  assert.equal(fmt.money('1474208739.54', 'yi'), '14.74');
  assert.equal(fmt.count(0), '0');
  assert.deepEqual(['7', '12a', '1e3', ''].map(fmt.whole), [7, '12a', '1e3', '']);
  assert.equal(fmt.pct('41.09'), '41.09%');
});

test('sums are exact', () => {
  assert.equal(fmt.sum(['0.10', '0.20']), '0.30');
  assert.equal(fmt.sum(['99999999999999.99', '0.01', '-1.00']), '99999999999999.00');
  assert.equal(fmt.sum(['-0.05', '0.04']), '-0.01');
  assert.equal(fmt.compare('10.00', '9.99'), 1);
  assert.equal(fmt.compare('9.990', '9.99'), 0);
  assert.equal(fmt.compare('-1.00', '0.00'), -1);
  assert.equal(fmt.thousandths('50.00', '200.00'), 250);
  assert.equal(fmt.thousandths('300', '200'), 1000);
  assert.equal(fmt.thousandths('1', '0'), 0);
});

test('quarters and instants', () => {
  assert.equal(fmt.instant('2026-11-29T23:30:00Z'), '2026-11-30 07:30');
  assert.equal(fmt.instant('2026-11-29T23:30:00.123456+08:00'), '2026-11-29 23:30');
  assert.equal(
    fmt.latest([
      {quarter: '2022Q3', complete: true, loans: 2},
      {quarter: '2022Q4', complete: true, loans: 0},
      {quarter: '2023Q1', complete: false, loans: 1},
    ]),
    '2022Q3',
  );
});

test('the plan that is looked at is the city\'s own', async () => {
  const words = await import(path.join(FILES, 'words.js')), targets = await import(path.join(FILES, 'targets.js'));
  let plans = [];
  const in_force = ['gz-2022', 'gz-2025', 'sh-2021-2023'], fetched = globalThis.fetch;
  globalThis.fetch = async (at) => {
    const of = /\/v1\/plans\/([^/]+)\/targets/.exec(at), ok = !of || in_force.includes(of[1]);
    return {ok, status: ok ? 200 : 404, headers: {get: () => null}, json: async () => ok ? {items: plans} : {title: 'none'}};
  };
  assert.equal(await targets.plan_of('2022Q3'), 'sh-2021-2023');
  assert.equal(await targets.plan_of('2026Q3'), 'sh-2021-2023', 'none came after it');
  plans = [{code: 'sh-2024', first_year: 2024}];
  in_force.push('sh-2024');
  assert.deepEqual([await targets.plan_of('2022Q3'), await targets.plan_of('2024Q1')], ['sh-2021-2023', 'sh-2024']);
  plans = [];
  words.city_set('440100');
  assert.equal(await targets.plan_of('2022Q3'), '-', 'Shanghai\'s is not shown as Guangzhou\'s');
  plans = [{code: 'gz-2022', first_year: 2022}, {code: 'gz-2025', first_year: 2025}, {code: 'gz-draft', first_year: 2025}];
  for (const [quarter, want] of [['2021Q4', 'gz-2025'], ['2022Q1', 'gz-2022'], ['2024Q4', 'gz-2022'], ['2026Q1', 'gz-2025']])
    assert.equal(await targets.plan_of(quarter), want, quarter);
  plans = [{code: 'gz-draft', first_year: 2025}];
  assert.equal(await targets.plan_of('2026Q1'), '-', 'a draft is not in force');
  globalThis.fetch = fetched;
  const t2 = {id: 'T2', title: '三年内融资总额达到 300 亿元'}; // T2 of Shanghai's plan is the number of loans
  assert.equal(targets.short_title(t2, 'gz-2022'), t2.title);
  assert.equal(targets.short_title(t2, 'sh-2021-2023'), '融资项目数年均增幅');
});

test('an answer that is cut off is as none: told so, and an upload goes on there', async () => {
  const api = await import(path.join(FILES, 'api.js')), batch = await import(path.join(FILES, 'batch.js')), fetched = globalThis.fetch;
  const cut = (text) => new Response(new ReadableStream({
    start(c) { c.enqueue(new TextEncoder().encode(text)); },
    pull(c) { c.error(new TypeError('Failed to fetch')); },
  }));
  const there = [];
  globalThis.fetch = async () => cut('{"items": [');
  for (const ask of [() => api.get('/v1/loans'), () => api.get_text('/v1/loans'), () => api.post('/v1/loans', {}), () => api.get_told('/v1/loans', {}, 'X')])
    await assert.rejects(ask, api.Gone);
  globalThis.fetch = async () => new Response('{"items": [');
  await assert.rejects(() => api.get('/v1/loans'), SyntaxError, 'what came whole and is no document is a fault, and not silence');
  globalThis.fetch = async () => (there.length ? cut('{"line":1}\n') : new Response('{"line":1,"outcome":"created"}\n'));
  const records = Array.from({length: 1500}, () => '{}');
  await assert.rejects(() => batch.send_slices({path: '/v1/loans', query: {}, header: null, records, type: 'x', done: (n) => there.push(n)}), api.Gone);
  assert.deepEqual(there, [1000], 'the second slice is not taken as done');
  globalThis.fetch = fetched;
});

test('what differs is told once, wherever it stands in its list', async () => {
  const {changes} = await import(path.join(FILES, 'rule.js'));
  const old = {title: 'x', eligible: {all: [{clause: 'a', text: 'A'}, {clause: 'b', value: ['1', '2']}]}, items: [{item: 'interest', share: '50'}]};
  const now = {title: 'x', eligible: {all: [{clause: 'b', value: ['1', '3']}, {any: []}]}, items: [{item: 'premium'}, {item: 'interest', share: '40'}]};
  assert.deepEqual(changes(old, old), []);
  assert.deepEqual(changes(old, {...old, items: old.items, eligible: {all: [...old.eligible.all].reverse()}}), []);
  assert.deepEqual(changes(old, now).map((c) => [c.pointer, c.a, c.b]), [['/eligible/all/0', {clause: 'a', text: 'A'}, undefined],
    ['/eligible/all/0/value', ['1', '2'], ['1', '3']], ['/eligible/all/1', undefined, {any: []}], ['/items/1/share', '50', '40'],
    ['/items/0', undefined, {item: 'premium'}]]);
  // One put in at the top, before groups that have no name and what is known by a fact or a number: it alone is told.
  const group = {any: [{fact: 'x', op: 'eq', value: '1'}, {fact: 'y', op: 'eq', value: '2'}]}, test_ = {fact: 'z', op: 'ge', value: '3'};
  assert.deepEqual(changes({all: [group, test_]}, {all: [{not: group}, group, test_]}).map((c) => [c.pointer, c.a]), [['/all/0', undefined]]);
  assert.deepEqual(changes({all: [test_, group]}, {all: [group, {...test_, value: '4'}]}).map((c) => [c.pointer, c.a, c.b]), [['/all/1/value', '3', '4']]);
  assert.deepEqual(changes({measures: [{no: 1, due: 5}, {no: 2, due: 6}]}, {measures: [{no: 3, due: 4}, {no: 1, due: 5}, {no: 2, due: 7}]})
    .map((c) => c.pointer), ['/measures/2/due', '/measures/0']);
  assert.deepEqual(changes([group, group], [group]).map((c) => [c.pointer, c.b]), [['/1', undefined]], 'one of two that say the same');
});

const all = fs.readdirSync(FILES, {recursive: true}).filter((f) => f.endsWith('.js'));

test('every page has an address', async () => {
  const routes = await import(path.join(FILES, 'routes.js'));
  const pages = new Set(all.filter((f) => f.startsWith('page/')).map((f) => f.slice(5, -3)));
  const named = new Set([...routes.ROUTES.map((r) => r[1]), ...Object.values(routes.OPEN)]);
  assert.deepEqual(
    [...pages].filter((p) => !named.has(p)),
    [],
    'pages without an address',
  );
  const open = [...named].filter((p) => !pages.has(p));
  if (open.length) console.log(`figure: pages not written yet: ${open.join(' ')}`);
});

test('pages are small, import nothing above them, and use no syntax newer than Chromium 86', () => {
  for (const f of all) {
    const text = fs.readFileSync(path.join(FILES, f), 'utf8');
    assert.ok(text.split('\n').length <= 300, `${f} has ${text.split('\n').length} lines`);
    assert.ok(
      !/\.at\(-?\d+\)|structuredClone|\?\?=|\|\|=|&&=|\.replaceAll\(|Object\.hasOwn|\.findLast\(|#\w+\s*[=(;]/.test(
        text.replace(/'[^'\n]*'|`[^`]*`/g, ''),
      ),
      `${f}: newer than Chromium 86`,
    );
    assert.ok(!/^await |^export default await/m.test(text), `${f}: top-level await`);
    if (!f.startsWith('page/') && f !== 'app.js') assert.ok(!/from '\.\/page\//.test(text), `${f} imports a page`);
  }
});

test('files that the build puts together name nothing twice', () => {
  const cmake = fs.readFileSync(path.join(FILES, '..', '..', 'cmake', 'console.cmake'), 'utf8');
  for (const [, bundle, names] of cmake.matchAll(/^set\(console_(base|edit|act) ([^)]+)\)/gm)) {
    const texts = names.split(' ').map((n) => fs.readFileSync(path.join(FILES, n + '.js'), 'utf8')),
      found = texts.flatMap((x) => [...x.matchAll(/^(?:export )?(?:async )?(?:const|function\*?|class) (\w+)/gm), ...x.matchAll(/^let (\w+)/gm)].map((m) => m[1]));
    assert.ok(found.length > names.split(' ').length, bundle);
    assert.deepEqual(found.filter((n, i) => found.indexOf(n) !== i), [], bundle);
  }
});

test('what pages.mjs leaves to the acts is pictured there, at an address that is one', async () => {
  const {SHOWN} = await import('./shown.mjs'), {ROUTES} = await import(path.join(FILES, 'routes.js'));
  const acts = fs.readdirSync('.').filter((n) => n.startsWith('act_')).map((n) => fs.readFileSync(n, 'utf8')).join('\n');
  for (const [at, name] of Object.entries(SHOWN)) {
    assert.ok(ROUTES.some((r) => r[0] === at), at);
    assert.ok(new RegExp(`accessible\\(.*\\[[^\\]]*'${name}'`).test(acts), `${name} in a list of accessible()`);
  }
});

test('who was the first of two waits for another, and whoever confirmed once may confirm what came later', async () => {
  const {steps_of} = await import(path.join(FILES, 'page', 'coverage.js'));
  const ctx = {me: {person: '王敏', organisation: 'FINANCE-SH'}, may: (what) => /confirm|end|refuse/.test(what)};
  const mine = {step: 'confirm', by: '王敏@FINANCE-SH'}, his = {step: 'confirm', by: '李华@FINANCE-SH'};
  const of = (begun, recorded_by = '甲@BANK-A') => steps_of(ctx, {legal_steps: ['confirm', 'end', 'refuse'], recorded_by, begun,
    steps: [his, mine], state: 'covered'});
  assert.deepEqual(of([]).legal, ['confirm', 'end', 'refuse']); // he confirmed last: a later correction is another thing
  assert.deepEqual(of([his]).legal, ['confirm', 'end', 'refuse']);
  assert.deepEqual([of([mine]).legal, of([mine]).barred.map(([s]) => s)], [['end', 'refuse'], ['confirm']]);
  assert.deepEqual(of([{step: 'end', by: mine.by}]).legal, ['confirm', 'refuse']);
  assert.deepEqual(of([], mine.by).legal, ['end', 'refuse']);
});

test('how long it runs is told by its two largest parts', async () => {
  const {lasted} = await import(path.join(FILES, 'page', 'status.js'));
  assert.deepEqual([0, 59, 60, 3600, 3661, 90061, 86400 * 3 + 60].map(lasted),
    ['不到 1 分钟', '不到 1 分钟', '1 分钟', '1 小时', '1 小时 1 分钟', '1 天 1 小时', '3 天 1 分钟']);
});
