// Says what is wrong with a test, in the server's manner: the fields that one gets wrong while developing a form.

import type { Fault } from '../src/api/types';
import { faultOf } from './thresholds';

type Fields = Record<string, unknown>;

/** As text, to be looked at by a pattern. */
const written = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const WHOLE: Record<string, [number, number]> = {
  logSize: [1, 1_048_576],
  duration: [1, 2_592_000],
  count: [1, 1e12],
  batchSize: [1, 100_000],
  maxBatchBytes: [1, 67_108_864],
  maxInFlight: [1, 10_000],
  connections: [1, 10_000],
  spansPerTrace: [1, 64],
  parallelism: [1, 64],
  seed: [0, 2 ** 53 - 1],
};
const RATES = ['logRate', 'metricsRate', 'traceRate'];
const TIMES = ['linger', 'timeout', 'drain', 'connectionMaxAge'];

export function faultsOf(body: Fields, exists: (testID: string) => boolean): Fault[] {
  const faults: Fault[] = [];
  const add = (field: string, message: string) => faults.push({ field, message });
  const is = (value: unknown) => `is ${JSON.stringify(value)}`;
  for (const [name, [least, most]] of Object.entries(WHOLE)) {
    const value = body[name];
    if (value !== undefined && !(Number.isInteger(value) && Number(value) >= least && Number(value) <= most))
      add(name, `${is(value)}; accepted: a whole number from ${least} to ${most}`);
  }
  for (const name of RATES) {
    const value = body[name];
    if (
      value !== undefined &&
      value !== 'max' &&
      !(Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 1e7)
    )
      add(name, `${is(value)}; accepted: a whole number from 0 to 10000000, or "max"`);
  }
  for (const name of TIMES)
    if (!isTime(body[name])) add(name, `${is(body[name])}; accepted: seconds, or a time such as "250ms" or "5m"`);
  if (RATES.every((name) => (body[name] ?? 0) === 0) && faults.length === 0)
    add('logRate', 'is 0, and so are metricsRate and traceRate: at least one must be above 0');

  const profile = (body.profile ?? {}) as Fields;
  for (const name of ['over', 'at', 'for', 'period', 'hold', 'settle']) {
    if (!isTime(profile[name]))
      add(`profile.${name}`, `${is(profile[name])}; accepted: seconds, or a time such as "250ms" or "5m"`);
  }
  for (const name of ['from', 'to', 'peak', 'low', 'high', 'max']) {
    if (!isTarget(profile[name]))
      add(
        `profile.${name}`,
        `${is(profile[name])}; accepted: a whole number of records per second from 0 to 10000000, or a part such as "50%"`,
      );
  }
  const endsByItself = profile.type === 'stages' || profile.type === 'capacity';
  if (body.duration === undefined && body.count === undefined && body.openEnded !== true && !endsByItself)
    add('duration', 'is required: seconds of load, 1 to 2592000; or count, or openEnded');

  const destination = body.destination as Fields | undefined;
  if (!destination) add('destination', 'is required: an object with at least an endpoint');
  else if (destination.endpoint === undefined)
    add('destination.endpoint', 'is required: an absolute http or https URL');
  else if (!/^https?:\/\/[^/]+/.test(written(destination.endpoint)))
    add(
      'destination.endpoint',
      `${is(destination.endpoint)}; must be an absolute http or https URL: relative URL without a base`,
    );

  ((body.thresholds ?? []) as (string | { threshold: string })[]).forEach((threshold, at) => {
    const fault = faultOf(typeof threshold === 'string' ? threshold : threshold.threshold);
    if (fault) add(`thresholds[${at}]`, fault);
  });

  const name = body.testID;
  if (name !== undefined && !/^[A-Za-z0-9._:-]{1,128}$/.test(written(name)))
    add('testID', `${is(name)}; must be 1 to 128 of A–Z a–z 0–9 . _ : -`);
  else if (name !== undefined && exists(written(name))) add('testID', `a test named ${JSON.stringify(name)} exists`);
  const schedule = body.schedule;
  if (schedule !== undefined && !(Date.parse(written(schedule)) > Date.now()))
    add('schedule', `${is(schedule)}; must be a moment in the future, RFC 3339`);
  return faults;
}

function isTime(value: unknown): boolean {
  return value === undefined || typeof value === 'number' || /^\d+(\.\d+)?\s*(ms|s|m|h|d)$/.test(written(value));
}

function isTarget(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && value >= 0) || /^\d+(\.\d{1,3})?%$/.test(written(value));
}
