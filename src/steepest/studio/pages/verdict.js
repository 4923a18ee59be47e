// What the engine says of a walk: the cause in a word, the sentence, what to do, and the numbers
// behind it. Whatever causes and numbers the engine has appear as it tells them.

import { element, show, write } from './element.js';
import { short } from './numerals.js';
import { TEXT } from './strings.js';

/** @typedef {{cause: string, sentence: string, advice: string, evidence?: Record<string, any>}} Verdict */

const GOOD = new Set(['converged', 'minimum']);

/** A verdict's place; empty until there is one. */
export function makeVerdict() {
  const cause = element('b', { class: 'cause' });
  const sentence = element('p', { class: 'sentence' });
  const advice = element('p', { class: 'advice' });
  const rows = element('dl', { class: 'evidence' });
  const details = element('details', {}, element('summary', {}, TEXT.evidence), rows);
  const el = element('div', { class: 'told' }, element('p', { class: 'cause-line' }, cause), sentence, advice, details);
  el.hidden = true;
  return {
    el,
    /** @param {Verdict | null} verdict */
    update(verdict) {
      show(el, Boolean(verdict));
      if (!verdict) return;
      write(cause, verdict.cause);
      cause.classList.toggle('good', GOOD.has(verdict.cause));
      write(sentence, verdict.sentence);
      write(advice, verdict.advice);
      show(advice, Boolean(verdict.advice));
      const found = Object.entries(verdict.evidence ?? {}).filter(([, value]) => ['number', 'string', 'boolean'].includes(typeof value));
      rows.replaceChildren(...found.flatMap(([name, value]) => [element('dt', {}, name.replaceAll('_', ' ')), element('dd', {}, typeof value === 'number' ? short(value, 5) : String(value))]));
      show(details, found.length > 0);
    },
  };
}
