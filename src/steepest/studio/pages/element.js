// Making elements. Text goes in as text, never as markup.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An HTML element with attributes, listeners (`onclick: f`) and children.
 * @param {string} tag
 * @param {Record<string, any>} [traits]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement & any}
 */
export function element(tag, traits = {}, ...children) {
  return furnished(document.createElement(tag), traits, children);
}

/**
 * The same in SVG.
 * @param {string} tag
 * @param {Record<string, any>} [traits]
 * @param {...(Node | string | null | undefined)} children
 * @returns {SVGElement & any}
 */
export function drawn(tag, traits = {}, ...children) {
  return furnished(document.createElementNS(SVG, tag), traits, children);
}

/**
 * @param {Element} made
 * @param {Record<string, any>} traits
 * @param {(Node | string | null | undefined)[]} children
 */
function furnished(made, traits, children) {
  for (const [name, value] of Object.entries(traits)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((c) => c !== null && c !== undefined).map((c) => /** @type {Node | string} */ (c)));
  return made;
}

/**
 * Change some attributes.
 * @param {Element} made
 * @param {Record<string, string | number>} traits
 */
export function change(made, traits) {
  for (const name in traits) made.setAttribute(name, String(traits[name]));
}

/**
 * Show an element or not.
 * @param {Element} made
 * @param {boolean} shown
 */
export function show(made, shown) {
  if (made instanceof HTMLElement) made.hidden = !shown;
  else made.setAttribute('visibility', shown ? 'visible' : 'hidden');
}

/**
 * Put a text into an element, unless it is there already.
 * @param {Node} made
 * @param {string} text
 */
export function write(made, text) {
  if (made.textContent !== text) made.textContent = text;
}

/**
 * Call whenever an element has got another width than it has now; end it with `disconnect()`.
 * @param {Element} el
 * @param {() => void} layout
 */
export function onWidth(el, layout) {
  let width = el.clientWidth;
  const watch = new ResizeObserver(() => {
    if (el.clientWidth === width) return; // a ResizeObserver tells of the beginning too
    width = el.clientWidth;
    layout();
  });
  watch.observe(el);
  return watch;
}

let made = 0;

/** A name that no other element of this page has. @param {string} word */
export const unique = (word) => `${word}-${++made}`;
