// Formulas, typeset once each: what moves on a page is text, never a formula.

/**
 * Typeset LaTeX into an element.
 * @param {HTMLElement} into
 * @param {string} latex
 * @param {boolean} [display]
 */
export function typeset(into, latex, display = false) {
  if (into.dataset.latex === latex) return into;
  into.dataset.latex = latex;
  const katex = /** @type {any} */ (globalThis).katex;
  katex.render(latex, into, { throwOnError: false, displayMode: display, trust: false, maxSize: 20, maxExpand: 200 });
  return into;
}
