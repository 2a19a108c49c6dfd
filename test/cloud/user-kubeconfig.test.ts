import { describe, expect, it } from 'vitest';
import { connect } from '../../src/cloud/clients.ts';
import { cloudOptions, sendJson, wireServer } from './wire-server.ts';

async function kubeconfigFrom(
  answer: unknown,
  options: { privateAddress: boolean; temporaryDurationMinutes?: number } = { privateAddress: true },
  status = 200,
) {
  const server = await wireServer((_, response) => sendJson(response, answer, status));
  const asked = connect(cloudOptions(server.url)).ack.getUserKubeconfig('c1', options);
  return { asked, server };
}

const good = { config: 'apiVersion: v1\nkind: Config\n', expiration: '2026-01-02T06:04:05Z' };

describe('the kubeconfig of the caller', () => {
  it('is asked for with the address and the life that are wanted', async () => {
    const { asked, server } = await kubeconfigFrom(good, { privateAddress: true, temporaryDurationMinutes: 180 });
    expect(await asked).toEqual({ config: good.config, expiration: new Date('2026-01-02T06:04:05Z') });
    expect(server.seen).toMatchObject([
      {
        method: 'GET',
        path: '/k8s/c1/user_config',
        query: { PrivateIpAddress: 'true', TemporaryDurationMinutes: '180' },
        headers: { 'x-acs-action': 'DescribeClusterUserKubeconfig' },
      },
    ]);
  });

  it('says nothing of a life when none is wanted', async () => {
    const { asked, server } = await kubeconfigFrom(good, { privateAddress: false });
    await asked;
    expect(server.seen[0]?.query).toEqual({ PrivateIpAddress: 'false' });
  });

  it('has no expiry when the API says none, or no time', async () => {
    for (const expiration of [undefined, '', 'soon']) {
      const { asked } = await kubeconfigFrom({ ...good, expiration });
      expect((await asked)?.expiration).toBeUndefined();
    }
  });

  it('is undefined for a cluster that there is not', async () => {
    const { asked } = await kubeconfigFrom(
      { code: 'ErrorClusterNotFound', message: 'no', status: 404 },
      undefined,
      404,
    );
    expect(await asked).toBeUndefined();
  });

  it('is a bad answer when it is empty', async () => {
    for (const answer of [{}, { config: '' }]) {
      const { asked } = await kubeconfigFrom(answer);
      await expect(asked).rejects.toMatchObject({ code: 'BAD_ANSWER' });
    }
  });
});
