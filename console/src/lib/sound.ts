let context: AudioContext | null = null;

/** Two soft notes for new work; silent where the browser forbids sound before a click. */
export function chime(): void {
  try {
    context ??= new AudioContext();
    const from = context.currentTime;
    for (const [index, pitch] of [587.33, 880].entries()) {
      const [tone, volume] = [context.createOscillator(), context.createGain()];
      const at = from + index * 0.14;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.08, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.55);
    }
  } catch {
    // No sound, no harm.
  }
}
