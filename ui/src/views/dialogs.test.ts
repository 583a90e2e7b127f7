/** The dialogs on the made-up program: what they promise before something happens, and what they refuse. */
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { backend } from '../backend';
import type { SelectionTotals } from '../ipc/library';
import type { PlaceView } from '../ipc/places';
import { accounts } from '../state/accounts.svelte';
import { dialogs } from '../state/dialogs.svelte';
import { places } from '../state/places.svelte';
import AddAccount from './Accounts/AddAccount.svelte';
import CommandPalette from './CommandPalette/CommandPalette.svelte';
import DeleteDialog from './Deletion/DeleteDialog.svelte';
import Download from './Download/Download.svelte';
import Settings from './Settings/Settings.svelte';

const selection = { kind: 'keys', keys: [1, 2, 3] } as const;
const someKeys = { ...selection, keys: [...selection.keys] };

const totals = (change: Partial<SelectionTotals>): SelectionTotals => ({
  count: 3,
  durationMs: 180_000,
  unknownDurationCount: 0,
  knownBytes: 3_000_000,
  unknownSizeCount: 0,
  savedCount: 3,
  unsavedCount: 0,
  goneCount: 0,
  monthlyCost: 0.01,
  unknownCostCount: 0,
  heldCount: 0,
  heldSavedCount: 0,
  ...change,
});

beforeAll(() => accounts.load());
beforeEach(() => dialogs.close());
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const button = (name: RegExp | string) => screen.findByRole<HTMLButtonElement>('button', { name });

describe('Delete', () => {
  it('names only what is not on hold', async () => {
    const spy = vi.spyOn(backend, 'librarySelectionTotals');
    spy.mockResolvedValue(totals({ savedCount: 2, unsavedCount: 1, heldCount: 2, heldSavedCount: 1 }));
    render(DeleteDialog, { selection: someKeys });
    await button('Delete 1 recording');
    await fireEvent.click(screen.getByRole('checkbox'));
    // Of the three one is free: the saved one that is not on hold, since the other two are.
    await button('Delete 1 recording');
    cleanup();
    spy.mockResolvedValue(totals({ heldCount: 3, heldSavedCount: 3 }));
    render(DeleteDialog, { selection: someKeys });
    await screen.findByText('Nothing to delete: all of them are on hold.');
    expect((await button('Delete')).disabled).toBe(true);
  });

  it('names what will go, starts on Cancel and keeps what has no copy', async () => {
    vi.spyOn(backend, 'librarySelectionTotals').mockResolvedValue(totals({ savedCount: 2, unsavedCount: 1 }));
    const remove = vi.spyOn(backend, 'recordingsDelete').mockResolvedValue({
      deleted: 2,
      alreadyGone: 0,
      kept: [{ key: 3, why: 'There is no verified copy.' }],
      unknown: [{ key: 2, why: 'The connection broke.' }],
    });
    render(DeleteDialog, { selection: someKeys });
    const submit = await button('Delete 2 recordings');
    expect(document.activeElement?.textContent).toContain('Cancel');
    await fireEvent.keyDown(submit, { key: 'Enter' });
    expect(remove).not.toHaveBeenCalled();
    expect(screen.getByText(/Enter never deletes/)).toBeTruthy();
    await fireEvent.click(submit);
    expect(remove).toHaveBeenCalledWith({
      selection: someKeys,
      confirmedCount: 3,
      withoutCopy: false,
      reason: '',
    });
    expect(await screen.findByText('There is no verified copy.')).toBeTruthy();
    expect(screen.getByText(/1 answer was lost: it may be gone or not/)).toBeTruthy();
  });

  it('asks for the number typed from 21 on, and for the new one when more shall go', async () => {
    vi.spyOn(backend, 'librarySelectionTotals').mockResolvedValue(
      totals({ count: 30, savedCount: 21, unsavedCount: 9 }),
    );
    render(DeleteDialog, { selection: someKeys });
    const submit = await button('Delete 21 recordings');
    expect(submit.disabled).toBe(true);
    await fireEvent.input(screen.getByLabelText('Type 21 to confirm'), { target: { value: '20' } });
    expect(submit.disabled).toBe(true);
    await fireEvent.input(screen.getByLabelText('Type 21 to confirm'), { target: { value: '21' } });
    expect(submit.disabled).toBe(false);
    await fireEvent.click(screen.getByLabelText('Delete the 9 recordings without a copy too'));
    expect((await button('Delete 30 recordings')).disabled).toBe(true);
  });

  it('says what stays: what is on hold, and what an account may not delete', async () => {
    vi.spyOn(backend, 'librarySelectionTotals').mockResolvedValue(totals({ heldCount: 1 }));
    const before = accounts.list;
    accounts.list = before.map((account) => ({
      ...account,
      capabilities: [{ feature: 'deletion', available: false, reason: 'Only administrators may.' }],
    }));
    render(DeleteDialog, { selection: someKeys });
    expect(await screen.findByText('1 is on hold, and stays at the provider.')).toBeTruthy();
    expect(screen.getAllByText(/may not delete: .* Only administrators may\./)).toHaveLength(before.length);
    accounts.list = before;
  });

  it('types nothing up to 20', async () => {
    vi.spyOn(backend, 'librarySelectionTotals').mockResolvedValue(totals({ count: 20, savedCount: 20 }));
    render(DeleteDialog, { selection: someKeys });
    expect((await button('Delete 20 recordings')).disabled).toBe(false);
  });

  it('does nothing when nothing has a copy', async () => {
    vi.spyOn(backend, 'librarySelectionTotals').mockResolvedValue(totals({ savedCount: 0, unsavedCount: 3 }));
    render(DeleteDialog, { selection: someKeys });
    expect(await screen.findByText(/Nothing to delete/)).toBeTruthy();
    expect((await button('Delete')).disabled).toBe(true);
  });
});

