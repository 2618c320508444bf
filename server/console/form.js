/**
 * form.js - fields with their labels, hints and problems; the summary of problems; a form that sends.
 *
 *   const f = form({
 *     fields: [{name: 'reason', label: t('理由', 'Reason'), need: true, rows: 2, hint: '…'}, …],
 *     verb: t('批准', 'Approve'), send: async (values) => {…}, keep: 'claim-' + id,
 *   });
 * kinds: text (default), rows (a text area), options: [[value, title], …] (a list), choice: the same as radio buttons,
 * kind: 'money' | 'date' | 'count' | 'check' | 'password'. `send` may throw Refusal: its errors go to their fields by pointer
 * ("/reason"), what belongs to none to the summary. With `keep` what was typed survives a reload of the page, until it was sent
 * (`send` gives false when it was not).
 */
import {h, region, replace} from './h.js';
import {Gone, Refusal} from './api.js';
import {t} from './words.js';

let numbers = 0;

function control(f, id, value) {
  const props = {
    id,
    name: f.name,
    required: f.need ? true : null,
    'aria-describedby': `${id}-hint ${id}-wrong`,
    autocomplete: f.autocomplete || 'off',
    maxlength: f.max || null,
    placeholder: f.placeholder || null,
  };
  if (f.options)
    return h(
      'select',
      props,
      f.options.map(([v, title]) => h('option', {value: v, selected: v === value}, title)),
    );
  if (f.rows) {
    const area = h('textarea', Object.assign(props, {rows: f.rows, autocomplete: null}));
    area.value = value;
    return area;
  }
  const type =
    f.kind === 'date' ? 'date' : f.kind === 'password' ? 'password' : f.kind === 'check' ? 'checkbox' : 'text';
  const input = h(
    'input',
    Object.assign(props, {
      type,
      inputmode: f.kind === 'money' ? 'decimal' : f.kind === 'count' ? 'numeric' : null,
      checked: f.kind === 'check' && value === true ? true : null,
      list: f.list || null,
      spellcheck: 'false',
    }),
  );
  if (f.kind !== 'check') input.value = value;
  return input;
}

function radios(f, id, value) {
  return h(
    'div',
    {class: 'radios', id},
    f.choice.map(([v, title], i) =>
      h(
        'label',
        null,
        h('input', {type: 'radio', name: f.name, value: v, id: `${id}-${i}`, checked: v === value ? true : null}),
        ' ',
        title,
      ),
    ),
  );
}

/** One field with its label, hint and problem. */
export function field(f, value) {
  const id = f.id || 'f' + ++numbers;
  const wrong = h('p', {class: 'wrong', id: `${id}-wrong`});
  const hint = h('p', {class: 'hint', id: `${id}-hint`}, f.hint || null);
  const input = f.choice ? radios(f, id, value) : control(f, id, value);
  const label = [f.label, f.need ? null : h('span', {class: 'hint'}, t('（选填）', ' (optional)'))];
  const node = f.choice
    ? h('fieldset', {class: 'field'}, h('legend', null, label), hint, input, wrong)
    : f.kind === 'check'
      ? h('div', {class: 'field check'}, h('label', {for: id}, input, ' ', f.label), hint, wrong)
      : h('div', {class: 'field' + (f.wide ? ' wide' : '')}, h('label', {for: id}, label), hint, input, wrong);
  return {
    node,
    id,
    name: f.name,
    spec: f,
    first: f.choice ? input.querySelector('input') : input,
    get value() {
      if (f.choice) return (input.querySelector('input:checked') || {value: ''}).value;
      return f.kind === 'check' ? input.checked : input.value.trim();
    },
    hint: (text) => replace(hint, text),
    /** What is wrong with it, in words; '' when nothing is. */
    tell(text) {
      replace(wrong, text || null);
      node.classList.toggle('bad', !!text);
      if (text) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    },
  };
}

/** The list of what is wrong, above a form: it takes the focus and leads to the fields. */
export function error_summary(problems) {
  return h(
    'div',
    {class: 'summary', role: 'alert', tabindex: '-1'},
    h('h2', null, t('有问题需要改正', 'There is a problem')),
    h(
      'ul',
      null,
      problems.map((p) =>
        h(
          'li',
          null,
          p.field
            ? h(
                'a',
                {
                  href: '#' + p.field.first.id,
                  onclick: (e) => {
                    e.preventDefault();
                    p.field.first.focus();
                  },
                },
                p.text,
              )
            : p.text,
        ),
      ),
    ),
  );
}

/** A problem in one sentence: what is wrong, and what mends it. */
export const sentence = (e) => (e.cure ? `${e.title}${/[。.]$/.test(e.title) ? '' : '。'}${e.cure}` : e.title);

