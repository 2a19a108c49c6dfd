import { describe, expect, it } from 'vitest';
import { assumeRolePresenter } from '../../../src/output/results/assume-role.ts';
import {
  disablePresenter,
  enablePresenter,
  installHelperAddonPresenter,
} from '../../../src/output/results/cluster-change.ts';
import { demoBegin, demoEnd, demoPresenter } from '../../../src/output/results/demo.ts';
import { roleChangePresenter } from '../../../src/output/results/role-change.ts';
import { statusPresenter } from '../../../src/output/results/status.ts';
import type { RoleResult } from '../../../src/rrsa/trust-role.ts';

describe('statusPresenter', () => {
  const on = {
    clusterId: 'c86fdd',
    enabled: true,
    providerName: 'ack-rrsa-c86fdd',
    providerArn: 'acs:ram::18:oidc-provider/ack-rrsa-c86fdd',
    issuer: 'https://oidc-ack/c86fdd',
    issuers: ['https://oidc-ack/c86fdd'],
    audience: null,
  };
  const off = { ...on, enabled: false, providerName: null, providerArn: null, issuer: null, issuers: [] };

  it('prints the labelled lines of the Go tool', () => {
    expect(statusPresenter.text(on)).toBe(
      'RRSA feature:          enabled\n' +
        'OIDC Provider Name:    ack-rrsa-c86fdd\n' +
        'OIDC Provider Arn:     acs:ram::18:oidc-provider/ack-rrsa-c86fdd\n' +
        'OIDC Token Issuer:     https://oidc-ack/c86fdd\n',
    );
    expect(statusPresenter.text(off)).toBe('RRSA feature: disabled\n');
  });

  it('prints every issuer, the one of new tokens first', () => {
    const text = statusPresenter.text({ ...on, issuers: ['https://new', 'https://old'] });
    expect(text.split('\n').slice(3)).toEqual([
      'OIDC Token Issuer:     https://new',
      '                       https://old',
      '',
    ]);
  });

  it('has every documented key, on or off', () => {
    expect(Object.entries(statusPresenter.json(off))).toEqual([
      ['clusterId', 'c86fdd'],
      ['enabled', false],
      ['providerName', null],
      ['providerArn', null],
      ['issuer', null],
      ['issuers', []],
      ['audience', null],
    ]);
  });
});

describe('presenters of cluster changes', () => {
  const changed = { clusterId: 'c1', changed: true, taskId: 'T-1', seconds: 3 };
  const unchanged = { clusterId: 'c1', changed: false, taskId: null, seconds: 0 };

  it('say what was done, what was so already, and what would be done', () => {
    expect(enablePresenter.text(changed)).toBe('RRSA feature enabled on cluster c1\n');
    expect(enablePresenter.text(unchanged, { dryRun: true })).toBe('RRSA feature is already enabled on cluster c1\n');
    expect(enablePresenter.text(changed, { dryRun: true })).toBe('RRSA feature would be enabled on cluster c1\n');
    expect(disablePresenter.text(changed, { dryRun: false })).toBe('RRSA feature disabled on cluster c1\n');
    expect(installHelperAddonPresenter.text(unchanged)).toBe(
      'ack-pod-identity-webhook is already installed on cluster c1\n',
    );
  });

  it('have every documented key', () => {
    expect(Object.entries(disablePresenter.json(unchanged))).toEqual([
      ['clusterId', 'c1'],
      ['changed', false],
      ['taskId', null],
      ['seconds', 0],
    ]);
  });
});

