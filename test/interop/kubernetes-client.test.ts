import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectKubernetes, type KubeconfigSource } from '../../src/kubernetes/client.ts';
import { describeWithKubeApiserver, startedKubeApiserver } from '../support/kube-apiserver.ts';
import { scratchFolder } from '../support/tool.ts';

describeWithKubeApiserver('the client of a real API server', async () => {
  const folder = scratchFolder();
  const server = await startedKubeApiserver();
  await server.createServiceAccount('app', 'reader');
  const configMaps = '/api/v1/namespaces/app/configmaps';

  const connect = (source: KubeconfigSource) =>
    connectKubernetes(source, {
      env: process.env,
      home: folder,
      clock: { sleep: async () => {}, random: () => 0.5 },
      signal: new AbortController().signal,
      debug: () => {},
    });
  const admin = await connect({ file: server.kubeconfig });

  /** The administrator's kubeconfig with another user. */
  const kubeconfigOf = (user: unknown): string => {
    const file = join(folder, `${crypto.randomUUID()}.kubeconfig`);
    writeFileSync(file, server.kubeconfigWith(user));
    return file;
  };

  it('reads a list of 501 in two pages', async () => {
    const names = Array.from({ length: 501 }, (_, index) => `map-${index}`);
    await server.createAll(names.map((name) => [configMaps, { metadata: { name } }]));
    const counts: number[] = [];
    const items = await admin.list(configMaps, (count) => counts.push(count));
    expect(items.map(({ metadata }) => (metadata as { name: string }).name).sort()).toEqual([...names].sort());
    expect(counts).toEqual([500, 501]);
    const asked = server.requests().filter(({ verb, uri }) => verb === 'list' && uri.startsWith(configMaps));
    expect(asked.map(({ uri }) => new URLSearchParams(uri.split('?')[1]).has('continue'))).toEqual([false, true]);
  });

  it('takes the kubeconfig as a text, too', async () => {
    const client = await connect({ text: server.kubeconfigText, what: 'the kubeconfig of cluster c123' });
    expect(await client.get('/api/v1/namespaces/app')).toMatchObject({ kind: 'Namespace', metadata: { name: 'app' } });
  });

  it('creates, replaces and deletes, and says what is not there', async () => {
    const path = `${configMaps}/written`;
    await admin.write('POST', configMaps, { metadata: { name: 'written' }, data: { a: '1' } });
    await admin.write('PUT', path, { metadata: { name: 'written' }, data: { a: '2' } });
    expect(await admin.get(path)).toMatchObject({ data: { a: '2' } });
    expect(await admin.write('DELETE', path)).toBeDefined();
    expect(await admin.get(path)).toBeUndefined();
    expect(await admin.write('DELETE', path)).toBeUndefined();
  });

  it.each([
    ['a path that the server does not serve', 'GET', '/apis/nothing.example/v1/things', 404],
    ['an object that is there already', 'POST', '/api/v1/namespaces', 409],
    ['an object that is not valid', 'POST', configMaps, 422],
  ] as const)('is refused: %s', async (_what, method, path, httpStatus) => {
    const name = path === configMaps ? 'Not A Name' : 'app';
    const call = method === 'GET' ? admin.get(path) : admin.write(method, path, { metadata: { name } });
    await expect(call).rejects.toMatchObject({ code: 'CLOUD_API', details: { httpStatus } });
  });

  it.each([
    ['a token', (token: string) => ({ token })],
    [
      'a credential plugin',
      (token: string) => {
        const status = { token };
        const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
        const exec = {
          apiVersion: credential.apiVersion,
          interactiveMode: 'Never',
          command: process.execPath,
          args: ['-p', `(${JSON.stringify(JSON.stringify(credential))})`],
        };
        return { exec };
      },
    ],
  ])(
    'comes as the service account whose kubeconfig holds %s, and is told what that may not do',
    async (_how, userOf) => {
      const token = await server.createToken('app', 'reader', 'https://kubernetes.default.svc');
      const client = await connect({ file: kubeconfigOf(userOf(token)) });
      const before = server.requests().length;
      const call = client.list('/api/v1/namespaces');
      await expect(call).rejects.toMatchObject({
        code: 'CLOUD_API',
        details: { httpStatus: 403, reason: 'Forbidden' },
      });
      await expect(call).rejects.toThrow('system:serviceaccount:app:reader');
      await expect(call).rejects.not.toThrow(token);
      expect(server.requests().slice(before)).toMatchObject([
        { user: 'system:serviceaccount:app:reader', status: 403 },
      ]);
    },
  );

  it('believes no server of another authority', async () => {
    const stranger = JSON.parse(server.kubeconfigText);
    delete stranger.clusters[0].cluster['certificate-authority-data'];
    const client = await connect({ text: JSON.stringify(stranger), what: 'the kubeconfig of cluster c123' });
    await expect(client.get('/api/v1/namespaces/app')).rejects.toMatchObject({ code: 'NETWORK' });
  });
});
