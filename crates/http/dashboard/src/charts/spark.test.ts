import { expect, test } from 'vitest';

import { sparkArea, sparkPath } from './spark';

test('the last value is at the right edge, whatever came before', () => {
  expect(sparkPath([0, 10], 3, 100, 20, 10)).toBe('M50 20L100 0');
  expect(sparkPath([5], 3, 100, 20, 10)).toBe('M100 10');
});

test('a gap lifts the pen', () => {
  expect(sparkPath([0, null, 10], 3, 100, 20, 10)).toBe('M0 20M100 0');
});

test('an area is closed along the bottom, and nothing has none', () => {
  expect(sparkArea([10, 10], 2, 100, 20, 10)).toBe('M0 0L100 0L100 20L0 20Z');
  expect(sparkArea([], 2, 100, 20, 10)).toBe('');
});

test('a value above the highest stays inside', () => {
  expect(sparkPath([30, 30], 2, 100, 20, 10)).toBe('M0 0L100 0');
});