describe('Settings for a download that waits for a bucket', () => {
  const place: PlaceView = {
    id: 'p1',
    label: 'Archive',
    address: 's3://calls',
    endpoint: '',
    region: 'eu-central-1',
    bucket: 'calls',
    prefix: '',
    pathStyle: false,
    secret: 'keyring',
    copies: 0,
  };
  const older: PlaceView = { ...place, id: 'p0', label: 'Older' };

  it('go back with the one that was added, also when nobody had read the list before', async () => {
    places.loaded = false;
    places.list = [];
    const list = vi.spyOn(backend, 'placesList').mockResolvedValue([older]);
    const back = { kind: 'download', selection: someKeys } as const;
    dialogs.open({ kind: 'settings', page: 'places', back });
    render(Settings, { page: 'places', back });
    await screen.findByText('Older');
    expect(dialogs.current).toMatchObject({ kind: 'settings' });
    list.mockResolvedValue([older, place]);
    await places.load();
    await waitFor(() => expect(dialogs.current).toEqual({ ...back, placeId: 'p1' }));
  });
});

describe('Download', () => {
  it('waits for a folder, and starts with what was chosen', async () => {
    vi.spyOn(backend, 'transfersLastFolder').mockResolvedValue(null);
    vi.spyOn(backend, 'transfersChooseFolder').mockResolvedValue({
      token: 't',
      path: '/calls',
      freeBytes: null,
      placeId: null,
    });
    const start = vi.spyOn(backend, 'transfersStart');
    render(Download, { selection: someKeys });
    const submit = await button('Download 3 files');
    expect(submit.disabled).toBe(true);
    await fireEvent.click(await button('Choose folder…'));
    await waitFor(() => expect(submit.disabled).toBe(false));
    await fireEvent.submit(document.querySelector('form') as HTMLFormElement);
    expect(start).toHaveBeenCalledWith(expect.objectContaining({ selection: someKeys, folderToken: 't' }));
  });

  it('is honest about sizes and room', async () => {
    vi.spyOn(backend, 'librarySelectionTotals').mockResolvedValue(
      totals({ savedCount: 0, unsavedCount: 3, goneCount: 1 }),
    );
    vi.spyOn(backend, 'transfersLastFolder').mockResolvedValue({
      token: 't',
      path: '/calls',
      freeBytes: 2_000_000,
      placeId: null,
    });
    const plan = vi.spyOn(backend, 'transfersPlan').mockResolvedValue({
      files: 3,
      alreadyThere: 1,
      knownBytes: 4_000_000,
      estimatedBytes: 5_000_000,
      unknownSize: 1,
      freeBytes: 2_000_000,
      largestFileBytes: null,
      warning: null,
    });
    render(Download, { selection: someKeys });
    expect(await screen.findByText('about 5 MB')).toBeTruthy();
    expect(plan).toHaveBeenLastCalledWith({ selection: someKeys, folderToken: 't' });
    expect(await screen.findByText(/1 is there already and costs nothing/)).toBeTruthy();
    expect(await screen.findByText(/About 3 MB too little room/)).toBeTruthy();
    expect(await screen.findByText(/1 is gone at the provider/)).toBeTruthy();
  });

  it('says unknown when nobody knows a size', async () => {
    vi.spyOn(backend, 'transfersPlan').mockResolvedValue({
      files: 3,
      alreadyThere: 0,
      knownBytes: 0,
      estimatedBytes: null,
      unknownSize: 3,
      freeBytes: null,
      largestFileBytes: null,
      warning: 'This place is read-only.',
    });
    render(Download, { selection: someKeys });
    expect(await screen.findByText('unknown: the provider does not say')).toBeTruthy();
    expect(screen.getByText('This place is read-only.')).toBeTruthy();
  });

  it('does not start with a broken template', async () => {
    render(Download, { selection: someKeys });
    const field = await screen.findByLabelText('File names');
    await fireEvent.input(field, { target: { value: '{nope' } });
    await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
    expect((await button(/^Download/)).disabled).toBe(true);
  });
});

