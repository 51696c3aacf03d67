/** What takes how long, told while it happens and at the end. */
export class Steps {
  /** @type {{ what: string, s: number }[]} */
  #done = [];
  #sinceMs = performance.now();

  /**
   * @template T
   * @param {string} what
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async take(what, work) {
    console.log(`${what} ...`);
    const fromMs = performance.now();
    const result = await work();
    this.#done.push({ what, s: (performance.now() - fromMs) / 1000 });
    return result;
  }

  /** @returns {string} a line each, and their sum */
  summary() {
    const all = [...this.#done, { what: 'all', s: (performance.now() - this.#sinceMs) / 1000 }];
    return all.map(({ what, s }) => `${s.toFixed(0).padStart(6)} s  ${what}`).join('\n');
  }
}
