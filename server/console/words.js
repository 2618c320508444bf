/**
 * words.js - the language of the page, and the titles of the API's words: each in Chinese and English.
 */
const LANGUAGES = ['zh', 'en'];
let language = 'zh';

export function language_set(lang) {
  language = LANGUAGES.includes(lang) ? lang : 'zh';
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
export const is_english = () => language === 'en';
/** Both texts stand beside each other where they are used. */
export const t = (zh, en) => language === 'en' ? en : zh;

let lists = {};
/** GET /v1/words as it came: asked for once, beside who is signed in. */
export const words_take = (told) => {
  lists = told.words;
};
/** The words of a list, in its order. */
export const words_of = (of) => Object.keys(lists[of] || {});
/** The title of a word of the API: title('loan.state', 'settled'). One that has none is shown as it is. */
export function title(of, word) {
  const found = lists[of] && lists[of][word];
  return found ? found[language] : String(word);
}
