import { quoted } from '../../policy/name.ts';
import { requireRrsa } from '../cluster.ts';
import { shellWord } from '../shell-word.ts';
import type { Check, Finding } from './check.ts';
import { discoveryUrl, readJson, whyNotPublic } from './issuer-page.ts';
import type { CloudPatient } from './patient.ts';

/** The issuer of the cluster's tokens, as STS has to find it. */
export const issuerChecks: readonly Check<CloudPatient>[] = [
  {
    id: 'issuer-document',
    link: 'issuer',
    title: 'the discovery document of the issuer can be read, and is of that issuer',
    after: ['rrsa-on'],
    async run(patient, signal) {
      const { issuer } = requireRrsa(await patient.cluster());
      const url = discoveryUrl(issuer);
      const fault = (message: string): Finding => ({ ...notRead(url, message), subject: issuer });
      const misfit = whyNotPublic(issuer);
      if (misfit !== undefined) return fault(`the issuer ${quoted(issuer)} ${misfit}`);
      const page = await readJson(patient.read, url, signal);
      if (page.state === 'out of reach') return { status: 'skipped', message: page.why };
      if (page.state === 'bad') return fault(`the discovery document of ${issuer} ${page.why}`);
      const { issuer: named } = page.json;
      if (typeof named !== 'string') return fault(`the discovery document of ${issuer} names no issuer`);
      if (named !== issuer) return fault(`the discovery document of ${issuer} is of issuer ${quoted(named)}`);
      return { status: 'ok', subject: issuer, message: `the discovery document of ${issuer} can be read` };
    },
  },
  {
    id: 'issuer-keys',
    link: 'issuer',
    title: 'the public keys of the issuer can be read',
    after: ['issuer-document'],
    async run(patient, signal) {
      const { issuer } = requireRrsa(await patient.cluster());
      const document = await readJson(patient.read, discoveryUrl(issuer), signal);
      const url = document.state === 'read' ? document.json.jwks_uri : undefined;
      const fault = (message: string, at: string): Finding => ({
        ...notRead(at, message),
        subject: issuer,
      });
      if (typeof url !== 'string') {
        return fault(`the discovery document of ${issuer} names no keys (jwks_uri)`, discoveryUrl(issuer));
      }
      const misfit = whyNotPublic(url);
      if (misfit !== undefined) return fault(`the address of keys ${quoted(url)} ${misfit}`, discoveryUrl(issuer));
      const page = await readJson(patient.read, url, signal);
      if (page.state === 'out of reach') return { status: 'skipped', message: page.why };
      if (page.state === 'bad') return fault(`the document of keys at ${url} ${page.why}`, url);
      const { keys } = page.json;
      if (!Array.isArray(keys) || keys.length === 0) return fault(`the document of keys at ${url} holds no keys`, url);
      return { status: 'ok', subject: issuer, message: `the public keys of ${issuer} can be read` };
    },
  },
];

function notRead(url: string, message: string): Finding {
  return { status: 'fault', message, cure: `curl -sSi ${shellWord(url)}` };
}
