// North, east and angles, as `steepest.compass` has them: one function for each conversion.
// Vectors are [north, east]; the screen has east to the right and north up.

export const WORDS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];

/**
 * The bearing of a vector: degrees clockwise from north, from 0 up to but not including 360.
 * @param {number} north
 * @param {number} east
 */
export const bearing = (north, east) => ((((Math.atan2(east, north) * 180) / Math.PI) % 360) + 360) % 360;

/**
 * The unit vector [north, east] along a bearing; exact at the four compass points.
 * @param {number} degrees
 * @returns {[number, number]}
 */
export function bearingVector(degrees) {
  const quarter = degrees / 90;
  if (Number.isInteger(quarter)) {
    return /** @type {[number, number]} */ ([[1, 0], [0, 1], [-1, 0], [0, -1]][((quarter % 4) + 4) % 4]);
  }
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
}

/** The nearest of the eight compass words. @param {number} degrees */
export const compassWord = (degrees) => WORDS[Math.round(degrees / 45) % 8];

/**
 * How far apart two bearings are, from 0 to 180.
 * @param {number} one
 * @param {number} other
 */
export const apart = (one, other) => Math.abs(((((one - other) % 360) + 540) % 360) - 180);
