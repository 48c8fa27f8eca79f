// What the run came to, in words: the first thing one reads.

import type { Results, ThresholdResult } from '../../api/types';
import { Icon } from '../../components/Icon';
import { lookOf } from '../../components/basics';
import { count } from '../../format';
import { conclusionOf, verdictWords } from '../../state/outcome';

export function Verdict({ results }: { results: Results }) {
  const conclusion = conclusionOf(results);
  const isBreaking = conclusion.result === 'running' && results.thresholds.some(({ ok }) => !ok);
  const { tone, icon } = lookOf(isBreaking ? 'failed' : conclusion.result);
  // While it goes on, what it does now; afterwards, what came of it.
  const name = conclusion.result === 'running' ? results.status : lookOf(conclusion.result).name;
  const { delivery } = results;
  const lost = delivery?.settled ? (delivery.lost ?? 0) : 0;
  return (
    <section
      class={`verdict is-${tone}`}
      data-testid="conclusion"
      data-result={conclusion.result}
      aria-label="Conclusion"
    >
      <span class="verdict-icon">
        <Icon name={icon} />
      </span>
      <div class="verdict-words">
        <p class="verdict-title">
          <b>{name}</b>
          <span>{sentence(conclusion.reason)}</span>
        </p>
        <p class="verdict-more">
          {verdictWords(results.verdict)}
          {results.reason ? ` ${sentence(results.reason)}` : ''}
          {delivery?.fault && ` What arrived is not known: ${sentence(delivery.fault)}`}
          {lost > 0 && (
            <b class="is-bad">
              {' '}
              {count(lost)} {lost === 1 ? 'record was' : 'records were'} acked and never arrived.
            </b>
          )}
        </p>
      </div>
      {results.thresholds.length > 0 && (
        <ul class="thresholds" data-testid="thresholds" aria-label="Thresholds">
          {results.thresholds.map((threshold) => (
            <Threshold key={threshold.threshold} threshold={threshold} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Threshold({ threshold: { threshold, ok, value, shown, abortOnFail } }: { threshold: ThresholdResult }) {
  const isKnown = value !== null && value !== undefined;
  const state = !isKnown && ok ? 'unknown' : ok ? 'ok' : 'broken';
  return (
    <li
      class={`threshold is-${state}`}
      data-ok={state === 'unknown' ? 'unknown' : String(ok)}
      title={abortOnFail ? 'ends the run when it does not hold' : undefined}
    >
      <Icon name={state === 'broken' ? 'cross' : state === 'ok' ? 'check' : 'clock'} />
      <code>{threshold}</code>
      <span class="visually-hidden">
        {state === 'broken' ? 'does not hold' : state === 'ok' ? 'holds' : 'not known yet'}
      </span>
      <span class="threshold-value">{isKnown ? shown : '–'}</span>
    </li>
  );
}

/** With a capital and a full stop. */
export function sentence(text: string): string {
  if (text === '') return '';
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
