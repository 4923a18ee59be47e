// Whether the numbers on the page are the engine's for the state that is shown. Tests wait for it.

/** @param {boolean} settled */
export const settling = (settled) => void (document.documentElement.dataset.settled = settled ? 'yes' : 'no');
