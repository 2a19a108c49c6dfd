import { describe, expect, it } from 'vitest';
import { connect } from '../../src/cloud/clients.ts';
import { cloudOptions, errorOf, sendJson, sendRpcError, wireServer } from './wire-server.ts';

const provider = {
  OIDCProviderName: 'ack-rrsa-c1',
  Arn: 'acs:ram::1:oidc-provider/ack-rrsa-c1',
  IssuerUrl: 'https://issuer.example/c1',
  ClientIds: 'sts.aliyuncs.com, other',
  Fingerprints: '',
  IssuanceLimitTime: 12,
};

describe('an OIDC provider', () => {
  it('is read by its name, its lists taken apart', async () => {
    const server = await wireServer((_, response) => sendJson(response, { OIDCProvider: provider }));
    expect(await connect(cloudOptions(server.url)).ims.getOidcProvider('ack-rrsa-c1')).toEqual({
      name: 'ack-rrsa-c1',
      arn: provider.Arn,
      issuerUrl: provider.IssuerUrl,
      clientIds: ['sts.aliyuncs.com', 'other'],
      fingerprints: [],
      issuanceLimitHours: 12,
    });
    expect(server.seen[0]?.query).toEqual({ OIDCProviderName: 'ack-rrsa-c1' });
    expect(server.seen[0]?.headers).toMatchObject({
      'x-acs-action': 'GetOIDCProvider',
      'x-acs-version': '2019-08-15',
    });
  });

  it('without lists and a limit has none', async () => {
    const { Arn, IssuerUrl } = provider;
    const server = await wireServer((_, response) => sendJson(response, { OIDCProvider: { Arn, IssuerUrl } }));
    expect(await connect(cloudOptions(server.url)).ims.getOidcProvider('named')).toEqual({
      name: 'named',
      arn: Arn,
      issuerUrl: IssuerUrl,
      clientIds: [],
      fingerprints: [],
      issuanceLimitHours: undefined,
    });
  });

  it('that is not there is undefined', async () => {
    const server = await wireServer((_, response) => sendRpcError(response, 404, 'EntityNotExist.OIDCProvider'));
    expect(await connect(cloudOptions(server.url)).ims.getOidcProvider('gone')).toBeUndefined();
  });

  it('that may not be read is a refusal that names it', async () => {
    const server = await wireServer((_, response) => sendRpcError(response, 403, 'NoPermission'));
    expect(await errorOf(connect(cloudOptions(server.url)).ims.getOidcProvider('mine'))).toMatchObject({
      code: 'CLOUD_API',
      message: 'IMS GetOIDCProvider for OIDC provider mine was refused: NoPermission',
      api: { service: 'IMS' },
    });
  });

  it.each([[{}], [{ OIDCProvider: {} }], [{ OIDCProvider: { ...provider, IssuerUrl: '' } }], [{ OIDCProvider: 'x' }]])(
    'answered as %j is a bad answer',
    async (body) => {
      const server = await wireServer((_, response) => sendJson(response, body));
      expect(await errorOf(connect(cloudOptions(server.url)).ims.getOidcProvider('mine'))).toMatchObject({
        code: 'BAD_ANSWER',
      });
    },
  );
});
