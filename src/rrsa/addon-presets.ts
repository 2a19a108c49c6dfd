/** What the addons of ACK that use RRSA need of RAM. Source: the presets of the Go tool, whose names they keep. */
import { usageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { quoted } from '../policy/name.ts';

export interface AddonPreset {
  addonName: string;
  /** Of the addon's own service account. */
  namespace: string;
  serviceAccount: string;
  /** `<addon>-<cluster id>`: each cluster has a role of its own. */
  roleName: (clusterId: string) => string;
  /** One custom policy for all clusters of the account. */
  policy: { name: string; document: string };
}

const presets: readonly AddonPreset[] = [
  preset('kritis-validation-hook', { namespace: 'kube-system', serviceAccount: 'kritis' }, [
    'cr:ListInstance',
    'cr:ListMetadataOccurrences',
  ]),
  preset('ack-erdma-controller', { namespace: 'ack-erdma-controller', serviceAccount: 'ack-erdma-controller' }, [
    'ecs:DescribeInstances',
    'ecs:DescribeInstanceTypes',
    'ecs:DescribeNetworkInterfaces',
    'ecs:ModifyNetworkInterfaceAttribute',
    'ecs:CreateNetworkInterface',
    'ecs:AttachNetworkInterface',
  ]),
];

export const addonNames: readonly string[] = presets.map(({ addonName }) => addonName);

/** Throws `USAGE` for an addon that has no preset. */
export function requireAddonPreset(name: string): AddonPreset {
  const found = presets.find(({ addonName }) => addonName === name);
  if (found !== undefined) return found;
  const meant = nearest(name.toLowerCase(), addonNames);
  throw usageError(
    `--addon-name ${quoted(name)} is no addon that can be set up: known are ${addonNames.join(' and ')}`,
    meant === undefined ? undefined : `did you mean ${meant}?`,
  );
}

function preset(
  addonName: string,
  subject: { namespace: string; serviceAccount: string },
  actions: readonly string[],
): AddonPreset {
  // The order of keys is the Go tool's, so that its policies are seen to be the same.
  const document = { Statement: [{ Action: actions, Effect: 'Allow', Resource: '*' }], Version: '1' };
  return {
    addonName,
    ...subject,
    roleName: (clusterId) => `${addonName}-${clusterId}`,
    policy: { name: `ack-addon-policy-${addonName}`, document: JSON.stringify(document) },
  };
}
