import type { SandboxAccount, SandboxOidcProvider } from '../store.ts';

/** IMS's published limits. */
export const imsQuotas = { providers: 100, clientIds: 50, fingerprints: 5 } as const;

export function providerArn(accountId: string, name: string): string {
  return `acs:ram::${accountId}:oidc-provider/${name}`;
}

export function findProvider(account: SandboxAccount, name: string): SandboxOidcProvider | undefined {
  return account.providers.find((provider) => provider.name === name);
}

/** At most 128 of `A-Z a-z 0-9 . _ -`, with a letter or digit at either end. */
export function isProviderName(text: string): boolean {
  return /^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/.test(text);
}

/** An https URL of at most 255 characters without `?`, `#` and `@`. */
export function isIssuerUrl(text: string): boolean {
  return text.length <= 255 && /^https:\/\/[^\s?#@/][^\s?#@]*$/.test(text) && URL.canParse(text);
}

/** At most 128 of `A-Z a-z 0-9 . - _ : /`, the first a letter or digit. */
export function isClientId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9.\-_:/]{0,127}$/.test(text);
}

/** A hex thumbprint of at most 128 characters; colons between the bytes are taken. */
export function isFingerprint(text: string): boolean {
  return /^[0-9A-Fa-f:]{1,128}$/.test(text);
}
