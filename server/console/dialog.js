/**
 * dialog.js - questions over the page, on <dialog>: Esc closes, the focus comes back to where it was.
 */
import {h, replace} from './h.js';
import {t} from './words.js';

function open(node, first) {
  const before = document.activeElement;
  document.body.appendChild(node);
  node.showModal();
  const target = first || node.querySelector('input, textarea, select, button');
  if (target) target.focus();
  node.addEventListener('close', () => {
    node.remove();
    if (before && before.isConnected) before.focus();
  });
}

/**
 * A question with one verb and 取消. `body` are nodes; resolves to true when the verb is chosen.
 * @returns {Promise<boolean>}
 */
export function confirm({title, body, verb, danger}) {
  return new Promise((done) => {
    let said = false;
    const yes = h(
      'button',
      {
        type: 'button',
        class: danger ? 'danger' : 'primary',
        onclick: () => {
          said = true;
          node.close();
        },
      },
      verb,
    );
    const node = h(
      'dialog',
      {'aria-labelledby': 'dialog-title'},
      h('h2', {id: 'dialog-title'}, title),
      h('div', {class: 'body'}, body),
      h(
        'div',
        {class: 'buttons'},
        yes,
        h('button', {type: 'button', onclick: () => node.close()}, t('取消', 'Cancel')),
      ),
    );
    node.addEventListener('close', () => done(said));
    open(node, yes);
  });
}

/** A dialog that only its own content ends: `make(close)` gives the nodes. Esc does not close it. */
export function insist({title, make}) {
  return new Promise((done) => {
    const node = h('dialog', {'aria-labelledby': 'dialog-title'});
    const close = (value) => {
      node.close();
      done(value);
    };
    node.addEventListener('cancel', (e) => e.preventDefault());
    replace(node, h('h2', {id: 'dialog-title'}, title), make(close));
    open(node);
  });
}

/** Said when something has worked, and gone by itself. Never for what went wrong. */
export function toast(...text) {
  let place = document.getElementById('toasts');
  if (!place) {
    place = h('div', {id: 'toasts', role: 'status'});
    document.body.appendChild(place);
  }
  const node = h('p', null, text);
  replace(place, node);
  setTimeout(() => node.remove(), 8000);
}
