import { mkdtempSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import type { KubernetesClient } from '../../src/kubernetes/api-client.ts';
import { cacheClusterFacts } from '../../src/kubernetes/cached-cluster-facts.ts';
import { type ClusterFacts, readClusterFacts } from '../../src/kubernetes/cluster-facts.ts';
import { connectInCluster, isInCluster } from '../../src/kubernetes/in-cluster.ts';
import { makeCertificateAuthority } from '../support/certificate-authority.ts';
import { scratchFolder } from '../support/tool.ts';

function clientOf(get: KubernetesClient['get']): KubernetesClient {
  const unused = () => Promise.reject(new Error('not to be called'));
  return { server: 'https://127.0.0.1:6443', get, list: unused, write: unused };
}

const unauthorized = () => new ToolError('CLOUD_API', 'refused', { details: { httpStatus: 401 } });

describe('facts of a cluster', () => {
  it('are labels of a namespace and annotations of a service account', async () => {
    const asked: string[] = [];
    const facts = readClusterFacts(async () =>
      clientOf(async (path) => {
        asked.push(path);
        return { metadata: { labels: { a: '1' }, annotations: { b: '2' } } };
      }),
    );
    expect(await facts.namespaceLabels('app')).toEqual({ a: '1' });
    expect(await facts.serviceAccountAnnotations('app', 'reader.v1')).toEqual({ b: '2' });
    expect(asked).toEqual(['/api/v1/namespaces/app', '/api/v1/namespaces/app/serviceaccounts/reader.v1']);
  });

  it('are empty for what has none, and undefined for what is not there', async () => {
    const answers = [{ metadata: {} }, { metadata: { labels: 'odd' } }, {}, undefined];
    const facts = readClusterFacts(async () => clientOf(async () => answers.shift()));
    expect(await facts.namespaceLabels('a')).toEqual({});
    expect(await facts.namespaceLabels('a')).toEqual({});
    expect(await facts.namespaceLabels('a')).toEqual({});
    expect(await facts.namespaceLabels('a')).toBeUndefined();
  });

  it.each(['..', 'a/b', 'a?x', '', 'A', 'a..b', 'x'.repeat(254), '%2e', '-a'])(
    'are not asked for under the name %j, which nothing can have',
    async (name) => {
      const facts = readClusterFacts(() => Promise.reject(new Error('not to be connected')));
      expect(await facts.namespaceLabels(name)).toBeUndefined();
      expect(await facts.serviceAccountAnnotations('app', name)).toBeUndefined();
      expect(await facts.serviceAccountAnnotations(name, 'default')).toBeUndefined();
    },
  );

  it('need one connection, which is made when it is needed', async () => {
    let connections = 0;
    const facts = readClusterFacts(async () => {
      connections += 1;
      return clientOf(async () => ({}));
    });
    expect(connections).toBe(0);
    await Promise.all(['a', 'b', 'c'].map((name) => facts.namespaceLabels(name)));
    await facts.namespaceLabels('d');
    expect(connections).toBe(1);
  });

  it('are asked for once more by a new connection when the credentials have run out', async () => {
    let connections = 0;
    const facts = readClusterFacts(async () => {
      connections += 1;
      return clientOf(connections === 1 ? () => Promise.reject(unauthorized()) : async () => ({}));
    });
    expect(await Promise.all([facts.namespaceLabels('a'), facts.namespaceLabels('b')])).toEqual([{}, {}]);
    expect(connections).toBe(2);
  });

  it('fail when the new connection is refused as well, and when it cannot be made', async () => {
    let connections = 0;
    const refused = readClusterFacts(async () => {
      connections += 1;
      return clientOf(() => Promise.reject(unauthorized()));
    });
    await expect(refused.namespaceLabels('a')).rejects.toMatchObject({ code: 'CLOUD_API' });
    expect(connections).toBe(2);
    let attempts = 0;
    const unreachable = readClusterFacts(() => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new Error('no kubeconfig')) : Promise.resolve(clientOf(async () => ({})));
    });
    await expect(unreachable.namespaceLabels('a')).rejects.toThrow('no kubeconfig');
    expect(await unreachable.namespaceLabels('a')).toEqual({});
  });
});

