import type { SettingChanges, Settings } from '../../src/desk/contract.ts';
import type { Box } from './box.ts';

/** What a configuration needs so that `Desk` may use the box. */
export const DESK_TOML = '[http]\nadmin_password = "hand"\n';

const AUTHORIZATION = `Basic ${btoa('any:hand')}`;

/** The desk of a box: its settings and its restart. */
export class Desk {
  readonly #box: Pick<Box, 'url'>;

  constructor(box: Pick<Box, 'url'>) {
    this.#box = box;
  }

  async settings(): Promise<Settings> {
    return (await this.#ask('GET', '/api/settings')).json() as Promise<Settings>;
  }

  /** Sets keys; resolves with the answer's status and what it says against them. */
  async set(
    changes: SettingChanges,
  ): Promise<{ status: number; waiting?: readonly string[]; faults?: readonly string[] }> {
    const answer = await this.#ask('PUT', '/api/settings', JSON.stringify(changes));
    const { waiting, faults } = (await answer.json()) as { waiting?: string[]; faults?: string[] };
    return { status: answer.status, ...(waiting && { waiting }), ...(faults && { faults }) };
  }

  async restart(): Promise<{ status: number; faults?: readonly string[] }> {
    const answer = await this.#ask('POST', '/api/restart');
    return { status: answer.status, ...((await answer.json()) as object) };
  }

  #ask(method: string, path: string, body?: string): Promise<Response> {
    const headers = { authorization: AUTHORIZATION, ...(body !== undefined && { 'content-type': 'application/json' }) };
    return fetch(this.#box.url + path, { method, headers, ...(body !== undefined && { body }) });
  }
}
