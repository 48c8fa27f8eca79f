import { describe, expect, test } from 'vitest';

import { ago, bytes, clock, count, duration, millis, moment, percent, rate, short, signed } from './format';

/** Thin spaces are as spaces here. */
const plain = (text: string) => text.replaceAll('\u202f', ' ');

test.each([
  [0, '0'],
  [0.5, '0.5'],
  [9.99, '9.99'],
  [42.31, '42.3'],
  [999, '999'],
  [999.6, '1k'],
  [1500, '1.5k'],
  [99_950, '100k'],
  [1_000_000, '1M'],
  [12_345_678, '12.3M'],
  [-1500, '−1.5k'],
])('%d is short as %s', (value, text) => expect(short(value)).toBe(text));

test.each([
  [0.0004, '<1 µs'],
  [0.05, '50 µs'],
  [0.31, '0.31 ms'],
  [4.25, '4.25 ms'],
  [42.31, '42.3 ms'],
  [250, '250 ms'],
  [999.6, '1 s'],
  [1312, '1.31 s'],
  [61_000, '1 min 1 s'],
])('%d ms read as %s', (value, text) => expect(plain(millis(value))).toBe(text));

test.each([
  [0, '0 %'],
  [0.000001, '<0.001 %'],
  [0.0002, '0.02 %'],
  [0.0105, '1.05 %'],
  [0.125, '12.5 %'],
  [0.99999, '99.99 %'],
  [1, '100 %'],
  [3.8328, '383 %'],
])('a share of %d reads as %s', (value, text) => expect(plain(percent(value))).toBe(text));

test.each([
  [0, '0 s'],
  [1.5, '1.5 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
  [86_400, '1 d'],
  [273_600, '3 d 4 h'],
])('%d seconds last %s', (value, text) => expect(plain(duration(value))).toBe(text));

test.each([
  [0, '0:00'],
  [7.9, '0:07'],
  [750, '12:30'],
  [3723, '1:02:03'],
])('%d seconds are %s on a clock', (value, text) => expect(clock(value)).toBe(text));

test('bytes are counted by 1024', () => {
  expect([0, 512, 1024, 1536, 3.2 * 1024 ** 3].map((value) => plain(bytes(value)))).toEqual([
    '0 B',
    '512 B',
    '1 KiB',
    '1.5 KiB',
    '3.2 GiB',
  ]);
});

test('what is not known is a dash everywhere', () => {
  expect([count, short, rate, millis, bytes, percent, duration].map((write) => write(null))).toEqual(
    Array(7).fill('–'),
  );
});

test('a difference has its sign', () => {
  expect([signed('5', 5), signed('−5', -5), signed('0', 0)]).toEqual(['+5', '−5', '0']);
});

describe('moments', () => {
  const now = new Date(2026, 10, 25, 14, 0, 0).getTime();
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 5, 9).toISOString();

  test('of today are a time, of other days have the day', () => {
    expect(moment(at(25, 9), now)).toBe('09:05:09');
    expect(moment(at(23, 9), now)).toBe('23 Nov, 09:05');
    expect(moment(new Date(2025, 0, 2, 3, 4).toISOString(), now)).toBe('2 Jan 2025, 03:04');
  });

  test('are so long ago', () => {
    const before = (seconds: number) => plain(ago(new Date(now - seconds * 1000).toISOString(), now));
    expect([2, 40, 150, 7300, 180_000].map(before)).toEqual(['now', '40 s ago', '2 min ago', '2 h ago', '2 d ago']);
  });
});
