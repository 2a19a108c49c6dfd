export interface CatalogAddon {
  name: string;
  /** The only version that the sandbox offers; the numbers are the sandbox's own. */
  version: string;
  category: string;
  managed: boolean;
  installByDefault: boolean;
}

/** Addons that can be installed into clusters of the sandbox. */
export const addonCatalog: readonly CatalogAddon[] = [
  addon('ack-pod-identity-webhook', '0.3.0', 'security'),
  addon('kritis-validation-hook', '0.2.0', 'security'),
  addon('ack-erdma-controller', '1.0.0', 'network'),
  addon('coredns', 'v1.11.3', 'network', { installByDefault: true }),
  addon('metrics-server', 'v0.3.9', 'monitor', { managed: true, installByDefault: true }),
];

function addon(
  name: string,
  version: string,
  category: string,
  { managed = false, installByDefault = false } = {},
): CatalogAddon {
  return { name, version, category, managed, installByDefault };
}

export function findCatalogAddon(name: string): CatalogAddon | undefined {
  return addonCatalog.find((entry) => entry.name === name);
}
