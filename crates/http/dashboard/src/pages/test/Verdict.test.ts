import { describe, expect, it } from 'vitest';
import { sentence } from './Verdict';

describe('a reason of the service', () => {
  it('is a sentence when it is in words', () => {
    expect(sentence('every threshold held')).toBe('Every threshold held.');
    expect(sentence('no route')).toBe('No route.');
  });

  it('keeps a condition as it was written', () => {
    expect(sentence('failed.rate < 0.01 did not hold: 5 %')).toBe('failed.rate < 0.01 did not hold: 5 %.');
    expect(sentence('missed == 0 did not hold: 3')).toBe('missed == 0 did not hold: 3.');
    expect(sentence('')).toBe('');
  });
});
