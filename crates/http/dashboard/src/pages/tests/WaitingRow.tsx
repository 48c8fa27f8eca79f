// A test that waits: for its time, or for someone to start it.

import type { Test } from '../../api/types';
import { Actions } from '../../components/Actions';
import { Icon } from '../../components/Icon';
import { StatusBadge } from '../../components/basics';
import { ago, duration, moment } from '../../format';
import { to } from '../../router';
import { now } from '../../state/now';
import { drop, put } from '../../state/tests';
import { lengthOf, loadOf, targetOf } from './target';

export function WaitingRow({ test }: { test: Test }) {
  const { testID, schedule } = test;
  return (
    <li class="row" data-testid="test" data-test-id={testID}>
      <div class="row-main">
        <a class="row-title" href={to.test(testID)} title={testID}>
          {testID}
        </a>
        <span class="row-where">{targetOf(test)}</span>
      </div>
      <span class="row-load">
        {loadOf(test)} · {lengthOf(test)}
      </span>
      <span class="row-when">
        {schedule && test.status === 'Scheduled' ? (
          <Countdown at={schedule} />
        ) : (
          `created ${ago(test.createdAt, now.value)}`
        )}
      </span>
      <StatusBadge status={test.status} />
      <Actions test={test} isCompact onDone={(changed) => put([changed])} onDeleted={() => drop(testID)} />
    </li>
  );
}

function Countdown({ at }: { at: string }) {
  const left = (Date.parse(at) - now.value) / 1000;
  return (
    <span class="countdown" title={new Date(at).toLocaleString()}>
      <Icon name="clock" />
      <span>
        {left > 0.5 ? <b>in {duration(Math.max(1, Math.round(left)))}</b> : <b>starting</b>}
        <small>{moment(at, now.value)}</small>
      </span>
    </span>
  );
}
