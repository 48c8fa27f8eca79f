// What the test is, to read and to take away.

import type { Test } from '../../api/types';
import { Code } from '../../components/Code';
import { to } from '../../router';
import { curlOf, specOf } from '../../spec/commands';
import { fieldsOf } from '../../spec/copy';

export function Spec({ test }: { test: Test }) {
  const fields = fieldsOf(test);
  const origin = `${location.origin}${location.pathname.replace(/\/$/, '')}`;
  return (
    <section class="panel" aria-label="Spec">
      <div class="panel-head">
        <h2>Spec</h2>
        <a class="button is-small" href={to.new(test.testID)}>
          New test like this
        </a>
      </div>
      {test.destination.apiKey && <p class="quiet">The key of the destination is stored, and shown to nobody.</p>}
      <Code
        label="The test in other forms"
        variants={[
          { id: 'yaml', name: 'YAML', text: specOf(fields) },
          { id: 'curl', name: 'curl', text: curlOf(fields, origin) },
          { id: 'json', name: 'JSON', text: JSON.stringify(test, null, 2) },
        ]}
      />
    </section>
  );
}
