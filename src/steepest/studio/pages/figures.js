// The numbers beside the picture, the rule below it, the table of a walk, and the exercise.

import { element, show, write } from './element.js';
import { fixed, full } from './numerals.js';
import { typeset } from './math.js';
import { filled, prose } from './prose.js';
import { TEXT } from './strings.js';
import { makeVerdict } from './verdict.js';

/**
 * @typedef {import('./prose.js').Live} Live
 * @typedef {import('./prose.js').Evaluate} Evaluate
 */

/**
 * The card of numbers. A press shows all their digits.
 * @param {any[]} listed
 * @param {Evaluate} evaluate
 */
export function makeNumbers(listed, evaluate) {
  let whole = false;
  /** @type {{live: Live, hidden: boolean} | null} */
  let last = null;
  const rows = listed.map((entry) => {
    const value = element('dd', { class: 'figure' });
    const note = prose(entry.note ?? '', evaluate, 'dd', { class: 'note' });
    const symbol = typeset(element('dt', {}), `\\displaystyle ${entry.symbol}`);
    return { entry, value, note, el: element('div', { class: `number tone-${entry.tone}` }, symbol, value, note.el) };
  });
  const digits = element('button', { type: 'button', class: 'chip', 'aria-pressed': 'false', onclick: () => {
    whole = !whole;
    digits.setAttribute('aria-pressed', String(whole));
    if (last) update(last.live, last.hidden);
  } }, TEXT.digits);
  /**
   * @param {Live} live
   * @param {boolean} hidden
   */
  function update(live, hidden) {
    last = { live, hidden };
    for (const { entry, value, note } of rows) {
      const found = evaluate(entry.value, live.numbers);
      const veiled = hidden && (entry.veil ?? entry.tone === 'down');
      const text = whole ? full(found) : entry.format === 'bearing' ? `${fixed(found, 0).padStart(3, '0')}°` : fixed(found, entry.decimals ?? 2);
      write(value, veiled ? '?' : text);
      value.classList.toggle('whole', whole);
      note.update(live);
      note.el.classList.toggle('veiled', veiled);
    }
  }
  return { el: element('dl', { class: 'numbers' }, ...rows.map((r) => r.el)), digits, update };
}

/**
 * Formula, numbers plugged in, and the Python that prints the same digits.
 * @param {any} lesson
 * @param {Evaluate} evaluate
 */
export function makeRule(lesson, evaluate) {
  const { formula, numbers, python, result } = lesson.footer;
  const rule = typeset(element('div', { class: 'rule-formula' }), formula, true);
  const plugged = prose(numbers, evaluate, 'p', { class: 'plugged maths' });
  const code = element('code', {});
  const prints = element('output', { class: 'prints' });
  const copy = element('button', { type: 'button', class: 'chip', onclick: async () => {
    await navigator.clipboard?.writeText(code.textContent ?? '').catch(() => {});
    write(copy, TEXT.copied);
    setTimeout(() => write(copy, TEXT.copy), 1500);
  } }, TEXT.copy);
  const part = (/** @type {string} */ title, /** @type {Node[]} */ ...inside) => element('div', {}, element('h2', {}, title), ...inside);
  return {
    el: element('section', { class: 'card rule' }, part(TEXT.formula, rule), part(TEXT.numbers, plugged.el),
      part(TEXT.python, element('pre', { tabindex: 0, role: 'region', 'aria-label': TEXT.python }, code), element('div', { class: 'row' }, prints, copy))),
    /** @param {Live} live */
    update(live) {
      plugged.update(live);
    },
    /** The digits come from the engine, once the point rests. @param {Live} live */
    settle(live) {
      write(code, filled(python.trim(), evaluate, live));
      const list = Array.isArray(result) ? result.map((name) => live.numbers[name]) : live.words[result];
      write(prints, `→ ${Array.isArray(list) ? `[${list.map(full).join(', ')}]` : full(live.numbers[result])}`);
    },
  };
}

const SHOWN = 8; // rows of a walk: the first, and the latest

/**
 * The table of a walk in one variable.
 * @param {string} name
 */
export function makeTable(name) {
  const c = TEXT.columns;
  const body = element('tbody', {});
  const head = [c.step, name, `${c.value}(${name})`, `d${c.value}/d${name}`, c.move].map((text) => element('th', { scope: 'col' }, text));
  const el = element('table', { class: 'walk', 'aria-label': TEXT.iterates }, element('thead', {}, element('tr', {}, ...head)), body);
  let before = '';
  return {
    el,
    /**
     * @param {number[][]} points  the walk so far, the point now last
     * @param {import('./ground.js').Ground} ground
     * @param {number} rate
     * @param {boolean} hidden
     */
    update(points, ground, rate, hidden) {
      const key = `${points.at(-1)} ${points.length} ${rate} ${hidden}`;
      if (key === before) return;
      before = key;
      const rows = points.map((p, i) => ({ i, p, ...ground.at(p) }));
      const kept = rows.length > SHOWN ? [rows[0], ...rows.slice(1 - SHOWN)] : rows;
      body.replaceChildren(...kept.map(({ i, p, f, g }) => {
        const next = points[i + 1] ? points[i + 1][0] : p[0] - rate * g[0];
        const move = next - p[0];
        const now = i === rows.length - 1;
        const way = move > 0 ? '→' : move < 0 ? '←' : '';
        const cells = [fixed(p[0], 3), fixed(f, 3), fixed(g[0], 3), hidden && now ? '?' : `${way} ${fixed(Math.abs(move), 3)}`];
        return element('tr', { class: now ? 'now' : '' }, element('th', { scope: 'row' }, String(i)),
          ...cells.map((text) => element('td', {}, text)));
      }));
    },
  };
}

/**
 * A question whose answer the engine checks.
 * @param {any} lesson
 * @param {Evaluate} evaluate
 * @param {(answer: string) => Promise<{right: boolean, says: string}>} check
 */
export function makeExercise(lesson, evaluate, check) {
  const question = prose(lesson.exercise.ask, evaluate, 'p', { class: 'ask' });
  const box = element('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', maxlength: 200, 'aria-label': TEXT.answer, placeholder: TEXT.answer });
  const said = element('p', { class: 'said', role: 'status' });
  const go = async () => {
    if (!box.value.trim()) return;
    try {
      const { right, says } = await check(box.value);
      said.className = `said ${right ? 'good' : 'wrong'}`;
      said.replaceChildren(...prose(says, evaluate, 'span').el.childNodes);
    } catch (error) {
      said.className = 'said wrong';
      write(said, /** @type {Error} */ (error).message);
    }
  };
  box.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key === 'Enter') go();
  });
  const row = element('div', { class: 'formula-box' }, box, element('button', { type: 'button', class: 'main', onclick: go }, TEXT.check));
  return { el: element('section', { class: 'card exercise' }, element('h2', {}, TEXT.exercise), question.el, row, said) };
}

/** What the engine says of the walk, in a card of its own. */
export function makeVerdictCard() {
  const told = makeVerdict();
  const el = element('section', { class: 'card verdict', 'aria-live': 'polite' }, element('h2', {}, TEXT.engine), told.el);
  el.hidden = true;
  return {
    el,
    /** @param {import('./verdict.js').Verdict | null} verdict */
    update(verdict) {
      show(el, Boolean(verdict));
      told.update(verdict);
    },
  };
}