/** A refusal, or anything else that was thrown, as problems beside fields. */
export function problems_of(error, fields) {
  if (error instanceof Gone)
    return [
      {
        text: t(
          '连不上服务器。填写的内容还在，请稍后重试。',
          'The server cannot be reached. What you typed is kept; try again.',
        ),
      },
    ];
  if (!(error instanceof Refusal)) throw error;
  const listed = error.errors.length ? error.errors : [{title: error.message, cure: error.problem.detail, pointer: ''}];
  return listed.map((e) => {
    const named = String(e.pointer || '').split('/')[1];
    return {text: sentence(e), field: fields.find((f) => f.name === named) || null, error: e};
  });
}

function missing(fields) {
  return fields
    .filter((f) => f.spec.need && (f.value === '' || f.value === false))
    .map((f) => ({
      field: f,
      text: t(`请填写：${f.spec.title || f.spec.label}`, `Please fill in: ${f.spec.title || f.spec.label}`),
    }));
}

function kept(key) {
  try {
    return JSON.parse(sessionStorage.getItem('draft ' + key)) || {};
  } catch (e) {
    return {};
  }
}

/** What one has typed in this tab is not for whoever signs in next. */
export function drafts_are_of(me) {
  const whose = `${me.organisation} ${me.person_id}`;
  if (sessionStorage.getItem('whose') !== whose)
    for (const key of Object.keys(sessionStorage)) if (key.startsWith('draft ')) sessionStorage.removeItem(key);
  sessionStorage.setItem('whose', whose);
}

export function form({fields: specs, verb, send, keep, extra, danger, on_change}) {
  const draft = keep ? kept(keep) : {};
  const fields = specs.map((f) =>
    field(f, draft[f.name] !== undefined ? draft[f.name] : f.value === undefined ? '' : f.value),
  );
  const values = () => Object.fromEntries(fields.map((f) => [f.name, f.value]));
  const summary = h('div', null);
  const button = h('button', {class: danger ? 'danger' : 'primary'}, verb);
  let sending = false;
  const tell = (problems) => {
    for (const f of fields) f.tell((problems.find((p) => p.field === f) || {}).text);
    replace(summary, problems.length ? error_summary(problems) : null);
    document.title = document.title.replace(/^(有误：|Error: )/, '');
    if (!problems.length) return;
    document.title = t('有误：', 'Error: ') + document.title;
    summary.firstChild.focus();
  };
  const submit = async (e) => {
    e.preventDefault();
    const open = [
      ...missing(fields),
      ...fields
        .filter((f) => f.spec.check)
        .map((f) => ({field: f, text: f.spec.check(f.value)}))
        .filter((p) => p.text),
    ];
    tell(open);
    if (open.length || sending) return;
    sending = true; // a button that is disabled loses the focus, and whoever has no mouse with it
    button.setAttribute('aria-disabled', 'true');
    try {
      const sent = await send(values());
      if (keep && sent !== false) sessionStorage.removeItem('draft ' + keep);
    } catch (error) {
      tell(problems_of(error, fields));
    } finally {
      sending = false;
      button.removeAttribute('aria-disabled');
    }
  };
  const node = h(
    'form',
    {
      novalidate: true,
      onsubmit: submit,
      oninput: () => {
        if (keep) sessionStorage.setItem('draft ' + keep, JSON.stringify(values()));
        if (on_change) on_change(values());
      },
    },
    summary,
    h(
      'div',
      {class: 'fields'},
      fields.map((f) => f.node),
    ),
    extra || null,
    h('div', {class: 'buttons'}, button),
  );
  return {node, fields, values, tell, button};
}

/** A filter above a list: changes go into the address. fields as above; `now`: the query; `refused`: problems of what was asked for. */
export function filter(specs, now, go, verb, refused = []) {
  const fields = specs.map((f) => field(Object.assign({need: true}, f), now[f.name] || f.value || ''));
  for (const e of refused) fields.find((f) => e.pointer === '?' + f.name).tell(sentence(e));
  return h(
    'form',
    {
      class: 'filter',
      role: 'search',
      novalidate: true,
      onsubmit: (e) => {
        e.preventDefault();
        go(Object.fromEntries(fields.map((f) => [f.name, f.value])));
      },
      onchange: (e) => {
        if (e.target.tagName === 'SELECT') go(Object.fromEntries(fields.map((f) => [f.name, f.value])));
      },
    },
    fields.map((f) => f.node),
    h('button', null, verb || t('查询', 'Search')),
  );
}

/** A question about a fact that only the applicant can answer. */
export function ask(fact, answer, on_answer) {
  const options =
    fact.kind === 'boolean'
      ? [
          ['false', t('否', 'No')],
          ['true', t('是', 'Yes')],
        ]
      : null;
  const f = field(
    options
      ? {name: fact.name, label: fact.title, need: true, choice: options}
      : {
          name: fact.name,
          label: fact.title,
          need: true,
          kind: fact.kind === 'date' ? 'date' : 'text',
          options: fact.choices ? [['', '—'], ...Object.entries(fact.choices)] : null,
        },
    answer === undefined ? '' : String(answer),
  );
  f.node.addEventListener('change', () => on_answer(f.value));
  return f.node;
}
export {region};
