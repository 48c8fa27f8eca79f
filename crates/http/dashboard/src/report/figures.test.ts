import { describe, expect, it } from 'vitest';
import { clock, digits, nearest, shown } from './figures';

describe('the point under the pointer', () => {
  it('is the nearest one', () => {
    const t = [1, 2, 3, 10];
    expect([-5, 0, 1.4, 1.6, 6.4, 6.6, 99].map((moment) => nearest(t, moment))).toEqual([0, 0, 0, 1, 2, 3, 3]);
  });

  it('is the only one where there is one', () => {
    expect(nearest([7], 0)).toBe(0);
  });
});

describe('figures', () => {
  it('are written as the report writes them', () => {
    expect([0, 0.042, 1.5, 12.34, 123.4, 1250].map(digits)).toEqual(['0', '0.042', '1.50', '12.3', '123', '1,250']);
    expect(shown(null, 'millis')).toBe('–');
    expect([shown(12.5, 'millis'), shown(1250, 'millis'), shown(500, 'perSecond'), shown(7, 'records')]).toEqual([
      '12.5 ms',
      '1.25 s',
      '500/s',
      '7',
    ]);
  });

  it('of time are clocks', () => {
    expect([0, 45, 750, 7500].map(clock)).toEqual(['0:00', '0:45', '12:30', '2:05:00']);
  });
});
