import { sha256 } from '../cache-key.ts';
import { isLoopback } from '../near-host.ts';
import { type Configured, type ProfilePorts, requiredKey, within } from '../profile-kinds.ts';
import type { Section } from '../profile-section.ts';
import type { Credentials } from '../provider.ts';
import { hasPassed, isFresh, issuedKeys, isValid, keptKeys, loginOver, post } from './login.ts';

const server = 'the CloudSSO service';

/**
 * Mode CloudSSO: keys for an account and an access configuration, issued for the access token of a login in the
 * browser. The keys that the aliyun CLI keeps in the profile are used while they last; new ones are not written back.
 * An access token cannot be renewed: when it has expired, somebody has to log in again.
 *
 * `POST <origin of cloud_sso_sign_in_url>/cloud-credentials`, `{"AccountId","AccessConfigurationId"}`, bearer token;
 * answered with `{"CloudCredential":{…}}`. Source: cloudsso/refresh.go of the aliyun CLI; there is no published
 * description of this interface.
 */
export function cloudSso(section: Section, ports: ProfilePorts): Configured {
  const origin = signInOrigin(section);
  const accountId = section.required('cloud_sso_account_id');
  const configurationId = section.required('cloud_sso_access_config');
  const accessToken = requiredKey(section, 'access_token');
  const expires = section.number('cloud_sso_access_token_expire');
  const kept = keptKeys(section);
  const { clock, exchange } = ports;

  const issue = async (): Promise<Credentials> => {
    if (expires === undefined || hasPassed(expires, clock.now())) {
      throw loginOver(section, 'CloudSSO', 'the CloudSSO login has expired');
    }
    const over = () => loginOver(section, 'CloudSSO', `${server} refuses the login, or this account and configuration`);
    const request = {
      url: `${origin}/cloud-credentials`,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: `Bearer ${accessToken}`,
      },
      body: JSON.stringify({ AccountId: accountId, AccessConfigurationId: configurationId }),
    };
    const answer = await post(section, exchange, request, { server, over });
    const inner = answer.CloudCredential ?? answer;
    const fields = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
    return issuedKeys(section, fields, server, () => clock.now());
  };

  return {
    provider: within(section, async (ask) => {
      if (kept !== undefined && !ask?.renew && isFresh(kept, clock.now())) return kept;
      try {
        return await issue();
      } catch (error) {
        if (kept === undefined || ask?.renew || ports.signal.aborted || !isValid(kept, clock.now())) throw error;
        return kept;
      }
    }),
    isStatic: false,
    identity: async () => ['cloud-sso', origin, accountId, configurationId, sha256(accessToken)],
  };
}

function signInOrigin(section: Section): string {
  const key = 'cloud_sso_sign_in_url';
  const text = section.required(key);
  if (!URL.canParse(text)) throw section.broken(`${key} is no URL`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw section.broken(`${key} is not https, and a login must not be sent in the clear`);
  }
  if (url.username !== '' || url.password !== '') throw section.broken(`${key} must not contain a user or a password`);
  return url.origin;
}