describe('facts that are kept for a second', () => {
  function counted(answer: () => Promise<Record<string, unknown> | undefined>) {
    const asked: string[] = [];
    let now = 0;
    const ask = (...names: string[]) => {
      asked.push(names.join('/'));
      return answer();
    };
    const at = (time: number): void => {
      now = time;
    };
    const own: ClusterFacts = { namespaceLabels: ask, serviceAccountAnnotations: ask };
    return { facts: cacheClusterFacts(own, () => now), asked, at };
  }

  it('are asked for once, by many at a time too', async () => {
    const { facts, asked, at } = counted(async () => ({}));
    await Promise.all([facts.namespaceLabels('a'), facts.namespaceLabels('a'), facts.namespaceLabels('b')]);
    at(999);
    await facts.namespaceLabels('a');
    expect(asked).toEqual(['a', 'b']);
    at(1000);
    await facts.namespaceLabels('a');
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('are not mixed up', async () => {
    const { facts, asked } = counted(async () => ({}));
    await facts.serviceAccountAnnotations('a', 'b');
    await facts.serviceAccountAnnotations('b', 'a');
    await facts.namespaceLabels('a');
    expect(asked).toEqual(['a/b', 'b/a', 'a']);
  });

  it('are asked for again when there was none, and after a failure', async () => {
    const answers = [async () => undefined, () => Promise.reject(new Error('down')), async () => ({})];
    const { facts, asked } = counted(() => answers.shift()?.() ?? Promise.resolve({}));
    expect(await facts.namespaceLabels('a')).toBeUndefined();
    await expect(facts.namespaceLabels('a')).rejects.toThrow('down');
    expect(await facts.namespaceLabels('a')).toEqual({});
    expect(await facts.namespaceLabels('a')).toEqual({});
    expect(asked).toHaveLength(3);
  });

  it('are forgotten, oldest first, when there are many', async () => {
    const { facts, asked } = counted(async () => ({}));
    for (let index = 0; index < 4_097; index += 1) await facts.namespaceLabels(`n${index}`);
    asked.splice(0);
    await facts.namespaceLabels('n4096');
    await facts.namespaceLabels('n0');
    expect(asked).toEqual(['n0']);
  });
});

describe('the connection within a pod', async () => {
  const authority = await makeCertificateAuthority('kubernetes');
  const heard: IncomingMessage['headers'][] = [];
  const server = createHttpsServer(await authority.issue('CN=kube-apiserver', 'server'), (request, response) => {
    heard.push(request.headers);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"kind":"Namespace"}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  afterAll(() => void server.close());
  const env = {
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: String((server.address() as AddressInfo).port),
  };
  const deps = {
    clock: { sleep: async () => {}, random: () => 0 },
    signal: new AbortController().signal,
    debug: () => {},
  };
  const scratch = scratchFolder();
  const mounted = (files: Record<string, string>): string => {
    const folder = mkdtempSync(join(scratch, 'serviceaccount-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  };

  it('has the token and the CA of the service account', async () => {
    const folder = mounted({ token: 'planted-token\n', 'ca.crt': authority.cert });
    const client = await connectInCluster(env, deps, folder);
    expect(await client.get('/api/v1/namespaces/a')).toEqual({ kind: 'Namespace' });
    expect(heard.at(-1)?.authorization).toBe('Bearer planted-token');
  });

  it('trusts nobody but that CA', async () => {
    const other = await makeCertificateAuthority('other');
    const client = await connectInCluster(env, deps, mounted({ token: 'x', 'ca.crt': other.cert }));
    await expect(client.get('/api/v1/namespaces/a')).rejects.toMatchObject({ code: 'NETWORK' });
  });

  it('is an error without a token', async () => {
    await expect(connectInCluster(env, deps, mounted({ 'ca.crt': authority.cert }))).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
  });

  it('is known by the variables of a pod', () => {
    expect(isInCluster(env)).toBe(true);
    expect(isInCluster({})).toBe(false);
    expect(isInCluster({ KUBERNETES_SERVICE_HOST: '' })).toBe(false);
  });
});
