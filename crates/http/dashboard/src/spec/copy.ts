// The form that means a stored test, to make another one like it.

import type { Test, TestFields } from '../api/types';
import { RATE_FIELDS } from '../api/types';
import type { Form, ShapeName, StageForm, ThresholdForm, TimeUnit } from './form';
import { EMPTY, SECONDS_OF } from './form';

/** A stored test as a form, without its name, its start time and its key, which is not shown to anyone. */
export function formOf(test: Test): Form {
  const { destination } = test;
  const retry = record(test.retry);
  const abortOn = record(test.abortOn);
  const capture = record(test.capture);
  const verify = record(test.verify);
  return {
    ...EMPTY,
    userID: test.userID === 'anonymous' ? '' : test.userID,
    endpoint: destination.endpoint,
    type: destination.type,
    compression: destination.compression ?? 'none',
    port: written(destination.port),
    destinationName: destination.name ?? '',
    logRate: written(test.logRate),
    metricsRate: written(test.metricsRate),
    traceRate: written(test.traceRate),
    logSize: written(test.logSize),
    logType: test.logType,
    entropy: written(test.entropy) || EMPTY.entropy,
    spansPerTrace: written(test.spansPerTrace),
    seed: written(test.seed),
    ...endOf(test),
    ...shapeOf(test.profile),
    thresholds: (test.thresholds ?? []).map(thresholdOf),
    batchSize: written(test.batchSize),
    maxBatchBytes: written(test.maxBatchBytes),
    linger: time(test.linger),
    maxInFlight: written(test.maxInFlight),
    connections: written(test.connections),
    connectionMaxAge: time(test.connectionMaxAge),
    timeout: time(test.timeout),
    drain: time(test.drain),
    parallelism: written(test.parallelism),
    retryAttempts: written(retry.attempts),
    retryOn: Array.isArray(retry.on) ? retry.on.map(written).join(', ') : '',
    abortFailures: written(abortOn.failures),
    abortFor: time(abortOn.for),
    capture: capture.all === true ? 'all' : capture.perSecond === 0 ? 'off' : 'sampled',
    capturePerSecond: capture.perSecond === 0 ? '' : written(capture.perSecond),
    captureMax: written(capture.max),
    verifySink: written(verify.sink),
    verifyWait: time(verify.wait),
  };
}

const ANSWERED_ONLY = [
  'status',
  'schedule',
  'createdAt',
  'updatedAt',
  'startedAt',
  'completedAt',
  'run',
  'version',
  'baseline',
];

/** What a stored test says, as a request would: without what only answers have, and without its key. */
export function fieldsOf(test: Test): TestFields {
  const given = (fields: object) => Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  const fields = given(test).filter(([name]) => !ANSWERED_ONLY.includes(name));
  const destination = Object.fromEntries(given(test.destination).filter(([name]) => name !== 'apiKey'));
  const rates = Object.values(RATE_FIELDS) as string[];
  const said = fields.filter(([name, value]) => !(rates.includes(name) && value === 0) && name !== 'destination');
  return { ...Object.fromEntries(said), destination };
}

function endOf(test: Test): Partial<Form> {
  if (test.openEnded === true) return { end: 'openEnded' };
  if (test.count !== undefined && test.count !== null) return { end: 'count', count: written(test.count) };
  if (test.duration === undefined || test.duration === null) return { end: 'duration' };
  const [amount, unit] = inLargestUnit(test.duration);
  return { end: 'duration', duration: String(amount), durationUnit: unit };
}

function inLargestUnit(seconds: number): [number, TimeUnit] {
  for (const unit of ['d', 'h', 'min'] as const) {
    if (seconds % SECONDS_OF[unit] === 0) return [seconds / SECONDS_OF[unit], unit];
  }
  return [seconds, 's'];
}

const FIELDS: Record<Exclude<ShapeName, 'written'>, readonly string[]> = {
  constant: ['type'],
  ramp: ['type', 'from', 'to', 'over'],
  steps: ['type', 'from', 'to', 'steps', 'over'],
  spike: ['type', 'peak', 'at', 'for'],
  sine: ['type', 'low', 'high', 'period'],
  stages: ['type', 'from', 'stages'],
  capacity: ['type', 'max', 'hold', 'settle', 'precision', 'condition'],
};

function shapeOf(profile: unknown): Partial<Form> {
  const given = record(profile);
  if (Object.keys(given).length === 0) return { shape: 'constant' };
  const type = given.type;
  if (typeof type !== 'string' || !(type in FIELDS)) {
    return { shape: 'written', written: JSON.stringify(profile, null, 2) };
  }
  const name = type as Exclude<ShapeName, 'written'>;
  const form: Record<string, unknown> = { shape: name };
  for (const field of FIELDS[name]) {
    const value = given[field];
    if (field === 'type' || value === undefined) continue;
    if (field === 'stages') form.stages = (value as Record<string, unknown>[]).map(stageOf);
    else if (field === 'condition') {
      form.conditionFailed = written(record(value).failed);
      form.conditionP99 = time(record(value).p99);
    } else form[field] = TIMES.has(field) ? time(value) : written(value);
  }
  return form;
}

const TIMES = new Set(['over', 'at', 'for', 'period', 'hold', 'settle']);

function stageOf(stage: Record<string, unknown>): StageForm {
  return { duration: time(stage.duration), target: written(stage.target) };
}

function thresholdOf(threshold: NonNullable<Test['thresholds']>[number]): ThresholdForm {
  if (typeof threshold === 'string') return { text: threshold, abortOnFail: false, after: '' };
  return { text: threshold.threshold, abortOnFail: threshold.abortOnFail ?? false, after: time(threshold.after) };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function written(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Seconds with their unit, so that the field says what it is. */
function time(value: unknown): string {
  if (typeof value !== 'number') return written(value);
  return value !== 0 && value < 1 ? `${Math.round(value * 1e6) / 1e3}ms` : `${value}s`;
}