describe('roleChangePresenter', () => {
  const result: RoleResult = {
    roleName: 'r',
    roleArn: 'acs:ram::1:role/r',
    created: false,
    changed: true,
    backup: '/state/r.json',
    before: '{}',
    after: '{"Version":"1"}',
    policies: [
      { name: 'A', type: 'System', change: 'attach' },
      { name: 'B', type: 'Custom', change: 'createAndAttach' },
      { name: 'C', type: 'System', change: 'none' },
      { name: 'D', type: 'Custom', change: 'detach' },
    ],
  };

  it('prints a line for each change', () => {
    expect(roleChangePresenter.text(result)).toBe(
      'trust policy of RAM role r (acs:ram::1:role/r) changed, the one before is kept in /state/r.json\n' +
        'system policy A attached to RAM role r\n' +
        'custom policy B created and attached to RAM role r\n' +
        'custom policy D detached from RAM role r\n',
    );
  });

  it('says that a role was created, or would be', () => {
    const created: RoleResult = { ...result, created: true, before: null, backup: null, policies: [] };
    expect(roleChangePresenter.text(created)).toBe('RAM role r (acs:ram::1:role/r) created\n');
    expect(roleChangePresenter.text(created, { dryRun: true })).toBe(
      'RAM role r (acs:ram::1:role/r) would be created\n',
    );
  });

  it('says that a role was deleted, or would be, and where its trust policy is kept', () => {
    const deleted: RoleResult = { ...result, after: null, policies: [] };
    expect(roleChangePresenter.text(deleted)).toBe(
      'RAM role r (acs:ram::1:role/r) deleted, its trust policy is kept in /state/r.json\n',
    );
    expect(roleChangePresenter.text({ ...deleted, backup: null }, { dryRun: true })).toBe(
      'RAM role r (acs:ram::1:role/r) would be deleted\n',
    );
    expect(roleChangePresenter.text({ ...deleted, before: null, changed: false })).toContain('nothing to change');
  });

  it('says that there was nothing to do', () => {
    const same: RoleResult = { ...result, changed: false, after: '{}', backup: null, policies: [] };
    expect(roleChangePresenter.text(same)).toBe('nothing to change for RAM role r (acs:ram::1:role/r)\n');
  });

  it('has every documented key', () => {
    const json = roleChangePresenter.json(result);
    expect(Object.keys(json)).toEqual([
      'roleName',
      'roleArn',
      'created',
      'changed',
      'backup',
      'before',
      'after',
      'policies',
    ]);
    expect(json).toEqual(result);
  });
});

describe('assumeRolePresenter', () => {
  const credentials = {
    accessKeyId: 'STS.abc',
    accessKeySecret: 'secret',
    securityToken: 'CAIS=',
    expiration: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
  };

  it('prints the labelled lines of the Go tool, unmasked', () => {
    expect(assumeRolePresenter.text(credentials)).toBe(
      'AccessKeyId:       STS.abc\n' +
        'AccessKeySecret:   secret\n' +
        'SecurityToken:     CAIS=\n' +
        'Expiration:        2026-01-02T03:04:05Z\n',
    );
  });

  it('has every documented key', () => {
    expect(Object.keys(assumeRolePresenter.json(credentials))).toEqual([
      'accessKeyId',
      'accessKeySecret',
      'securityToken',
      'expiration',
    ]);
  });
});

describe('demoPresenter', () => {
  it('prints the lines of the product documents', () => {
    const clusters = [
      { clusterId: 'cf1', name: 'foo' },
      { clusterId: 'c82', name: 'b\x1b[31mar\nforged' },
    ];
    expect(demoPresenter.text({ region: 'cn-hangzhou', clusters })).toBe(
      'clusters:\ncluster id: cf1, cluster name: foo\ncluster id: c82, cluster name: bar forged\n',
    );
    expect(demoPresenter.text({ region: 'cn-hangzhou', clusters: [] })).toBe('clusters:\n');
    expect(demoBegin).toBe('======= [begin] list ACK clusters with RRSA =======');
    expect(demoEnd).toBe('======= [end]   list ACK clusters with RRSA =======');
  });

  it('has every documented key', () => {
    expect(demoPresenter.json({ region: 'cn-hangzhou', clusters: [{ clusterId: 'cf1', name: 'foo' }] })).toEqual({
      region: 'cn-hangzhou',
      clusters: [{ clusterId: 'cf1', name: 'foo' }],
    });
  });
});
