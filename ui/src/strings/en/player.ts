/** Words of the player bar. */
export const player = {
  label: 'Player',
  play: 'Play',
  pause: 'Pause',
  replay: 'Play again',
  back: 'Back 10 seconds',
  forward: 'Forward 10 seconds',
  mute: 'Mute',
  unmute: 'Unmute',
  volume: 'Volume',
  close: 'Close player',
  seek: 'Position',
  position: (at: string, of: string, loaded: string | null) =>
    loaded === null ? `${at} of ${of}` : `${at} of ${of}, ${loaded} loaded`,
  loading: (percent: string | null) => (percent === null ? 'Loading' : `Loading ${percent}`),
  silent: 'No sound on this computer',
  failed: 'Could not be played',
  retry: 'Try again',
  showRecording: 'Show this recording',
  channel: (n: number) => `Channel ${n}`,
  call: (from: string, to: string) => `${from} → ${to}`,
  arrow: '→',
} as const;
