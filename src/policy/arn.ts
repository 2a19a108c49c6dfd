import { isRoleName } from './name.ts';

/** `acs:<service>:<region>:<account id>:<resource>`. Region and account are empty where the ARN leaves them out. */
export interface Arn {
  service: string;
  region: string;
  accountId: string;
  /** Everything after the fourth colon; may itself hold colons and slashes. */
  resource: string;
}

/** `undefined` when the text is no `acs:` ARN. */
export function parseArn(text: string): Arn | undefined {
  const [scheme, service, region, accountId, ...rest] = text.split(':');
  const resource = rest.join(':');
  if (scheme !== 'acs' || !service || region === undefined || accountId === undefined || resource === '')
    return undefined;
  return { service, region, accountId, resource };
}

export function formatArn(arn: Arn): string {
  return `acs:${arn.service}:${arn.region}:${arn.accountId}:${arn.resource}`;
}

/** `acs:ram::<account id>:role/<name>`; `undefined` for anything else. */
export function parseRoleArn(text: string): { accountId: string; roleName: string } | undefined {
  const found = parseRamResource(text, 'role/');
  return found !== undefined && isRoleName(found.name)
    ? { accountId: found.accountId, roleName: found.name }
    : undefined;
}

/** `acs:ram::<account id>:oidc-provider/<name>`; `undefined` for anything else. */
export function parseOidcProviderArn(text: string): { accountId: string; name: string } | undefined {
  const found = parseRamResource(text, 'oidc-provider/');
  return found !== undefined && /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(found.name) ? found : undefined;
}

/** `acs:ram::<account id>:role/<name>`. */
export function roleArn(accountId: string, name: string): string {
  return formatArn({ service: 'ram', region: '', accountId, resource: `role/${name}` });
}

/** `acs:ram::<account id>:oidc-provider/<name>`. */
export function oidcProviderArn(accountId: string, name: string): string {
  return formatArn({ service: 'ram', region: '', accountId, resource: `oidc-provider/${name}` });
}

function parseRamResource(text: string, prefix: string): { accountId: string; name: string } | undefined {
  const arn = parseArn(text);
  if (arn?.service !== 'ram' || arn.region !== '' || !/^\d{1,32}$/.test(arn.accountId)) return undefined;
  if (!arn.resource.startsWith(prefix)) return undefined;
  return { accountId: arn.accountId, name: arn.resource.slice(prefix.length) };
}
