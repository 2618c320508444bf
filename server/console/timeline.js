/** timeline.js - what happened to a record, a line each. */
import {h} from './h.js';
import {whose} from './words.js';

/** What happened, newest last: [{on, what, by, detail, state}]. */
export function timeline(entries) {
  return h(
    'ol',
    {class: 'timeline'},
    entries.map((e) =>
      h(
        'li',
        null,
        h('time', null, e.on),
        h(
          'div',
          null,
          h('strong', null, e.what),
          e.state ? [' ', e.state] : null,
          e.by ? h('span', {class: 'quiet'}, ' ', whose(e.by)) : null,
          e.detail ? h('p', null, e.detail) : null,
        ),
      ),
    ),
  );
}
