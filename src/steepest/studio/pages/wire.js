// The connection to the engine: questions go out as JSON, answers come back as frames
// (steepest.studio.protocol).

/**
 * @typedef {Record<string, any> & {id: number | null, arrays: Record<string, any>}} Answer
 * @typedef {{resolve: (a: Answer) => void, reject: (e: Error) => void, progress?: (p: any) => void}} Wait
 */

/** An answer that was given up for a later question. */
export class Superseded extends Error {}

const KINDS = { float64: Float64Array, float32: Float32Array, int16: Int16Array, int32: Int32Array };

/**
 * Unpack a frame.
 * @param {ArrayBuffer} data
 * @returns {Answer}
 */
export function unpacked(data) {
  const length = new DataView(data).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  /** @type {Record<string, any>} */
  const arrays = {};
  let at = 4 + length;
  for (const { name, type, shape } of head.arrays) {
    const kind = KINDS[/** @type {keyof typeof KINDS} */ (type)];
    const count = shape.reduce((/** @type {number} */ p, /** @type {number} */ q) => p * q, 1);
    const values = new kind(data, at, count);
    arrays[name] = Object.assign(values, { shape });
    at += values.byteLength + (-values.byteLength & 7);
  }
  return { ...head, arrays };
}

/**
 * Connect. `said(open)` is told whether the engine can be reached.
 * @param {(open: boolean, sentence?: string) => void} said
 */
export function connect(said) {
  /** @type {Map<number, Wait>} */
  const waiting = new Map();
  /** @type {string[]} */
  let unsent = [];
  let count = 0;
  let wait = 250;
  /** @type {WebSocket} */
  let socket;

  function open() {
    socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/wire`);
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      wait = 250;
      said(true);
      unsent.forEach((text) => socket.send(text));
      unsent = [];
    });
    socket.addEventListener('message', (event) => receive(unpacked(event.data)));
    socket.addEventListener('close', () => {
      for (const one of waiting.values()) one.reject(new Superseded('the connection was lost'));
      waiting.clear();
      said(false);
      setTimeout(open, wait);
      wait = Math.min(8000, 2 * wait);
    });
  }

  /** @param {Answer} answer */
  function receive(answer) {
    if (answer.id === null) return void (answer.error && said(true, answer.error));
    const one = waiting.get(answer.id);
    if (!one) return;
    if (answer.progress) return void one.progress?.({ ...answer.progress, answer: Object.keys(answer.arrays).length ? answer : null });
    waiting.delete(answer.id);
    if (answer.superseded) one.reject(new Superseded('a later question took its place'));
    else if (answer.error) one.reject(new Error(answer.error));
    else one.resolve(answer);
  }

  open();
  return {
    /**
     * Ask; the promise fails with `Superseded` where a later question of its kind took its place.
     * @param {string} what
     * @param {Record<string, any>} [question]
     * @param {(p: any) => void} [progress]
     * @returns {Promise<Answer>}
     */
    ask(what, question = {}, progress) {
      const id = ++count;
      const text = JSON.stringify({ ...question, id, ask: what });
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, progress });
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
        else unsent.push(text);
      });
    },
    /** End long work. */
    stop() {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ id: ++count, ask: 'stop' }));
    },
  };
}
