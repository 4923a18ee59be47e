// The four parts of a lesson: predict, try, explain, your own. Each is made once, and updated.

import { element, show, unique, write } from './element.js';
import { prose } from './prose.js';
import { TEXT } from './strings.js';

/**
 * @typedef {import('./prose.js').Live} Live
 * @typedef {import('./store.js').State} State
 * @typedef {import('./store.js').Store} Store
 * @typedef {{el: HTMLElement, update: (live: Live, state: State) => void}} Panel
 * @typedef {object} Given
 * @property {any} lesson
 * @property {Store} store
 * @property {import('./prose.js').Evaluate} evaluate
 * @property {(formula: string) => Promise<void>} take  makes the reader's formula the lesson's
 */

export const TABS = ['predict', 'try', 'explain', 'own'];
const NEAR = 15; // degrees by which a predicted arrow may miss

/**
 * The tabs with their panels.
 * @param {Given} given
 */
export function makePanels(given) {
  const { store } = given;
  const makers = { predict, try: tasks, explain, own };
  const parts = TABS.map((name) => {
    const panel = makers[/** @type {keyof typeof makers} */ (name)](given);
    const id = unique(name);
    const tab = element('button', { role: 'tab', id: `${id}-tab`, 'aria-controls': id, type: 'button', onclick: () => store.set({ tab: name }) },
      TEXT.steps[/** @type {keyof typeof TEXT.steps} */ (name)]);
    const box = element('div', { role: 'tabpanel', id, 'aria-labelledby': `${id}-tab`, tabindex: 0 }, panel.el);
    return { name, panel, tab, box };
  });
  const list = element('div', { role: 'tablist', 'aria-label': TEXT.stepsLabel, class: 'steps' }, ...parts.map((p) => p.tab));
  list.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!way) return;
    event.preventDefault();
    const at = TABS.indexOf(store.state.tab);
    const next = (at + way + TABS.length) % TABS.length;
    store.set({ tab: TABS[next] });
    parts[next].tab.focus();
  });
  const el = element('section', { class: 'card panel' }, list, ...parts.map((p) => p.box));
  return {
    el,
    /** @param {Live} live @param {State} state */
    update(live, state) {
      for (const { name, panel, tab, box } of parts) {
        const now = name === state.tab;
        tab.setAttribute('aria-selected', String(now));
        tab.tabIndex = now ? 0 : -1;
        show(box, now);
        panel.update(live, state);
      }
    },
  };
}

/** @param {Given} given @returns {Panel} */
function predict({ lesson, store, evaluate }) {
  const { ask, kind = 'choice', choices = [], because } = lesson.predict;
  const question = prose(ask, evaluate, 'p', { class: 'ask' });
  const right = prose(because.right, evaluate, 'p', { class: 'because good' });
  const wrong = prose(because.wrong, evaluate, 'p', { class: 'because' });
  const buttons = choices.map((/** @type {any} */ choice, /** @type {number} */ i) =>
    element('button', { type: 'button', class: 'choice', onclick: () => store.set({ guess: i, told: true }) }, choice.say));
  const turn = element('input', { type: 'range', min: 0, max: 359, step: 1, 'aria-label': TEXT.yourArrow,
    oninput: () => store.set({ guess: Number(turn.value) }) });
  const shown = element('output', {});
  const arrow = kind === 'arrow';
  const commit = element('button', { type: 'button', class: 'main', onclick: () => store.set({ told: true, guess: store.state.guess ?? 0 }) }, TEXT.predicted);
  const again = element('button', { type: 'button', onclick: () => store.set({ guess: arrow ? 0 : null, told: false }) }, TEXT.again);
  const on = element('button', { type: 'button', class: 'main', onclick: () => store.set({ tab: 'try' }) }, TEXT.goOn);
  const before = element('div', { class: 'row' }, ...(arrow ? [element('label', { class: 'grow' }, turn, shown), commit] : buttons));
  const after = element('div', { class: 'row' }, on, again);
  return {
    el: element('div', {}, question.el, before, element('div', { role: 'status' }, right.el, wrong.el), after),
    update(live, state) {
      question.update(live);
      right.update(live);
      wrong.update(live);
      const good = arrow ? live.numbers.miss <= NEAR : state.guess !== null && evaluate(choices[state.guess]?.when, live.numbers) === 1;
      show(before, !state.told);
      show(after, state.told);
      show(right.el, state.told && good);
      show(wrong.el, state.told && !good);
      if (arrow) {
        turn.value = String(state.guess ?? 0);
        write(shown, `${Math.round(state.guess ?? 0)}°`);
      }
    },
  };
}

