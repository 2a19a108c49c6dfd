import { describe, expect, it } from 'vitest';
import { colourFor, plain as noColour } from '../../../src/output/colour.ts';
import { checkListPresenter, doctorPresenter } from '../../../src/output/results/doctor.ts';
import { type CheckResult, type Diagnosis, links } from '../../../src/rrsa/doctor/check.ts';
import { memoryIo } from '../../support/memory-io.ts';

const result = (found: Partial<CheckResult>): CheckResult => ({
  id: 'rrsa-on',
  link: 'cluster',
  title: 'RRSA is on',
  status: 'ok',
  message: 'it is on',
  ...found,
});
const diagnosis: Diagnosis = {
  healthy: false,
  checks: [
    result({ id: 'credentials', link: 'credentials', subject: 'environment', message: 'they are of admin' }),
    result({ status: 'fault', subject: 'cluster c1', message: 'RRSA is off on cluster c1', cure: 'enable\nit' }),
    result({ id: 'addon', status: 'warning', message: 'it \u001b[31mis\nbusy', cure: 'wait \u001b[2J' }),
    result({ id: 'keys', link: 'issuer', status: 'skipped', message: 'not looked at: rrsa-on comes first' }),
  ],
};
const look = { links, colour: noColour, columns: 80, unicode: true };
const presenter = doctorPresenter(look);

describe('doctorPresenter', () => {
  it('prints the chain, a line a check under its link, cures below, and what was found at the end', () => {
    expect(presenter.text(diagnosis)).toBe(
      `✓ credentials → ✗ cluster → – issuer → – provider → – role → – trust →
– namespace → – service account → – pod → – token → – STS

credentials
  ok       credentials  environment: they are of admin
cluster
  fault    rrsa-on      RRSA is off on cluster c1
           enable
           it
  warning  addon        it is
           busy
           wait \\u001b[2J
issuer
  skipped  keys         not looked at: rrsa-on comes first

1 fault found, the first is rrsa-on
`,
    );
  });

  it('counts faults, and says that there is none', () => {
    const fault = result({ status: 'fault' });
    expect(presenter.text({ healthy: false, checks: [fault, fault] })).toContain(
      '2 faults found, the first is rrsa-on',
    );
    expect(presenter.text({ healthy: true, checks: [result({ status: 'warning' })] })).toMatch(/\n\nno fault found\n$/);
    const skipped = result({ status: 'skipped' });
    expect(presenter.text({ healthy: true, checks: [result({}), skipped] })).toMatch(
      /\n\nno fault found \(1 of 2 checks skipped\)\n$/,
    );
    expect(presenter.text({ healthy: true, checks: [] })).toMatch(/STS\n\n\nno fault found\n$/);
  });

  it('keeps the lines of a message apart, below its check', () => {
    const message = 'no credentials found; looked at\n  environment: nothing\nfault  faked: \u001b[31mx';
    expect(
      presenter.text({ healthy: false, checks: [result({ status: 'fault', message, cure: 'set it' })] }),
    ).toContain(
      [
        '  fault    rrsa-on  no credentials found; looked at',
        '           environment: nothing',
        '           fault  faked: x',
        '           set it',
        '',
      ].join('\n'),
    );
  });

  it('has the same words in colour', async () => {
    const colour = await colourFor(memoryIo().stdout, { FORCE_COLOR: '1' });
    const coloured = doctorPresenter({ ...look, colour }).text(diagnosis);
    expect(coloured).toContain('\u001b[31m');
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(presenter.text(diagnosis));
  });

  it('has exactly the documented keys', () => {
    expect(presenter.json(diagnosis)).toEqual({
      healthy: false,
      checks: [
        { id: 'credentials', status: 'ok', subject: 'environment', message: 'they are of admin', cure: null },
        {
          id: 'rrsa-on',
          status: 'fault',
          subject: 'cluster c1',
          message: 'RRSA is off on cluster c1',
          cure: 'enable\nit',
        },
        { id: 'addon', status: 'warning', subject: null, message: expect.any(String), cure: expect.any(String) },
        { id: 'keys', status: 'skipped', subject: null, message: 'not looked at: rrsa-on comes first', cure: null },
      ],
    });
  });
});

describe('checkListPresenter', () => {
  const { id, link, title } = result({});

  it('lists ids, links and titles', () => {
    expect(checkListPresenter.text([{ id, link, title }])).toBe(
      'CHECK    LINK     LOOKS AT\nrrsa-on  cluster  RRSA is on\n',
    );
    expect(checkListPresenter.json([result({})])).toEqual({ checks: [{ id, link, title }] });
  });
});