describe('Add account', () => {
  const fill = async () => {
    await fireEvent.input(screen.getByLabelText('Auth ID'), { target: { value: ' MA_12345678 ' } });
    await fireEvent.input(screen.getByLabelText('Auth token'), { target: { value: 'secret' } });
    await fireEvent.submit(document.querySelector('form') as HTMLFormElement);
  };

  it('offers this session only when the keyring fails, and only then', async () => {
    const add = vi
      .spyOn(backend, 'accountsAddVobiz')
      .mockRejectedValue({ code: 'keyringUnavailable', reason: 'locked', what: 'locked' });
    render(AddAccount, { vendor: 'vobiz' });
    expect(screen.queryByRole('button', { name: /session only/ })).toBeNull();
    await fill();
    expect(add).toHaveBeenLastCalledWith(
      expect.objectContaining({ authId: 'MA_12345678', sessionOnly: false }),
    );
    await fireEvent.click(await button('Keep for this session only'));
    expect(add).toHaveBeenLastCalledWith(expect.objectContaining({ sessionOnly: true }));
    cleanup();
    render(AddAccount, { vendor: 'vobiz' });
    expect(screen.getByText(/keyring is locked/)).toBeTruthy();
  });

  it('shows a broken rule at its own input, even a hidden one', async () => {
    vi.spyOn(backend, 'accountsAddVobiz').mockRejectedValue({
      code: 'invalid',
      field: 'baseUrl',
      what: 'No https.',
    });
    render(AddAccount, { vendor: 'vobiz' });
    await fill();
    expect(await screen.findByText('No https.')).toBeTruthy();
    expect(screen.getByLabelText(/API address/).getAttribute('aria-invalid')).toBe('true');
    await waitFor(() => expect(document.querySelector('details')?.open).toBe(true));
  });

  it('asks Vonage with the chosen sign-in, and says nothing when the browser was given up', async () => {
    const add = vi.spyOn(backend, 'accountsAddVbc').mockRejectedValue({ code: 'cancelled' });
    render(AddAccount, { vendor: 'vbc' });
    expect(document.activeElement).toBe(screen.getByLabelText('User'));
    await fireEvent.click(screen.getByLabelText('Browser'));
    await fireEvent.input(screen.getByLabelText('Application key'), { target: { value: 'key' } });
    await fireEvent.input(screen.getByLabelText('Application secret'), { target: { value: 'secret' } });
    await fireEvent.submit(document.querySelector('form') as HTMLFormElement);
    expect(add).toHaveBeenLastCalledWith(
      expect.objectContaining({ clientSecret: 'secret', grant: expect.objectContaining({ kind: 'code' }) }),
    );
    await waitFor(async () => expect((await button('Check and save')).disabled).toBe(false));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('stops waiting for the browser when the dialog goes away', async () => {
    vi.spyOn(backend, 'accountsAddVbc').mockReturnValue(new Promise(() => {}));
    const cancel = vi.spyOn(backend, 'accountsCancelSignIn').mockResolvedValue();
    const { unmount } = render(AddAccount, { vendor: 'vbc' });
    await fireEvent.click(screen.getByLabelText('Browser'));
    await fireEvent.input(screen.getByLabelText('Application key'), { target: { value: 'key' } });
    await fireEvent.input(screen.getByLabelText('Application secret'), { target: { value: 'secret' } });
    await fireEvent.submit(document.querySelector('form') as HTMLFormElement);
    expect(await screen.findByText(/page that has opened in your browser/)).toBeTruthy();
    unmount();
    expect(cancel).toHaveBeenCalledOnce();
  });
});

it('gives the focus back to where it was', () => {
  const before = document.body.appendChild(document.createElement('button'));
  before.focus();
  const { unmount } = render(AddAccount, { vendor: 'vobiz' });
  expect(document.activeElement).toBe(screen.getByLabelText('Auth ID'));
  unmount();
  expect(document.activeElement).toBe(before);
  before.remove();
});

describe('Command palette', () => {
  it('finds by a few letters and runs with Enter', async () => {
    dialogs.open({ kind: 'palette' });
    render(CommandPalette);
    const input = screen.getByRole('combobox');
    await fireEvent.input(input, { target: { value: 'shortc' } });
    expect(screen.getByRole('option', { selected: true }).textContent).toContain('Keyboard shortcuts');
    await fireEvent.keyDown(input, { key: 'Enter' });
    await waitFor(() => expect(dialogs.current).toEqual({ kind: 'shortcuts' }));
  });
});
