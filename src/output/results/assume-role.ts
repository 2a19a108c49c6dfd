import type { TemporaryCredentials } from '../../cloud/ports.ts';
import { stripControl } from '../plain.ts';
import { formatUtc } from '../time.ts';
import type { Presenter } from './presenter.ts';

/** `rrsa assume-role`: the Go tool's labelled lines. This is the one result that holds secrets. */
export const assumeRolePresenter: Presenter<TemporaryCredentials> = {
  text({ accessKeyId, accessKeySecret, securityToken, expiration }) {
    const lines = [
      `AccessKeyId:       ${stripControl(accessKeyId)}`,
      `AccessKeySecret:   ${stripControl(accessKeySecret)}`,
      `SecurityToken:     ${stripControl(securityToken)}`,
      `Expiration:        ${formatUtc(expiration)}`,
    ];
    return lines.map((line) => `${line}\n`).join('');
  },
  json: ({ accessKeyId, accessKeySecret, securityToken, expiration }) => ({
    accessKeyId,
    accessKeySecret,
    securityToken,
    expiration,
  }),
};
