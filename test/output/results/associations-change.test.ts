import { describe, expect, it } from 'vitest';
import { ToolError } from '../../../src/errors.ts';
import { colourFor } from '../../../src/output/colour.ts';
import { loadDocumentDiff } from '../../../src/output/diff.ts';
import { applyPresenter, planPresenter } from '../../../src/output/results/associations-change.ts';
import type { AssociationsChange, RoleChange } from '../../../src/rrsa/plan.ts';
import { memoryIo } from '../../support/memory-io.ts';

const formatDiff = await loadDocumentDiff();
const missing = new ToolError('ROLE_NOT_FOUND', 'there is no role b', { hint: 'write `create: true`' });
const none = { serviceAccounts: [], policies: [], notes: [], done: [], backup: null, error: null };
const changes: RoleChange[] = [
  {
    ...none,
    roleName: 'a',
    kind: 'update',
    before: '{"Statement":[]}',
    after: '{"Statement":["x"]}',
    serviceAccounts: [
      { namespace: 'n', serviceAccount: 'kept', change: 'none' },
      { namespace: 'n', serviceAccount: 'new', change: 'add' },
      { namespace: 'n', serviceAccount: 'old', change: 'remove' },
    ],
    policies: [
      { name: 'P', type: 'System', change: 'attach' },
      { name: 'Q', type: 'Custom', change: 'createAndAttach' },
      { name: 'R', type: 'System', change: 'none' },
    ],
    notes: ['a note\u001b[31m\nof somebody'],
    done: ['wrote the trust policy of role a'],
  },
  { ...none, roleName: 'b', kind: 'none', before: null, after: null, error: missing },
  { ...none, roleName: 'c', kind: 'none', before: '{}', after: '{}' },
];
const addon = { name: 'webhook', change: 'install' as const, error: null };
const result: AssociationsChange = { clusterId: 'c1', changes, addon, changed: true };

describe('the text of rrsa plan', () => {
  it('has a section for each role, with its diff and without control characters', () => {
    expect(planPresenter(formatDiff).text(result)).toBe(`cluster c1

role a: update
+ service account n/new
- service account n/old
+ attach system policy P
+ create custom policy Q
+ attach custom policy Q
! a note of somebody
--- trust policy of role a (now)
+++ trust policy of role a (after)
@@ -1,3 +1,5 @@
 {
-  "Statement": []
+  "Statement": [
+    "x"
+  ]
 }

role b: cannot be planned
! there is no role b
! write \`create: true\`

role c: no change

addon webhook: install

roles: 0 to create, 1 to update, 1 unchanged, 1 cannot be planned, 1 addon to install
`);
  });
});

describe('the colours of rrsa plan', async () => {
  const colour = await colourFor(memoryIo().stdout, { FORCE_COLOR: '1' });
  const text = planPresenter(formatDiff, colour).text(result);

  it('are green for what is added, red for what is taken away, yellow for what is only said', () => {
    for (const line of [
      '\u001b[32m+ service account n/new\u001b[39m',
      '\u001b[31m- service account n/old\u001b[39m',
      '\u001b[33m! there is no role b\u001b[39m',
      '\u001b[32m+    "x"\u001b[39m',
      '\u001b[31m-  "Statement": []\u001b[39m',
      '\u001b[36m@@ -1,3 +1,5 @@\u001b[39m',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('change no word, and are none of the JSON', () => {
    expect(text.replaceAll(/\u001b\[\d+m/g, '')).toBe(planPresenter(formatDiff).text(result));
    expect(planPresenter(formatDiff, colour).json(result)).toEqual(planPresenter(formatDiff).json(result));
    expect(applyPresenter(formatDiff, colour).text(result, { dryRun: true })).toBe(text);
  });
});

describe('the text of rrsa apply', () => {
  it('says what was done and what was not', () => {
    expect(applyPresenter(formatDiff).text(result)).toBe(
      'wrote the trust policy of role a\nrole b failed: there is no role b\naddon webhook installed\n',
    );
  });

  it('is the plan on a dry run, and says so when there was nothing to do', () => {
    const { text } = applyPresenter(formatDiff);
    expect(text(result, { dryRun: true })).toBe(planPresenter(formatDiff).text(result));
    expect(text({ clusterId: 'c1', changes: [], addon: null, changed: false })).toBe(
      'nothing to change for cluster c1\n',
    );
  });
});

describe('the JSON of both', () => {
  it('has the documented keys, lists that are never null, and the diff as text', () => {
    const document = JSON.parse(JSON.stringify(planPresenter(formatDiff).json(result)));
    expect(Object.keys(document)).toEqual(['clusterId', 'changes', 'addon', 'changed']);
    expect(document.changes[1]).toEqual({
      roleName: 'b',
      kind: 'none',
      diff: '',
      serviceAccounts: [],
      policies: [],
      error: { code: 'ROLE_NOT_FOUND', message: 'there is no role b', hint: 'write `create: true`' },
    });
    expect(document.changes[0].diff).toContain('+    "x"\n');
    expect(document.addon).toEqual({ name: 'webhook', change: 'install', error: null });
    expect(applyPresenter(formatDiff).json(result)).toEqual(planPresenter(formatDiff).json(result));
  });
});
