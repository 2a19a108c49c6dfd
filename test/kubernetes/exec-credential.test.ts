import { expect, test } from 'vitest';
import { formatExecCredential } from '../../src/kubernetes/exec-credential.ts';

const expiresAt = new Date('2026-01-02T03:04:05.678Z');

test('a certificate is what kubectl reads, in the version it asked for', () => {
  const text = formatExecCredential('v1', { expiresAt, certificate: 'CERT\n', privateKey: 'KEY\n' });
  expect(text.endsWith('}\n')).toBe(true);
  expect(JSON.parse(text)).toEqual({
    kind: 'ExecCredential',
    apiVersion: 'client.authentication.k8s.io/v1',
    spec: { interactive: false },
    status: {
      expirationTimestamp: '2026-01-02T03:04:05Z',
      clientCertificateData: 'CERT\n',
      clientKeyData: 'KEY\n',
    },
  });
});

test('a token stands alone', () => {
  expect(JSON.parse(formatExecCredential('v1beta1', { expiresAt, token: 'T' }))).toMatchObject({
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    status: { expirationTimestamp: '2026-01-02T03:04:05Z', token: 'T' },
  });
});
