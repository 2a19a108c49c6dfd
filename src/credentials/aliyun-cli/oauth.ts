import { type Configured, type ProfilePorts, within } from '../profile-kinds.ts';
import type { Section } from '../profile-section.ts';
import { type Credentials, isKeyText } from '../provider.ts';
import { hasPassed, isFresh, issuedKeys, isValid, keptKeys, loginOver, post } from './login.ts';
import type { ConfigStore, Save } from './store.ts';

/** Where a site's OAuth service is, and as which application the aliyun CLI has logged in there. */
export interface OAuthSite {
  baseUrl: string;
  clientId: string;
}

export type OAuthSites = Readonly<Record<'CN' | 'INTL', OAuthSite>>;

/** Source: config/configure.go of the aliyun CLI. */
export const oauthSites: OAuthSites = {
  CN: { baseUrl: 'https://oauth.aliyun.com', clientId: '4038181954557748008' },
  INTL: { baseUrl: 'https://oauth.alibabacloud.com', clientId: '4103531455503354461' },
};

const server = 'the OAuth service';
/** What RFC 6749 leaves to the server when it names none; the official SDK for Node takes the same. */
const defaultTokenSeconds = 3600;
/** An access token about to end may have ended when it arrives. */
const tokenMarginMs = 60_000;

export interface OAuthContext {
  /** Of the profile. */
  name: string;
  ports: ProfilePorts;
  /** Absent: what is renewed cannot be kept. */
  store: ConfigStore | undefined;
  sites: OAuthSites;
}

/**
 * Mode OAuth: keys issued for the access token of a login in the browser, which a refresh token renews. The keys that
 * are kept in the profile are used while they last. Whoever finds them old takes a lock, looks again, and only then
 * renews: the new tokens are written as soon as they are there, because the old refresh token may be spent.
 *
 * `POST /v1/token` (form: grant_type, refresh_token, client_id) gives `access_token`, `refresh_token`, `expires_in`;
 * `POST /v1/exchange` with the access token as bearer gives `accessKeyId`, `accessKeySecret`, `securityToken`,
 * `expiration`. Source: config/configure.go of the aliyun CLI; there is no published description of this interface.
 */
export function oauth(section: Section, { name, ports, store, sites }: OAuthContext): Configured {
  const { clock } = ports;
  const site = siteOf(section, sites);
  if (section.text('oauth_refresh_token') === undefined && section.text('oauth_access_token') === undefined) {
    throw loginOver(section, 'OAuth', 'oauth_refresh_token is missing');
  }
  let last = keptKeys(section);

  const renew = async (current: Section, save: Save, refused: string | undefined): Promise<Credentials> => {
    const kept = keptKeys(current);
    if (kept !== undefined && kept.securityToken !== refused && isFresh(kept, clock.now())) return kept;
    try {
      return await exchangeToken(current, site, ports, save);
    } catch (error) {
      if (kept === undefined || refused || ports.signal.aborted || !isValid(kept, clock.now())) throw error;
      ports.report.debug(`${current.place}: the keys were not renewed, and those at hand are still valid`);
      return kept;
    }
  };

  return {
    provider: within(section, async (ask) => {
      if (last !== undefined && !ask?.renew && isFresh(last, clock.now())) return last;
      const refused = ask?.renew ? last?.securityToken : undefined;
      const credentials =
        store === undefined
          ? await renew(section, async () => {}, refused)
          : await store.update(name, (current, save) => renew(current, save, refused));
      last = { ...credentials, expiration: credentials.expiration ?? new Date(0) };
      return credentials;
    }),
    isStatic: false,
    // The keys are kept in the profile itself.
    identity: async () => undefined,
  };
}

function siteOf(section: Section, sites: OAuthSites): OAuthSite {
  const type = section.required('oauth_site_type').toUpperCase();
  if (type === 'CN' || type === 'INTL') return sites[type];
  throw section.broken('oauth_site_type is neither CN nor INTL');
}

async function exchangeToken(section: Section, site: OAuthSite, ports: ProfilePorts, save: Save): Promise<Credentials> {
  const { clock, exchange } = ports;
  const held = section.text('oauth_access_token');
  const expires = section.number('oauth_access_token_expire');
  const isUsable = isKeyText(held) && expires !== undefined && !hasPassed(expires, clock.now() + tokenMarginMs);
  const accessToken = isUsable ? held : await refresh(section, site, ports, save);
  const answer = await post(
    section,
    exchange,
    {
      url: `${site.baseUrl}/v1/exchange`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    },
    { server, over: () => loginOver(section, 'OAuth', `${server} refuses to issue keys for this login`) },
  );
  const fields = {
    AccessKeyId: answer.accessKeyId,
    AccessKeySecret: answer.accessKeySecret,
    SecurityToken: answer.securityToken,
    Expiration: answer.expiration,
  };
  const credentials = issuedKeys(section, fields, server, () => clock.now());
  await save({
    access_key_id: credentials.accessKeyId,
    access_key_secret: credentials.accessKeySecret,
    sts_token: credentials.securityToken ?? '',
    sts_expiration: Math.floor(credentials.expiration.getTime() / 1000),
  });
  return credentials;
}

/** A new access token. */
async function refresh(section: Section, site: OAuthSite, ports: ProfilePorts, save: Save): Promise<string> {
  const now = ports.clock.now();
  const refreshToken = section.text('oauth_refresh_token');
  const expires = section.number('oauth_refresh_token_expire');
  if (refreshToken === undefined || (expires !== undefined && hasPassed(expires, now))) {
    throw loginOver(section, 'OAuth', 'the OAuth login has expired');
  }
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: site.clientId };
  const answer = await post(
    section,
    ports.exchange,
    {
      url: `${site.baseUrl}/v1/token`,
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    },
    { server, over: () => loginOver(section, 'OAuth', `${server} refuses to renew this login`) },
  );
  const { access_token: accessToken, refresh_token: nextRefreshToken, expires_in: seconds } = answer;
  if (!isKeyText(accessToken)) throw section.broken(`${server} answered without an access token`);
  const life = typeof seconds === 'number' && seconds > 0 ? Math.floor(seconds) : defaultTokenSeconds;
  await save({
    oauth_access_token: accessToken,
    ...(isKeyText(nextRefreshToken) ? { oauth_refresh_token: nextRefreshToken } : {}),
    oauth_access_token_expire: Math.floor(now / 1000) + life,
  });
  return accessToken;
}
