/**
 * seal.js - before a quarter is sealed: a second look at what will stand; after: who sealed it, by which keys, how to check it.
 */
import {h, replace, u} from '../h.js';
import {download, get, maybe, post, Refusal} from '../api.js';
import {count, instant, quarter_title} from '../fmt.js';
import {form} from '../form.js';
import {print_button} from '../frame.js';
import {changed_since, figures_seen, headline_card} from '../seal_figures.js';
import {stale, tells_parts} from '../steps.js';
import {badge, card, facts, figure, table} from '../table.js';
import {is_english, t, whose} from '../words.js';

async function load(ctx) {
  const q = ctx.at.quarter;
  const {report, seen} = await figures_seen(q);
  const [seal, flags, waiting] = await Promise.all([
    report.sealed_at ? get(u`/v1/reports/quarterly/${q}/seal`) : null,
    ctx.may('GET /v1/flags') ? maybe(get('/v1/flags', {state: 'open', severity: 'high', limit: 100})) : null,
    ctx.may('GET /v1/proposals') ? maybe(get('/v1/proposals', {state: 'waiting', limit: 200})) : null,
  ]);
  const of = (name) => report.sections.find((s) => s.name === name);
  return {
    q,
    report,
    seen,
    seal,
    headline: of('headline'),
    reporters: of('reporters'),
    flags: flags ? flags.items : [],
    more_flags: !!(flags && flags.next),
    unit: ctx.unit || 'yi',
    waiting: waiting ? waiting.items.filter((p) => /seal/.test(p.kind) && JSON.stringify(p.act).includes(q)) : [],
  };
}

// ---- the second look -----------------------------------------------------------------------------

function reporters(d) {
  if (!d.reporters) return null;
  const rows = d.reporters.rows.filter((r) =>
    Object.values(r.cells).some((c) => c && /[1-9]/.test(String(c.value)) && c.rows),
  );
  return card(
    t('报送情况', 'Reporters'),
    table({
      rows,
      empty: t('没有迟报或缺报。', 'Nothing late, nothing missing.'),
      columns: [
        {key: 'title', title: d.reporters.row_title, whole: true},
        ...d.reporters.columns
          .filter((c) => c.unit !== 'percent')
          .slice(0, 6)
          .map((c) => ({key: c.key, title: c.title, num: true, cell: (r) => figure(r.cells[c.key], c.unit, d.unit)})),
      ],
    }),
  );
}

const flags = (d) =>
  card(
    [
      t('未解除的高等级预警', 'Open flags of high severity'),
      h('small', null, d.more_flags ? '100+' : count(d.flags.length)),
    ],
    d.flags.length
      ? table({
          rows: d.flags.slice(0, 10),
          href: (f) => u`/console/flags/${f.id}`,
          columns: [
            {key: 'code', title: t('规则', 'Rule'), cell: (f) => `${f.code} ${is_english() ? f.title_en : f.title}`},
            {key: 'records', title: t('记录', 'Records'), cell: (f) => f.records.map((r) => r.reference).join('、')},
            {key: 'raised_at', title: t('提出', 'Raised'), cell: (f) => instant(f.raised_at)},
          ],
        })
      : h('p', {class: 'empty'}, t('没有。', 'None.')),
  );

function seal_form(ctx, d) {
  if (!ctx.may('POST /v1/reports/quarterly/{quarter}/seal'))
    return card(
      t('封存', 'Seal'),
      h('p', {class: 'quiet'}, t('由市财政局两人办理。', 'Two persons of the finance bureau seal it.')),
    );
  if (d.waiting.length)
    return card(
      t('等待第二人复核', 'Waiting for the second person'),
      h('p', null, t('封存已提出，须由另一人复核同意后生效。', 'It is proposed; another person must agree.')),
      d.waiting.map((p) =>
        h(
          'p',
          null,
          h(
            'a',
            {class: 'button primary', href: u`/console/proposals/${p.id}`},
            t(`去复核（${whose(p.proposed_by)} 提出）`, `See it (proposed by ${whose(p.proposed_by)})`),
          ),
        ),
      ),
    );
  const place = h('div', null);
  const f = form({
    keep: `seal ${d.q}`,
    verb: t(`封存 ${quarter_title(d.q)}`, `Seal ${quarter_title(d.q)}`),
    fields: [
      {
        name: 'typed',
        label: t(`请键入季度 ${d.q} 以示确认`, `Type ${d.q} to confirm`),
        title: t('季度', 'the quarter'),
        need: true,
        check: (v) => (v && v !== d.q ? t(`应为 ${d.q}`, `It must be ${d.q}`) : ''),
      },
      {name: 'reason', label: t('理由', 'Reason'), need: true, rows: 2, max: 500, wide: true},
    ],
    send: async (v) => {
      try {
        const {status, location} = await post(u`/v1/reports/quarterly/${d.q}/seal`, {reason: v.reason, seen: d.seen});
        if (status === 202 && location) ctx.go(location.replace('/v1/', '/console/'));
        else ctx.reload();
        return true;
      } catch (e) {
        if (!(e instanceof Refusal) || !e.has('E_SEEN')) throw e;
        // a record came while he looked; a daemon that has begun anew does not know what was shown
        const shown = stale(e, ctx.reload, tells_parts(e) ? null : await changed_since(d.q, d.report).catch(() => null));
        replace(place, shown);
        shown.focus();
        return false;
      }
    },
  });
  return card(
    t('封存', 'Seal'),
    h(
      'p',
      {class: 'quiet'},
      t(
        '封存后这一季的数字不再改变；由另一人复核同意后生效，并以 Ed25519 与 SM2/SM3 签名。',
        'What is sealed stays. It takes effect when another person has agreed, and is signed by Ed25519 and SM2/SM3.',
      ),
    ),
    place,
    f.node,
  );
}

