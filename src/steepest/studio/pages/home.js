// The first page: the lessons as a path.

import { element } from './element.js';
import { TEXT } from './strings.js';

/**
 * @param {HTMLElement} main
 * @param {any[]} lessons
 * @param {string} said
 */
export function openHome(main, lessons, said) {
  main.replaceChildren(element('h1', {}, TEXT.brand), element('p', {}, said), element('ol', {}, ...lessons.map((l) => element('li', {}, element('a', { href: `/lesson/${l.name}` }, l.title)))));
}
