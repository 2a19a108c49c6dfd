import { stripControl } from '../plain.ts';
import { maskAccessKeyId } from '../redact.ts';
import { formatUtc } from '../time.ts';
import type { Presenter } from './presenter.ts';

/** What the metadata service of an ECS instance said in one round. */
export interface EcsMetadataResult {
  /** Absent when the service does not tell. */
  region?: string | undefined;
  /** Absent when the service does not tell. */
  instanceId?: string | undefined;
  roleName: string;
  accessKeyId: string;
  expiration?: Date | undefined;
}

/** `utils test-ecs-metadata`: one round. No secret is among it, and the AccessKey id is masked. */
export const ecsMetadataPresenter: Presenter<EcsMetadataResult> = {
  text({ region, instanceId, roleName, accessKeyId, expiration }) {
    return [
      line('Region', region),
      line('InstanceId', instanceId),
      line('RoleName', roleName),
      line('AccessKeyId', maskAccessKeyId(accessKeyId)),
      line('Expiration', expiration && formatUtc(expiration)),
    ].join('');
  },
  json: ({ region, instanceId, roleName, accessKeyId, expiration }) => ({
    region,
    instanceId,
    roleName,
    accessKeyId: maskAccessKeyId(accessKeyId),
    expiration,
  }),
};

const width = 'AccessKeyId:'.length + 2;

function line(label: string, value: string | undefined): string {
  return value ? `${`${label}:`.padEnd(width)}${stripControl(value)}\n` : '';
}
