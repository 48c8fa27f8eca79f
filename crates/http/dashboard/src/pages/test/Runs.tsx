// Every run of the test: to look at, to compare, and to choose the one that others are measured by.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { api, reasonOf } from '../../api/client';
import type { Results, Test } from '../../api/types';
import { Icon } from '../../components/Icon';
import { Failure, ResultBadge, Skeleton, StatusBadge } from '../../components/basics';
import { clock, count, millis, moment } from '../../format';
import { to } from '../../router';
import { say } from '../../state/notes';
import { conclusionOf, unackedOf, worstTime } from '../../state/outcome';

interface RunsProps {
  test: Test;
  shown: number | null;
  onChanged: (test: Test) => void;
}

export function Runs({ test, shown, onChanged }: RunsProps) {
  const runs = useSignal<readonly Results[] | null>(null);
  const failure = useSignal<unknown>(null);
  const chosen = useSignal<readonly number[]>([]);
  const round = useSignal(0);
  const { testID, run, status, baseline } = test;
  useEffect(() => {
    const abort = new AbortController();
    api.runs(testID, abort.signal).then(
      (all) => {
        runs.value = all.toReversed();
        failure.value = null;
      },
      (error: unknown) => {
        if (!abort.signal.aborted) failure.value = error;
      },
    );
    return () => abort.abort();
  }, [testID, run, status, round.value, runs, failure]);

  const setBaseline = async (number: number | null) => {
    try {
      onChanged(await (number === null ? api.removeBaseline(testID) : api.setBaseline(testID, number)));
      say('done', number === null ? 'The baseline is removed' : `Run ${number} is the baseline`);
    } catch (error) {
      say('failed', `The baseline was not changed: ${reasonOf(error)}`);
    }
  };
  const choose = (number: number) => {
    const { value } = chosen;
    chosen.value = value.includes(number) ? value.filter((other) => other !== number) : [...value.slice(-1), number];
  };

  if (failure.value !== null)
    return <Failure error={failure.value} what="The runs cannot be read" retry={() => (round.value += 1)} />;
  if (!runs.value) return <Skeleton height="3rem" count={3} />;
  const [a, b] = [...chosen.value].sort((x, y) => x - y);
  return (
    <section class="panel" aria-label="Runs">
      <div class="panel-head">
        <h2>Runs</h2>
        <span class="count">{runs.value.length}</span>
        <div class="section-tools">
          {a !== undefined && b !== undefined ? (
            <a class="button is-primary is-small" href={to.compare(`${testID}:${a}`, `${testID}:${b}`)}>
              <Icon name="compare" />
              Compare {a} with {b}
            </a>
          ) : (
            <span class="quiet">Choose two to compare them</span>
          )}
        </div>
      </div>
      {runs.value.length === 0 ? (
        <p class="quiet">It has not run yet.</p>
      ) : (
        <div class="table-box">
          <table class="table runs-table">
            <thead>
              <tr>
                <th scope="col">
                  <span class="visually-hidden">Compare</span>
                </th>
                <th scope="col">Run</th>
                <th scope="col">Result</th>
                <th scope="col">Started</th>
                <th scope="col" class="number">
                  Under load
                </th>
                <th scope="col" class="number">
                  Acked
                </th>
                <th scope="col" class="number">
                  Not acked
                </th>
                <th scope="col" class="number">
                  p99
                </th>
                <th scope="col">Baseline</th>
              </tr>
            </thead>
            <tbody>
              {runs.value.map((results) => {
                const unacked = unackedOf(results);
                const number = results.run;
                return (
                  <tr key={number} class={number === shown ? 'is-shown' : ''} data-testid="run" data-run={number}>
                    <td>
                      <input
                        type="checkbox"
                        aria-label={`Compare run ${number}`}
                        checked={chosen.value.includes(number)}
                        onChange={() => choose(number)}
                      />
                    </td>
                    <td>
                      <a href={to.test(testID, { run: number })}>Run {number}</a>
                    </td>
                    <td>
                      {results.status === 'Completed' ? (
                        <ResultBadge conclusion={conclusionOf(results)} />
                      ) : (
                        <StatusBadge status={results.status} />
                      )}
                    </td>
                    <td>{moment(results.startedAt)}</td>
                    <td class="number">{clock(results.activeSeconds)}</td>
                    <td class="number">{count(unacked.acked)}</td>
                    <td class={unacked.unacked > 0 ? 'number is-bad' : 'number'}>{count(unacked.unacked)}</td>
                    <td class="number">{millis(worstTime(results, 'p99'))}</td>
                    <td>
                      {number === baseline ? (
                        <button
                          type="button"
                          class="button is-small"
                          aria-label="Remove baseline"
                          onClick={() => void setBaseline(null)}
                        >
                          <Icon name="flag" />
                          Baseline
                        </button>
                      ) : (
                        <span class="baseline-tools">
                          <button
                            type="button"
                            class="icon-button"
                            aria-label={`Use run ${number} as baseline`}
                            title="Use as baseline"
                            onClick={() => void setBaseline(number)}
                          >
                            <Icon name="flag" />
                          </button>
                          {baseline ? (
                            <a
                              href={to.compare(`${testID}:${baseline}`, `${testID}:${number}`)}
                              aria-label={`Compare run ${number} with baseline`}
                            >
                              Compare
                            </a>
                          ) : null}
                        </span>
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
