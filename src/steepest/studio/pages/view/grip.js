// Hands on the mountain: a press on the point walks it over the land, any other turns the picture.

/**
 * @param {HTMLCanvasElement} canvas
 * @param {object} given
 * @param {() => number[]} given.spot                                where the point is drawn, in pixels
 * @param {(px: number, py: number) => number[] | null} given.pick   what land lies under a pixel
 * @param {(place: number[]) => void} given.walk
 * @param {(around: number, above: number) => void} given.turn
 * @param {() => void} given.ongrab
 * @param {() => void} given.onrest
 */
export function makeGrip(canvas, { spot, pick, walk, turn, ongrab, onrest }) {
  const NEAR = 26; // pixels: the point's hit area

  /** @param {PointerEvent} event */
  function pressed(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    const [px, py] = spot();
    const walking = Math.hypot(event.clientX - box.left - px, event.clientY - box.top - py) < NEAR;
    let [lastX, lastY] = [event.clientX, event.clientY];
    if (walking) ongrab();
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add('held');
    const moved = (/** @type {PointerEvent} */ e) => {
      if (walking) {
        const there = pick(e.clientX - box.left, e.clientY - box.top);
        if (there) walk(there);
      } else {
        turn(-(e.clientX - lastX) * 0.006, (e.clientY - lastY) * 0.005);
        [lastX, lastY] = [e.clientX, e.clientY];
      }
    };
    const end = () => {
      canvas.removeEventListener('pointermove', moved);
      canvas.classList.remove('held');
      if (walking) onrest();
    };
    canvas.addEventListener('pointermove', moved);
    canvas.addEventListener('pointerup', end, { once: true });
    canvas.addEventListener('pointercancel', end, { once: true });
  }

  canvas.addEventListener('pointerdown', pressed);
}
