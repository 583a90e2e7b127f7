/** Words of the first screen. */
export const welcome = {
  title: 'Welcome to Tapeshelf',
  text: 'Find, play, save and prove the call recordings of your Vobiz and Vonage accounts.',
  sandbox: 'Try the sandbox',
  sandboxText: 'Made-up calls from a built-in server.',
  sandboxStarting: 'Starting the sandbox…',
  vobiz: 'Add Vobiz account',
  vobizText: 'The token stays in this computer’s keyring.',
  vonage: 'Add Vonage account',
  vonageText: 'Company and on-demand recordings of Vonage Business Communications.',
  failed: 'The sandbox did not start',
} as const;
