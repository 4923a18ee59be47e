// Keys that work anywhere on a page but in a box where one types.

import { element } from './element.js';
import { TEXT } from './strings.js';

/**
 * @param {HTMLElement} main
 * @param {Record<string, () => void>} acts
 */
export function makeKeys(main, acts) {
  const rows = TEXT.keyList.map(([key, what]) => element('tr', {}, element('th', { scope: 'row' }, element('kbd', {}, key)), element('td', {}, what)));
  const list = element('dialog', { class: 'keys', 'aria-label': TEXT.keys },
    element('h2', {}, TEXT.keys), element('table', {}, element('tbody', {}, ...rows)),
    element('button', { type: 'button', class: 'main', onclick: () => list.close() }, TEXT.close));
  main.append(list);
  const ask = element('button', { type: 'button', class: 'theme ask-keys', 'aria-label': TEXT.keys, title: TEXT.keys, onclick: () => list.showModal() }, '?');
  document.querySelector('.theme')?.before(ask);
  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!main.isConnected || !list.isConnected) return void document.removeEventListener('keydown', pressed);
    if (event.ctrlKey || event.metaKey || event.altKey || list.open) return;
    const typing = target.matches('input:not([type=range]), textarea, select');
    const pressing = target.matches('button, a, summary, [role=tab]') && (event.key === 'Enter' || event.key === ' ');
    if (typing || pressing) return;
    if (event.key === '?') list.showModal();
    else if (acts[event.key]) {
      event.preventDefault();
      acts[event.key]();
    }
  }
  document.addEventListener('keydown', pressed);
}
