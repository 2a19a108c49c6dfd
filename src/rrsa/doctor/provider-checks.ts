import { CloudApiError } from '../../errors.ts';
import { quoted } from '../../policy/name.ts';
import { RRSA_AUDIENCE } from '../../policy/trust.ts';
import { requireRrsa } from '../cluster.ts';
import { shellWord } from '../shell-word.ts';
import type { Check, Finding } from './check.ts';
import type { CloudPatient } from './patient.ts';

/** The OIDC provider that stands for the cluster's issuer in RAM. */
export const providerChecks: readonly Check<CloudPatient>[] = [
  {
    id: 'provider-exists',
    link: 'provider',
    title: 'the OIDC provider of the cluster exists in RAM',
    after: ['rrsa-on'],
    async run(patient) {
      const { rrsa, state, id } = await patient.cluster();
      const name = rrsa.providerName ?? rrsa.providerArn ?? '';
      const subject = `OIDC provider ${name}`;
      try {
        if ((await patient.provider()) !== undefined) {
          return { status: 'ok', subject, message: `there is an OIDC provider ${name}` };
        }
      } catch (error) {
        if (!isForbidden(error)) throw error;
        return mayNotRead(name);
      }
      return {
        status: 'fault',
        subject,
        message:
          state === 'running'
            ? `there is no OIDC provider ${name}, though RRSA is on for cluster ${id}`
            : `there is no OIDC provider ${name} yet: the cluster is ${state}, and a new one may take some seconds to be seen`,
        cure: creation(name, rrsa.issuers[0] ?? ''),
      };
    },
  },
  {
    id: 'provider-issuer',
    link: 'provider',
    title: 'the OIDC provider is of the issuer of new tokens',
    after: ['provider-exists'],
    async run(patient) {
      const { issuers } = (await patient.cluster()).rrsa;
      const { issuer } = requireRrsa(await patient.cluster());
      const provider = await readProvider(patient);
      if (provider === undefined) return undefined;
      const { name, issuerUrl } = provider;
      const subject = `OIDC provider ${name}`;
      if (issuerUrl === issuer) return { status: 'ok', subject, message: `OIDC provider ${name} is of ${issuer}` };
      const isSlash = `${issuerUrl}/` === issuer || issuerUrl === `${issuer}/`;
      const isOld = issuers.includes(issuerUrl);
      return {
        status: 'fault',
        subject,
        message: isSlash
          ? `OIDC provider ${name} is of issuer ${quoted(issuerUrl)}, and tokens are of ${quoted(issuer)}: they differ in the last "/"`
          : isOld
            ? `OIDC provider ${name} is of ${quoted(issuerUrl)}, an earlier issuer of the cluster, and new tokens are of ${quoted(issuer)}`
            : `OIDC provider ${name} is of issuer ${quoted(issuerUrl)}, and tokens are of ${quoted(issuer)}`,
        // An issuer cannot be changed.
        cure: `aliyun ims DeleteOIDCProvider --OIDCProviderName ${shellWord(name)} && ${creation(name, issuer)}`,
      };
    },
  },
  {
    id: 'provider-client-id',
    link: 'provider',
    title: `the OIDC provider takes tokens for ${RRSA_AUDIENCE}`,
    after: ['provider-exists'],
    async run(patient) {
      const provider = await readProvider(patient);
      if (provider === undefined) return undefined;
      const { name, clientIds } = provider;
      const subject = `OIDC provider ${name}`;
      if (clientIds.includes(RRSA_AUDIENCE)) {
        return { status: 'ok', subject, message: `OIDC provider ${name} has the client id ${RRSA_AUDIENCE}` };
      }
      return {
        status: 'fault',
        subject,
        message: `OIDC provider ${name} lacks the client id ${RRSA_AUDIENCE}, so that STS refuses every token`,
        cure: `aliyun ims AddClientIdToOIDCProvider --OIDCProviderName ${shellWord(name)} --ClientId ${RRSA_AUDIENCE}`,
      };
    },
  },
];

/** `undefined` when it may not be read. */
async function readProvider(patient: CloudPatient) {
  try {
    return await patient.provider();
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** Whoever sets up pods need not be allowed to read identity providers, and that is no fault of theirs. */
function isForbidden(error: unknown): error is CloudApiError {
  return error instanceof CloudApiError && error.code === 'CLOUD_API' && error.api.httpStatus === 403;
}

function mayNotRead(name: string): Finding {
  return {
    status: 'warning',
    subject: `OIDC provider ${name}`,
    message: `these credentials may not read OIDC provider ${name}: whether it fits is not known`,
    cure: 'let them call ram:GetOIDCProvider',
  };
}

function creation(name: string, issuer: string): string {
  return `aliyun ims CreateOIDCProvider --OIDCProviderName ${shellWord(name)} --IssuerUrl ${shellWord(issuer)} --ClientIds ${RRSA_AUDIENCE} --Fingerprints FINGERPRINT`;
}
