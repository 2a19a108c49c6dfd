import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { ToolError } from '../../src/errors.ts';
import { clientCertificate, currentEntry, withExecUsers } from '../../src/kubernetes/kubeconfig.ts';
import { execUser } from '../../src/kubernetes/kubeconfig-exec.ts';
import { type CertificateAndKey, makeCertificateAuthority } from '../support/certificate-authority.ts';

const exec = execUser({
  clusterId: 'c1',
  mode: 'certificate',
  apiVersion: 'v1',
  expirationMs: 10_800_000,
  cacheFolder: '~/cache',
  ignoreAliyunCli: false,
  ignoreEnvironment: false,
  more: [],
});
const what = 'the kubeconfig of cluster c1';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let issued: CertificateAndKey;
let other: CertificateAndKey;
beforeAll(async () => {
  const authority = await makeCertificateAuthority('test');
  issued = await authority.issue('CN=one', 'client');
  other = await authority.issue('CN=two', 'client');
});

/** As ACK writes it, with a comment, and fields that this tool has never heard of. */
function sent({ cert, key }: { cert: string; key: string }): string {
  return `apiVersion: v1
# who made this
clusters:
- cluster:
    server: https://1.2.3.4:6443
    certificate-authority-data: Q0E=
    tls-server-name: kubernetes
    x-new: [1, {a: "2"}]
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: "2720000000"
    namespace: dev
  name: 2720000000-c1
current-context: 2720000000-c1
kind: Config
preferences: {colors: true}
extensions: [{name: e, extension: {x: 1}}]
users:
- name: "2720000000"
  user:
    client-certificate-data: ${base64(cert)}
    client-key-data: ${base64(key)}
    as: somebody
`;
}

function thrown(run: () => unknown): ToolError {
  try {
    run();
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a kubeconfig with the plugin in it', () => {
  it('has every field of the one that was sent but the certificate and its key', () => {
    const text = sent(issued);
    const expected = parse(text);
    expected.users[0].user = { as: 'somebody', exec: { ...exec } };
    const made = withExecUsers(text, what, exec);
    expect(parse(made)).toEqual(expected);
    expect(made).toContain('# who made this');
    expect(made).not.toContain(base64(issued.key));
  });

  it('takes the place of every way to authenticate, for every user', () => {
    const users = [
      { name: 'a', user: { token: 't', tokenFile: '/f' } },
      { name: 'b', user: { username: 'u', password: 'p', 'auth-provider': { name: 'x' } } },
      { name: 'c', user: { exec: { command: 'other' }, 'client-certificate': '/c', 'client-key': '/k' } },
      { name: 'd', user: null },
      { name: 'e' },
    ];
    const made = parse(withExecUsers(stringify({ kind: 'Config', users }), what, exec));
    for (const { user } of made.users) expect(user).toEqual({ exec: { ...exec } });
  });

  it('keeps a long value on one line', () => {
    const text = stringify({ clusters: [{ name: 'k', cluster: { data: 'x '.repeat(500) } }], users: [{ name: 'a' }] });
    expect(withExecUsers(text, what, exec)).toContain('x '.repeat(499));
  });

  it('takes JSON, which is YAML', () => {
    const made = withExecUsers(JSON.stringify(parse(sent(issued))), what, exec);
    expect(parse(made).users[0].user.exec.command).toBe('ack-ram-tool');
  });
});

describe('the client certificate of a kubeconfig', () => {
  it('comes with its key and its end', () => {
    const { certificate, privateKey, expiresAt } = clientCertificate(sent(issued), what);
    expect([certificate, privateKey]).toEqual([issued.cert, issued.key]);
    expect(expiresAt).toBeGreaterThan(Date.now());
    expect(expiresAt % 1000).toBe(0);
  });

  it.each([
    ['no YAML', '{', /is no YAML/],
    ['two documents', 'a: 1\n---\nb: 2\n', /is no YAML/],
    ['a list', '[]', /is not a mapping/],
    ['nothing', '', /is not a mapping/],
    ['users that are no list', 'users: {a: 1}', /its users are not a list/],
    ['contexts of strings', 'contexts: [a]', /its contexts are not a list/],
    ['no context', 'users: []', /has no context/],
    ['a context of nobody', 'contexts: [{name: a, context: {cluster: k, user: u}}]', /whose cluster it does not have/],
  ])('is refused for %s', (_, text, message) => {
    expect(thrown(() => clientCertificate(text, what))).toMatchObject({
      code: 'BAD_ANSWER',
      message: expect.stringMatching(message),
    });
  });

  it('is refused when there is none, or it is not that of the key, without showing either', () => {
    expect(thrown(() => clientCertificate(withExecUsers(sent(issued), what, exec), what)).message).toMatch(
      /has no client/,
    );
    for (const pair of [
      { cert: issued.cert, key: other.key },
      { cert: 'x', key: issued.key },
      { ...issued, key: 'y' },
    ]) {
      const error = thrown(() => clientCertificate(sent(pair), what));
      expect(error.code).toBe('BAD_ANSWER');
      expect(`${error.message} ${JSON.stringify(error.details)} ${error.hint}`).not.toMatch(/BEGIN|[A-Za-z0-9+/]{40}/);
    }
  });
});

describe('the current entry', () => {
  it('is the first context when none is current', () => {
    const text = sent(issued).replace('current-context: 2720000000-c1\n', '');
    expect(currentEntry(text, what)).toMatchObject({
      context: { name: '2720000000-c1', value: { namespace: 'dev' } },
      cluster: { name: 'kubernetes', value: { server: 'https://1.2.3.4:6443' } },
      user: { name: '2720000000' },
    });
  });

  it('is refused or read, whatever was sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          currentEntry(text, what);
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
        }
      }),
    );
  });
});
