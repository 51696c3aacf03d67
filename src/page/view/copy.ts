/** What became of a wish to copy: it is in the clipboard, or the text is marked so that the person can copy it. */
export type Copied = 'copied' | 'marked';

/** Copies the text of an element. Plain http has no `navigator.clipboard`: there the text is marked and copied the old way. */
export async function copyTextOf(target: Element): Promise<Copied> {
  if (await copyTheNewWay(target.textContent ?? '')) return 'copied';
  const selection = getSelection();
  if (selection === null) return 'marked';
  selection.selectAllChildren(target);
  if (!copyTheOldWay()) return 'marked';
  selection.removeAllRanges();
  return 'copied';
}

async function copyTheNewWay(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // Missing on plain http, or forbidden: there is the old way.
  }
}

function copyTheOldWay(): boolean {
  try {
    return document.execCommand('copy');
  } catch {
    return false; // Taken out of this browser: the text stays marked.
  }
}