/** @param {Given} given @returns {Panel} */
function tasks({ lesson, store, evaluate }) {
  const lines = lesson.try.map((/** @type {any} */ task) => {
    const text = prose(task.ask, evaluate, 'span');
    const box = element('span', { class: 'tick', role: 'img' });
    return { task, text, box, el: element('li', {}, box, text.el) };
  });
  return {
    el: element('ul', { class: 'tasks' }, ...lines.map((/** @type {any} */ l) => l.el)),
    update(live, state) {
      const done = new Set(state.done);
      lines.forEach((/** @type {any} */ line, /** @type {number} */ i) => {
        line.text.update(live);
        if (state.tab === 'try' && evaluate(line.task.done, live.numbers) === 1) done.add(i);
        const ok = done.has(i);
        line.el.classList.toggle('done', ok);
        line.box.setAttribute('aria-label', ok ? TEXT.task : TEXT.open);
      });
      if (done.size > state.done.length) queueMicrotask(() => store.set({ done: [...done].sort() }));
    },
  };
}

/** @param {Given} given @returns {Panel} */
function explain({ lesson, evaluate }) {
  const parts = lesson.explain.map((/** @type {any} */ part) => ({ part, text: prose(part.say, evaluate) }));
  return {
    el: element('div', { class: 'explain' }, ...parts.map((/** @type {any} */ p) => p.text.el)),
    update(live) {
      const chosen = parts.find((/** @type {any} */ p) => !p.part.when || evaluate(p.part.when, live.numbers) === 1);
      for (const p of parts) {
        show(p.text.el, p === chosen);
        if (p === chosen) p.text.update(live);
      }
    },
  };
}

/** @param {Given} given @returns {Panel} */
function own({ lesson, store, evaluate, take }) {
  const text = prose(lesson.own.ask, evaluate);
  const named = lesson.own.any ? 'f =' : `f(${lesson.of.variables.join(', ')}) =`;
  const box = element('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off', maxlength: 2000,
    'aria-label': `${TEXT.yourFunction}: ${named}` });
  const said = element('p', { class: 'said', role: 'status' });
  const go = async (/** @type {string} */ formula) => {
    box.value = formula;
    write(said, TEXT.reading);
    said.classList.remove('wrong');
    try {
      await take(formula);
      write(said, '');
    } catch (error) {
      said.classList.add('wrong');
      write(said, /** @type {Error} */ (error).message);
    }
  };
  const form = element('div', { class: 'formula-box' }, element('span', { class: 'maths' }, named), box,
    element('button', { type: 'button', class: 'main', onclick: () => go(box.value) }, TEXT.take));
  box.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    event.stopPropagation();
    if (event.key === 'Enter') go(box.value);
  });
  const examples = lesson.own.examples.map((/** @type {string} */ formula) =>
    element('button', { type: 'button', class: 'chip maths', onclick: () => go(formula) }, formula));
  const back = element('button', { type: 'button', class: 'chip', onclick: () => go('') }, TEXT.another);
  return {
    el: element('div', {}, text.el, form, element('div', { class: 'row wrap' }, ...examples, back), said),
    update(live, state) {
      text.update(live);
      show(back, Boolean(state.f));
      if (document.activeElement !== box && box.value !== state.f && !said.classList.contains('wrong')) box.value = state.f;
    },
  };
}
