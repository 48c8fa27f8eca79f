// Sparklines as paths of an SVG, for where a whole chart would be too much.

/** A line through the values, the last at the right edge; `from 0 to highest` fills the height. */
export function sparkPath(
  values: readonly (number | null)[],
  slots: number,
  width: number,
  height: number,
  highest: number,
): string {
  const step = width / Math.max(slots - 1, 1);
  const first = slots - values.length;
  let path = '';
  let pen = 'M';
  values.forEach((value, at) => {
    if (value === null) {
      pen = 'M';
      return;
    }
    const x = (first + at) * step;
    const y = height - (Math.min(value, highest) / (highest || 1)) * height;
    path += `${pen}${tenth(x)} ${tenth(y)}`;
    pen = 'L';
  });
  return path;
}

/** The same, closed along the bottom, to be filled. */
export function sparkArea(
  values: readonly (number | null)[],
  slots: number,
  width: number,
  height: number,
  highest: number,
): string {
  const known = values.map((value) => value ?? 0);
  if (known.length === 0) return '';
  const left = tenth(((slots - known.length) * width) / Math.max(slots - 1, 1));
  return `${sparkPath(known, slots, width, height, highest)}L${tenth(width)} ${height}L${left} ${height}Z`;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
