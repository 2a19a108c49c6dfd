/** IMS, the identity providers of RAM, by its official SDK. */
import { isApiError } from '../errors.ts';
import { badAnswer, type CallFacts } from './api-error.ts';
import type { ImsPort } from './ports.ts';
import { imsSdk, type SdkDeps } from './sdk.ts';

export function imsPort(deps: SdkDeps): ImsPort {
  const call = imsSdk(deps);

  return {
    async getOidcProvider(name) {
      const facts: CallFacts = { service: 'IMS', action: 'GetOIDCProvider', thing: `OIDC provider ${name}` };
      try {
        const { OIDCProvider: provider } = await call(facts, ({ client, models }) =>
          client.getOIDCProvider(new models.GetOIDCProviderRequest({ OIDCProviderName: name })),
        );
        const { arn, issuerUrl, clientIds, fingerprints, issuanceLimitTime } = provider ?? {};
        if (!arn || !issuerUrl) throw badAnswer(facts, 'a provider without an ARN or an issuer');
        return {
          name: provider?.OIDCProviderName || name,
          arn,
          issuerUrl,
          clientIds: listOf(clientIds),
          fingerprints: listOf(fingerprints),
          issuanceLimitHours: issuanceLimitTime,
        };
      } catch (error) {
        if (isApiError(error, 'EntityNotExist.OIDCProvider')) return undefined;
        throw error;
      }
    },
  };
}

/** Lists travel as comma-separated text. */
function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
