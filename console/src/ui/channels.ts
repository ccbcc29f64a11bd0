import type { IconName } from './Icon.svelte';

/**
 * The channels that customers write on, with their pictures, in the order they are offered in. A new one is a line here
 * and its name in the dictionaries (`channel.<kind>`).
 */
export const CHANNELS: Record<string, IconName> = {
  webchat: 'chat',
  email: 'email',
  sms: 'sms',
  whatsapp: 'whatsapp',
  messenger: 'chat',
  instagram: 'chat',
  telegram: 'chat',
  line: 'chat',
  wechat: 'chat',
  wecom: 'chat',
  slack: 'chat',
  generic: 'hook',
};
