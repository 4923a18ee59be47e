// Whether the page is settled: its numbers are the engine's for the state that is shown, and nothing
// that was asked for is still to be drawn. Tests wait for it.

let exact = false;
let expected = 0; // works under way

const tell = () => void (document.documentElement.dataset.settled = exact && !expected ? 'yes' : 'no');

/** Say whether the numbers are the engine's. @param {boolean} settled */
export function settling(settled) {
  exact = settled;
  tell();
}

/**
 * Until a work has ended, well or not, the page is not settled.
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export async function underWay(work) {
  expected++;
  tell();
  try {
    return await work;
  } finally {
    expected--;
    tell();
  }
}

/** When the next frame is on the screen; soon, where none comes because the page is hidden. */
export const painted = () => new Promise((done) => {
  const late = setTimeout(done, 200);
  requestAnimationFrame(() => setTimeout(() => {
    clearTimeout(late);
    done(undefined);
  }));
});
