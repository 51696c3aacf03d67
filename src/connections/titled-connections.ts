import type { Socket } from 'node:net';
import { ConnectionManager, type ConnectionManagerOptions } from './connection-manager.ts';
import { IcyFramer } from './icy.ts';
import { WaitingRoom } from './waiting-room.ts';

/** The listeners that asked for titles in the stream (ICY). They share one framed stream. */
export class TitledConnections {
  readonly connections: ConnectionManager;
  readonly #framer: IcyFramer;
  /** Those who wait for the next join point. */
  readonly #waiting: WaitingRoom;

  /**
   * @param metaBytes sound between two titles, bytes: whole frames
   * @param onLost told of one who was taken, but was gone before it could begin
   */
  constructor(metaBytes: number, title: string, options: ConnectionManagerOptions, onLost: (clientId: string) => void) {
    this.connections = new ConnectionManager(options);
    this.#framer = new IcyFramer(metaBytes, title, this.connections, () => this.#letIn());
    this.#waiting = new WaitingRoom(onLost);
  }

  /** Says a new title. */
  setTitle(title: string): void {
    this.#framer.setTitle(title);
  }

  /** What comes next is a new stream. */
  beginAnew(): void {
    this.#framer.beginAnew();
    this.connections.recent.beginAnew();
  }

  /** Sends whole frames to everybody. */
  broadcast(data: Buffer, atMs: number): void {
    this.#framer.broadcast(data, atMs);
  }

  /**
   * Adds a listener. It begins at the oldest join point since `sinceMs`, or waits for the next one.
   *
   * @returns false when the socket could not be taken: it is then still the caller's
   */
  addClient(socket: Socket, clientId: string, sinceMs: number): boolean {
    const { recent } = this.connections;
    const fromOffset = recent.joinOffset(sinceMs);
    if (fromOffset === recent.endOffset && !this.#framer.atJoinPoint)
      return this.#waiting.add(socket, clientId, () => this.connections.addClient(socket, clientId));
    this.#framer.repeatTitle();
    return this.connections.addClient(socket, clientId, [], fromOffset);
  }

  /** Ends every listener, see `ConnectionManager.close`. */
  close(deadlineMs: number): Promise<void> {
    this.#waiting.close();
    return this.connections.close(deadlineMs);
  }

  #letIn(): void {
    if (this.#waiting.letIn() > 0) this.#framer.repeatTitle();
  }
}