// ---- after ---------------------------------------------------------------------------------------

function sealed(d) {
  const s = d.seal,
    at = (part) => u`/v1/reports/quarterly/${d.q}/seal` + `?part=${part}`;
  return [
    card(
      [t('封存', 'The seal'), badge(null, 'good', t('已封存', 'Sealed'))],
      facts([
        [t('封存时刻', 'Sealed at'), instant(s.sealed_at)],
        [t('封存人', 'By'), whose(s.sealed_by)],
        [t('理由', 'Reason'), s.reason],
        [t('数据截至', 'Known at'), instant(s.known_at)],
        [t('清单摘要', 'Digest'), h('span', {class: 'mono', id: 'digest'}, s.manifest_sha256)],
        [
          t('上一封存', 'The one before'),
          h(
            'span',
            {class: 'mono'},
            s.previous === 'none' ? t('无（首个封存季度）', 'none, it is the first') : s.previous,
          ),
        ],
        ...(s.signatures || []).map((x) => [
          t(`${x.algorithm} 公钥指纹`, `${x.algorithm} key`),
          h('span', {class: 'mono'}, x.fingerprint),
        ]),
      ]),
      h(
        'div',
        {class: 'buttons no-print'},
        [
          ['manifest', t('清单', 'Manifest'), 'manifest'],
          ['ed25519', t('Ed25519 签名', 'Ed25519 signature'), 'sig'],
          ['sm2', t('SM2 签名', 'SM2 signature'), 'sm2'],
        ].map(([part, label, ending]) =>
          h('button', {type: 'button', onclick: () => download(at(part), `${d.q}.${ending}`)}, label),
        ),
        h(
          'button',
          {type: 'button', onclick: () => download('/v1/reports/keys?format=pem', 'keys.pem')},
          t('公钥', 'Public keys'),
        ),
        h('a', {class: 'button', href: u`/console/reports/${d.q}/diff`}, t('封存后的差异', 'Differences since')),
      ),
    ),
    card(
      t('自己验证', 'Check it yourself'),
      h('p', null, t('只需 openssl，不必信任本系统：', 'With openssl alone, without trusting this system:')),
      h(
        'pre',
        {class: 'mono'},
        `openssl pkeyutl -verify -rawin -pubin -inkey ed25519.pem -in ${d.q}.manifest -sigfile ${d.q}.sig\npledged verify-report ${d.q}.xlsx --key keys.pem`,
      ),
    ),
    card(t('清单', 'Manifest'), h('pre', {class: 'mono'}, s.manifest)),
  ];
}

export const page = {
  load,
  title: (ctx, d) => t(`封存 ${quarter_title(d.q)}`, `Seal of ${quarter_title(d.q)}`),
  sub: (ctx, d) => (d.seal ? null : t('封存前再看一遍。', 'A second look before it is sealed.')),
  tools: (ctx, d) => [
    h('a', {class: 'button', href: u`/console/reports/${d.q}`}, t('返回报告', 'Back to the report')),
    ctx.may('POST /v1/reports/quarterly/{quarter}/publish') // the others find what is public in the report
      ? h('a', {class: 'button', href: u`/console/reports/${d.q}/publish`}, t('公布', 'Publish'))
      : null,
    print_button(),
  ],
  view: (ctx, d) =>
    d.seal
      ? sealed(d)
      : h(
          'div',
          {class: 'aside'},
          h('div', null, headline_card(t('将要封存的主要数字', 'The figures that will be sealed'), d.headline, d.unit), reporters(d), flags(d)),
          h('div', null, h('div', {class: 'stick'}, seal_form(ctx, d))),
        ),
};
