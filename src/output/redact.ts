/**
 * Keeps secrets out of log lines, errors and reports: by shape (`redact`), and by value for those this process knows
 * (`createRedactor`). Shapes are those of the cloud's requests, answers, SDK errors and configuration files. Every
 * expression takes linear time, because servers and helper programs write the texts.
 */
import { secretSpellings } from '../secret-spellings.ts';

const mask = '***';

const secretName = [
  'access[-_]?key[-_]?secret',
  'access[-_]?key(?==)',
  'secret[-_]?(?:access[-_]?)?key',
  '(?:security|session|sts|oidc|access|refresh|bearer|metadata|web[-_]?identity)[-_]?token',
  '(?<![a-z])id[-_]?token',
  '(?<=["\'])token(?=\\\\*["\'])',
  'client[-_]?secret',
  'client[-_]?key[-_]?data',
  '(?<![a-z])signature',
  'password',
].join('|');

const quote = '(?:\\\\*["\'`]|%(?:25)*22|&quot;)?';
/** JSON, query, header, YAML, XML, once or more percent-encoded, an array of one. Not over a line break. */
const separator = '[ \\t]*(?:=>|[:=>]|%(?:25)*3[AD])[ \\t]*(?:\\[[ \\t]*)?';
const bareValue = '(?:(?!%(?:25)*2[26])[^\\s"\'`&,;<>\\\\{}()[\\]|])+';
const noSecret = '(?!(?:null|undefined|true|false)\\b)';

const privateKey = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g;
const authorization = new RegExp(`(authorization${quote}${separator}${quote})[^"'\`\\\\\\r\\n]+`, 'gi');
const bearer = /(\bbearer[ \t]+)[\w.~+/=-]{8,}/gi;
const quotedSecret = new RegExp(
  `((?:${secretName})${quote}${separator})(?:"(?:[^"\\\\\\r\\n]|\\\\.)*|'(?:[^'\\\\\\r\\n]|\\\\.)*)`,
  'gi',
);
const bareSecret = new RegExp(`((?:${secretName})${quote}${separator}${quote})${noSecret}${bareValue}`, 'gi');
const flagSecret = new RegExp(`(--(?:${secretName})[ \\t]+)(?!-)${bareValue}`, 'gi');
const accessKeyIdByName = new RegExp(
  `(access[-_]?key[-_]?id${quote}${separator}${quote})(${noSecret}${bareValue})`,
  'gi',
);
const urlPassword = /(:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g;
const kubernetesToken = /(k8s-ack-v2\.)[\w+/=-]+/g;
/** Security tokens are base64 of one message type, so they all start alike. */
const securityToken = /(?<![A-Za-z0-9])CAIS[A-Za-z0-9+/=%_-]{32,}/g;
/** Long-lived ids, and temporary ones (which hold a digit, unlike `STS.AssumeRole`). */
const accessKeyId = /(?<![A-Za-z0-9])(?:LTAI[A-Za-z0-9]{8,}|STS\.(?=[A-Za-z]*[0-9])[A-Za-z0-9]{16,})/g;
const dottedRun = /[\w.-]+/g;

/** The first eight characters of an AccessKey id, which is all of it that is shown. A masked id stays as it is. */
export function maskAccessKeyId(id: string): string {
  return id.length <= 8 + mask.length && id.endsWith(mask) ? id : `${id.slice(0, 8)}${mask}`;
}

/** A JSON Web Token starts with the base64 of `{"`, has at least two parts, and may be cut off. */
function maskJsonWebToken(run: string): string {
  if (!run.includes('eyJ')) return run;
  const parts = run.split('.');
  const header = parts.findIndex((part, index) => /eyJ[\w-]{10}/.test(part) && (parts[index + 1]?.length ?? 0) >= 10);
  if (header === -1) return run;
  const part = parts[header] ?? '';
  return [...parts.slice(0, header), `${part.slice(0, part.indexOf('eyJ'))}${mask}`].join('.');
}

/**
 * Masks what has the shape of a secret: AccessKey secrets, security tokens, OIDC tokens, signatures, passwords and
 * Authorization headers by their names, private keys, JWTs and security tokens by their looks. AccessKey ids keep
 * their first eight characters.
 */
export function redact(text: string): string {
  return text
    .replace(privateKey, mask)
    .replace(authorization, `$1${mask}`)
    .replace(bearer, `$1${mask}`)
    .replace(quotedSecret, (found: string, name: string) => {
      const value = found.slice(name.length);
      return value.length === 1 ? found : `${name}${value[0]}${mask}`;
    })
    .replace(bareSecret, `$1${mask}`)
    .replace(flagSecret, `$1${mask}`)
    .replace(urlPassword, `$1${mask}`)
    .replace(kubernetesToken, `$1${mask}`)
    .replace(dottedRun, maskJsonWebToken)
    .replace(securityToken, mask)
    .replace(accessKeyIdByName, (_, name: string, id: string) => `${name}${maskAccessKeyId(id)}`)
    .replace(accessKeyId, maskAccessKeyId);
}

export interface Redactor {
  /** Makes a secret known. Without effect for `undefined` and for values too short to tell from ordinary words. */
  add(secret: string | undefined): void;
  /** Masks every known secret, also percent-encoded, within JSON or in base64, then whatever `redact` masks. */
  redact(text: string): string;
}

const shortestSecret = 8;

/** A redactor that knows no secret yet. */
export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  // Made when there is something to mask: most runs print nothing.
  let spelled: readonly string[] | undefined;
  return {
    add(secret) {
      const value = secret?.trim() ?? '';
      if (value.length < shortestSecret || secrets.has(value)) return;
      secrets.add(value);
      spelled = undefined;
    },
    redact(text) {
      spelled ??= [...new Set([...secrets].flatMap(secretSpellings))].sort((one, other) => other.length - one.length);
      return redact(spelled.reduce((rest, secret) => rest.replaceAll(secret, mask), text));
    },
  };
}
