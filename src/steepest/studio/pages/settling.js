// Whether the numbers on the page are the engine's for the state that is shown. Tests wait for it.

/** @param {boolean} settled */
export const settling = (settled) => void (document.documentElement.dataset.settled = settled ? 'yes' : 'no');

/** When the next frame is on the screen; soon, where none comes because the page is hidden. */
export const painted = () => new Promise((done) => {
  const late = setTimeout(done, 200);
  requestAnimationFrame(() => setTimeout(() => {
    clearTimeout(late);
    done(undefined);
  }));
});
