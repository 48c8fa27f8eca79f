// The types of the API as the pages use them: from the description, by way of `schema.d.ts`.

import type { ComparedFigure, ComparedRun, Comparison, FullFields, FullResults, FullTest } from './pending';

export type { Capacity, CapacityStep, Fault, Lane, Percentiles, Problem } from './schema';
export type {
  Conclusion,
  Delivery,
  LivePoint,
  Mark,
  Point,
  PointLane,
  Sample,
  Series,
  ThresholdResult,
} from './pending';
export type { ComparedFigure, ComparedRun, Comparison };

export type Test = FullTest;
export type TestFields = FullFields;
export type Results = FullResults;

export type Status = 'Pending' | 'Scheduled' | 'Running' | 'Paused' | 'Completed' | 'Cancelled' | 'Failed';
export type Signal = 'logs' | 'metrics' | 'traces';

/** In the order in which they are always shown. */
export const SIGNALS: readonly Signal[] = ['logs', 'metrics', 'traces'];

/** The fields that hold the rate of each signal. */
export const RATE_FIELDS = { logs: 'logRate', metrics: 'metricsRate', traces: 'traceRate' } as const;
