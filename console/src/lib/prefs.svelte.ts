type Theme = 'system' | 'light' | 'dark';

function kept(name: string): string | null {
  try {
    return localStorage.getItem(`meridian.${name}`);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`meridian.${name}`, value);
  } catch {
    // Private windows may refuse; the choice then lasts as long as the tab.
  }
}

/** What the person chose for this browser. */
class Prefs {
  theme = $state<Theme>((kept('theme') as Theme | null) ?? 'system');
  sound = $state(kept('sound') !== 'off');
  card = $state(kept('card') !== 'off');
  workspace = $state(kept('workspace') ?? '');
  email = $state(kept('email') ?? '');

  setTheme(theme: Theme): void {
    this.theme = theme;
    keep('theme', theme);
    this.apply();
  }

  setSound(on: boolean): void {
    this.sound = on;
    keep('sound', on ? 'on' : 'off');
  }

  setCard(on: boolean): void {
    this.card = on;
    keep('card', on ? 'on' : 'off');
  }

  remember(workspace: string, email: string): void {
    [this.workspace, this.email] = [workspace, email];
    keep('workspace', workspace);
    keep('email', email);
  }

  apply(): void {
    const dark = this.theme === 'dark' || (this.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.classList.toggle('dark', dark);
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  }
}

export const prefs = new Prefs();
export { keep, kept };
