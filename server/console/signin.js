/**
 * signin.js - signing in: as a page, by a link that works once, and over a page whose session has ended.
 */
import {h, replace} from './h.js';
import {csrf_set, get, post, Refusal} from './api.js';
import {form} from './form.js';
import {t} from './words.js';

/** Who is signed in; null: nobody. */
export async function session() {
  const said = await get('/console/session');
  csrf_set(said.csrf || null);
  return said.signed_in ? said.me : null;
}

async function sign_in(body) {
  const {data} = await post('/console/session', body);
  csrf_set(data.csrf);
  return data.me;
}

function token_form(done) {
  return form({
    fields: [
      {
        name: 'token',
        label: t('令牌', 'Token'),
        need: true,
        kind: 'password',
        autocomplete: 'current-password',
        wide: true,
        hint: t(
          '由运维人员用 pledged token add 签发，以 plg_ 开头。',
          'Issued by `pledged token add`; it begins with plg_.',
        ),
      },
    ],
    verb: t('登录', 'Sign in'),
    send: async (v) => {
      try {
        done(await sign_in({token: v.token}));
      } catch (e) {
        if (!(e instanceof Refusal) || e.status !== 401) throw e;
        throw new Refusal(401, {
          title: t('令牌无效', 'The token is not known'),
          errors: [
            {
              pointer: '/token',
              title: t('令牌无效、已吊销或已过期', 'Unknown, revoked or ended'),
              cure: t('请核对是否完整复制，或请运维人员另发。', 'Check that all of it was copied, or ask for another.'),
            },
          ],
        });
      }
    },
  });
}

export function sign_in_page(main, done) {
  document.title = t('登录', 'Sign in') + ' · ' + t('知识产权质押融资台账', 'IP-pledge financing ledger');
  const f = token_form(done);
  replace(
    main,
    h(
      'section',
      {class: 'card signin'},
      h('h1', {id: 'heading', tabindex: '-1'}, t('登录', 'Sign in')),
      f.node,
      h(
        'p',
        {class: 'quiet'},
        t('30 分钟不操作自动退出；退出后填写中的内容会清除。', 'You are signed out after 30 minutes without use.'),
      ),
      h('p', {class: 'quiet'}, h('a', {href: '/console/status'}, t('运行状况', 'Status of the service'))),
    ),
  );
  f.fields[0].first.focus();
}

/** /console/enter#plg_…: the part behind # never leaves the browser but in this POST. */
export async function enter_by_link(main, done) {
  const link = location.hash.slice(1);
  history.replaceState(null, '', '/console/');
  try {
    done(await sign_in({link}));
  } catch (e) {
    sign_in_page(main, done);
    main
      .querySelector('form')
      .before(
        h(
          'div',
          {class: 'summary', role: 'alert'},
          h('h2', null, t('登录链接无效', 'The link does not work')),
          h(
            'p',
            null,
            t(
              '链接只能用一次、数分钟内有效，且只能在本机使用。请重新取得链接，或用令牌登录。',
              'It works once, within minutes, on this machine. Get another, or use a token.',
            ),
          ),
        ),
      );
  }
}

let open = null;
/** The session has ended: sign in again over the page; what was typed stays. */
export function sign_in_again(me) {
  if (!open) {
    open = import('./dialog.js')
      .then(({insist}) =>
        insist({
          title: t('登录已过期', 'The session has ended'),
          make: (close) => {
            const f = token_form((now) => {
              if (now.organisation === me.organisation && now.person_id === me.person_id) close(now);
              else location.assign('/console/'); // never closed: what one has typed is not sent in another's name
            });
            return h(
              'div',
              null,
              h(
                'p',
                null,
                t(
                  `请以 ${me.person}（${me.organisation_name}）重新登录；页面上填写的内容不会丢失。`,
                  `Sign in again as ${me.person} (${me.organisation_name}); what you typed is kept.`,
                ),
              ),
              f.node,
            );
          },
        }),
      )
      .finally(() => {
        open = null;
      });
  }
  return open;
}
