// The figures behind a report's charts, and how they are found and said. The page is whole without any of this.

/** What the service wrote into the page. */
export interface Figures {
  /** Seconds of load across a chart. */
  span: number;
  t: number[];
  /** Milliseconds since 1970. */
  at: number[];
  charts: Record<string, ChartFigures>;
}

export interface ChartFigures {
  unit: Unit;
  lines: { name: string; colour: string; values: (number | null)[] }[];
}

export type Unit = 'perSecond' | 'millis' | 'records';

/** The place of the point next to a moment; `t` rises. */
export function nearest(t: readonly number[], moment: number): number {
  let low = 0;
  let high = t.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((t[middle] ?? 0) < moment) low = middle + 1;
    else high = middle;
  }
  const before = t[low - 1];
  const here = t[low];
  return before !== undefined && here !== undefined && moment - before < here - moment ? low - 1 : low;
}

/** A figure with its unit, as the report writes it. */
export function shown(value: number | null, unit: Unit): string {
  if (value === null) return '–';
  switch (unit) {
    case 'perSecond':
      return `${digits(value)}/s`;
    case 'millis':
      return value < 1000 ? `${digits(value)} ms` : `${digits(value / 1000)} s`;
    case 'records':
      return digits(value);
  }
}

/** As many places as say something. */
export function digits(value: number): string {
  const size = Math.abs(value);
  const places = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** A moment of active time: `12:30`, `2:05:00`. */
export function clock(seconds: number): string {
  const whole = Math.round(Math.max(0, seconds));
  const two = (part: number) => String(part).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
