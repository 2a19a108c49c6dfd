import { accountOf } from '../account.ts';
import { boundedParam, integerParam, invalidParam, pageByMarker, requiredParam, tooLong } from '../rpc-params.ts';
import type { SandboxOidcProvider } from '../store.ts';
import { utcTime } from '../time-format.ts';
import { ApiFault, type Operation, type OperationContext } from '../types.ts';
import {
  findProvider,
  imsQuotas,
  isClientId,
  isFingerprint,
  isIssuerUrl,
  isProviderName,
  providerArn,
} from './model.ts';

const clientIds = {
  noun: 'ClientId',
  plural: 'ClientIds',
  isValid: isClientId,
  quota: imsQuotas.clientIds,
  of: (provider: SandboxOidcProvider) => provider.clientIds,
} as const;

const fingerprints = {
  noun: 'Fingerprint',
  plural: 'Fingerprints',
  isValid: isFingerprint,
  quota: imsQuotas.fingerprints,
  of: (provider: SandboxOidcProvider) => provider.fingerprints,
} as const;

type ListKind = typeof clientIds | typeof fingerprints;

/**
 * OIDC identity providers. Permissions are named `ram:<Action>`. Rules are the published ones; of the error codes only
 * `EntityNotExist.OIDCProvider` is confirmed, the others follow RAM's pattern.
 */
export const imsOperations: readonly Operation[] = [
  row('CreateOIDCProvider', createProvider),
  row('GetOIDCProvider', getProvider),
  row('UpdateOIDCProvider', updateProvider),
  row('DeleteOIDCProvider', deleteProvider),
  {
    product: 'IMS',
    action: 'ListOIDCProviders',
    ramAction: 'ram:ListOIDCProviders',
    resource: ({ accountId }) => `acs:ram:*:${accountId}:oidc-provider/*`,
    handler: listProviders,
  },
  row('AddClientIdToOIDCProvider', (ctx) => addTo(clientIds, ctx)),
  row('RemoveClientIdFromOIDCProvider', (ctx) => removeFrom(clientIds, ctx)),
  row('AddFingerprintToOIDCProvider', (ctx) => addTo(fingerprints, ctx)),
  row('RemoveFingerprintFromOIDCProvider', (ctx) => removeFrom(fingerprints, ctx)),
];

function row(action: string, handler: Operation['handler']): Operation {
  return {
    product: 'IMS',
    action,
    ramAction: `ram:${action}`,
    resource: ({ accountId, params }) => `acs:ram:*:${accountId}:oidc-provider/${params.OIDCProviderName ?? ''}`,
    handler,
  };
}

function createProvider(ctx: OperationContext) {
  const account = accountOf(ctx);
  const name = providerName(ctx);
  const issuerUrl = requiredParam(ctx, 'IssuerUrl');
  if (!isIssuerUrl(issuerUrl)) {
    throw invalidParam('IssuerUrl', 'must be an https URL of at most 255 characters without ?, # and @.');
  }
  const provider: SandboxOidcProvider = {
    name,
    issuerUrl,
    clientIds: listParam(ctx, clientIds) ?? [],
    fingerprints: listParam(ctx, fingerprints) ?? [],
    description: boundedParam(ctx, 'Description', 256) ?? '',
    issuanceLimitHours: integerParam(ctx, 'IssuanceLimitTime', 1, 168) ?? 12,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  };
  if (findProvider(account, name) !== undefined || account.providers.some((other) => other.issuerUrl === issuerUrl)) {
    throw new ApiFault(409, 'EntityAlreadyExists.OIDCProvider', 'The OIDC provider already exists.');
  }
  if (account.providers.length >= imsQuotas.providers) throw limitExceeded('OIDCProvider');
  account.providers.push(provider);
  return answer(ctx, provider);
}

function getProvider(ctx: OperationContext) {
  return answer(ctx, existingProvider(ctx));
}

function listProviders(ctx: OperationContext) {
  const size = { defaultSize: 100, maxSize: 100 };
  const page = pageByMarker(ctx, accountOf(ctx).providers, ({ name }) => name, size);
  return { ...page.tail, OIDCProviders: { OIDCProvider: page.items.map((provider) => toProvider(ctx, provider)) } };
}

