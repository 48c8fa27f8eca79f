// Tests to begin with: each answers one question, and is a whole test.

import type { Form } from './form';
import { EMPTY } from './form';

export interface Preset {
  name: string;
  /** The question it answers. */
  question: string;
  form: Partial<Form>;
}

const threshold = (text: string) => ({ text, abortOnFail: false, after: '' });

export const PRESETS: readonly Preset[] = [
  {
    name: 'Quick check',
    question: 'Does everything arrive? Half a minute of all three signals.',
    form: { thresholds: [threshold('failed == 0'), threshold('missed == 0')] },
  },
  {
    name: 'Steady load',
    question: 'Does it hold at my volume? Ten minutes at one rate.',
    form: {
      logRate: '5000',
      metricsRate: '10000',
      traceRate: '1000',
      duration: '10',
      durationUnit: 'min',
      thresholds: [
        threshold('failed.rate < 0.001'),
        threshold('logs.responseTime.p99 < 250ms'),
        threshold('missed == 0'),
      ],
    },
  },
  {
    name: 'Ramp up',
    question: 'Where does it begin to hurt? From nothing to ten times the rate.',
    form: {
      shape: 'ramp',
      from: '0',
      to: '1000%',
      duration: '5',
      durationUnit: 'min',
      thresholds: [threshold('failed.rate < 0.01')],
    },
  },
  {
    name: 'Spike',
    question: 'Does it survive a burst, and recover? Ten times the rate for 15 seconds.',
    form: {
      shape: 'spike',
      peak: '1000%',
      at: '30s',
      for: '15s',
      duration: '2',
      durationUnit: 'min',
      thresholds: [threshold('failed == 0'), threshold('missed == 0')],
    },
  },
  {
    name: 'Soak',
    question: 'Does it leak or tire? A day at a moderate rate.',
    form: {
      logRate: '1000',
      metricsRate: '2000',
      traceRate: '200',
      duration: '24',
      durationUnit: 'h',
      thresholds: [threshold('failed.rate < 0.0001'), threshold('responseTime.p99 < 500ms')],
    },
  },
  {
    name: 'Find capacity',
    question: 'How much does it take? Raises the rates until it no longer holds.',
    form: {
      shape: 'capacity',
      logRate: '2000',
      metricsRate: '0',
      traceRate: '0',
      hold: '5s',
      settle: '1s',
      conditionP99: '250ms',
    },
  },
];

/** The form of a preset; where the load goes, and how the test is called, stay as they are. */
export function applyPreset(preset: Preset, form: Form): Form {
  const {
    testID,
    userID,
    schedule,
    endpoint,
    type,
    compression,
    apiKey,
    port,
    destinationName,
    verifySink,
    verifyWait,
  } = form;
  const kept = {
    testID,
    userID,
    schedule,
    endpoint,
    type,
    compression,
    apiKey,
    port,
    destinationName,
    verifySink,
    verifyWait,
  };
  return { ...EMPTY, ...preset.form, ...kept };
}
