// Where the pages begin: the header, the connection, and which page it is.

import { element, write } from './element.js';
import { openFree } from './free.js';
import { openHome } from './home.js';
import { openLesson } from './lesson.js';
import { TEXT } from './strings.js';
import { connect } from './wire.js';

const main = /** @type {HTMLElement} */ (document.getElementById('content'));
const spoken = /** @type {HTMLElement} */ (document.getElementById('spoken'));
const root = document.documentElement;

/** @param {any[]} lessons @param {string} path */
function header(lessons, path) {
  const links = lessons.map((lesson) => {
    const here = path === `/lesson/${lesson.name}`;
    return element('li', {}, element('a', { href: `/lesson/${lesson.name}`, 'aria-current': here ? 'page' : null },
      element('span', { class: 'no' }, String(lesson.number)), lesson.short));
  });
  const logo = element('img', { src: '/pages/icon.svg', alt: '', width: 26, height: 22 });
  const theme = element('button', { type: 'button', class: 'theme', 'aria-label': TEXT.theme, title: TEXT.theme, onclick: turnTheme }, '◐');
  /** @type {HTMLElement} */ (document.getElementById('top')).replaceChildren(
    element('a', { class: 'brand', href: '/', 'aria-label': `${TEXT.brand}: ${TEXT.home}` }, logo, TEXT.brand),
    element('nav', { 'aria-label': TEXT.lessons }, element('ol', {}, ...links)),
    element('a', { class: 'free', href: '/free', 'aria-current': path === '/free' ? 'page' : null }, TEXT.free), theme);
  document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

function turnTheme() {
  const order = ['', 'light', 'dark'];
  const next = order[(order.indexOf(root.dataset.theme ?? '') + 1) % order.length];
  localStorage.setItem('theme', next);
  useTheme(next);
}

/** @param {string} theme */
function useTheme(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  dispatchEvent(new Event('theme'));
}

/** @param {string} text */
const speak = (text) => write(spoken, text);

async function start() {
  useTheme(localStorage.getItem('theme') ?? '');
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => dispatchEvent(new Event('theme')));
  write(/** @type {HTMLElement} */ (document.querySelector('.skip')), TEXT.skip);
  const notice = element('p', { class: 'notice', role: 'alert', hidden: true });
  document.body.append(notice);
  const wire = connect((open, sentence) => {
    notice.hidden = open && !sentence;
    write(notice, sentence ?? (open ? '' : TEXT.lost));
  });
  const { lessons, own } = await (await fetch('/lessons.json')).json();
  const path = location.pathname;
  header(lessons, path);
  const name = path.startsWith('/lesson/') ? path.slice('/lesson/'.length) : '';
  const lesson = lessons.find((/** @type {any} */ one) => one.name === name);
  document.title = `${lesson ? lesson.title : path === '/free' ? TEXT.free : TEXT.lessons} · ${TEXT.brand}`;
  if (lesson) await openLesson(main, lesson, wire, speak);
  else if (path === '/free') await openFree(main, own, wire, speak);
  else await openHome(main, lessons, wire, name ? TEXT.noLesson : '');
  await document.fonts.ready;
  root.dataset.ready = 'yes';
}

start();