/** Name and issuer stay for ever; fingerprints have operations of their own. */
function updateProvider(ctx: OperationContext) {
  const provider = existingProvider(ctx);
  const newClientIds = listParam(ctx, clientIds);
  const description = boundedParam(ctx, 'NewDescription', 256);
  const issuanceLimitHours = integerParam(ctx, 'IssuanceLimitTime', 1, 168);
  if (newClientIds !== undefined) provider.clientIds = newClientIds;
  if (description !== undefined) provider.description = description;
  if (issuanceLimitHours !== undefined) provider.issuanceLimitHours = issuanceLimitHours;
  provider.updatedAt = ctx.now;
  return answer(ctx, provider);
}

function deleteProvider(ctx: OperationContext) {
  const account = accountOf(ctx);
  const provider = existingProvider(ctx);
  account.providers = account.providers.filter((other) => other !== provider);
  return {};
}

function addTo(kind: ListKind, ctx: OperationContext) {
  const provider = existingProvider(ctx);
  const value = requiredParam(ctx, kind.noun);
  if (!kind.isValid(value)) throw invalidParam(kind.noun, 'is invalid.');
  const values = kind.of(provider);
  if (values.includes(value)) {
    const message = `The OIDC provider already has that ${kind.noun}.`;
    throw new ApiFault(409, `EntityAlreadyExists.OIDCProvider.${kind.noun}`, message);
  }
  if (values.length >= kind.quota) throw limitExceeded(`OIDCProvider.${kind.noun}`);
  values.push(value);
  provider.updatedAt = ctx.now;
  return answer(ctx, provider);
}

function removeFrom(kind: ListKind, ctx: OperationContext) {
  const provider = existingProvider(ctx);
  const values = kind.of(provider);
  const index = values.indexOf(requiredParam(ctx, kind.noun));
  if (index === -1) {
    const message = `The OIDC provider does not have that ${kind.noun}.`;
    throw new ApiFault(404, `EntityNotExist.OIDCProvider.${kind.noun}`, message);
  }
  values.splice(index, 1);
  provider.updatedAt = ctx.now;
  return answer(ctx, provider);
}

/** A comma-separated list; `undefined` when absent. */
function listParam(ctx: OperationContext, { plural, isValid, quota }: ListKind): string[] | undefined {
  const text = ctx.params[plural];
  if (text === undefined) return undefined;
  const values = text === '' ? [] : text.split(',').map((value) => value.trim());
  if (!values.every(isValid) || new Set(values).size < values.length) throw invalidParam(plural, 'is invalid.');
  if (values.length > quota) throw limitExceeded(`OIDCProvider.${plural.slice(0, -1)}`);
  return values;
}

function providerName(ctx: OperationContext): string {
  const name = requiredParam(ctx, 'OIDCProviderName');
  if (name.length > 128) throw tooLong('OIDCProviderName');
  if (!isProviderName(name)) {
    const message = 'The parameter - "OIDCProviderName" contains invalid chars.';
    throw new ApiFault(400, 'InvalidParameter.OIDCProviderName.InvalidChars', message);
  }
  return name;
}

function existingProvider(ctx: OperationContext): SandboxOidcProvider {
  const provider = findProvider(accountOf(ctx), providerName(ctx));
  if (provider === undefined) {
    throw new ApiFault(404, 'EntityNotExist.OIDCProvider', 'The OIDC provider does not exist.');
  }
  return provider;
}

function limitExceeded(what: string): ApiFault {
  return new ApiFault(409, `LimitExceeded.${what}`, `The count of ${what} beyond the current limits.`);
}

function answer(ctx: OperationContext, provider: SandboxOidcProvider) {
  return { OIDCProvider: toProvider(ctx, provider) };
}

/** Lists travel as comma-separated text, and every time twice: as text and as milliseconds in text. */
function toProvider({ accountId }: OperationContext, provider: SandboxOidcProvider) {
  return {
    OIDCProviderName: provider.name,
    Arn: providerArn(accountId, provider.name),
    IssuerUrl: provider.issuerUrl,
    ClientIds: provider.clientIds.join(','),
    Fingerprints: provider.fingerprints.join(','),
    Description: provider.description,
    CreateDate: utcTime(provider.createdAt),
    UpdateDate: utcTime(provider.updatedAt),
    GmtCreate: String(provider.createdAt),
    GmtModified: String(provider.updatedAt),
    IssuanceLimitTime: provider.issuanceLimitHours,
  };
}
