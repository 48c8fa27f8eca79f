// Figures, times and sizes as people read them. Nothing here knows a page.

const THIN = '\u202f';
const DASH = '–';

/** `12,345`; whole numbers only. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? DASH : Math.round(value).toLocaleString('en-US');
}

/** `950`, `1.2k`, `34k`, `5.6M`: at most four characters wide. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined) return DASH;
  const size = Math.abs(value);
  for (const [factor, unit] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= factor * 0.9995) return trim(value / factor, size / factor < 99.95 ? 1 : 0) + unit;
  }
  return trim(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

/** Records per second. */
export function rate(value: number | null | undefined): string {
  return value === null || value === undefined ? DASH : `${short(value)}/s`;
}

/** Milliseconds as `0.09 ms`, `4.2 ms`, `1.31 s`. */
export function millis(value: number | null | undefined): string {
  if (value === null || value === undefined) return DASH;
  if (value >= 59_950) return duration(value / 1000);
  if (value >= 999.5) return `${trim(value / 1000, 2)}${THIN}s`;
  if (value < 0.001 && value > 0) return `<1${THIN}µs`;
  if (value < 0.1 && value > 0) return `${trim(value * 1000, 0)}${THIN}µs`;
  return `${trim(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0)}${THIN}ms`;
}

/** Bytes as `512 B`, `1.5 KiB`, `3.2 GiB`. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return DASH;
  let size = value;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB', 'TiB']) {
    if (size < 1023.95 || unit === 'TiB') return `${trim(size, unit === 'B' || size >= 99.95 ? 0 : 1)}${THIN}${unit}`;
    size /= 1024;
  }
  return DASH;
}

/** A share as `0 %`, `0.02 %`, `12 %`, `100 %`; what is not nothing is never shown as nothing, nor what is not all as all. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return DASH;
  const value = share * 100;
  const size = Math.abs(value);
  if (size > 0 && size < 0.001) return `<0.001${THIN}%`;
  if (size < 100 && size >= 99.995) return `99.99${THIN}%`;
  return `${trim(value, size < 0.1 ? 3 : size < 10 ? 2 : size < 99 ? 1 : size < 100 ? 2 : 0)}${THIN}%`;
}

/** Seconds as `0 s`, `42 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: the two largest units. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return DASH;
  if (seconds > 0 && seconds < 9.95) return `${trim(seconds, 1)}${THIN}s`;
  const whole = Math.round(seconds);
  const units = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = units.findIndex(([amount]) => amount > 0);
  if (first === -1) return `0${THIN}s`;
  return units
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${THIN}${unit}`)
    .join(' ');
}

/** Seconds as a clock: `0:07`, `12:30`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const two = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A moment as `14:03:09`, with the day when it is not today's. */
export function moment(at: string | null | undefined, now: number = Date.now()): string {
  if (at === null || at === undefined) return DASH;
  const date = new Date(at);
  const time = date.toLocaleTimeString('en-GB');
  const isToday = date.toDateString() === new Date(now).toDateString();
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) };
  return isToday ? time : `${date.toLocaleDateString('en-GB', day)}, ${time.slice(0, 5)}`;
}

/** How long ago something was: `now`, `40 s ago`, `3 h ago`. */
export function ago(at: string, now: number = Date.now()): string {
  const seconds = (now - Date.parse(at)) / 1000;
  if (seconds < 5) return 'now';
  for (const [size, unit] of [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const) {
    if (seconds >= size) return `${Math.floor(seconds / size)}${THIN}${unit} ago`;
  }
  return 'now';
}

/** A difference with its sign. */
export function signed(text: string, value: number): string {
  return value > 0 ? `+${text}` : text;
}

/** So many digits behind the point, without zeros at the end; a true minus. */
function trim(value: number, digits: number): string {
  const text = value.toFixed(digits);
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return (short === '-0' ? '0' : short).replace('-', '−');
}
