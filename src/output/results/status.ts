import type { RrsaStatus } from '../../rrsa/status.ts';
import { stripControl } from '../plain.ts';
import type { Presenter } from './presenter.ts';

const indent = ' '.repeat('OIDC Token Issuer:     '.length);

/** `rrsa status`: the Go tool's labelled lines. Further issuers, older ones that still count, follow the first. */
export const statusPresenter: Presenter<RrsaStatus> = {
  text({ enabled, providerName, providerArn, issuers }) {
    if (!enabled) return 'RRSA feature: disabled\n';
    const [first, ...others] = issuers.map((issuer) => stripControl(issuer));
    const lines = [
      'RRSA feature:          enabled',
      `OIDC Provider Name:    ${stripControl(providerName ?? '')}`,
      `OIDC Provider Arn:     ${stripControl(providerArn ?? '')}`,
      `OIDC Token Issuer:     ${first ?? ''}`,
      ...others.map((issuer) => indent + issuer),
    ];
    return lines.map((line) => `${line.trimEnd()}\n`).join('');
  },
  json: ({ clusterId, enabled, providerName, providerArn, issuer, issuers, audience }) => ({
    clusterId,
    enabled,
    providerName,
    providerArn,
    issuer,
    issuers,
    audience,
  }),
};
