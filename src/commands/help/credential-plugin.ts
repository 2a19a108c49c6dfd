import type { HelpTable } from './help-contents.ts';

const getKubeconfig = {
  paragraph:
    'Asks ACK for your kubeconfig of the cluster and puts this tool in the place of its client certificate, as an exec plugin: kubectl then gets a fresh certificate, or a token of ack-ram-authenticator, whenever it needs one. With --merge the context goes into the kubeconfig you have, with its cluster and user under the same name, and becomes the current one; everything else there stays as it is.',
};

export const credentialPluginHelp: HelpTable = {
  'get-kubeconfig': getKubeconfig,
  'credential-plugin get-kubeconfig': getKubeconfig,
  'credential-plugin get-credential': {
    paragraph:
      'Run by kubectl. The certificate is kept for this identity and cluster, and renewed in the last fifth of its life, in its last 10 minutes at least; one that could not be renewed is used until it expires.',
  },
  'credential-plugin get-token': {
    paragraph:
      'Run by kubectl. The token is made here, no service is called for it, and is valid for 10 minutes. Variables whose name starts with the text in ACK_RAM_TOOL_TOKEN_EXTRA_KEY_PREFIX are signed into it.',
  },
};
