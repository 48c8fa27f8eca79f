// Values as the axes and legends of charts write them.

import * as format from '../format';
import type { Unit } from './model';

const WRITERS: Record<Unit, (value: number | null) => string> = {
  rate: format.rate,
  millis: format.millis,
  count: format.short,
  share: format.percent,
  bytes: format.bytes,
};

export function write(unit: Unit, value: number | null): string {
  return WRITERS[unit](value);
}

/** The top of an axis that begins at zero: the highest value with some room above. */
export function ceiling(highest: number | null, unit: Unit): number {
  if (highest === null || highest <= 0) return unit === 'share' ? 0.01 : 1;
  return highest * 1.1;
}

const STEPS_OF_TIME = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

/** Distances between marks of a time axis: those of clocks. */
export function timeSteps(): number[] {
  return [0.1, 0.2, 0.5, ...STEPS_OF_TIME, 172_800, 432_000, 864_000];
}
