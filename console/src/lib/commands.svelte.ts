import type { PresenceState } from '../gql/graphql';
import { areas } from './areas';
import { desk } from './desk.svelte';
import { i18n, t, type Key } from './i18n/index.svelte';
import type { IconName } from '../ui/Icon.svelte';
import { prefs } from './prefs.svelte';
import { router } from './router.svelte';
import { session } from './session.svelte';

export interface Command {
  id: string;
  group: Key;
  icon: IconName;
  label: string;
  keys?: string;
  /** More words that find it. */
  also?: string;
  run(): void;
}

/** What the open conversation lets one do; set by its pane. */
export const here = $state<{ commands: Command[] }>({ commands: [] });

export function commands(onhelp: () => void): Command[] {
  const go = (area: string, icon: IconName, label: Key, permission: string, keys: string): Command[] =>
    desk.may(permission)
      ? [{ id: `go-${area}`, group: 'command.go', icon, label: t(label), keys, run: () => void router.visit(`/${area}`) }]
      : [];
  const state = (value: PresenceState, keys: string): Command => ({
    id: `state-${value}`,
    group: 'command.state',
    icon: 'person',
    label: t(`presence.${value.toLowerCase()}` as Key),
    keys,
    run: () => void desk.setPresence(value),
  });
  const theme = (value: 'light' | 'dark' | 'system'): Command => ({
    id: `theme-${value}`,
    group: 'command.view',
    icon: value === 'dark' ? 'moon' : 'sun',
    label: `${t('menu.theme')}: ${t(`menu.theme.${value}`)}`,
    run: () => prefs.setTheme(value),
  });
  const views = (['mine', 'consulted', 'open', 'snoozed', 'resolved'] as const).map(
    (view): Command => ({
      id: `view-${view}`,
      group: 'command.go',
      icon: 'inbox',
      label: `${t('nav.inbox')}: ${t(`view.${view}`)}`,
      run: () => void router.visit(`/inbox/${view}`),
    }),
  );
  const setup = areas
    .filter((area) => desk.may('setup:read') && desk.may(area.permission))
    .map(
      (area): Command => ({
        id: `admin-${area.id}`,
        group: 'command.admin',
        icon: area.icon,
        label: t(`admin.${area.id}` as Key),
        also: t('nav.admin'),
        run: () => void router.visit(`/admin/${area.id}`),
      }),
    );
  const conversations = desk.rows.slice(0, 100).map(
    (row): Command => ({
      id: row.id,
      group: 'command.conversations',
      icon: 'chat',
      label: row.customer?.name || t('customer.unknown'),
      also: `${row.number} ${row.subject} ${row.customer?.tags.join(' ') ?? ''}`,
      run: () => void router.visit(`${desk.base}/${row.id}`),
    }),
  );
  return [
    ...here.commands,
    ...go('inbox', 'inbox', 'nav.inbox', 'conversations:read', 'G I'),
    ...go('customers', 'person', 'nav.customers', 'conversations:read', 'G C'),
    ...go('knowledge', 'book', 'nav.knowledge', 'conversations:read', 'G K'),
    ...go('search', 'search', 'nav.find', 'conversations:read', 'G F'),
    ...go('floor', 'floor', 'nav.floor', 'floor:read', 'G W'),
    ...go('admin', 'admin', 'nav.admin', 'setup:read', 'G S'),
    ...views,
    ...setup,
    ...(desk.may('work:handle')
      ? [state('AVAILABLE', 'P A'), state('BUSY', 'P B'), state('BREAK', 'P P'), state('OFFLINE', 'P O')]
      : []),
    theme('light'),
    theme('dark'),
    theme('system'),
    {
      id: 'lang',
      group: 'command.view',
      icon: 'globe',
      label: i18n.lang === 'en' ? '切换到中文' : 'Switch to English',
      also: 'language 语言 chinese english',
      run: () => void i18n.set(i18n.lang === 'en' ? 'zh' : 'en'),
    },
    { id: 'password', group: 'command.view', icon: 'key', label: t('menu.password'), also: 'password 密码', run: () => void (session.changing = true) },
    { id: 'keys', group: 'command.view', icon: 'keyboard', label: t('keys.title'), keys: '?', run: onhelp },
    ...conversations,
  ];
}
