/** Placeholder until the engine lands. */
export interface Engine {
  readonly name: string;
}
