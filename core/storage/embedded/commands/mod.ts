/** Every command the embedded engine has, by its lower-case name. */
import type { Handler } from "../call.ts";

export const handlers: Readonly<Record<string, Handler>> = {};
